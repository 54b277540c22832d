"""What is entered of each kind, as its shape would say it: key -> fields. Keys are what addresses and tables use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandar.core import rack as geometry
from sandar.records.facility.models import (
    BatteryPoint,
    ComputePool,
    CoolingUnit,
    FailureState,
    IpPrefix,
    Outlet,
    PortGroup,
    PowerNode,
    Rack,
    Room,
    Site,
    Uplink,
)
from sandar.records.facility.power_models import STRIPS, PowerFeed
from sandar.records.ledger.models import Claim

Fields = dict[str, Any]
Stock = dict[str, Fields]
ELECTRIC = (
    "capacity_w", "capacity_va", "power_factor", "volts", "amps", "phases", "phase", "derating",
)  # fmt: skip
MODULES = ("module_count", "module_w", "spare_modules")


def _plain(row: Any, *names: str) -> Fields:
    return {name: getattr(row, name) for name in names}


def sites() -> Stock:
    rows = Site.objects.filter(retired=False).order_by("name")
    return {row.name: _plain(row, "name", "address") for row in rows}


def rooms() -> Stock:
    rows = Room.objects.filter(retired=False).select_related("site").order_by("site__name", "name")
    names = ("name", "capacity_w", "derating", "spare_units", "policy", "keep_free", "source")
    return {row.name: {"site": row.site.name, **_plain(row, *names)} for row in rows}


def coolings() -> Stock:
    rows = CoolingUnit.objects.select_related("room").order_by("room__name", "name")
    return {
        f"{row.room.name}/{row.name}": {
            "room": row.room.name,
            **_plain(row, "name", "capacity_w", "derating", "source"),
        }
        for row in rows
    }


def uplinks() -> Stock:
    rows = Uplink.objects.select_related("site").order_by("site__name", "name")
    names = ("name", "bandwidth_mbps", "derating", "source")
    return {row.name: {"site": row.site.name, **_plain(row, *names)} for row in rows}


def prefixes() -> Stock:
    rows = IpPrefix.objects.select_related("site").order_by("site__name", "prefix")
    names = ("prefix", "usable", "derating", "is_public", "source")
    return {row.prefix: {"site": row.site.name, **_plain(row, *names)} for row in rows}


def _parents() -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    feeds = PowerFeed.objects.order_by("child", "position").values_list("child", "parent__name")
    for child, parent in feeds:
        found.setdefault(child, []).append(parent)
    return found


def powers() -> Stock:
    parents = _parents()
    batteries: dict[int, list[Fields]] = {}
    for pk, watts, minutes in BatteryPoint.objects.order_by("watts").values_list("node", "watts", "minutes"):
        batteries.setdefault(pk, []).append({"watts": watts, "minutes": minutes})
    rows = PowerNode.objects.exclude(kind__in=STRIPS).select_related("site").order_by("site__name", "pk")
    return {
        row.name: {
            **_plain(row, *ELECTRIC),
            "site": row.site.name,
            **_plain(row, "name", "kind", "side"),
            "parents": parents.get(row.pk, []),
            **_plain(row, *MODULES),
            "battery": batteries.get(row.pk, []),
            "source": row.source,
        }
        for row in rows
    }


def racks() -> Stock:
    rows = Rack.objects.filter(retired=False).select_related("room", "uplink", "prefix")
    names = (
        "name", "row", "position", "height_u", "numbering", "depth_mm", "door", "mounting", "load_kg", "derating",
    )  # fmt: skip
    return {
        row.name: {
            "room": row.room.name,
            **_plain(row, *names),
            "uplink": row.uplink.name if row.uplink else "",
            "prefix": row.prefix.prefix if row.prefix else "",
            "source": row.source,
        }
        for row in rows.order_by("room__name", "row", "position", "name")
    }


def strips() -> Stock:
    parents = _parents()
    outlets: dict[int, list[Fields]] = {}
    for pk, kind, count in Outlet.objects.order_by("kind").values_list("node", "kind", "count"):
        outlets.setdefault(pk, []).append({"kind": kind, "count": count})
    rows = PowerNode.objects.filter(kind__in=STRIPS).select_related("rack").order_by("rack__name", "side")
    return {
        f"{row.rack.name}/{row.side}": {
            **_plain(row, *ELECTRIC),
            "rack": row.rack.name,
            "side": row.side,
            "parents": parents.get(row.pk, []),
            "outlets": outlets.get(row.pk, []),
            "source": row.source,
        }
        for row in rows
        if row.rack
    }


def ports() -> Stock:
    rows = PortGroup.objects.select_related("rack").order_by("rack__name", "name")
    return {
        f"{row.rack.name}/{row.name}": {
            "rack": row.rack.name,
            **_plain(row, "name", "count", "gbps", "derating", "source"),
        }
        for row in rows
    }


def computes() -> Stock:
    rows = ComputePool.objects.select_related("site", "uplink", "prefix").order_by("site__name", "name")
    names = ("name", "cores", "overcommit", "ram_gb", "storage_gb", "derating")
    return {
        row.name: {
            "site": row.site.name,
            **_plain(row, *names),
            "uplink": row.uplink.name if row.uplink else "",
            "prefix": row.prefix.prefix if row.prefix else "",
            "source": row.source,
        }
        for row in rows
    }


def states() -> Stock:
    """What the office has declared; what it has not said has its default (records.facility.states)."""
    rows = FailureState.objects.select_related("site", "node").order_by("site__name", "pk")
    found = {}
    for row in rows:
        node = row.node.name if row.node else ""
        fields = {"site": row.site.name, "kind": row.kind, "node": node}
        found[state_key(fields)] = {**fields, **_plain(row, "name", "must_survive")}
    return found


def blocks() -> Stock:
    """Units nobody may use; in racks that are still there."""
    rows = Claim.objects.filter(state="blocked", start__isnull=False, place__retired=False)
    found = {}
    for row in rows.select_related("place").order_by("place__name", "start", "pk"):
        fields = {
            "rack": row.place.name,
            "position_u": geometry.position_of(row.start or 0),
            "height_u": row.height / 2,
            "face": row.face,
        }
        found[block_key(fields)] = {**fields, "reason": row.label}
    return found


def state_key(fields: Mapping[str, Any]) -> str:
    return "/".join(part for part in (fields["site"], fields["kind"], fields.get("node", "")) if part)


def block_key(fields: Mapping[str, Any]) -> str:
    return f"{fields['rack']}/U{fields['position_u']:g}/{fields.get('face') or 'full'}"


def pair_key(first: str, second: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda fields: f"{fields[first]}/{fields[second]}"


def name_key(name: str = "name") -> Callable[[Mapping[str, Any]], str]:
    return lambda fields: str(fields[name])
