"""The verbs of the facility, each all or nothing. After any of them the caller defines the ledger anew in the
same transaction: `ledger.write.define(facility.read.layout(), at=at)`; that refuses what shrinks below use.

All raise InvalidInput with codes by field (see checks); removing raises InUse with what stands in the way.
The power chain is in power_write, removals are in remove; both are reached from here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, Unpack

from django.db import models, transaction

from sandar.errors import InvalidInput, LimitBelowUse

from .checks import inside, save
from .models import ComputePool, CoolingUnit, IpPrefix, PortGroup, Rack, Room, Site, Uplink
from .power_models import POWER_KINDS, PowerNode
from .power_write import (
    PowerFields,
    change_power_node,
    create_power_node,
    declare_state,
    set_battery,
    set_outlets,
    withdraw_state,
)
from .remove import (
    remove_compute_pool,
    remove_cooling_unit,
    remove_port_group,
    remove_power_node,
    remove_prefix,
    remove_rack,
    remove_room,
    remove_site,
    remove_uplink,
)

__all__ = [
    "POWER_KINDS", "ComputeFields", "CoolingFields", "CoolingFigures", "Feed", "PortFields", "PortFigures",
    "PowerFields", "RackFields", "RackFigures", "RoomFields", "RoomFigures", "UplinkFields",
    "UplinkFigures", "change_compute_pool", "change_cooling_unit", "change_port_group", "change_power_node",
    "change_prefix", "change_rack", "change_room", "change_site", "change_uplink", "create_compute_pool",
    "create_cooling_unit", "create_port_group", "create_power_node", "create_prefix", "create_rack",
    "create_room", "create_site", "create_uplink", "declare_state", "feed_rack", "remove_compute_pool",
    "remove_cooling_unit", "remove_port_group", "remove_power_node", "remove_prefix", "remove_rack",
    "remove_room", "remove_site", "remove_uplink", "set_battery", "set_outlets", "withdraw_state",
]  # fmt: skip

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Feed:
    """The strip of one side of a rack: the node that feeds it, watts, percent that may be used.

    electric: further figures of the strip as in PowerFields (capacity_va, volts, amps, phases, phase ...).
    """

    parent: PowerNode
    capacity_w: int = 0
    derating: int = 80
    source: str = ""
    electric: PowerFields | None = None


class RoomFigures(TypedDict, total=False):
    policy: str
    keep_free: int
    capacity_w: int
    derating: int
    spare_units: int
    source: str


class RoomFields(RoomFigures, total=False):
    name: str


class CoolingFigures(TypedDict, total=False):
    capacity_w: int
    derating: int
    source: str


class CoolingFields(CoolingFigures, total=False):
    name: str


class UplinkFigures(TypedDict, total=False):
    bandwidth_mbps: int
    derating: int
    source: str


class UplinkFields(UplinkFigures, total=False):
    name: str


class PortFigures(TypedDict, total=False):
    count: int
    gbps: int
    derating: int
    source: str


class PortFields(PortFigures, total=False):
    name: str


class RackFigures(TypedDict, total=False):
    height_u: int
    numbering: str
    row: str
    position: int
    depth_mm: int
    door: str
    mounting: str
    load_kg: int
    derating: int
    source: str
    uplink: Uplink | None
    prefix: IpPrefix | None


class RackFields(RackFigures, total=False):
    name: str


class ComputeFields(TypedDict, total=False):
    cores: int
    overcommit: int
    ram_gb: int
    storage_gb: int
    derating: int
    source: str
    uplink: Uplink | None
    prefix: IpPrefix | None


def create_site(name: str, *, address: str = "") -> Site:
    """A building with a data centre. It declares A lost, B lost and utility lost (see read.failure_states)."""
    return save(Site(name=name, address=address))


def change_site(site: Site, *, name: str | None = None, address: str | None = None) -> Site:
    """Name and address."""
    given = {"name": name, "address": address}
    return _change(site, {field: value for field, value in given.items() if value is not None})


def create_room(site: Site, name: str, **fields: Unpack[RoomFigures]) -> Room:
    """A server room; capacity_w: watts of heat its cooling takes away (0 = not counted)."""
    return save(Room(site=site, **{**fields, "name": name}))


def change_room(room: Room, **fields: Unpack[RoomFields]) -> Room:
    """Any figure of the room."""
    return _change(room, fields)


def create_cooling_unit(room: Room, name: str, **fields: Unpack[CoolingFigures]) -> CoolingUnit:
    """A machine that cools the room (capacity_w, derating); how many may fail is `spare_units` of the room."""
    _name_free(CoolingUnit.objects.filter(room=room, name=name))
    return save(CoolingUnit(room=room, **{"capacity_w": 0, **fields, "name": name}))


def change_cooling_unit(unit: CoolingUnit, **fields: Unpack[CoolingFields]) -> CoolingUnit:
    """Any figure of the unit."""
    _name_free(CoolingUnit.objects.filter(room=unit.room_id, name=fields.get("name", "")).exclude(pk=unit.pk))
    return _change(unit, fields)


def create_uplink(site: Site, name: str, **fields: Unpack[UplinkFigures]) -> Uplink:
    """A line to the outside; bandwidth_mbps in Mbit/s."""
    return save(Uplink(site=site, **{"bandwidth_mbps": 0, **fields, "name": name}))


def change_uplink(uplink: Uplink, **fields: Unpack[UplinkFields]) -> Uplink:
    """Any figure of the line."""
    return _change(uplink, fields)


def create_prefix(
    site: Site,
    prefix: str,
    *,
    usable: int | None = None,
    derating: int = 100,
    is_public: bool = False,
    source: str = "",
) -> IpPrefix:
    """A network in CIDR; usable: addresses to give away, without it all but network, broadcast, gateway.
    derating: percent of them that may be given.

    Networks of one site that overlap would count an address twice. The caller holds the facility's lock.
    """
    network = _network(prefix)
    for other in (
        IpPrefix.objects.filter(site=site).exclude(prefix=str(network)).values_list("prefix", flat=True)
    ):
        if network.overlaps(ipaddress.ip_network(other)):
            raise InvalidInput(fields={"prefix": ["overlaps"]})
    if usable is None:
        usable = max(min(network.num_addresses, 1 << 24) - 3, 1)
    row = IpPrefix(site=site, prefix=str(network), usable=usable, derating=derating)
    row.is_public, row.source = is_public, source
    return save(row)


def change_prefix(
    prefix: IpPrefix,
    *,
    usable: int | None = None,
    derating: int | None = None,
    is_public: bool | None = None,
    source: str | None = None,
) -> IpPrefix:
    """How many addresses may be given, and what is said of them; another network is another prefix."""
    given = {"usable": usable, "derating": derating, "is_public": is_public, "source": source}
    return _change(prefix, {field: value for field, value in given.items() if value is not None})


def create_port_group(rack: Rack, name: str, **fields: Unpack[PortFigures]) -> PortGroup:
    """`count` switch ports of `gbps` Gbit/s for the devices of a rack; from then on the rack counts ports."""
    _name_free(PortGroup.objects.filter(rack=rack, name=name))
    return save(PortGroup(rack=rack, **{"count": 0, **fields, "name": name}))


def change_port_group(group: PortGroup, **fields: Unpack[PortFields]) -> PortGroup:
    """Any figure of the group."""
    _name_free(PortGroup.objects.filter(rack=group.rack_id, name=fields.get("name", "")).exclude(pk=group.pk))
    return _change(group, fields)


@transaction.atomic
def create_rack(
    room: Room,
    name: str,
    *,
    feed_a: Feed | None = None,
    feed_b: Feed | None = None,
    **fields: Unpack[RackFigures],
) -> Rack:
    """A rack with its A and B strips (nodes `NAME-A`, `NAME-B`)."""
    inside()
    rack = save(Rack(room=room, **{**fields, "name": name}))
    for side, feed in (("A", feed_a), ("B", feed_b)):
        if feed:
            feed_rack(rack, side, feed)
    return rack


def feed_rack(rack: Rack, side: str, feed: Feed) -> PowerNode:
    """The strip of a rack for one side, node `RACK-SIDE`; a rack has at most one a side."""
    if side not in {"A", "B"}:
        raise InvalidInput(fields={"side": ["unknown"]})
    figures: PowerFields = {**(feed.electric or {}), "derating": feed.derating, "source": feed.source}
    if feed.capacity_w:
        figures["capacity_w"] = feed.capacity_w
    return create_power_node(
        rack.room.site,
        f"{rack.name}-{side}",
        kind=f"rack_power_{side.lower()}",
        side=side,
        parents=[feed.parent],
        rack=rack,
        **figures,
    )


@transaction.atomic
def change_rack(rack: Rack, *, room: Room | None = None, **fields: Unpack[RackFields]) -> Rack:
    """Any figure of a rack; a smaller height or load is refused by `ledger.write.define` below what is taken.

    Renumbering is refused while anything stands there, because printed papers name the units. With the name
    change those of its strips that bear it.
    """
    inside()
    numbering = fields.get("numbering")
    if numbering and numbering != rack.numbering:
        standing = Rack.objects.filter(pk=rack.pk, cells__isnull=False)
        if standing.exists():
            raise LimitBelowUse(resource="numbering", ref=rack.name)
    if room and room.site_id != rack.room.site_id and rack.feeds.exists():
        raise InvalidInput(fields={"room": ["other_site"]})
    fresh = _change(rack, {**fields, **({"room": room} if room else {})})
    if fresh.name != rack.name:
        for side in ("A", "B"):
            strips = PowerNode.objects.filter(rack=rack, side=side, name=f"{rack.name}-{side}")
            for strip in strips:
                _change(strip, {"name": f"{fresh.name}-{side}"})
    return fresh


def create_compute_pool(site: Site, name: str, **fields: Unpack[ComputeFields]) -> ComputePool:
    """A cluster for hosted applications; overcommit in percent (400 = 4 vCPU a core)."""
    empty = {"cores": 0, "ram_gb": 0, "storage_gb": 0}
    return save(ComputePool(site=site, **{**empty, **fields, "name": name}))


def change_compute_pool(pool: ComputePool, **fields: Unpack[ComputeFields]) -> ComputePool:
    """Any figure of the cluster; its name stays, because the ledger knows it by that."""
    return _change(pool, fields)


def _change(row: Row, fields: Mapping[str, Any]) -> Row:
    inside()
    fresh = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
    return save(fresh)


def _name_free(others: models.QuerySet[Any]) -> None:
    if others.exists():
        raise InvalidInput(fields={"name": ["taken"]})


def _network(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(prefix)
    except ValueError:
        raise InvalidInput(fields={"prefix": ["unknown"]}) from None
