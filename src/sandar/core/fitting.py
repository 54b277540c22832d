"""How a device fits one place: what is left there and what it lacks. The words of the whole placement family.

`core.placement` searches, `core.scoring` ranks, `core.explaining` says why, `core.standing` judges one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandar.core import rack
from sandar.core.capacity import Demand, PlaceState, Shortage, Snapshot, amounts, unprovided


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
        return self.kind == "rack" and not self.height and not self.hosted


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for or against a place: a stable code and the figures of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


ALL_SIDES = (1 << rack.SIDE_POSITIONS) - 1


@dataclass(slots=True)
class Work:
    """What is left while a plan grows: amounts per pool, occupied masks per place.

    `at` is the start in half-units, or for a device without height the index of its position on the side.
    """

    left: dict[int, int]
    front: dict[int, int]
    rear: dict[int, int]
    sides: dict[int, int]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Work:
        return cls(
            {p.id: p.limit - p.held - p.reserved - p.installed - p.blocked for p in snapshot.pools.values()},
            {place.id: place.front for place in snapshot.places},
            {place.id: place.rear for place in snapshot.places},
            {place.id: place.sides for place in snapshot.places},
        )

    def copy(self) -> Work:
        return Work(dict(self.left), dict(self.front), dict(self.rear), dict(self.sides))

    def book(self, place: PlaceState, ask: Ask, at: int | None, *, sign: int = 1) -> None:
        wanted = amounts(ask.demand)
        for share, pool in place.routes:
            self.left[pool] -= sign * wanted.get(share, 0)
        self.occupy(place.id, at, ask.height, face=ask.face)

    def occupy(self, place_id: int, at: int | None, height: int, *, face: str) -> None:
        if at is not None and not height:
            self.sides[place_id] ^= 1 << at
        bits = rack.mask(at or 0, height)
        if face != "rear":
            self.front[place_id] ^= bits
        if face != "front":
            self.rear[place_id] ^= bits

    def free(self, place: PlaceState, face: str) -> int:
        return rack.free_for(self.front[place.id], self.rear[place.id], face, total=place.half_units)

    def free_side(self, place_id: int) -> int | None:
        """Index of the lowest free position on the rack's side."""
        free = ~self.sides[place_id] & ALL_SIDES
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
    wanted = amounts(ask.demand)
    found = []
    if place.depth_mm and ask.depth_mm > place.depth_mm:
        found.append(Shortage("depth", ask.depth_mm, place.depth_mm, place.name))
    if ask.height and (run := rack.longest_run(work.free(place, ask.face))) < ask.height:
        found.append(Shortage("space", ask.height, run, place.name))
    if ask.on_side and work.free_side(place.id) is None:
        found.append(Shortage("side", 1, 0, place.name))
    found += [Shortage(kind, amount, 0, place.name) for kind, amount in unprovided(wanted, place.shares)]
    worst: dict[tuple[str, str], Shortage] = {}
    for share, pool_id in place.routes:
        amount, left = wanted.get(share, 0), work.left[pool_id]
        if amount > left:
            pool = snapshot.pools[pool_id]
            gap = Shortage(pool.kind, amount, left, pool.ref, pool.state)
            key = (pool.kind, pool.ref)
            if key not in worst or amount - left > worst[key].asked - worst[key].left:
                worst[key] = gap
    return found + list(worst.values())
