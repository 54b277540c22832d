"""Random power chains, and a naive model that plugs every device in and adds up what flows in each state.

The model shares no code with core.power but the data classes: it asks of each node whether it lives, walks up
every cord, and loads what it meets.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from hypothesis import strategies as st

from sandar.core.electric import Rating
from sandar.core.outage import Device
from sandar.core.power import Node, State, Topology


@dataclass(frozen=True)
class Model:
    """One state of a chain, simulated."""

    chain: Topology
    state: State

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


@st.composite
def chains(draw: st.DrawFn) -> Topology:
    """Utility, perhaps a genset and a transfer switch, 1-4 UPS, 2-8 PDUs, 1-4 racks; one or three phases."""
    nodes: dict[str, Node] = {}

    def add(
        ref: str, kind: str, parents: list[str], side: str = "", *, w: int = 0, modular: bool = False
    ) -> str:
        three = all(nodes[p].phases == 3 for p in parents) and draw(st.booleans())
        under_three = any(nodes[p].phases == 3 for p in parents)
        phase = draw(st.sampled_from(["L1", "L2", "L3"])) if under_three and not three else ""
        rating = Rating(watts=w or draw(st.integers(300, 6000)))
        if modular:
            count = draw(st.integers(1, 4))
            each = draw(st.integers(300, 2500))
            rating = Rating(
                watts=rating.watts,
                module_count=count,
                module_w=each,
                spare_modules=draw(st.integers(0, count - 1)),
            )
        derating = draw(st.sampled_from([100, 80, 67]))
        nodes[ref] = Node(ref, kind, tuple(parents), side, 3 if three else 1, phase, rating, derating)
        return ref

    sources = [add("pln", "utility", [], w=20_000)]
    if draw(st.booleans()):
        sources.append(add("genset", "genset", []))
    if draw(st.booleans()):
        sources = [add("ats", "transfer_switch", draw(st.permutations(sources)))]
    sided = draw(st.booleans())
    ups = []
    for n in range(draw(st.integers(1, 4))):
        side = draw(st.sampled_from(["", "A", "B"])) if sided else ""
        parents = draw(st.lists(st.sampled_from(sources), min_size=1, unique=True))
        ups.append(add(f"ups{n}", "ups", parents, side, modular=draw(st.booleans())))
    pdus = []
    for n in range(draw(st.integers(2, 8))):
        parents = draw(st.lists(st.sampled_from(ups), min_size=1, max_size=2, unique=True))
        pdus.append(add(f"pdu{n}", "pdu", parents, "AB"[n % 2] if sided else ""))
    if draw(st.booleans()):
        pdus.append(add("rack-ats", "transfer_switch", pdus[:2]))
    feeds: dict[str, dict[str, str]] = {}
    for n in range(draw(st.integers(1, 4))):
        sides = draw(st.sampled_from(["A", "AB", "AB", "AB"]))
        feeds[f"R{n}"] = {
            side: add(f"R{n}-{side}", f"rack_power_{side.lower()}", [draw(st.sampled_from(pdus))], side)
            for side in sides
        }
    return Topology(nodes, feeds)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Topology, list[State], list[Device]]:
    """A chain, the states that must be survived, and devices on cords their racks have."""
    chain = draw(chains())
    kinds = draw(st.lists(st.sampled_from(["a_lost", "b_lost", "utility_lost", "module_lost"]), unique=True))
    named = draw(st.lists(st.sampled_from(sorted(chain.nodes)), unique=True, max_size=6))
    states = [State("normal"), *map(State, kinds), *(State("maintenance", ref) for ref in named)]
    devices = []
    for number in range(draw(st.integers(1, 8))):
        rack = draw(st.sampled_from(sorted(chain.feeds)))
        cords = draw(st.sampled_from(["A", "B", "AB", "AB"] if "B" in chain.feeds[rack] else ["A"]))
        devices.append(Device(number, rack, draw(st.integers(1, 1200)), cords))
    return chain, states, devices
