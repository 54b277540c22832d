"""Which places come first, without looking at all of them: the best of 5,000 racks by a look at some dozen.

For every shape of device asked lately, the places that could take it stand in lists, one for each path upstream,
ordered by the most points that they could get. A search walks the lists from the top and stops where the next
bound is below what it has: bounds are never too low, so the ranking is exactly the one over all places
(tests/core/exhaustive.py). What changed since is put in its place in the lists, not sorted anew.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from sandar.core import rack, scoring
from sandar.core.capacity import PlaceState, PoolState, Snapshot, amounts
from sandar.core.columns import Columns, numbers
from sandar.core.fitting import ALL_SIDES, Ask, Work
from sandar.core.scoring import HEAVY_KG, Meter, best_start

Choice = tuple[int, PlaceState, int | None]  # score, place, start or index of the side position

_SHAPES = 8  # shapes of device whose lists are kept
_FEW = 48  # places that have room; so few are all looked at
# An entry of a list is one number: what is lacking to the highest bound (counted in thousandths of a point), the free
# percent of the place's own pools, the kind of empty rack it is (0: not empty), and its number in the order of names.
_HIGHEST = 85_000
_RANK_BITS, _KIND_BITS, _OWN_BITS = 20, 16, 7
_RANK, _KIND, _OWN = ((1 << bits) - 1 for bits in (_RANK_BITS, _KIND_BITS, _OWN_BITS))
_KIND_AT = _RANK_BITS
_OWN_AT = _KIND_AT + _KIND_BITS
_BOUND_AT = _OWN_AT + _OWN_BITS


class _Shape(NamedTuple):
    """What of an ask decides the order of a list. shares: those that places draw from pools of their own."""

    kind: str
    height: int
    face: str
    heavy: bool
    on_side: bool
    single: bool
    shares: frozenset[str]


class _Group(NamedTuple):
    """What the places of one list have in common. has_own: they draw some of the shape's shares from own pools."""

    upstream: tuple[tuple[str, int], ...]
    shares: frozenset[str]
    depth_mm: int
    policy: str
    has_own: bool


class _List(NamedTuple):
    """entries: ascending, so the highest bound first; space: the most thousandths that any has without headroom."""

    entries: array[int]
    space: int


_Lists = dict[_Group, _List]


