"""Questions to the facility: the tree of what stands there, single things by name, the power chain as data.

`layout` (what the ledger is defined from) lives in facility.layout and is reached from here.
"""

from __future__ import annotations

from django.db.models import QuerySet

from sandar.core.capacity import limit_of
from sandar.errors import NotFound
from sandar.records.prepared import Question, Slot

from .layout import layout
from .models import ComputePool, CoolingUnit, IpPrefix, PortGroup, PowerNode, Rack, Room, Site, Uplink
from .states import declared, failure_states
from .topology import topologies, topology
from .tree import (
    ComputeFigures,
    CoolingFigures,
    NodeFigures,
    PortFigures,
    PrefixFigures,
    RackFigures,
    RoomTree,
    RowTree,
    SiteTree,
    UplinkFigures,
    node_figures,
    tree,
)

__all__ = [
    "ComputeFigures", "CoolingFigures", "NodeFigures", "PortFigures", "PrefixFigures", "RackFigures",
    "RoomTree", "RowTree", "SiteTree", "UplinkFigures", "compute_named", "cooling_unit", "declared",
    "failure_states", "layout", "networks", "node_figures", "node_named", "port_group", "prefix_named", "prefixes",
    "rack_named", "racks", "room_named", "rooms", "site_named", "site_of_compute", "site_of_room",
    "sites", "strips", "topologies", "topology", "tree",
    "uplink_named",
]  # fmt: skip


def sites() -> QuerySet[Site]:
    """All sites, by name."""
    return Site.objects.filter(retired=False).order_by("name")


def site_named(name: str) -> Site:
    """The site of this name. Raises NotFound."""
    if found := sites().filter(name=name).first():
        return found
    raise NotFound(what="site", name=name)


def rooms() -> QuerySet[Room]:
    """All rooms with their sites, by name."""
    return Room.objects.filter(retired=False).select_related("site").order_by("name")


def room_named(name: str) -> Room:
    """The room of this name. Raises NotFound."""
    if found := rooms().filter(name=name).first():
        return found
    raise NotFound(what="room", name=name)


def site_of_room(name: str) -> str:
    """The name of the site a room is in; "" for an unknown room."""
    return _SITE_OF_ROOM.first(name=name) or ""


def site_of_compute(name: str) -> str:
    """The name of the site a compute pool is in; "" for an unknown pool."""
    return _SITE_OF_COMPUTE.first(name=name) or ""


_SITE_OF_ROOM = Question(lambda: Room.objects.filter(name=Slot("name")).values_list("site__name", flat=True))
_SITE_OF_COMPUTE = Question(
    lambda: ComputePool.objects.filter(name=Slot("name")).values_list("site__name", flat=True)
)


def racks() -> QuerySet[Rack]:
    """All racks with their rooms, by name."""
    return Rack.objects.filter(retired=False).select_related("room__site").order_by("name")


def rack_named(name: str) -> Rack:
    """The rack of this name. Raises NotFound."""
    if found := racks().filter(name=name).first():
        return found
    raise NotFound(what="rack", name=name)


def node_named(name: str) -> PowerNode:
    """The power node of this name. Raises NotFound."""
    if found := PowerNode.objects.select_related("site", "rack").filter(name=name).first():
        return found
    raise NotFound(what="power node", name=name)


def strips(rack_id: int) -> dict[str, str]:
    """Side A or B -> the name of the strip that feeds the rack from it; a side without one is left out."""
    return dict(PowerNode.objects.filter(rack_id=rack_id).order_by("side").values_list("side", "name"))


def uplink_named(name: str) -> Uplink:
    """The uplink of this name. Raises NotFound."""
    if found := Uplink.objects.select_related("site").filter(name=name).first():
        return found
    raise NotFound(what="uplink", name=name)


def prefix_named(prefix: str) -> IpPrefix:
    """The network in CIDR. Raises NotFound."""
    if found := IpPrefix.objects.select_related("site").filter(prefix=prefix).first():
        return found
    raise NotFound(what="prefix", name=prefix)


def compute_named(name: str) -> ComputePool:
    """The cluster of this name. Raises NotFound."""
    if found := ComputePool.objects.select_related("site").filter(name=name).first():
        return found
    raise NotFound(what="compute pool", name=name)


def cooling_unit(room: str, name: str) -> CoolingUnit:
    """The cooling unit of this name in the room. Raises NotFound."""
    if found := CoolingUnit.objects.select_related("room").filter(room__name=room, name=name).first():
        return found
    raise NotFound(what="cooling unit", name=name)


def port_group(rack: str, name: str) -> PortGroup:
    """The ports of this name in the rack. Raises NotFound."""
    if found := PortGroup.objects.select_related("rack").filter(rack__name=rack, name=name).first():
        return found
    raise NotFound(what="port group", name=name)


def prefixes() -> list[str]:
    """The registered networks in CIDR: the only addresses that are given to tenants and may be probed."""
    return list(IpPrefix.objects.order_by("pk").values_list("prefix", flat=True))


def networks() -> dict[str, int]:
    """Registered network in CIDR -> how many of its addresses may be given."""
    rows = IpPrefix.objects.order_by("pk").values_list("prefix", "usable", "derating")
    return {prefix: limit_of(usable, derating) for prefix, usable, derating in rows}
