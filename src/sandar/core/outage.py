"""What every node carries in a failure state, who goes dark, and which servers hang on one thread.

These questions are asked of the devices that stand there (live claims); what may be added is the ledger's
business. They look at any set of lost nodes, declared or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sandar.core.electric import PHASES, battery_minutes
from sandar.core.power import (
    NORMAL,
    State,
    Topology,
    capacity,
    carriers,
    loads_of_rack,
    lost_in,
    ordered,
    shares,
)

_NORMAL = State(NORMAL)
_SOURCES = ("utility", "genset")


@dataclass(frozen=True, slots=True)
class Device:
    """A live claim as power sees it. watts: real draw; cords: "", A, B or AB."""

    id: int
    rack: str
    watts: int
    cords: str


@dataclass(frozen=True, slots=True)
class PhaseLoad:
    """Watts on one phase of a three-phase node, and what it may carry."""

    phase: str
    watts: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLoad:
    """A node in a state. carried_by: its parent then ("" for a source). limit: watts that may be used."""

    ref: str
    kind: str
    living: bool
    carried_by: str
    watts: int
    limit: int
    phases: tuple[PhaseLoad, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it, or one of its phases, carries more than it may."""
        return self.watts > self.limit or any(one.watts > one.limit for one in self.phases)


@dataclass(frozen=True, slots=True)
class OnBattery:
    """A UPS that nothing feeds: it carries `watts` for `minutes` (None: nobody has said), then goes dark."""

    ref: str
    watts: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Outage:
    """What a set of lost nodes does. weakened: still on, but one side is left of the two there were before.

    dead: nodes without power, the lost ones too. overloaded: living nodes above what they may carry.
    """

    dark: tuple[Device, ...]
    weakened: tuple[Device, ...]
    overloaded: tuple[NodeLoad, ...]
    dead: tuple[str, ...]
    batteries: tuple[OnBattery, ...] = ()


@dataclass(frozen=True, slots=True)
class Undiverse:
    """A device that one failure turns off. reason: single_cord, side_missing, shared_node.

    nodes: for shared_node what both cords hang on, the nearest first; the sources themselves do not count.
    """

    device: Device
    reason: str
    nodes: tuple[str, ...] = field(default=())


def loads(
    topology: Topology, devices: Iterable[Device], state: State = _NORMAL, *, lost: Collection[str] = ()
) -> dict[str, NodeLoad]:
    """Every node -> what it carries in the state, with `lost` nodes lost besides. Parents before children."""
    order = ordered(topology)
    carried_by = carriers(topology, lost_in(topology, state) | frozenset(lost), order=order)
    watts = _watts(topology, carried_by, devices)
    found = {}
    for ref in order:
        node = topology.nodes[ref]
        phases = tuple(
            PhaseLoad(
                phase,
                watts.get((ref, phase), 0),
                capacity(node, state, phase=phase) * node.derating // 100,
            )
            for phase in (PHASES if node.phases == 3 else ())
        )
        found[ref] = NodeLoad(
            ref=ref,
            kind=node.kind,
            living=ref in carried_by,
            carried_by=carried_by.get(ref, ""),
            watts=watts.get((ref, ""), 0),
            limit=capacity(node, state) * node.derating // 100,
            phases=phases,
        )
    return found


def dark(
    topology: Topology, devices: Iterable[Device], state: State = _NORMAL, *, lost: Collection[str] = ()
) -> Outage:
    """Who goes dark in the state (or with `lost` nodes lost besides), once the batteries are empty."""
    everybody = list(devices)
    before = carriers(topology, ())
    gone = lost_in(topology, state) | frozenset(lost)
    after = carriers(topology, gone)
    off, weak = [], []
    for device in everybody:
        had = _living(topology, before, device)
        has = _living(topology, after, device)
        if had and not has:
            off.append(device)
        elif len(has) < len(had):
            weak.append(device)
    figures = loads(topology, everybody, state, lost=lost)
    return Outage(
        dark=tuple(off),
        weakened=tuple(weak),
        overloaded=tuple(load for load in figures.values() if load.over),
        dead=tuple(ref for ref, load in figures.items() if not load.living),
        batteries=_batteries(topology, everybody, gone, after),
    )


def undiverse(topology: Topology, devices: Iterable[Device]) -> list[Undiverse]:
    """The devices that draw power and that one failure below the sources turns off, in the order given."""
    order = ordered(topology)
    feeding = {parent for node in topology.nodes.values() for parent in node.parents}
    inner = [ref for ref in reversed(order) if ref in feeding and topology.nodes[ref].kind not in _SOURCES]
    living = {ref: carriers(topology, {ref}, order=order).keys() for ref in inner}
    shared: dict[str, tuple[str, ...]] = {}
    for rack, feeds in topology.feeds.items():
        strips = set(feeds.values())
        both = tuple(ref for ref in inner if strips.isdisjoint(living[ref]))
        shared[rack] = (*strips, *both) if len(strips) == 1 else both
    found = []
    for device in devices:
        if not device.watts or not device.cords:
            continue
        sides = topology.feeds.get(device.rack, {})
        if any(side not in sides for side in device.cords):
            found.append(Undiverse(device, "side_missing"))
        elif len(device.cords) == 1:
            found.append(Undiverse(device, "single_cord"))
        elif shared[device.rack]:
            found.append(Undiverse(device, "shared_node", shared[device.rack]))
    return found


def _living(topology: Topology, carried_by: Mapping[str, str], device: Device) -> list[str]:
    """The cords of the device that have power."""
    feeds = topology.feeds.get(device.rack, {})
    return [side for side in device.cords if feeds.get(side, "") in carried_by]


def _watts(
    topology: Topology, carried_by: Mapping[str, str], devices: Iterable[Device]
) -> dict[tuple[str, str], int]:
    """(node, phase) -> watts; phase "" is the whole node."""
    racks: dict[str, dict[str, int]] = {}
    for device in devices:
        sums = racks.setdefault(device.rack, {})
        for share, watts in shares(device.watts, device.cords).items():
            sums[share] = sums.get(share, 0) + watts
    found: dict[tuple[str, str], int] = {}
    for rack, sums in racks.items():
        for key, share in loads_of_rack(topology, carried_by, topology.feeds.get(rack, {})).items():
            found[key] = found.get(key, 0) + sums[share]
    return found


def _batteries(
    topology: Topology, devices: list[Device], gone: frozenset[str], after: Mapping[str, str]
) -> tuple[OnBattery, ...]:
    """Every UPS that is not lost itself and that nothing feeds, with its load until the batteries are empty."""
    alone = [
        ref
        for ref, node in topology.nodes.items()
        if node.kind == "ups" and ref not in gone and ref not in after and node.parents
    ]
    if not alone:
        return ()
    carried_by = carriers(topology, gone, batteries=True)
    watts = _watts(topology, carried_by, devices)
    return tuple(
        OnBattery(ref, load, battery_minutes(topology.nodes[ref].battery, load))
        for ref in alone
        for load in [watts.get((ref, ""), 0)]
    )