class _Empties:
    """Empty racks that are alike get one number: what one of them scores on a path, all of them do."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], int] = {}
        self._next = count(1)

    def number(self, place: PlaceState, pools: Mapping[int, PoolState]) -> int:
        """0 for a rack that is not empty, or draws from something that it does not have alone."""
        if place.front or place.rear or not place.half_units:
            return 0
        limits: list[tuple[str, int]] = []
        for share, pool in place.own:
            state = pools[pool]
            if state.used or state.own != place.id:
                return 0
            limits.append((share, state.limit))
        key = (place.half_units, place.keep_free, *limits)
        if (found := self._known.get(key)) is None:
            found = self._known.setdefault(key, next(self._next))
        return found if found <= _KIND else 0


@dataclass(frozen=True, slots=True)
class Index:
    """What a search knows of a snapshot before it is asked. Never changed but for lists of one more shape."""

    pools: Mapping[int, PoolState]
    ranked: tuple[PlaceState, ...]  # by name
    numbers: Mapping[int, int]  # place id -> its number in `ranked`
    left: dict[int, int]  # of the pools that several places draw from
    largest: Mapping[str, int]  # share -> the largest limit of an own pool
    empties: _Empties
    columns: Columns
    shapes: dict[_Shape, _Lists] = field(default_factory=dict)
    parent: Index | None = None  # of a picture that this one differs from in the places `moved`
    moved: tuple[int, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Index:
        """The snapshot's index; made when it is first asked for."""
        if isinstance(snapshot.index, Index):
            return snapshot.index
        pools = snapshot.pools
        ranked = tuple(sorted(snapshot.places, key=lambda place: place.name))
        paths = {place.upstream for place in ranked}
        largest: dict[str, int] = {}
        for place in ranked:
            for share, pool in place.own:
                largest[share] = max(largest.get(share, 1), pools[pool].limit)
        found = cls(
            pools,
            ranked,
            {place.id: number for number, place in enumerate(ranked)},
            {pool: pools[pool].left for pool in {pool for path in paths for _, pool in path}},
            largest,
            _Empties(),
            Columns(ranked, pools),
        )
        snapshot.keep(found)
        return found

    def lists(self, shape: _Shape) -> _Lists:
        """The lists for this shape; of the others only those asked lately stay."""
        found = self.shapes.pop(shape, None)
        if found is None:
            found = self._made(shape)
            for oldest in list(self.shapes)[: 1 - _SHAPES]:
                self.shapes.pop(oldest, None)
        self.shapes[shape] = found
        return found

    def _made(self, shape: _Shape) -> _Lists:
        if self.parent:
            return _moved(shape, self.parent.lists(shape), self.moved, old=self.parent, new=self)
        groups: dict[_Group, list[int]] = {}
        for number, place in enumerate(self.ranked):
            if (entry := self.entry(shape, number)) is not None:
                groups.setdefault(_group(shape, place), []).append(entry)
        return {group: _listed(shape, group, sorted(entries)) for group, entries in groups.items()}

    def entry(self, shape: _Shape, number: int) -> int | None:
        """The place in a list, as if next to nothing of its own pools were asked. None: it cannot take the device."""
        place, pools = self.ranked[number], self.pools
        if place.kind != shape.kind:
            return None
        at, contiguity = 0, 100
        if shape.height:
            free = rack.free_for(place.front, place.rear, shape.face, total=place.half_units)
            if not rack.starts(free, shape.height):
                return None
            at, contiguity = best_start(free, shape.height, heavy=shape.heavy)
        elif shape.on_side and place.sides & ALL_SIDES == ALL_SIDES:
            return None
        own = 100
        for share, pool in place.own:
            if share in shape.shares:
                state = pools[pool]
                left = state.left
                if left <= 0:
                    return None
                own = min(own, 100 * left // (state.limit or 1))
        points = (
            35 * contiguity + 15 * scoring.lowness(place, shape.height, at) + (1000 if shape.single else 0)
        )
        policy = place.policy if place.half_units else ""
        space = 10 * points
        if policy:
            bonus = scoring.policy_points(
                place, 100 * (place.front | place.rear).bit_count() // place.half_units
            )
            space = (100 - scoring.POLICY_SHARE) * points // 10 + 10 * bonus
        if place.keep_free:
            taken = (place.front | place.rear).bit_count() + shape.height
            units = scoring.units_left(place, taken) if place.half_units else 100
            space -= 1000 * scoring.RESERVE_COST if min(units, own) < place.keep_free else 0
        bound = space + _weight(shape, policy) * own
        kind = self.empties.number(place, pools)
        return (_HIGHEST - bound) << _BOUND_AT | own << _OWN_AT | kind << _KIND_AT | number


def carry_over(
    before: Snapshot, after: Snapshot, *, places: Iterable[int] = (), pools: Iterable[int] = ()
) -> None:
    """Give `after` the index of `before`, brought up to date: the next picture. places, pools: ids of all that differ.

    Own pools may differ only with their place. Where places came, went or were renamed there is nothing to keep.
    """
    if isinstance(before.index, Index) and (found := _next(before.index, after, set(places), pools)):
        numbers = [found.numbers[pk] for pk in places]
        for shape, lists in list(before.index.shapes.items()):
            found.shapes[shape] = _moved(shape, lists, numbers, old=before.index, new=found)
        after.keep(found)


def lend(before: Snapshot, after: Snapshot, *, places: Iterable[int] = (), pools: Iterable[int] = ()) -> None:
    """Let `after`, which is asked once and forgotten, use the index of `before`, which learns what is asked."""
    changed, index = set(places), Index.of(before)
    index.columns.made()
    if not changed:
        after.keep(index)
    elif found := _next(index, after, changed, pools):
        numbers = tuple(found.numbers[pk] for pk in changed)
        after.keep(replace(found, parent=index, moved=numbers))


def _next(old: Index, after: Snapshot, changed: Set[int], pools: Iterable[int]) -> Index | None:
    """The index of `after` without lists; None when the places are not the same ones."""
    new = {place.id: place for place in after.places if place.id in changed}
    if len(old.ranked) != len(after.places) or len(new) != len(changed):
        return None
    ranked, largest = list(old.ranked), dict(old.largest)
    for pk, place in new.items():
        number = old.numbers.get(pk)
        if number is None or ranked[number].name != place.name:
            return None
        ranked[number] = place
        for share, pool in place.own:
            largest[share] = max(largest.get(share, 1), after.pools[pool].limit)
    if largest.keys() != old.largest.keys():
        return None
    left = dict(old.left)
    left.update((pool, after.pools[pool].left) for pool in pools if pool in left and pool in after.pools)
    columns = old.columns.after(ranked, after.pools, [old.numbers[pk] for pk in new])
    return Index(after.pools, tuple(ranked), old.numbers, left, largest, old.empties, columns)


def _moved(shape: _Shape, lists: _Lists, numbers: Iterable[int], *, old: Index, new: Index) -> _Lists:
    """The lists with these places as they are now; lists without any of them are the same."""
    found = dict(lists)
    for number in numbers:
        group = _group(shape, old.ranked[number])
        if group in found:
            rest = [entry for entry in found[group].entries if entry & _RANK != number]
            found[group] = _listed(shape, group, rest)
        if (entry := new.entry(shape, number)) is not None:
            group = _group(shape, new.ranked[number])
            entries = list(found[group].entries) if group in found else []
            insort(entries, entry)
            found[group] = _listed(shape, group, entries)
    return found


def _group(shape: _Shape, place: PlaceState) -> _Group:
    has_own = any(share in shape.shares for share, _ in place.own)
    policy = place.policy if place.half_units else ""
    return _Group(place.upstream, place.shares, place.depth_mm, policy, has_own)


def _listed(shape: _Shape, group: _Group, entries: list[int]) -> _List:
    weight = _weight(shape, group.policy)
    space = max((_bound(entry) - weight * _own(entry) for entry in entries), default=0)
    return _List(array("q", entries), space)


def _bound(entry: int) -> int:
    return _HIGHEST - (entry >> _BOUND_AT)


def _own(entry: int) -> int:
    return entry >> _OWN_AT & _OWN


def _weight(shape: _Shape, policy: str) -> int:
    """Thousandths of a point for one percent of headroom."""
    return (25 if shape.single else 35) * (100 - scoring.POLICY_SHARE if policy else 100) // 10


class Search:
    """The places for one ask, best first, while a plan grows: `work` holds what it has booked so far."""

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work) -> None:
        self.index = Index.of(snapshot)
        self.near = snapshot.near
        self.ask, self.work = ask, work
        self.wanted = amounts(ask.demand)
        self.heavy = ask.demand.weight_kg >= HEAVY_KG
        shares = frozenset(self.wanted.keys() & self.index.largest.keys())
        # What the own pools lose at least, in percent of the largest there is.
        self.least = min((100, *(100 * self.wanted[share] // self.index.largest[share] for share in shares)))
        single = ask.demand.cords in {"A", "B"}
        self.shape = _Shape(ask.kind, ask.height, ask.face, self.heavy, ask.on_side, single, shares)
        self.meter = Meter(self.wanted, work.left, snapshot.pools)

    def best(self, limit: int | None = None) -> list[Choice]:
        """The first `limit` places, or all: by score, then by name."""
        found: list[tuple[int, int, Choice]] = []
        columns, touched = self.index.columns, [self.index.numbers[pk] for pk in self.work.front]
        room = columns.alone(self.ask, self.wanted) & ~sum(1 << number for number in touched)
        room = columns.on_paths(room, lambda path: self.meter.path(path.shares, path.upstream) >= 0)
        few = limit is None or room.bit_count() <= _FEW
        for number in (*touched, *(numbers(room) if few else ())):
            self._add(found, self.index.ranked[number], number, limit)
        for bound, group, one in () if few else self._groups():
            if limit is not None and len(found) >= limit and bound < -found[-1][0]:
                break
            self._walk(found, group, one, limit, room)
        return [choice for _, _, choice in found]

    def _groups(self) -> list[tuple[int, _Group, _List]]:
        """The lists that may hold something, with the most points that a place in them can get."""
        found = []
        extra = scoring.NEAR if self.near else 0
        for group, one in self.index.lists(self.shape).items():
            if not one.entries or (group.depth_mm and self.ask.depth_mm > group.depth_mm):
                continue
            path = self.meter.path(group.shares, group.upstream)
            if path < 0:
                continue
            weight = _weight(self.shape, group.policy)
            least = self.least if group.has_own else 0
            bound = min(_bound(one.entries[0]) - weight * least, one.space + weight * path)
            found.append((_whole(bound) + extra, group, one))
        found.sort(key=lambda item: -item[0])
        return found

    def _walk(
        self, found: list[tuple[int, int, Choice]], group: _Group, one: _List, limit: int | None, room: int
    ) -> None:
        """Look at the places of one list from the top, until none that follows can be among the first."""
        path = self.meter.path(group.shares, group.upstream)
        weight = _weight(self.shape, group.policy)
        least = self.least if group.has_own else 0
        top, extra = one.space + weight * path, scoring.NEAR if self.near else 0
        known: dict[int, int] = {}  # kind of empty rack -> what it scores here
        entries, at = one.entries, 0
        while at < len(entries):
            entry = entries[at]
            at += 1
            number, own, kind = entry & _RANK, _own(entry), entry >> _KIND_AT & _KIND
            if own < least or not room >> number & 1:
                continue
            place = self.index.ranked[number]
            if limit is not None and len(found) >= limit:
                worst, last = -found[-1][0], found[-1][1]
                if _whole(min(_bound(entry) - weight * least, top)) + extra < worst:
                    return
                bound = known.get(kind)
                if bound is None:
                    bound = _whole(_bound(entry) - weight * own + weight * min(path, own - least))
                bound += scoring.NEAR if place.id in self.near else 0
                if bound < worst or (bound == worst and number > last):
                    if not extra:  # those of the same figures that follow stand further down by name
                        at = bisect_left(entries, (entry | _RANK) + 1, at)
                    continue
            score = self._add(found, place, number, limit)
            if kind:
                known[kind] = score

    def _add(
        self, found: list[tuple[int, int, Choice]], place: PlaceState, number: int, limit: int | None
    ) -> int:
        """Put the place among the first, if it fits; its score without the agency's share, -1 for none."""
        choice = self.choice(place)
        if choice is None:
            return -1
        insort(found, (-choice[0], number, choice))
        if limit is not None and len(found) > limit:
            found.pop()
        return choice[0] - (scoring.NEAR if place.id in self.near else 0)

    def choice(self, place: PlaceState) -> Choice | None:
        """The place with its score, exactly; None where the ask does not fit."""
        ask, work = self.ask, self.work
        if place.kind != ask.kind or (place.depth_mm and ask.depth_mm > place.depth_mm):
            return None
        at, contiguity = None, 100
        if ask.height:
            free = work.free(place, ask.face)
            if not rack.starts(free, ask.height):
                return None
            at, contiguity = best_start(free, ask.height, heavy=self.heavy)
        elif ask.on_side and (at := work.free_side(place)) is None:
            return None
        headroom = self.meter.headroom(place)
        if headroom < 0:
            return None
        points = scoring.score(
            ask, place, work, meter=self.meter, at=at, contiguity=contiguity, headroom=headroom
        )
        return points + (scoring.NEAR if place.id in self.near else 0), place, at


def _whole(bound: int) -> int:
    """Thousandths as points; a score is never below zero."""
    return max(0, bound // 1000)
