"""Which pools a rack's claims draw from: the power chain in every declared state, pruned to what can bind.

A pool is one node (or one phase of a three-phase node) in one state. A pool in which no place draws more than
in another state of the same node, and whose limit is no lower, can never refuse what the other accepts: it is
left out. So many maintenance states cost little. The first state that loads a node always keeps its pool, so
`normal` is there to be read. A three-phase node has pools for the whole, which people read, and for its phases,
which bind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sandar.core.power import (
    DEFAULT_STATES,
    Node,
    State,
    Topology,
    capacity,
    carriers,
    loads_of_rack,
    lost_in,
    ordered,
    shares,
)

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class PowerRoute:
    """A claim in the rack draws `share` (see core.power.shares) from node `ref` in `state`; phase "": all."""

    kind: str
    ref: str
    state: str
    share: str
    phase: str = ""

    @property
    def pool(self) -> str:
        """The name of the pool: the node, with /L1, /L2, /L3 behind it for one phase."""
        return f"{self.ref}/{self.phase}" if self.phase else self.ref


def routes(topology: Topology, rack: str, states: Sequence[State] = DEFAULT_STATES) -> tuple[PowerRoute, ...]:
    """Every (node, failure state) a claim in this rack loads, and with which share; sorted."""
    return plan(topology, states).get(rack, ())


def plan(topology: Topology, states: Sequence[State] = DEFAULT_STATES) -> dict[str, tuple[PowerRoute, ...]]:
    """The routes of every rack. states: those that must be survived, `normal` first.

    Raises ValueError for an unknown node or a loop.
    """
    order = ordered(topology)
    lost = [lost_in(topology, state) for state in states]
    groups = _groups(topology, lost)
    # (node, phase) -> for each state: group -> share. One rack stands for its whole group.
    loads: dict[_Key, list[dict[int, str]]] = {}
    for index, gone in enumerate(lost):
        carried_by = carriers(topology, gone, order=order)
        for number, racks in enumerate(groups):
            for key, share in loads_of_rack(topology, carried_by, topology.feeds[racks[0]]).items():
                loads.setdefault(key, [{} for _ in states])[index][number] = share
    drawn: list[list[tuple[str, str, int, str]]] = [[] for _ in groups]
    for (ref, phase), by_state in loads.items():
        for index in _binding(topology.nodes[ref], phase, by_state, states):
            for number, share in by_state[index].items():
                drawn[number].append((ref, phase, index, share))
    found = {}
    for racks, entries in zip(groups, drawn, strict=True):
        first = topology.feeds[racks[0]]
        for rack in racks:
            own = {ref: topology.feeds[rack][side] for side, ref in first.items()}
            found[rack] = tuple(sorted(_route(topology, own, entry, states) for entry in entries))
    return found


def _groups(topology: Topology, lost: Sequence[frozenset[str]]) -> list[list[str]]:
    """Racks that hang on the same nodes in the same way in every state: they differ in their strips alone."""
    uses: dict[str, int] = {}
    for feeds in topology.feeds.values():
        for ref in feeds.values():
            uses[ref] = uses.get(ref, 0) + 1
    shared = {ref for node in topology.nodes.values() for ref in node.parents}
    alike: dict[tuple[object, ...], list[str]] = {}
    for rack, feeds in topology.feeds.items():
        parts: list[object] = []
        for side, ref in sorted(feeds.items()):
            node = topology.nodes[ref]
            if uses[ref] == 1 and ref not in shared:
                gone = tuple(index for index, refs in enumerate(lost) if ref in refs)
                parts += [side, node.kind, node.parents, node.phases, node.phase, node.rating, gone]
            else:
                parts += [side, ref]
        alike.setdefault(tuple(parts), []).append(rack)
    return list(alike.values())


def _binding(
    node: Node,
    phase: str,
    by_state: Sequence[Mapping[int, str]],
    states: Sequence[State],
) -> list[int]:
    """The states in which this node, or this phase of it, needs a pool."""
    loaded = [index for index, loads in enumerate(by_state) if loads]
    limits = {index: capacity(node, states[index], phase=phase) for index in loaded}
    kept: list[int] = []
    for index in loaded:
        covered = any(
            _never_more(by_state[index], by_state[other])
            and limits[index] >= limits[other]
            and (other < index or not _same(index, other, by_state, limits))
            for other in loaded
            if other != index
        )
        if not covered or (index == loaded[0] and not phase):
            kept.append(index)
    return kept


def _same(one: int, two: int, by_state: Sequence[Mapping[int, str]], limits: Mapping[int, int]) -> bool:
    return by_state[one] == by_state[two] and limits[one] == limits[two]


def _never_more(loads: Mapping[int, str], than: Mapping[int, str]) -> bool:
    """Whether no device of any group draws more than in the other state."""
    return all(name in than and (than[name] in _at_least()[share]) for name, share in loads.items())


@cache
def _at_least() -> dict[str, frozenset[str]]:
    """share -> shares that are never smaller. All are made of watts, halves and thirds rounded up: what holds
    for every remainder of six and for the slope (12 W beside 6 W) holds for all.
    """
    table = [shares(watts, cords) for watts in range(13) for cords in ("A", "B", "AB")]
    names = table[0].keys()
    return {
        share: frozenset(other for other in names if all(row[share] <= row[other] for row in table))
        for share in names
    }


def _route(
    topology: Topology, own: Mapping[str, str], entry: tuple[str, str, int, str], states: Sequence[State]
) -> PowerRoute:
    ref, phase, index, share = entry
    ref = own.get(ref, ref)
    return PowerRoute(topology.nodes[ref].kind, ref, states[index].key, share, phase)


def draws(topology: Topology, rack: str, *, watts: int, cords: str) -> dict[tuple[str, str], int]:
    """(pool, failure state) -> watts for one device in the rack; what it does not load is left out."""
    share = shares(watts, cords)
    return {
        (route.pool, route.state): share[route.share]
        for route in routes(topology, rack)
        if share[route.share]
    }
