"""Random power chains, and a naive model that plugs every device in and adds up what flows in each state.

The model shares no code with core.power but the data classes: it asks of each node whether it lives, walks up
every cord, and loads what it meets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from sandar.core.electric import Rating
from sandar.core.outage import Device
from sandar.core.power import Node, State, Topology

T = TypeVar("T")


@dataclass(frozen=True)
class Model:
    """One state of a chain, simulated."""

    chain: Topology
    state: State
    known: dict[str, str | None] = field(default_factory=dict)

    def lost(self, ref: str) -> bool:
        node, kind = self.chain.nodes[ref], self.state.kind
        if kind == "maintenance":
            return ref == self.state.node
        if kind == "utility_lost":
            return node.kind == "utility"
        if kind in {"a_lost", "b_lost"}:
            if node.side != kind[0].upper():
                return False
            switched = node.parents and self.chain.nodes[node.parents[0]].kind == "transfer_switch"
            return not (node.kind.startswith("rack_power") and switched)
        return False

    def feeder(self, ref: str) -> str | None:
        """The parent in use; "" for a source; None when dead."""
        if ref not in self.known:
            self.known[ref] = self._feeder(ref)
        return self.known[ref]

    def _feeder(self, ref: str) -> str | None:
        if self.lost(ref):
            return None
        parents = self.chain.nodes[ref].parents
        if not parents:
            return ""
        plain = [p for p in parents if self.chain.nodes[p].kind != "genset"]
        gensets = [p for p in parents if self.chain.nodes[p].kind == "genset"]
        for parent in plain + gensets:
            if self.feeder(parent) is not None:
                return parent
        return None

    def way(self, ref: str) -> list[tuple[str, str]]:
        """(node, phase) up to the source: "" where the path loads all phases alike or there is one only."""
        found = []
        phase = ""
        while ref:
            node = self.chain.nodes[ref]
            found.append((ref, phase if node.phases == 3 else ""))
            above = self.feeder(ref)
            assert above is not None
            if above and node.phases == 1 and self.chain.nodes[above].phases == 3:
                phase = node.phase
            ref = above
        return found

    def flows(self, devices: list[Device]) -> dict[tuple[str, str], int]:
        """(node, phase) -> watts; three-phase nodes by phase, others as a whole."""
        total: dict[tuple[str, str], int] = defaultdict(int)
        for device in devices:
            feeds = self.chain.feeds[device.rack]
            alive = [s for s in device.cords if s in feeds and self.feeder(feeds[s]) is not None]
            if not alive:
                continue
            part = device.watts if len(alive) == 1 else (device.watts + 1) // 2
            met: dict[str, list[str]] = defaultdict(list)
            for side in alive:
                for ref, phase in self.way(feeds[side]):
                    met[ref].append(phase)
            for ref, ways in met.items():
                if self.chain.nodes[ref].phases == 1:
                    total[ref, ""] += device.watts if len(ways) > 1 else part
                    continue
                once = len(ways) > 1 and ways[0] == ways[1]
                each = device.watts if once else part
                for way in ways[:1] if once else ways:
                    for line in [way] if way else ["L1", "L2", "L3"]:
                        total[ref, line] += each if way else (each + 2) // 3
        return dict(total)

    def limit(self, ref: str, phase: str) -> int:
        node = self.chain.nodes[ref]
        rating = node.rating
        watts = rating.watts
        if rating.module_count:
            broken = 1 if self.state.kind == "module_lost" else 0
            watts = min(watts, (rating.module_count - max(rating.spare_modules, broken)) * rating.module_w)
        if phase:
            watts //= 3
        return watts * node.derating // 100

    def holds(self, devices: list[Device]) -> bool:
        return all(watts <= self.limit(*key) for key, watts in self.flows(devices).items())


class Choice(Protocol):
    """Where the random figures come from: Hypothesis, which shrinks, or a seeded generator, which is fast."""

    def number(self, low: int, high: int) -> int: ...

    def pick(self, among: Sequence[T]) -> T: ...

    def some(self, among: Sequence[T], low: int, high: int) -> list[T]: ...


@dataclass(frozen=True)
class Drawn:
    """Choices of Hypothesis, a draw each: for cases of any size."""

    draw: st.DrawFn

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, among: Sequence[T]) -> T:
        return self.draw(st.sampled_from(among))

    def some(self, among: Sequence[T], low: int, high: int) -> list[T]:
        most = min(high, len(among))
        return self.draw(st.lists(st.sampled_from(among), min_size=low, max_size=most, unique=True))


TAPE = 640  # bytes: more than the largest case reads


@dataclass
class Tape:
    """Choices read off a row of bytes that Hypothesis draws in one go, a tenth of the cost of a draw for each.

    Zero is the least and the first, so what shrinks byte by byte is a smaller case. One figure in eight is the
    least or the most there is: limits are where faults show.
    """

    held: bytes
    at: int = 0

    def number(self, low: int, high: int) -> int:
        span = high - low
        if span <= 8:
            return low + self._next(1) * (span + 1) // 256
        edge = self._next(1)
        if edge >= 240:
            return high
        return low if edge < 16 else low + self._next(2) * (span + 1) // 65536

    def pick(self, among: Sequence[T]) -> T:
        return among[self.number(0, len(among) - 1)]

    def some(self, among: Sequence[T], low: int, high: int) -> list[T]:
        left = list(among)
        return [
            left.pop(self.number(0, len(left) - 1)) for _ in range(self.number(low, min(high, len(left))))
        ]

    def _next(self, count: int) -> int:
        self.at += count
        assert self.at <= len(self.held), "a longer TAPE is needed"
        return int.from_bytes(self.held[self.at - count : self.at])


def taped(case: Callable[[Choice], T]) -> st.SearchStrategy[T]:
    """Cases made by plain code, as Hypothesis can shrink and show them."""
    return st.binary(min_size=TAPE, max_size=TAPE).map(lambda held: case(Tape(held)))


@dataclass(frozen=True)
class Seeded:
    """Choices of random.Random."""

    random: Random

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, among: Sequence[T]) -> T:
        return self.random.choice(among)

    def some(self, among: Sequence[T], low: int, high: int) -> list[T]:
        return self.random.sample(among, self.random.randint(low, min(high, len(among))))


@dataclass
class _Builder:
    """Adds nodes with figures that fit electrically: three phases only under three, a phase under three."""

    choice: Choice
    nodes: dict[str, Node]

    def add(self, ref: str, kind: str, parents: list[str], side: str = "", *, watts: int = 0) -> str:
        choice = self.choice
        above = [self.nodes[parent].phases for parent in parents]
        three = 1 not in above and choice.pick([True, True, True, False])
        phase = choice.pick(["L1", "L2", "L3"]) if 3 in above and not three else ""
        rating = Rating(watts=watts or choice.number(300, 6000))
        if kind == "ups" and choice.pick([True, False]):
            count = choice.number(1, 4)
            rating = Rating(
                watts=rating.watts,
                module_count=count,
                module_w=choice.number(300, 2500),
                spare_modules=choice.number(0, count - 1),
            )
        derating = choice.pick([100, 80, 67])
        self.nodes[ref] = Node(ref, kind, tuple(parents), side, 3 if three else 1, phase, rating, derating)
        return ref


def chain(choice: Choice) -> Topology:
    """Utility, perhaps a genset and a transfer switch, 1-4 UPS, 2-8 PDUs, 1-4 racks; one or three phases."""
    build = _Builder(choice, {})
    sources = [build.add("pln", "utility", [], watts=20_000)]
    if choice.pick([True, False]):
        sources.append(build.add("genset", "genset", []))
    if choice.pick([True, False]):
        sources = [build.add("ats", "transfer_switch", choice.some(sources, len(sources), len(sources)))]
    sided = choice.pick([True, False])
    ups = []
    for n in range(choice.number(1, 4)):
        side = choice.pick(["", "A", "B"]) if sided else ""
        ups.append(build.add(f"ups{n}", "ups", choice.some(sources, 1, 2), side))
    pdus = [
        build.add(f"pdu{n}", "pdu", choice.some(ups, 1, 2), "AB"[n % 2] if sided else "")
        for n in range(choice.number(2, 8))
    ]
    if choice.pick([True, False]):
        pdus.append(build.add("rack-ats", "transfer_switch", pdus[:2]))
    near = pdus[: choice.number(1, len(pdus))]  # often racks hang on the same nodes, or both sides on one
    feeds: dict[str, dict[str, str]] = {}
    for n in range(choice.number(1, 4)):
        feeds[f"R{n}"] = {
            side: build.add(f"R{n}-{side}", f"rack_power_{side.lower()}", [choice.pick(near)], side)
            for side in choice.pick(["A", "AB", "AB", "AB"])
        }
    return Topology(build.nodes, feeds)


def situation(choice: Choice) -> tuple[Topology, list[State], list[Device]]:
    """A chain, the states that must be survived, and devices on cords their racks have."""
    found = chain(choice)
    kinds = choice.some(["a_lost", "b_lost", "utility_lost", "module_lost"], 0, 4)
    named = choice.some(sorted(found.nodes), 0, 6)
    states = [State("normal"), *map(State, kinds), *(State("maintenance", ref) for ref in named)]
    devices = []
    for number in range(choice.number(1, 8)):
        rack = choice.pick(sorted(found.feeds))
        cords = choice.pick(["A", "B", "AB", "AB"] if "B" in found.feeds[rack] else ["A"])
        devices.append(Device(number, rack, choice.number(1, 1200), cords))
    return found, states, devices


def on_the_edge(choice: Choice, found: tuple[Topology, list[State], list[Device]]) -> Topology:
    """The chain with room for everything, but on one node exactly as much as flows there in some state, or 1 W
    less: where a wrong share, a missing pool or a rounding would show.
    """
    topology, states, devices = found
    nodes = {
        ref: replace(node, rating=Rating(watts=1_000_000), derating=100)
        for ref, node in topology.nodes.items()
    }
    flows = Model(topology, choice.pick(states)).flows(devices)
    if flows:
        (ref, phase), watts = choice.pick(sorted(flows.items()))
        exact = (watts - choice.number(0, 1)) * (3 if phase else 1)
        nodes[ref] = replace(nodes[ref], rating=Rating(watts=exact))
    return Topology(nodes, topology.feeds)


SITUATIONS = taped(situation)
