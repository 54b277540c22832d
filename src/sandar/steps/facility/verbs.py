"""From the fields of a shape to the verbs of the facility record and, for blocked units, of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.errors import InvalidInput, NotFound, SandarError
from sandar.records.facility import read as facility
from sandar.records.facility import write
from sandar.records.facility.models import FailureState, PowerNode
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.records.ledger.write import ClaimSpec
from sandar.steps import freed
from sandar.steps.facility.stock import ELECTRIC, MODULES, Fields, state_key


@dataclass(frozen=True, slots=True)
class Act:
    """When and by whom, for what the ledger writes."""

    at: datetime
    by: int | None


def _found(field: str, ask: Any, name: str) -> Any:
    """The thing named in a field; InvalidInput beside that field when there is none."""
    try:
        return ask(name)
    except NotFound as fault:
        said = _("%(name)s tidak dikenal.") % {"name": name}
        raise InvalidInput(fields={field: [said]}) from fault


def _pick(given: Fields, *names: str) -> Fields:
    return {name: given[name] for name in names if name in given}


def _optional(given: Fields) -> Fields:
    """uplink and prefix as rows; an empty name is none."""
    found: Fields = {}
    asks: dict[str, Any] = {"uplink": facility.uplink_named, "prefix": facility.prefix_named}
    for name, ask in asks.items():
        if name in given:
            found[name] = _found(name, ask, given[name]) if given[name] else None
    return found


def _parents(given: Fields) -> list[PowerNode]:
    return [_found("parents", facility.node_named, name) for name in given.get("parents", [])]


# --- site, room, cooling, uplink, prefix


def create_site(given: Fields, act: Act) -> None:
    write.create_site(given["name"], address=given["address"])


def change_site(key: str, given: Fields, act: Act) -> None:
    write.change_site(facility.site_named(key), **_pick(given, "name", "address"))


def remove_site(key: str, act: Act) -> None:
    write.remove_site(facility.site_named(key))


_ROOM = ("capacity_w", "derating", "spare_units", "policy", "keep_free", "source")


def create_room(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    write.create_room(site, given["name"], **_pick(given, *_ROOM))


def change_room(key: str, given: Fields, act: Act) -> None:
    write.change_room(facility.room_named(key), **_pick(given, "name", *_ROOM))


def remove_room(key: str, act: Act) -> None:
    write.remove_room(facility.room_named(key))


_COOLING = ("capacity_w", "derating", "source")


def _cooling(key: str) -> Any:
    for room in facility.rooms():
        if key.startswith(f"{room.name}/"):
            try:
                return facility.cooling_unit(room.name, key[len(room.name) + 1 :])
            except NotFound:
                continue
    raise NotFound(what="cooling unit", name=key)


def create_cooling(given: Fields, act: Act) -> None:
    room = _found("room", facility.room_named, given["room"])
    write.create_cooling_unit(room, given["name"], **_pick(given, *_COOLING))


def change_cooling(key: str, given: Fields, act: Act) -> None:
    write.change_cooling_unit(_cooling(key), **_pick(given, "name", *_COOLING))


def remove_cooling(key: str, act: Act) -> None:
    write.remove_cooling_unit(_cooling(key))


_UPLINK = ("bandwidth_mbps", "derating", "source")


def create_uplink(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    write.create_uplink(site, given["name"], **_pick(given, *_UPLINK))


def change_uplink(key: str, given: Fields, act: Act) -> None:
    write.change_uplink(facility.uplink_named(key), **_pick(given, "name", *_UPLINK))


def remove_uplink(key: str, act: Act) -> None:
    write.remove_uplink(facility.uplink_named(key))


def create_prefix(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    write.create_prefix(site, given["prefix"], **_pick(given, "usable", "derating", "is_public", "source"))


def change_prefix(key: str, given: Fields, act: Act) -> None:
    write.change_prefix(
        facility.prefix_named(key), **_pick(given, "usable", "derating", "is_public", "source")
    )


def remove_prefix(key: str, act: Act) -> None:
    write.remove_prefix(facility.prefix_named(key))


# --- power


def create_power(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    node = write.create_power_node(
        site,
        given["name"],
        kind=given["kind"],
        side=given["side"],
        parents=_parents(given),
        **_pick(given, *ELECTRIC, *MODULES, "source"),
    )
    if given["battery"]:
        write.set_battery(node, _points(given))


def change_power(key: str, given: Fields, act: Act) -> None:
    node = facility.node_named(key)
    fields = _pick(given, "name", "side", *ELECTRIC, *MODULES, "source")
    if "parents" in given:
        fields["parents"] = _parents(given)
    changed = write.change_power_node(node, **fields)
    if "battery" in given and (given["battery"] or node.kind == "ups"):
        write.set_battery(changed, _points(given))


def _points(given: Fields) -> list[tuple[int, int]]:
    return [(point["watts"], point["minutes"]) for point in given["battery"]]


def remove_power(key: str, act: Act) -> None:
    write.remove_power_node(facility.node_named(key))


def _strip(key: str) -> PowerNode:
    rack, _slash, side = key.rpartition("/")
    row = PowerNode.objects.filter(rack__name=rack, side=side, rack__retired=False)
    if node := row.select_related("site", "rack").first():
        return node
    raise NotFound(what="power strip", name=key)


def create_strip(given: Fields, act: Act) -> None:
    rack = _found("rack", facility.rack_named, given["rack"])
    parents = _parents(given)
    node = write.create_power_node(
        rack.room.site,
        f"{rack.name}-{given['side']}",
        kind=f"rack_power_{given['side'].lower()}",
        side=given["side"],
        parents=parents,
        rack=rack,
        **_pick(given, *ELECTRIC, "source"),
    )
    if given["outlets"]:
        write.set_outlets(node, _counts(given))


def change_strip(key: str, given: Fields, act: Act) -> None:
    fields = _pick(given, *ELECTRIC, "source")
    if "parents" in given:
        fields["parents"] = _parents(given)
    changed = write.change_power_node(_strip(key), **fields)
    if "outlets" in given:
        write.set_outlets(changed, _counts(given))


def _counts(given: Fields) -> dict[str, int]:
    return {outlet["kind"]: outlet["count"] for outlet in given["outlets"]}


def remove_strip(key: str, act: Act) -> None:
    write.remove_power_node(_strip(key))


# --- racks and what is in them


_RACK = (
    "row",
    "position",
    "height_u",
    "numbering",
    "depth_mm",
    "door",
    "mounting",
    "load_kg",
    "derating",
    "source",
)


def create_rack(given: Fields, act: Act) -> None:
    room = _found("room", facility.room_named, given["room"])
    write.create_rack(room, given["name"], **_pick(given, *_RACK), **_optional(given))


def change_rack(key: str, given: Fields, act: Act) -> None:
    room = _found("room", facility.room_named, given["room"]) if "room" in given else None
    rack = facility.rack_named(key)
    moved = {"room": room} if room and room.pk != rack.room_id else {}
    write.change_rack(rack, **moved, **_pick(given, "name", *_RACK), **_optional(given))


def remove_rack(key: str, act: Act) -> None:
    write.remove_rack(facility.rack_named(key))


_PORT = ("count", "gbps", "derating", "source")


def _port(key: str) -> Any:
    rack, _slash, name = key.partition("/")  # a rack's name has none
    return facility.port_group(rack, name)


def create_port(given: Fields, act: Act) -> None:
    rack = _found("rack", facility.rack_named, given["rack"])
    write.create_port_group(rack, given["name"], **_pick(given, *_PORT))


def change_port(key: str, given: Fields, act: Act) -> None:
    write.change_port_group(_port(key), **_pick(given, "name", *_PORT))


def remove_port(key: str, act: Act) -> None:
    write.remove_port_group(_port(key))


_COMPUTE = ("cores", "overcommit", "ram_gb", "storage_gb", "derating", "source")


def create_compute(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    write.create_compute_pool(site, given["name"], **_pick(given, *_COMPUTE), **_optional(given))


def change_compute(key: str, given: Fields, act: Act) -> None:
    write.change_compute_pool(facility.compute_named(key), **_pick(given, *_COMPUTE), **_optional(given))


def remove_compute(key: str, act: Act) -> None:
    write.remove_compute_pool(facility.compute_named(key))


# --- failure states


def _state(key: str) -> FailureState:
    for row in FailureState.objects.select_related("site", "node"):
        fields = {"site": row.site.name, "kind": row.kind, "node": row.node.name if row.node else ""}
        if state_key(fields) == key:
            return row
    raise NotFound(what="failure state", name=key)


def create_state(given: Fields, act: Act) -> None:
    site = _found("site", facility.site_named, given["site"])
    node = _found("node", facility.node_named, given["node"]) if given["node"] else None
    write.declare_state(
        site, given["kind"], must_survive=given["must_survive"], node=node, name=given["name"]
    )


def change_state(key: str, given: Fields, act: Act) -> None:
    row = _state(key)
    must = given.get("must_survive", row.must_survive)
    write.declare_state(
        row.site, row.kind, must_survive=must, node=row.node, name=given.get("name", row.name)
    )


def remove_state(key: str, act: Act) -> None:
    row = _state(key)
    write.withdraw_state(row.site, row.kind, node=row.node)


# --- blocked units


def _block(key: str) -> Claim:
    rack, _slash, rest = key.partition("/")
    unit, _slash, face = rest.partition("/")
    try:
        start = geometry.start_of(float(unit.removeprefix("U")))
    except (ValueError, OverflowError, SandarError) as fault:
        raise NotFound(what="block", name=key) from fault
    rows = Claim.objects.filter(place__name=rack, place__kind="rack", place__retired=False, state="blocked")
    if found := rows.select_related("place").filter(start=start, face=face).first():
        return found
    raise NotFound(what="block", name=key)


def create_block(given: Fields, act: Act) -> None:
    place = _found("rack", lambda name: ledger_read.place("rack", name), given["rack"])
    spec = ClaimSpec(
        place_id=place.pk,
        demand=Demand(),
        start=geometry.start_of(given["position_u"]),
        height=geometry.half_units(given["height_u"]),
        face=given["face"],
        label=given["reason"],
    )
    ledger.block(spec, at=act.at, by=act.by)


def change_block(key: str, given: Fields, act: Act) -> None:
    claim = _block(key)
    spec = ledger.spec_of(claim)
    if "height_u" in given:
        spec = replace(spec, height=geometry.half_units(given["height_u"]))
    if "reason" in given:
        spec = replace(spec, label=given["reason"])
    ledger.resize(claim, spec, at=act.at, by=act.by)
    freed.announce()


def remove_block(key: str, act: Act) -> None:
    ledger.release(_block(key), at=act.at, by=act.by)
    freed.announce()
