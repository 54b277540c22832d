"""A naive ledger in memory and random small data centres: what the pure rules are held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from sandar.core import rack
from sandar.core.capacity import Demand, PlaceState, PoolState, Snapshot, amounts, unprovided
from sandar.core.placement import Ask, Placement
from sandar.core.power import Node, Topology
from sandar.core.power_plan import routes
from sandar.core.rack import SIDE_POSITIONS
from sandar.core.standing import Stand
from tests.core.power_model import Choice, taped

FACES = ("front", "rear", "full")


@dataclass(frozen=True)
class Held:
    """A device somewhere; at: its start, or for one without height the index of its position on the side."""

    place: int
    at: int
    ask: Ask

    @property
    def stand(self) -> Stand:
        """As core.standing reads it."""
        tall = self.ask.height > 0
        return Stand(
            place_id=self.place,
            demand=self.ask.demand,
            start=self.at if tall else None,
            height=self.ask.height,
            face=self.ask.face,
            depth_mm=self.ask.depth_mm,
            slot=None if tall else self.at + 1,
        )


@dataclass
class NaiveLedger:
    """Holds claims in a list and recounts everything from it for every question."""

    world: Snapshot
    held: list[Held] = field(default_factory=list)
    known: dict[tuple[int, Demand], dict[int, int]] = field(default_factory=dict)

    def cells(self, place: int) -> set[tuple[int, str]]:
        return {cell for h in self.held if h.place == place for cell in _cells(h)}

    def used(self, pool: int) -> int:
        return sum(self.drawn(h).get(pool, 0) for h in self.held)

    def drawn(self, held: Held) -> dict[int, int]:
        """Pool -> what the device draws from it where it stands."""
        key = held.place, held.ask.demand
        if key not in self.known:
            (place,) = [p for p in self.world.places if p.id == held.place]
            wanted, found = amounts(held.ask.demand), dict.fromkeys(self.world.pools, 0)
            for share, pool in place.routes:
                found[pool] += wanted.get(share, 0)
            self.known[key] = found
        return self.known[key]

    def accepts(self, new: Held) -> bool:
        (place,) = [p for p in self.world.places if p.id == new.place]
        top = place.half_units if new.ask.height else SIDE_POSITIONS
        if new.at < 0 or new.at + max(new.ask.height, 1) > top:
            return False
        if self.cells(new.place) & set(_cells(new)):
            return False
        if unprovided(amounts(new.ask.demand), place.shares):
            return False
        drawn = [self.drawn(device) for device in [*self.held, new]]
        return all(sum(one[pool.id] for one in drawn) <= pool.limit for pool in self.world.pools.values())

    def snapshot(self) -> Snapshot:
        def bits(place: int, face: str) -> int:
            return sum(1 << half for half, side in self.cells(place) if side == face)

        return replace(
            self.world,
            places=tuple(
                replace(p, front=bits(p.id, "F"), rear=bits(p.id, "R"), sides=bits(p.id, "S"))
                for p in self.world.places
            ),
            pools={i: replace(p, installed=self.used(i)) for i, p in self.world.pools.items()},
        )


def where(option: Placement) -> int:
    """The start or the side position that the search proposes, as Held counts it."""
    return option.start if option.start is not None else (option.slot or 0) - 1


def everywhere(world: Snapshot, ask: Ask) -> Iterator[Held]:
    """Every place there is for it, and a few beyond."""
    for place in world.places:
        for at in range(-1, (place.half_units if ask.height else SIDE_POSITIONS) + 1):
            yield Held(place.id, at, ask)


def _cells(held: Held) -> list[tuple[int, str]]:
    if not held.ask.height:
        return [(held.at, "S")]
    return rack.cells(held.at, held.ask.height, held.ask.face)


def world(choice: Choice) -> Snapshot:
    """1-4 UPS, 2-8 PDUs, 1-4 racks of 2-8 U with A and B or only A; every limit chosen at random."""
    nodes = [Node("pln", "utility"), Node("genset", "genset")]
    ups = [f"ups{n}" for n in range(choice.number(1, 4))]
    nodes += [Node(name, "ups", ("pln", "genset")) for name in ups]
    pdus = [f"pdu{n}" for n in range(choice.number(2, 8))]
    nodes += [Node(name, "pdu", (choice.pick(ups),)) for name in pdus]
    feeds: dict[str, dict[str, str]] = {}
    heights: dict[str, int] = {}
    for n in range(choice.number(1, 4)):
        name = f"R{n}"
        heights[name] = choice.number(4, 16)
        sides = choice.pick(["A", "AB", "AB"])
        feeds[name] = {side: f"{name}-{side}" for side in sides}
        for side in sides:
            nodes.append(Node(f"{name}-{side}", f"rack_power_{side.lower()}", (choice.pick(pdus),)))
    chain = Topology({node.ref: node for node in nodes}, feeds)
    pools: dict[tuple[str, str], PoolState] = {}
    places = []
    for index, (name, height) in enumerate(heights.items()):
        found = []
        for route in routes(chain, name):
            key = (route.ref, route.state)
            if key not in pools:
                limit = choice.number(200, 3000)
                pools[key] = PoolState(len(pools) + 1, route.kind, route.ref, route.state, limit, limit)
            found.append((route.share, pools[key].id))
        limit = choice.number(10, 120)
        weight = PoolState(len(pools) + 1, "weight", name, "normal", limit, limit, own=index + 1)
        pools[name, "weight"] = weight
        found.append(("weight_kg", weight.id))
        shares = frozenset(share for share, _ in found)
        places.append(PlaceState(index + 1, "rack", name, half_units=height, own=tuple(found), shares=shares))
    return Snapshot(tuple(places), {pool.id: pool for pool in pools.values()})


def wish(choice: Choice) -> Ask:
    """A device of up to 3 U, on the side, front, rear or full, with one cord or two."""
    demand = Demand(watts=choice.number(0, 900), cords=choice.pick(CORDS), weight_kg=choice.number(0, 40))
    return Ask(demand=demand, height=choice.pick(HEIGHTS), face=choice.pick(FACES))


CORDS = ["A", "B", "AB", "AB"]
HEIGHTS = [0, 1, 1, 2, 2, 3, 4, 5, 6]


def asked(low: int, high: int) -> st.SearchStrategy[tuple[Snapshot, list[Ask]]]:
    """A world and so many wishes."""
    return taped(lambda choice: (world(choice), [wish(choice) for _ in range(choice.number(low, high))]))
