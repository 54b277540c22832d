"""The power chain and what a device draws from each of its nodes in each failure state.

A device on cords A and B draws half of its power from each side while both live, and all of it from the
side that is left when one is lost: two feeds are never double capacity. A node reached from both sides
(utility, genset, a shared UPS) carries the device once. Pools exist only where they can bind:

- reached by one side: `normal`, and the state in which the other side is lost;
- reached by both sides: `normal`;
- utility: not when it is lost; genset: only when the utility is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NORMAL, A_LOST, B_LOST, UTILITY_LOST = "normal", "a_lost", "b_lost", "utility_lost"
FAILURE_STATES = (NORMAL, A_LOST, B_LOST, UTILITY_LOST)
_OTHER_SIDE_LOST = {"A": B_LOST, "B": A_LOST}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the power chain and the nodes that feed it."""

    ref: str
    kind: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """All nodes by name, and for each rack the node behind its A and its B cord."""

    nodes: Mapping[str, Node]
    feeds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class PowerRoute:
    """A claim in the rack draws `share` (see core.capacity.amounts) from node `ref` in `state`."""

    kind: str
    ref: str
    state: str
    share: str


def ancestors(topology: Topology, ref: str) -> set[str]:
    """The node and everything that feeds it. Raises ValueError for an unknown node or a loop."""
    done: set[str] = set()
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
        done.add(name)

    visit(ref)
    return done


def routes(topology: Topology, rack: str) -> tuple[PowerRoute, ...]:
    """Every (node, failure state) a claim in this rack loads, and with which share; sorted."""
    reached = {side: ancestors(topology, ref) for side, ref in topology.feeds.get(rack, {}).items()}
    on_a, on_b = reached.get("A", set()), reached.get("B", set())
    found: list[PowerRoute] = []
    for ref in on_a | on_b:
        node = topology.nodes[ref]
        side = "" if ref in on_a and ref in on_b else "A" if ref in on_a else "B"
        for state, share in _loads(node.kind, side):
            found.append(PowerRoute(node.kind, ref, state, share))
    return tuple(sorted(found))


def _loads(kind: str, side: str) -> list[tuple[str, str]]:
    """(failure state, share) for a node of this kind reached from this side ("" = both)."""
    if kind == "genset":
        return [(UTILITY_LOST, f"power_{side.lower()}" if side else "power")]
    if not side:
        return [(NORMAL, "power")]
    return [
        (NORMAL, f"power_{side.lower()}"),
        (_OTHER_SIDE_LOST[side], f"power_{side.lower()}_alone"),
    ]


def shares(watts: int, cords: str) -> dict[str, int]:
    """What a device of `watts` W on these cords puts on a side: beside the other, alone, and in all.

    An odd watt is counted on both sides, so the sum of the sides is never below the draw.
    """
    on_a, on_b = "A" in cords, "B" in cords
    half = -(-watts // 2) if on_a and on_b else watts
    return {
        "power": watts,
        "power_a": half if on_a else 0,
        "power_a_alone": watts if on_a else 0,
        "power_b": half if on_b else 0,
        "power_b_alone": watts if on_b else 0,
    }


def draws(topology: Topology, rack: str, *, watts: int, cords: str) -> dict[tuple[str, str], int]:
    """(node, failure state) -> watts for one device in the rack; nodes it does not load are left out."""
    share = shares(watts, cords)
    return {
        (route.ref, route.state): share[route.share] for route in routes(topology, rack) if share[route.share]
    }
