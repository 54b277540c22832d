"""The power chain: who carries whom in which failure state, and what a device draws from each node then.

A failure state is a set of lost nodes (and one module less in every UPS). A node lives when it is not lost and
has no parents (a source) or a living one; the first living parent carries it, direct gensets last. A device on
cords A and B draws half of its power from each side while both live, and all of it from the side that is left:
two feeds are never double capacity. Single-corded devices of a dead side are dark and draw nothing. A node
reached from both sides carries the device once.

Three phases: a single-phase node loads the phase it hangs on, and that phase alone all the way up (as in the
static bypass of a UPS); a three-phase strip loads a third, rounded up, on each phase.

`core.power_plan` turns this into pools; `core.outage` asks who goes dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandar.core.electric import PHASES, Rating, usable_watts

NORMAL, A_LOST, B_LOST, UTILITY_LOST = "normal", "a_lost", "b_lost", "utility_lost"
MODULE_LOST, COOLING_UNIT_LOST, MAINTENANCE = "module_lost", "cooling_unit_lost", "maintenance"
FAILURE_STATES = (NORMAL, A_LOST, B_LOST, UTILITY_LOST)
STRIPS = ("rack_power_a", "rack_power_b")
_SIDE_OF = {A_LOST: "A", B_LOST: "B"}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the power chain, and the nodes that feed it in order of preference.

    side: A, B or "" (shared). phase: of its three-phase parent, for a single-phase node. derating: percent.
    battery: (watts, minutes) points of a UPS.
    """

    ref: str
    kind: str
    parents: tuple[str, ...] = ()
    side: str = ""
    phases: int = 1
    phase: str = ""
    rating: Rating = field(default_factory=Rating)
    derating: int = 100
    battery: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """All nodes by name, and for each rack the node behind its A and its B cord."""

    nodes: Mapping[str, Node]
    feeds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A failure state. node: what is in maintenance. name: how the office calls it."""

    kind: str
    node: str = ""
    name: str = ""
    must_survive: bool = True

    @property
    def key(self) -> str:
        """Its name in the ledger: the kind, and for maintenance the node."""
        return f"{self.kind}:{self.node}" if self.node else self.kind


DEFAULT_STATES = tuple(State(kind) for kind in FAILURE_STATES)


def capacity(node: Node, state: State, *, phase: str = "") -> int:
    """The watts of the node in this state before derating; of one phase: a third, rounded down."""
    watts = usable_watts(node.rating, modules_lost=1 if state.kind == MODULE_LOST else 0)
    return watts // 3 if phase else watts


def lost_in(topology: Topology, state: State) -> frozenset[str]:
    """The nodes that are out of service. A lost: every node of side A and every A strip of a rack.

    A strip that hangs directly on a transfer switch belongs to no side: the switch takes the other one.
    """
    if state.kind == MAINTENANCE:
        return frozenset({state.node})
    if state.kind == UTILITY_LOST:
        return frozenset(node.ref for node in topology.nodes.values() if node.kind == "utility")
    side = _SIDE_OF.get(state.kind)
    if side is None:
        return frozenset()
    strips = {feeds[side] for feeds in topology.feeds.values() if side in feeds}
    of_side = {node.ref for node in topology.nodes.values() if node.side == side} | strips
    return frozenset(ref for ref in of_side if not _switched(topology, ref, strips))


def _switched(topology: Topology, ref: str, strips: Iterable[str]) -> bool:
    node = topology.nodes.get(ref)
    if node is None or not (node.kind in STRIPS or ref in strips):
        return False
    parents = [topology.nodes[name] for name in node.parents if name in topology.nodes]
    return bool(parents) and parents[0].kind == "transfer_switch" and not parents[0].side


def ordered(topology: Topology) -> list[str]:
    """All nodes, parents before children. Raises ValueError for an unknown node or a loop."""
    done: dict[str, None] = {}
    path: set[str] = set()

    def visit(name: str) -> None:
        if name in path:
            raise ValueError(f"the power chain feeds itself at {name}")
        if name in done:
            return
        if name not in topology.nodes:
            raise ValueError(f"unknown power node {name}")
        path.add(name)
        for parent in topology.nodes[name].parents:
            visit(parent)
        path.remove(name)
        done[name] = None

    for name in topology.nodes:
        visit(name)
    for feeds in topology.feeds.values():
        for name in feeds.values():
            visit(name)
    return list(done)


def carriers(
    topology: Topology, lost: Iterable[str], *, order: Iterable[str] | None = None, batteries: bool = False
) -> dict[str, str]:
    """Every living node -> the parent that carries it ("" for a source). order: as `ordered` gives it.

    batteries: a UPS that nothing feeds is a source, as long as they last.
    """
    gone = frozenset(lost)
    found: dict[str, str] = {}
    for ref in ordered(topology) if order is None else order:
        if ref in gone:
            continue
        parents = topology.nodes[ref].parents
        living = [name for name in parents if name in found]
        if living:
            living.sort(key=lambda name: topology.nodes[name].kind == "genset")
            found[ref] = living[0]
        elif not parents or (batteries and topology.nodes[ref].kind == "ups"):
            found[ref] = ""
    return found


def path(topology: Topology, carried_by: Mapping[str, str], ref: str) -> dict[str, str]:
    """Every node that carries `ref` (itself too) -> the phase loaded there: L1 L2 L3, "" for all in balance,
    "*" when nobody has said on which phase it hangs (then it counts on each). Empty when `ref` is dead.
    """
    found: dict[str, str] = {}
    phase = ""
    while ref and ref in carried_by:
        found[ref] = phase if topology.nodes[ref].phases == 3 else ""
        parent = carried_by[ref]
        if parent and topology.nodes[ref].phases == 1 and topology.nodes[parent].phases == 3:
            phase = topology.nodes[ref].phase or "*"
        ref = parent
    return found


# --- Shares: what of a device's watts a node carries.

WHOLE, THIRD = "whole", "third"

# (weight of the path from A, from B) -> share, while both sides live.
_BOTH = {
    (WHOLE, ""): "power_a",
    ("", WHOLE): "power_b",
    (WHOLE, WHOLE): "power",
    (THIRD, ""): "power_a_third",
    ("", THIRD): "power_b_third",
    (THIRD, THIRD): "power_third",
    (WHOLE, THIRD): "power_a_b_third",
    (THIRD, WHOLE): "power_b_a_third",
}
_ALONE = {
    ("A", WHOLE): "power_a_alone",
    ("A", THIRD): "power_a_alone_third",
    ("B", WHOLE): "power_b_alone",
    ("B", THIRD): "power_b_alone_third",
}
# What a node reached from one side alone carries; a rack with such a route has the side.
OF_SIDE = {
    side: tuple(f"power_{side.lower()}{tail}" for tail in ("", "_third", "_alone", "_alone_third"))
    for side in ("A", "B")
}
# share -> a, b, or ab for a node that both sides hang on
SIDE_OF = dict.fromkeys((*_BOTH.values(), *_ALONE.values()), "ab") | {
    share: side.lower() for side, named in OF_SIDE.items() for share in named
}


def shares(watts: int, cords: str) -> dict[str, int]:
    """What a device of `watts` W on these cords puts on a node: by share, see `loads_of_rack`.

    An odd watt is counted on both sides and a third is rounded up, so the sum is never below the draw.
    """
    on_a, on_b = "A" in cords, "B" in cords
    half = -(-watts // 2) if on_a and on_b else watts
    a, b = half if on_a else 0, half if on_b else 0
    a_alone, b_alone = watts if on_a else 0, watts if on_b else 0
    return {
        "power": watts,
        "power_a": a,
        "power_a_alone": a_alone,
        "power_b": b,
        "power_b_alone": b_alone,
        "power_third": -(-watts // 3),
        "power_a_third": -(-a // 3),
        "power_a_alone_third": -(-a_alone // 3),
        "power_b_third": -(-b // 3),
        "power_b_alone_third": -(-b_alone // 3),
        "power_a_b_third": a - (-b // 3),
        "power_b_a_third": b - (-a // 3),
    }


def loads_of_rack(
    topology: Topology, carried_by: Mapping[str, str], feeds: Mapping[str, str]
) -> dict[tuple[str, str], str]:
    """(node, phase) -> the share a device of a rack with these feeds puts there; phase "": the whole node."""
    sides = {side: path(topology, carried_by, ref) for side, ref in feeds.items()}
    living = [side for side in ("A", "B") if sides.get(side)]
    found: dict[tuple[str, str], str] = {}
    for ref in {ref for side in living for ref in sides[side]}:
        three = topology.nodes[ref].phases == 3
        for phase in ("", *PHASES) if three else ("",):
            weights = {side: _weight(sides[side].get(ref), phase) for side in living}
            if len(living) == 2:
                share = _BOTH.get((weights["A"], weights["B"]))
            else:
                share = _ALONE.get((living[0], weights[living[0]]))
            if share:
                found[ref, phase] = share
    return found


def _weight(carried: str | None, phase: str) -> str:
    """What one path puts on the phase: whole, third, or nothing. carried None: the path is not here."""
    if carried is None:
        return ""
    if not phase or carried in {phase, "*"}:
        return WHOLE
    return "" if carried else THIRD
