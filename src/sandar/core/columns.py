"""One figure of all places side by side: which of 5,000 racks have so much of it is one comparison, not 5,000.

A bit-sliced index (O'Neil and Quass, SIGMOD 1997): plane b is one long integer whose bit n is bit b of the figure of
place number n. A threshold costs one operation a plane, a changed place two. Exact, not a bound; what a growing plan
has touched is left to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sandar.core import rack
from sandar.core.capacity import PlaceState, PoolState
from sandar.core.fitting import ALL_SIDES, Ask

_Routes = tuple[tuple[str, int], ...]


class Key(NamedTuple):
    """What a column counts: a resource, and of an own pool the share that draws on it."""

    resource: str
    share: str


_DEPTH, _SIDE = Key("place", "depth"), Key("place", "side")
_RUN = {face: Key("run", face) for face in rack.FACES}


class Path(NamedTuple):
    """What places draw from shared pools, and which shares they provide at all."""

    upstream: _Routes
    shares: frozenset[str]


class Column(NamedTuple):
    """planes: from the lowest bit; absent: the places that this does not limit."""

    planes: tuple[int, ...]
    absent: int

    @classmethod
    def of(cls, figures: Sequence[int | None]) -> Column:
        absent = int("".join("01"[one is None] for one in reversed(figures)) or "0", 2)
        wide = max((one.bit_length() for one in figures if one), default=0)
        if not wide:
            return cls((), absent)
        text = "".join([f"{one or 0:0{wide}b}" for one in reversed(figures)])
        return cls(tuple(int(text[wide - 1 - bit :: wide], 2) for bit in range(wide)), absent)

    def at_least(self, amount: int, everywhere: int) -> int:
        """The places that have so much, or are not limited."""
        if amount <= 0:
            return everywhere
        if amount.bit_length() > len(self.planes):
            return self.absent
        found = everywhere
        for bit, plane in enumerate(self.planes):
            found = plane & found if amount >> bit & 1 else plane | found
        return found | self.absent

    def plus(self, amount: int, everywhere: int) -> Column:
        """The same with so much more everywhere; amount >= 0."""
        planes, carry = [], 0
        for bit in range(max(len(self.planes), amount.bit_length()) + 1):
            plane = self.planes[bit] if bit < len(self.planes) else 0
            if amount >> bit & 1:
                planes.append(everywhere ^ plane ^ carry)
                carry |= plane
            else:
                planes.append(plane ^ carry)
                carry &= plane
        return Column(tuple(planes), self.absent)

    def not_below(self, other: Column, everywhere: int) -> int:
        """The places where this figure is the other one or more."""
        found = everywhere
        for bit in range(max(len(self.planes), len(other.planes))):
            mine = self.planes[bit] if bit < len(self.planes) else 0
            less = everywhere ^ (other.planes[bit] if bit < len(other.planes) else 0)
            found = mine & (found | less) | found & less
        return found

    def changed(self, figures: Mapping[int, int | None]) -> Column:
        """With other figures for some places, by their numbers."""
        wide = max((one.bit_length() for one in figures.values() if one), default=0)
        planes = [*self.planes, *[0] * (wide - len(self.planes))]
        absent = self.absent
        for number, one in figures.items():
            bit = 1 << number
            absent = absent | bit if one is None else absent & ~bit
            for at, plane in enumerate(planes):
                planes[at] = plane | bit if (one or 0) >> at & 1 else plane & ~bit
        return Column(tuple(planes), absent)


@dataclass(slots=True)
class Columns:
    """The columns of all places of a picture, made when they are first asked for. Places by number, as bits.

    odd: places that must be looked at one by one, because their pools are not one for each resource and share:
    overdrawn ones, two of the same kind, one that stands in the path as well.
    """

    places: Sequence[PlaceState]
    pools: Mapping[int, PoolState]
    known: dict[Key, Column] = field(default_factory=dict)
    paths: dict[Path, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    odd: int = 0
    _nodes: dict[int, tuple[_Routes, set[tuple[str, str]]]] = field(default_factory=dict)

    @property
    def everywhere(self) -> int:
        return (1 << len(self.places)) - 1

    def made(self) -> Columns:
        """Itself, with all columns."""
        if self.known:
            return self
        figures: dict[Key, list[int | None]] = {key: [] for key in (_DEPTH, _SIDE, *_RUN.values())}
        for number, place in enumerate(self.places):
            for key, one in self._figures(place).items():
                column = figures.setdefault(key, [])
                column += [None] * (number - len(column))
                column.append(one)
            self._enter(number, place)
        for column in figures.values():
            column += [None] * (len(self.places) - len(column))
        self.known = {key: Column.of(column) for key, column in figures.items()}
        return self

    def after(
        self, places: Sequence[PlaceState], pools: Mapping[int, PoolState], moved: Iterable[int]
    ) -> Columns:
        """Those of the next picture, in which the places of these numbers differ."""
        if not self.known:
            return Columns(places, pools)
        found = Columns(places, pools, {}, dict(self.paths), dict(self.kinds), self.odd)
        fresh: dict[int, dict[Key, int | None]] = {}
        for number in moved:
            bit, was = 1 << number, self.places[number]
            path = Path(was.upstream, was.shares)
            if not (rest := found.paths[path] & ~bit):
                del found.paths[path]
            else:
                found.paths[path] = rest
            found.kinds[was.kind] &= ~bit
            found.odd &= ~bit
            found._enter(number, places[number])
            fresh[number] = found._figures(places[number])
        for key in {*self.known, *(key for one in fresh.values() for key in one)}:
            before = self.known.get(key) or Column((), self.everywhere)
            found.known[key] = before.changed({number: one.get(key) for number, one in fresh.items()})
        return found

    def _enter(self, number: int, place: PlaceState) -> None:
        bit, path = 1 << number, Path(place.upstream, place.shares)
        self.paths[path] = self.paths.get(path, 0) | bit
        self.kinds[place.kind] = self.kinds.get(place.kind, 0) | bit
        if self._is_odd(place):
            self.odd |= bit

    def _is_odd(self, place: PlaceState) -> bool:
        refs: dict[str, str] = {}
        seen: set[tuple[str, str]] = set()
        for share, pk in place.own:
            pool = self.pools[pk]
            key = (pool.kind, share)
            if pool.left < 0 or key in seen or refs.setdefault(pool.kind, pool.ref) != pool.ref:
                return True
            seen.add(key)
        path = self._nodes.get(id(place.upstream))
        if path is None:
            nodes = {(self.pools[pk].kind, self.pools[pk].ref) for _, pk in place.upstream}
            path = self._nodes[id(place.upstream)] = (place.upstream, nodes)
        return not path[1].isdisjoint(refs.items())

    def _figures(self, place: PlaceState) -> dict[Key, int | None]:
        """What the place has of everything that it does not share; None: not limited."""
        found: dict[Key, int | None] = {
            _DEPTH: place.depth_mm or None,
            _SIDE: int(place.sides & ALL_SIDES != ALL_SIDES),
        }
        runs: dict[int, int] = {}  # most racks have the same units free on both faces
        for face, key in _RUN.items():
            free = rack.free_for(place.front, place.rear, face, total=place.half_units)
            if (run := runs.get(free)) is None:
                run = runs[free] = rack.longest_run(free)
            found[key] = run
        for share, pk in place.own:
            pool = self.pools[pk]
            own, left = Key(pool.kind, share), max(0, pool.left)
            known = found.get(own)
            found[own] = left if known is None else min(left, known)
        return found

    def asked(self, ask: Ask, wanted: Mapping[str, int]) -> Iterator[tuple[Key, Column, int]]:
        """What the ask needs of the place alone: the column and the amount. wanted: `capacity.amounts` of it."""
        columns = self.made().known
        keys = [(_DEPTH, ask.depth_mm)]
        if ask.height:
            keys.append((_RUN[ask.face], ask.height))
        elif ask.on_side:
            keys.append((_SIDE, 1))
        keys += [(key, wanted[key.share]) for key in columns if key.share in wanted]
        return ((key, columns[key], amount) for key, amount in keys if amount > 0)

    def alone(self, ask: Ask, wanted: Mapping[str, int]) -> int:
        """The places of the kind that have room, as far as they do not share it."""
        everywhere = self.everywhere
        found = self.made().kinds.get(ask.kind, 0)
        for _, column, amount in self.asked(ask, wanted):
            found &= column.at_least(amount, everywhere)
        return found

    def on_paths(self, among: int, free: Callable[[Path], bool]) -> int:
        """Those of these places whose path is free; a path without any of them is not asked."""
        found = 0
        for path, mask in self.paths.items() if among else ():
            if mask & among and free(path):
                found |= mask & among
        return found


def numbers(mask: int) -> Iterator[int]:
    """The numbers of the places in the mask, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
