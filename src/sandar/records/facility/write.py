"""The verbs of the facility. After any of them the caller defines the ledger anew in the same transaction:
`ledger.write.define(facility.read.layout(), at=at)`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from sandar.errors import InvalidInput, LimitBelowUse

from .models import ComputePool, IpPrefix, PowerNode, Rack, Room, Site, Uplink

POWER_KINDS = ("utility", "genset", "ups", "panel", "pdu", "rack_power_a", "rack_power_b")


@dataclass(frozen=True, slots=True)
class Feed:
    """The strip of one side of a rack: the node that feeds it, watts, percent that may be used."""

    parent: PowerNode
    capacity_w: int
    derating: int = 80
    source: str = ""


def create_site(name: str, *, address: str = "") -> Site:
    """A building with a data centre."""
    _inside()
    return Site.objects.create(name=name, address=address)


def create_room(site: Site, name: str, *, capacity_w: int = 0, derating: int = 100, source: str = "") -> Room:
    """A server room; capacity_w: watts of heat its cooling takes away (0 = not counted)."""
    _inside()
    _check(capacity_w=capacity_w, derating=derating)
    return Room.objects.create(site=site, name=name, capacity_w=capacity_w, derating=derating, source=source)


def create_power_node(
    site: Site,
    name: str,
    *,
    kind: str,
    capacity_w: int,
    side: str = "",
    derating: int = 80,
    parents: Sequence[PowerNode] = (),
    source: str = "",
    rack: Rack | None = None,
) -> PowerNode:
    """A node of the power chain. Its parents exist before it, so a chain made here cannot loop."""
    _inside()
    _check(capacity_w=capacity_w, derating=derating)
    if kind not in POWER_KINDS:
        raise InvalidInput(fields={"kind": [kind]})
    node = PowerNode.objects.create(
        site=site,
        name=name,
        kind=kind,
        side=side,
        capacity_w=capacity_w,
        derating=derating,
        source=source,
        rack=rack,
    )
    node.parents.add(*parents)
    return node


def create_rack(
    room: Room,
    name: str,
    *,
    height_u: int = 42,
    feed_a: Feed | None = None,
    feed_b: Feed | None = None,
    load_kg: int = 800,
    depth_mm: int = 1000,
    row: str = "",
    numbering: str = "bottom",
    source: str = "",
    uplink: Uplink | None = None,
    prefix: IpPrefix | None = None,
) -> Rack:
    """A rack with its A and B strips (nodes `NAME-A`, `NAME-B`)."""
    _inside()
    _check(height_u=height_u, load_kg=load_kg, depth_mm=depth_mm)
    if not 1 <= height_u <= 100 or numbering not in {"bottom", "top"}:
        raise InvalidInput(fields={"height_u": [height_u], "numbering": [numbering]})
    rack = Rack.objects.create(
        room=room,
        name=name,
        row=row,
        height_u=height_u,
        numbering=numbering,
        depth_mm=depth_mm,
        load_kg=load_kg,
        source=source,
        uplink=uplink,
        prefix=prefix,
    )
    for side, feed in (("A", feed_a), ("B", feed_b)):
        if feed:
            create_power_node(
                room.site,
                f"{name}-{side}",
                kind=f"rack_power_{side.lower()}",
                side=side,
                capacity_w=feed.capacity_w,
                derating=feed.derating,
                parents=[feed.parent],
                source=feed.source,
                rack=rack,
            )
    return rack


def change_rack(rack: Rack, *, height_u: int | None = None, numbering: str | None = None) -> Rack:
    """Change the height of a rack (refused by `ledger.write.define` below what stands in it).

    Renumbering is refused while anything stands there, because printed papers name the units.
    """
    _inside()
    if numbering and numbering != rack.numbering:
        if Rack.objects.filter(pk=rack.pk, cells__isnull=False).exists():
            raise LimitBelowUse(resource="numbering", ref=rack.name)
        Rack.objects.filter(pk=rack.pk).update(numbering=numbering)
    if height_u:
        _check(height_u=height_u)
        Rack.objects.filter(pk=rack.pk).update(height_u=height_u)
    rack.refresh_from_db()
    return rack


def create_uplink(
    site: Site, name: str, *, bandwidth_mbps: int, derating: int = 100, source: str = ""
) -> Uplink:
    """A line to the outside, in Mbit/s."""
    _inside()
    _check(bandwidth_mbps=bandwidth_mbps, derating=derating)
    return Uplink.objects.create(
        site=site, name=name, bandwidth_mbps=bandwidth_mbps, derating=derating, source=source
    )


def create_prefix(
    site: Site, prefix: str, *, usable: int | None = None, is_public: bool = False, source: str = ""
) -> IpPrefix:
    """A network in CIDR; usable: addresses to give away, without it all but network, broadcast, gateway."""
    _inside()
    try:
        network = ipaddress.ip_network(prefix)
    except ValueError:
        raise InvalidInput(fields={"prefix": [prefix]}) from None
    if usable is None:
        usable = max(min(network.num_addresses, 1 << 24) - 3, 1)
    _check(usable=usable)
    return IpPrefix.objects.create(
        site=site, prefix=str(network), usable=usable, is_public=is_public, source=source
    )


def create_compute_pool(
    site: Site,
    name: str,
    *,
    cores: int,
    ram_gb: int,
    storage_gb: int,
    overcommit: int = 100,
    derating: int = 80,
    source: str = "",
    uplink: Uplink | None = None,
    prefix: IpPrefix | None = None,
) -> ComputePool:
    """A cluster for hosted applications; overcommit in percent (400 = 4 vCPU a core)."""
    _inside()
    _check(cores=cores, ram_gb=ram_gb, storage_gb=storage_gb, overcommit=overcommit, derating=derating)
    return ComputePool.objects.create(
        site=site,
        name=name,
        cores=cores,
        ram_gb=ram_gb,
        storage_gb=storage_gb,
        overcommit=overcommit,
        derating=derating,
        source=source,
        uplink=uplink,
        prefix=prefix,
    )


def _inside() -> None:
    assert connection.in_atomic_block, "the facility is changed only inside a transaction"


def _check(**figures: int) -> None:
    """Raises InvalidInput for a negative figure or a derating outside 1-100 percent."""
    wrong = {name: [value] for name, value in figures.items() if value < 0}
    if "derating" in figures and not 1 <= figures["derating"] <= 100:
        wrong["derating"] = [figures["derating"]]
    if wrong:
        raise InvalidInput(fields=wrong)
