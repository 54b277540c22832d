"""The whole facility as plain data for pages and the API: figures as entered, and what may be used of them."""

from __future__ import annotations

from dataclasses import dataclass

from sandar.core.electric import usable_watts
from sandar.core.power import State

from .layout import room_cooling
from .models import (
    BatteryPoint,
    ComputePool,
    CoolingUnit,
    IpPrefix,
    Outlet,
    PortGroup,
    Rack,
    Room,
    Site,
    Uplink,
)
from .power_models import PowerFeed, PowerNode
from .states import declared
from .topology import rating_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures:
    """A power node. usable_w: watts it can give (core.electric); limit_w: of these what derating leaves."""

    id: int
    name: str
    kind: str
    side: str
    site: str
    rack: str
    parents: tuple[str, ...]
    children: tuple[str, ...]
    capacity_w: int
    capacity_va: int
    power_factor: int
    volts: int
    amps: int
    phases: int
    phase: str
    derating: int
    usable_w: int
    limit_w: int
    module_count: int
    module_w: int
    spare_modules: int
    battery: tuple[tuple[int, int], ...]
    outlets: tuple[tuple[str, int], ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolingFigures:
    id: int
    name: str
    capacity_w: int
    derating: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFigures:
    id: int
    name: str
    count: int
    gbps: int
    derating: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RackFigures:
    """A rack with its strips (A before B) and ports; uplink and prefix: its own, "" = the site's first."""

    id: int
    name: str
    room: str
    row: str
    position: int
    height_u: int
    numbering: str
    depth_mm: int
    door: str
    mounting: str
    load_kg: int
    derating: int
    source: str
    uplink: str
    prefix: str
    strips: tuple[NodeFigures, ...]
    ports: tuple[PortFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTree:
    name: str
    racks: tuple[RackFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTree:
    """A room. cooling_w: watts its cooling gives without the units that may fail; cooling_limit_w: derated."""

    id: int
    name: str
    capacity_w: int
    derating: int
    spare_units: int
    cooling_w: int
    cooling_limit_w: int
    source: str
    units: tuple[CoolingFigures, ...]
    rows: tuple[RowTree, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkFigures:
    id: int
    name: str
    bandwidth_mbps: int
    derating: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixFigures:
    id: int
    prefix: str
    usable: int
    derating: int
    is_public: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeFigures:
    id: int
    name: str
    cores: int
    overcommit: int
    vcpu: int
    ram_gb: int
    storage_gb: int
    derating: int
    source: str
    uplink: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTree:
    """A site with everything in it; nodes: the whole power chain, strips too, parents before children."""

    id: int
    name: str
    address: str
    rooms: tuple[RoomTree, ...]
    nodes: tuple[NodeFigures, ...]
    uplinks: tuple[UplinkFigures, ...]
    prefixes: tuple[PrefixFigures, ...]
    compute: tuple[ComputeFigures, ...]
    states: tuple[State, ...]


def tree() -> tuple[SiteTree, ...]:
    """Every site by name with all that stands in it; a dozen queries, however large."""
    nodes = _nodes()
    states = declared()
    rooms = _rooms(nodes)
    return tuple(
        SiteTree(
            id=site.pk,
            name=site.name,
            address=site.address,
            rooms=tuple(rooms.get(site.pk, [])),
            nodes=tuple(figures for site_id, _, figures in nodes if site_id == site.pk),
            uplinks=tuple(_uplink(row) for row in Uplink.objects.filter(site=site).order_by("name")),
            prefixes=tuple(_prefix(row) for row in IpPrefix.objects.filter(site=site).order_by("prefix")),
            compute=tuple(
                _compute(row)
                for row in ComputePool.objects.filter(site=site)
                .select_related("uplink", "prefix")
                .order_by("name")
            ),
            states=states[site.pk],
        )
        for site in Site.objects.filter(retired=False).order_by("name")
    )


def node_figures(node: PowerNode) -> NodeFigures:
    """One node with everything said of it."""
    (found,) = [figures for _, _, figures in _nodes(only=node.pk)]
    return found


def _nodes(only: int | None = None) -> list[tuple[int, int | None, NodeFigures]]:
    """(site, rack, figures) of every node, parents before children."""
    feeds = PowerFeed.objects.order_by("child", "position")
    edges = list(feeds.values_list("child", "child__name", "parent", "parent__name"))
    above: dict[int, list[str]] = {}
    below: dict[int, list[str]] = {}
    for child, child_name, parent, parent_name in edges:
        above.setdefault(child, []).append(parent_name)
        below.setdefault(parent, []).append(child_name)
    batteries: dict[int, list[tuple[int, int]]] = {}
    for pk, watts, minutes in BatteryPoint.objects.order_by("watts").values_list("node", "watts", "minutes"):
        batteries.setdefault(pk, []).append((watts, minutes))
    outlets: dict[int, list[tuple[str, int]]] = {}
    for pk, kind, count in Outlet.objects.order_by("kind").values_list("node", "kind", "count"):
        outlets.setdefault(pk, []).append((kind, count))
    rows = PowerNode.objects.select_related("site", "rack")
    depth = _depths([(child, parent) for child, _, parent, _ in edges])
    chosen = rows if only is None else rows.filter(pk=only)
    return [
        (row.site_id, row.rack_id, _node(row, above, below, batteries, outlets))
        for row in sorted(chosen, key=lambda row: (depth.get(row.pk, 0), row.pk))
    ]


def _depths(edges: list[tuple[int, int]]) -> dict[int, int]:
    """Node -> how many nodes lie between it and the farthest source. The chain has no loops (PowerLoop)."""
    above: dict[int, list[int]] = {}
    for child, parent in edges:
        above.setdefault(child, []).append(parent)
    found: dict[int, int] = {}

    def depth(pk: int) -> int:
        if pk not in found:
            found[pk] = 1 + max((depth(parent) for parent in above.get(pk, [])), default=-1)
        return found[pk]

    for child in above:
        depth(child)
    return found


def _node(
    row: PowerNode,
    above: dict[int, list[str]],
    below: dict[int, list[str]],
    batteries: dict[int, list[tuple[int, int]]],
    outlets: dict[int, list[tuple[str, int]]],
) -> NodeFigures:
    usable = usable_watts(rating_of(row))
    plain = (
        "name", "kind", "side", "capacity_w", "capacity_va", "power_factor", "volts", "amps", "phases", "phase",
        "derating", "module_count", "module_w", "spare_modules", "source",
    )  # fmt: skip
    return NodeFigures(
        id=row.pk,
        site=row.site.name,
        rack=row.rack.name if row.rack else "",
        parents=tuple(above.get(row.pk, [])),
        children=tuple(below.get(row.pk, [])),
        usable_w=usable,
        limit_w=usable * row.derating // 100,
        battery=tuple(batteries.get(row.pk, [])),
        outlets=tuple(outlets.get(row.pk, [])),
        **{name: getattr(row, name) for name in plain},
    )


def _rooms(nodes: list[tuple[int, int | None, NodeFigures]]) -> dict[int, list[RoomTree]]:
    strips: dict[int, list[NodeFigures]] = {}
    for _, rack_id, figures in nodes:
        if rack_id is not None:
            strips.setdefault(rack_id, []).append(figures)
    ports: dict[int, list[PortFigures]] = {}
    for group in PortGroup.objects.order_by("name"):
        ports.setdefault(group.rack_id, []).append(
            PortFigures(
                id=group.pk,
                name=group.name,
                count=group.count,
                gbps=group.gbps,
                derating=group.derating,
                source=group.source,
            )
        )
    rows: dict[int, dict[str, list[RackFigures]]] = {}
    racks = Rack.objects.filter(retired=False).select_related("room", "uplink", "prefix")
    for rack in racks.order_by("row", "position", "name"):
        mine = tuple(sorted(strips.get(rack.pk, []), key=lambda strip: strip.side))
        row = rows.setdefault(rack.room_id, {}).setdefault(rack.row, [])
        row.append(_rack(rack, mine, tuple(ports.get(rack.pk, []))))
    units: dict[int, list[CoolingUnit]] = {}
    for unit in CoolingUnit.objects.order_by("name"):
        units.setdefault(unit.room_id, []).append(unit)
    found: dict[int, list[RoomTree]] = {}
    for room in Room.objects.filter(retired=False).order_by("name"):
        found.setdefault(room.site_id, []).append(_room(room, units.get(room.pk, []), rows.get(room.pk, {})))
    return found


def _room(room: Room, units: list[CoolingUnit], rows: dict[str, list[RackFigures]]) -> RoomTree:
    watts, derating = room_cooling(room, units)
    return RoomTree(
        id=room.pk,
        name=room.name,
        capacity_w=room.capacity_w,
        derating=room.derating,
        spare_units=room.spare_units,
        cooling_w=watts,
        cooling_limit_w=watts * derating // 100,
        source=room.source,
        units=tuple(
            CoolingFigures(
                id=unit.pk,
                name=unit.name,
                capacity_w=unit.capacity_w,
                derating=unit.derating,
                source=unit.source,
            )
            for unit in units
        ),
        rows=tuple(RowTree(name=name, racks=tuple(racks)) for name, racks in rows.items()),
    )


def _rack(rack: Rack, strips: tuple[NodeFigures, ...], ports: tuple[PortFigures, ...]) -> RackFigures:
    plain = (
        "name", "row", "position", "height_u", "numbering", "depth_mm", "door", "mounting", "load_kg", "derating",
        "source",
    )  # fmt: skip
    return RackFigures(
        id=rack.pk,
        room=rack.room.name,
        uplink=rack.uplink.name if rack.uplink else "",
        prefix=rack.prefix.prefix if rack.prefix else "",
        strips=strips,
        ports=ports,
        **{name: getattr(rack, name) for name in plain},
    )


def _uplink(row: Uplink) -> UplinkFigures:
    return UplinkFigures(
        id=row.pk,
        name=row.name,
        bandwidth_mbps=row.bandwidth_mbps,
        derating=row.derating,
        source=row.source,
    )


def _prefix(row: IpPrefix) -> PrefixFigures:
    return PrefixFigures(
        id=row.pk,
        prefix=row.prefix,
        usable=row.usable,
        derating=row.derating,
        is_public=row.is_public,
        source=row.source,
    )


def _compute(row: ComputePool) -> ComputeFigures:
    plain = ("name", "cores", "overcommit", "ram_gb", "storage_gb", "derating", "source")
    return ComputeFigures(
        id=row.pk,
        vcpu=row.cores * row.overcommit // 100,
        uplink=row.uplink.name if row.uplink else "",
        prefix=row.prefix.prefix if row.prefix else "",
        **{name: getattr(row, name) for name in plain},
    )
