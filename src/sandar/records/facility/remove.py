"""Taking things out of the facility. What is in use stays: InUse says who uses it.

Sites, rooms and racks that the history of claims names are retired, not deleted: they give up their name.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction

from sandar.errors import InUse

from .checks import inside
from .models import ComputePool, CoolingUnit, IpPrefix, PortGroup, Rack, Room, Site, Uplink
from .power_models import FailureState, PowerNode

_LIVE = ("held", "reserved", "installed", "blocked")
_SHOWN = 10


def remove_power_node(node: PowerNode) -> None:
    """A node that feeds nothing and whose maintenance is not declared. A strip also takes its outlets along."""
    states = FailureState.objects.filter(node=node)
    _unused(node.name, "power_node", node.children.values_list("name", flat=True), states)
    if node.rack_id and node.side:
        claims = Rack.objects.filter(pk=node.rack_id, claims__state__in=_LIVE, claims__watts__gt=0)
        drawing = claims.filter(claims__cords__contains=node.side).values_list("claims__pk", "claims__label")
        _unused(node.name, "power_node", _claims(drawing))
    PowerNode.objects.filter(pk=node.pk).delete()


@transaction.atomic
def remove_rack(rack: Rack) -> None:
    """A rack without any live claim (installed, reserved, held or blocked), with its strips and ports."""
    live = Rack.objects.filter(pk=rack.pk, claims__state__in=_LIVE)
    _unused(rack.name, "rack", _claims(live.values_list("claims__pk", "claims__label")))
    for strip in rack.feeds.all():
        remove_power_node(strip)
    PortGroup.objects.filter(rack=rack).delete()
    Rack.objects.filter(pk=rack.pk).update(
        retired=True, name=_gone(rack.name, rack.pk, 40), uplink=None, prefix=None
    )


@transaction.atomic
def remove_room(room: Room) -> None:
    """A room without racks, with its cooling units."""
    _unused(room.name, "room", room.racks.filter(retired=False).values_list("name", flat=True))
    CoolingUnit.objects.filter(room=room).delete()
    if room.racks.exists():
        Room.objects.filter(pk=room.pk).update(retired=True, name=_gone(room.name, room.pk, 80))
    else:
        Room.objects.filter(pk=room.pk).delete()


@transaction.atomic
def remove_site(site: Site) -> None:
    """A site in which nothing stands any more."""
    rows: list[models.QuerySet[Room] | models.QuerySet[PowerNode]] = [
        site.rooms.filter(retired=False), site.power_nodes.all(),
    ]  # fmt: skip
    names = [name for row in rows for name in row.values_list("name", flat=True)]
    names += site.uplinks.values_list("name", flat=True)
    names += site.prefixes.values_list("prefix", flat=True)
    names += site.compute_pools.values_list("name", flat=True)
    _unused(site.name, "site", names)
    if site.rooms.exists():
        Site.objects.filter(pk=site.pk).update(retired=True, name=_gone(site.name, site.pk, 80))
    else:
        Site.objects.filter(pk=site.pk).delete()


def remove_uplink(uplink: Uplink) -> None:
    """A line that no rack and no cluster is bound to."""
    racks = uplink.racks.values_list("name", flat=True)
    _unused(uplink.name, "uplink", [*racks, *uplink.compute_pools.values_list("name", flat=True)])
    Uplink.objects.filter(pk=uplink.pk).delete()


def remove_prefix(prefix: IpPrefix) -> None:
    """A network that no rack and no cluster is bound to."""
    racks = prefix.racks.values_list("name", flat=True)
    _unused(prefix.prefix, "prefix", [*racks, *prefix.compute_pools.values_list("name", flat=True)])
    IpPrefix.objects.filter(pk=prefix.pk).delete()


def remove_cooling_unit(unit: CoolingUnit) -> None:
    """A cooling unit; refused by `ledger.write.define` when the rest does not suffice."""
    inside()
    CoolingUnit.objects.filter(pk=unit.pk).delete()


def remove_port_group(group: PortGroup) -> None:
    """Ports of a rack; refused by `ledger.write.define` when the rest does not suffice."""
    inside()
    PortGroup.objects.filter(pk=group.pk).delete()


def remove_compute_pool(pool: ComputePool) -> None:
    """A cluster; refused by `ledger.write.define` while anything is hosted on it."""
    inside()
    ComputePool.objects.filter(pk=pool.pk).delete()


def _claims(rows: Iterable[tuple[int, str]]) -> list[str]:
    """Claims by their label; one without is called by its number."""
    return [label or f"#{pk}" for pk, label in rows]


def _unused(name: str, what: str, *users: Iterable[object]) -> None:
    inside()
    found = sorted(str(user) for group in users for user in group)
    if found:
        raise InUse(what=what, name=name, used_by=found[:_SHOWN], count=len(found))


def _gone(name: str, pk: int, longest: int) -> str:
    tail = f"#{pk}"
    return name[: longest - len(tail)] + tail
