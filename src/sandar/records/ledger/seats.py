"""What takes no unit: devices on a shared shelf, nodes in a chassis, strips and boxes on the rack's side.

Run under the locks of the places. A host and what stands on it are always in one place, so nobody else can put
something on it meanwhile; the unique slots and the count on the host (`taken`, with its CHECK) are the database's
own guard, as the cells are for units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sandar.core.rack import SIDE_POSITIONS
from sandar.errors import CapacityTaken, HostInUse, NoSuchSlot, PlaceOutsideRack

from .models import LIVE, Claim
from .sql import LockedPlace

if TYPE_CHECKING:
    from .engine import Change, ClaimSpec


@dataclass(slots=True)
class _Host:
    """A shelf or chassis: where it stands after the batch, its slots, and which are taken by whom."""

    place_id: int
    name: str
    slots: int
    owners: dict[int, int]


def check_shape(spec: ClaimSpec, place: LockedPlace) -> None:
    """Raises PlaceOutsideRack for a shape that no rack has: units and a slot, slots without units ..."""
    if spec.demand.extra and (spec.height or spec.host_id is not None or spec.slot is not None):
        raise PlaceOutsideRack(value=spec.height / 2, rule="extra_without_units", highest=0)
    if spec.host_id is not None and (spec.height or place.rack_id is None):
        raise PlaceOutsideRack(value=spec.height / 2, rule="on_a_host", highest=0)
    if spec.slot is not None and spec.height:
        raise PlaceOutsideRack(value=spec.slot, rule="slot_without_units", highest=0)
    if spec.slots and not spec.height:
        raise PlaceOutsideRack(value=spec.slots, rule="host_without_units", highest=place.half_units / 2)
    if spec.slot is not None and spec.slot < 1:
        raise NoSuchSlot(host=spec.host_id, slot=spec.slot, slots=SIDE_POSITIONS)


def with_devices(changes: Sequence[Change]) -> list[Change]:
    """The changes, and after them the move of everything that stands on a host that goes to another place."""
    moving = {
        change.claim.pk: change.spec.place_id
        for change in changes
        if change.claim
        and change.spec
        and change.claim.slots
        and change.spec.place_id != change.claim.place_id
    }
    if not moving:
        return list(changes)
    from .engine import Change, spec_of

    def along(device: Claim, to: str, expires_at: datetime | None) -> Change:
        assert device.host_id is not None
        return Change(device, to, replace(spec_of(device), place_id=moving[device.host_id]), expires_at)

    found = [
        along(change.claim, change.to, change.expires_at)
        if change.claim and change.claim.host_id in moving and change.spec is None and change.to in LIVE
        else change
        for change in changes
    ]
    known = {change.claim.pk for change in changes if change.claim}
    devices = Claim.objects.filter(host_id__in=moving, state__in=LIVE).exclude(pk__in=known).order_by("pk")
    return found + [along(device, device.state, device.expires_at) for device in devices]


def seated(changes: Sequence[Change], places: Mapping[int, LockedPlace]) -> list[ClaimSpec | None]:
    """The specs with every slot decided: the one asked for, else the lowest free.

    Raises NoSuchSlot, CapacityTaken (resource slot or side) with the holder's name.
    """
    specs = [change.spec for change in changes]
    if not any(spec and _takes_a_slot(spec, places) for spec in specs):
        return specs
    hosts = _hosts(changes)
    sides = _sides(changes, places)
    for index, spec in enumerate(specs):
        if spec is None or not _takes_a_slot(spec, places):
            continue
        if spec.host_id is not None:
            host = hosts.get(spec.host_id)
            if host is None or host.place_id != spec.place_id or not host.slots:
                raise NoSuchSlot(host=spec.host_id, slot=spec.slot, slots=host.slots if host else 0)
            free = _slot(spec, host.owners, host.slots, resource="slot", ref=host.name)
        else:
            owners = sides[spec.place_id]
            free = _slot(spec, owners, SIDE_POSITIONS, resource="side", ref=places[spec.place_id].name)
        specs[index] = replace(spec, slot=free)
    return specs


def _takes_a_slot(spec: ClaimSpec, places: Mapping[int, LockedPlace]) -> bool:
    return spec.height == 0 and not spec.demand.extra and places[spec.place_id].rack_id is not None


def _slot(spec: ClaimSpec, owners: dict[int, int], slots: int, *, resource: str, ref: str) -> int:
    """The slot this takes, entered among the owners."""
    from .engine import holder_facts

    if spec.slot is not None and spec.slot > slots:
        raise NoSuchSlot(host=spec.host_id, slot=spec.slot, slots=slots)
    wanted = [spec.slot] if spec.slot is not None else range(1, slots + 1)
    free = next((slot for slot in wanted if slot not in owners), None)
    if free is None:
        holder = owners[spec.slot or slots]
        facts = holder_facts(holder) if holder else {"holder": "", "same_request": True}
        left = sum(slot not in owners for slot in range(1, slots + 1))
        raise CapacityTaken(resource=resource, ref=ref, asked=1, left=left, slot=spec.slot, **facts)
    owners[free] = 0  # somebody of this very batch
    return free


def _hosts(changes: Sequence[Change]) -> dict[int, _Host]:
    """The hosts that the batch names, as they will stand, without the devices that the batch moves or ends."""
    ids = {change.spec.host_id for change in changes if change.spec and change.spec.host_id}
    found = {
        claim.pk: _Host(claim.place_id, claim.label or f"#{claim.pk}", claim.slots, {})
        for claim in Claim.objects.filter(pk__in=ids, state__in=LIVE)
    }
    mine = {change.claim.pk: change for change in changes if change.claim}
    for pk, host in list(found.items()):
        change = mine.get(pk)
        if change and change.to not in LIVE:
            del found[pk]
        elif change and change.spec:
            host.place_id, host.slots = change.spec.place_id, change.spec.slots
    staying = Claim.objects.filter(host_id__in=found, state__in=LIVE).exclude(pk__in=mine)
    for host_id, slot, pk in staying.values_list("host_id", "slot", "pk"):
        found[host_id or 0].owners[slot or 0] = pk
    for pk, change in mine.items():  # of this batch, but neither moved nor ended: keeps its slot
        if change.spec is None and change.to in LIVE and change.claim and change.claim.host_id in found:
            found[change.claim.host_id].owners[change.claim.slot or 0] = pk
    return found


def _sides(changes: Sequence[Change], places: Mapping[int, LockedPlace]) -> dict[int, dict[int, int]]:
    """Position -> claim on the sides of each rack, without what the batch moves or ends."""
    found: dict[int, dict[int, int]] = {place_id: {} for place_id in places}
    going = [change.claim.pk for change in changes if change.claim and (change.spec or change.to not in LIVE)]
    rows = Claim.objects.filter(place_id__in=found, state__in=LIVE, host__isnull=True, slot__isnull=False)
    for place_id, slot, pk in rows.exclude(pk__in=going).values_list("place_id", "slot", "pk"):
        found[place_id][slot or 0] = pk
    return found


def refuse_if_in_use(changes: Sequence[Change]) -> None:
    """Raises HostInUse when something stands on a shelf or chassis that is to end or to have fewer slots."""
    for change in changes:
        if change.claim is None:
            continue
        kept = 0 if change.to not in LIVE else change.spec.slots if change.spec else change.claim.slots
        if kept >= change.claim.slots:
            continue
        gone = [other.claim.pk for other in changes if other.claim and (other.spec or other.to not in LIVE)]
        devices = Claim.objects.filter(host_id=change.claim.pk, state__in=LIVE, slot__gt=kept)
        rest = devices.exclude(pk__in=gone).order_by("slot")
        if device := rest.first():
            raise HostInUse(claim=change.claim.pk, taken=rest.count(), holder=device.label or f"#{device.pk}")
