"""How a device fits one place: what is left there, what it lacks, what speaks for and against it.

Source of the reasons: issue "capacity", placement; design/domain.md 2.2. The search over all places is in
`core.placement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandar.core import rack
from sandar.core.capacity import Demand, PlaceState, Shortage, Snapshot, amounts, unprovided

HEAVY_KG = 25
LITTLE_HEADROOM, MUCH_HEADROOM = 10, 30  # percent of a limit that stays free after the booking


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One device (kind rack; height in half-units, 0 = on the rack's side) or application (kind compute)."""

    demand: Demand
    kind: str = "rack"
    height: int = 0
    face: str = "full"
    depth_mm: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for or against a place: a stable code and the figures of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """What is left while a plan grows: amounts per pool, occupied masks per place."""

    left: dict[int, int]
    front: dict[int, int]
    rear: dict[int, int]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Work:
        return cls(
            {p.id: p.limit - p.held - p.reserved - p.installed - p.blocked for p in snapshot.pools.values()},
            {place.id: place.front for place in snapshot.places},
            {place.id: place.rear for place in snapshot.places},
        )

    def book(self, place: PlaceState, ask: Ask, start: int | None, *, sign: int = 1) -> None:
        wanted = amounts(ask.demand)
        for share, pool in place.routes:
            self.left[pool] -= sign * wanted.get(share, 0)
        self.occupy(place.id, start, ask.height, face=ask.face)

    def occupy(self, place_id: int, start: int | None, height: int, *, face: str) -> None:
        bits = rack.mask(start or 0, height)
        if face != "rear":
            self.front[place_id] ^= bits
        if face != "front":
            self.rear[place_id] ^= bits

    def free(self, place: PlaceState, face: str) -> int:
        return rack.free_for(self.front[place.id], self.rear[place.id], face, total=place.half_units)


def lacking(snapshot: Snapshot, ask: Ask, place: PlaceState, *, start: int | None) -> tuple[Shortage, ...]:
    """Everything this place lacks for the ask exactly at `start`; empty when it fits there."""
    work = Work.of(snapshot)
    found = gaps(snapshot, ask, place, work)
    if ask.height and start is not None and not any(gap.resource == "space" for gap in found):
        free, bits = work.free(place, ask.face), rack.mask(start, ask.height)
        if free & bits != bits:
            found.insert(0, Shortage("space", ask.height, rack.longest_run(free), place.name))
    return tuple(found)


def reasons(
    snapshot: Snapshot, ask: Ask, place: PlaceState, *, start: int | None
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """(reasons for, reasons against) this exact place, which must have room."""
    found = list(told(snapshot, Work.of(snapshot), ask, place, start=start))
    good, bad = (tuple(reason for pro, reason in found if pro is wanted) for wanted in (True, False))
    return good, bad


def gaps(snapshot: Snapshot, ask: Ask, place: PlaceState, work: Work) -> list[Shortage]:
    """Everything this place lacks for the ask; empty when it fits."""
    wanted = amounts(ask.demand)
    found = []
    if place.depth_mm and ask.depth_mm > place.depth_mm:
        found.append(Shortage("depth", ask.depth_mm, place.depth_mm, place.name))
    if ask.height and (run := rack.longest_run(work.free(place, ask.face))) < ask.height:
        found.append(Shortage("space", ask.height, run, place.name))
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


def told(
    snapshot: Snapshot, work: Work, ask: Ask, place: PlaceState, *, start: int | None
) -> Iterator[tuple[bool, Reason]]:
    """(is a pro, reason) in the order in which they are shown."""
    wanted = amounts(ask.demand)
    if ask.height and start is not None:
        free = work.free(place, ask.face)
        before = rack.longest_run(free)
        after = rack.longest_run(free & ~rack.mask(start, ask.height))
        yield (
            after == before,
            Reason(
                "keeps_longest_run" if after == before else "shortens_longest_run",
                {"before_u": before / 2, "after_u": after / 2},
            ),
        )
        if start % 2 and ask.height % 2 == 0:
            yield False, Reason("half_step", {"position_u": rack.position_of(start)})
        if ask.demand.weight_kg >= HEAVY_KG:
            low = start * 3 <= place.half_units
            yield low, Reason("heavy_low" if low else "heavy_high", {"weight_kg": ask.demand.weight_kg})
    yield from _power_reasons(snapshot, work, ask, place)
    tight = [
        (100 * (work.left[pool] - wanted[share]) // (snapshot.pools[pool].limit or 1), snapshot.pools[pool])
        for share, pool in place.routes
        if share in wanted
    ]
    if tight:
        percent, pool = min(tight, key=lambda item: (item[0], item[1].kind, item[1].ref, item[1].state))
        facts = {"percent": percent, "resource": pool.kind, "ref": pool.ref, "state": pool.state}
        if percent < LITTLE_HEADROOM:
            yield False, Reason("little_headroom", facts)
        elif percent >= MUCH_HEADROOM:
            yield True, Reason("much_headroom", facts)
    if place.id in snapshot.near:
        yield True, Reason("agency_here")


def _power_reasons(
    snapshot: Snapshot, work: Work, ask: Ask, place: PlaceState
) -> Iterator[tuple[bool, Reason]]:
    if ask.demand.cords in {"A", "B"}:
        yield False, Reason("single_cord", {"cords": ask.demand.cords})
        wanted = amounts(ask.demand)
        sides = {
            snapshot.pools[pool].kind: snapshot.pools[pool].limit - work.left[pool] + wanted.get(share, 0)
            for share, pool in place.routes
            if share in {"power_a", "power_b"} and snapshot.pools[pool].kind.startswith("rack_power")
        }
        if len(sides) == 2:
            a, b = sides["rack_power_a"], sides["rack_power_b"]
            even = (a <= b) if ask.demand.cords == "A" else (b <= a)
            yield even, Reason("balances_sides" if even else "sides_uneven", {"a_w": a, "b_w": b})
