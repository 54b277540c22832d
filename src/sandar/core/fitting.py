"""How a device fits one place: what is left there and what it lacks. The words of the whole placement family.

`core.placement` searches, among `core.candidates`; `core.scoring` gives points, `core.explaining` says why,
`core.standing` judges one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandar.core import rack
from sandar.core.capacity import Demand, PlaceState, PoolState, Shortage, Snapshot, amounts, unprovided


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One device (kind rack; height in half-units, 0 = on the rack's side) or application (kind compute)."""

    demand: Demand
    kind: str = "rack"
    height: int = 0
    face: str = "full"
    depth_mm: int = 0
    hosted: bool = False  # on a shelf or in a chassis: takes neither units nor the side

    @property
    def on_side(self) -> bool:
        return self.kind == "rack" and not self.height and not self.hosted and not self.demand.extra


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for or against a place: a stable code and the figures of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


ALL_SIDES = (1 << rack.SIDE_POSITIONS) - 1


class _Left(dict[int, int]):
    """Pool -> what is left, asked of the snapshot when it is first needed."""

    __slots__ = ("pools",)

    def __init__(self, pools: Mapping[int, PoolState], known: Mapping[int, int]) -> None:
        super().__init__(known)
        self.pools = pools

    def __missing__(self, pool: int) -> int:
        left = self[pool] = self.pools[pool].left
        return left


@dataclass(slots=True)
class Work:
    """What is left while a plan grows: amounts per pool, and the occupied masks of the places it has touched.

    `at` is the start in half-units, or for a device without height the index of its position on the side.
    """

    pools: Mapping[int, PoolState]
    left: dict[int, int]
    front: dict[int, int] = field(
        default_factory=dict
    )  # place -> mask, where it is not the snapshot's any more
    rear: dict[int, int] = field(default_factory=dict)
    sides: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, left: Mapping[int, int] | None = None) -> Work:
        """As the snapshot has it. left: of some pools, where it is known already."""
        return cls(snapshot.pools, _Left(snapshot.pools, left or {}))

    def copy(self) -> Work:
        left = _Left(self.pools, self.left)
        return Work(self.pools, left, dict(self.front), dict(self.rear), dict(self.sides))

    def book(self, place: PlaceState, ask: Ask, at: int | None, *, sign: int = 1) -> None:
        wanted = amounts(ask.demand)
        for share, pool in place.routes:
            self.left[pool] -= sign * wanted.get(share, 0)
        self.occupy(place, at, ask.height, face=ask.face)

    def occupy(self, place: PlaceState, at: int | None, height: int, *, face: str) -> None:
        """Take these units, or give them back where they are taken."""
        front, rear, sides = self.masks(place)
        if at is not None and not height:
            sides ^= 1 << at
        bits = rack.mask(at or 0, height)
        self.front[place.id] = front ^ bits if face != "rear" else front
        self.rear[place.id] = rear ^ bits if face != "front" else rear
        self.sides[place.id] = sides

    def masks(self, place: PlaceState) -> tuple[int, int, int]:
        """(front, rear, sides) as they are now."""
        if place.id not in self.front:
            return place.front, place.rear, place.sides
        return self.front[place.id], self.rear[place.id], self.sides[place.id]

    def free(self, place: PlaceState, face: str) -> int:
        front, rear, _ = self.masks(place)
        return rack.free_for(front, rear, face, total=place.half_units)

    def taken(self, place: PlaceState) -> int:
        """How many half-units are taken on either face."""
        front, rear, _ = self.masks(place)
        return (front | rear).bit_count()

    def free_side(self, place: PlaceState) -> int | None:
        """Index of the lowest free position on the rack's side."""
        free = ~self.masks(place)[2] & ALL_SIDES
        return (free & -free).bit_length() - 1 if free else None


def lacking(snapshot: Snapshot, ask: Ask, place: PlaceState, *, start: int | None) -> tuple[Shortage, ...]:
    """Everything this place lacks for the ask exactly at `start`; empty when it fits there."""
    work = Work.of(snapshot)
    found = gaps(snapshot, ask, place, work=work)
    if ask.height and start is not None and not any(gap.resource == "space" for gap in found):
        free, bits = work.free(place, ask.face), rack.mask(start, ask.height)
        if free & bits != bits:
            found.insert(0, Shortage("space", ask.height, rack.longest_run(free), place.name))
    return tuple(found)


def gaps(snapshot: Snapshot, ask: Ask, place: PlaceState, *, work: Work) -> list[Shortage]:
    """Everything this place lacks for the ask; empty when it fits."""
    return Lack(snapshot, ask, work).of(place)


Gaps = dict[tuple[str, str], Shortage]  # by resource and node: of each where it is widest


class Lack:
    """What places lack for one ask. What they have in common is looked at once; the work stays as it is meanwhile."""

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work) -> None:
        self._snapshot, self._ask, self._work = snapshot, ask, work
        self._wanted = amounts(ask.demand)
        self._paths: dict[int, Gaps] = {}  # by identity: the snapshot keeps them alive
        self._unprovided: dict[int, list[tuple[str, int]]] = {}

    def of(self, place: PlaceState) -> list[Shortage]:
        """Everything this place lacks; empty when it fits."""
        found, worst = self.alone(place)
        for key, gap in self.path(place.upstream).items():
            _widen(worst, key, gap)
        return found + list(worst.values())

    def alone(self, place: PlaceState) -> tuple[list[Shortage], Gaps]:
        """What it lacks of what it has alone: form and what it does not provide, then the gaps of its own pools."""
        ask, work, found = self._ask, self._work, []
        if place.depth_mm and ask.depth_mm > place.depth_mm:
            found.append(Shortage("depth", ask.depth_mm, place.depth_mm, place.name))
        if ask.height:
            free = work.free(place, ask.face)
            if not rack.starts(free, ask.height):
                found.append(Shortage("space", ask.height, rack.longest_run(free), place.name))
        if ask.on_side and work.free_side(place) is None:
            found.append(Shortage("side", 1, 0, place.name))
        found += [Shortage(kind, amount, 0, place.name) for kind, amount in self.missing(place.shares)]
        return found, self._short(place.own)

    def path(self, upstream: tuple[tuple[str, int], ...]) -> Gaps:
        """The gaps of the pools that the places on this path share. Not to be changed."""
        found = self._paths.get(id(upstream))
        if found is None:
            found = self._paths[id(upstream)] = self._short(upstream)
        return found

    def missing(self, shares: frozenset[str]) -> list[tuple[str, int]]:
        """(resource, amount asked) of what places with these shares do not provide."""
        found = self._unprovided.get(id(shares))
        if found is None:
            found = self._unprovided[id(shares)] = unprovided(self._wanted, shares)
        return found

    def _short(self, routes: Iterable[tuple[str, int]]) -> Gaps:
        worst: Gaps = {}
        for share, pool_id in routes:
            amount = self._wanted.get(share)
            if amount is not None and amount > (left := self._work.left[pool_id]):
                pool = self._snapshot.pools[pool_id]
                _widen(worst, (pool.kind, pool.ref), Shortage(pool.kind, amount, left, pool.ref, pool.state))
        return worst


def _widen(worst: Gaps, key: tuple[str, str], gap: Shortage) -> None:
    if key not in worst or gap.asked - gap.left > worst[key].asked - worst[key].left:
        worst[key] = gap
