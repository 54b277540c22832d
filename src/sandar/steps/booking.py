"""What the steps ask of the ledger for one case: find, hold, resize, reserve, keep, install, and how papers say it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from sandar.core import capacity, placement, power, rack
from sandar.core.capacity import Booking, Demand, Row, Snapshot
from sandar.core.placement import Answer, Ask
from sandar.errors import InvalidInput, NotFound
from sandar.records.cases.models import Case
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.records.ledger.write import ClaimSpec
from sandar.steps.turn import Turn

RACK, COMPUTE = "rack", "compute"


def demand_of(item: Mapping[str, Any]) -> Demand:
    """The countable wishes of a line item; parts of a unit are rounded up."""
    if item["kind"] == "hosting":
        return Demand(
            vcpu=item["vcpu"],
            ram_gb=math.ceil(item["ram_gb"]),
            storage_gb=math.ceil(item["storage_gb"]),
            bandwidth_mbps=item["bandwidth_mbps"],
            ip_count=1,
        )
    return Demand(
        watts=item["watts"],
        cords=item["cords"],
        weight_kg=math.ceil(item["weight_kg"]),
        bandwidth_mbps=item["bandwidth_mbps"],
        ip_count=item["ip_count"],
    )


def ask_of(item: Mapping[str, Any]) -> Ask:
    """The item as the placement search asks for it; a rack device takes both faces."""
    if item["kind"] == "hosting":
        return Ask(demand=demand_of(item), kind=COMPUTE)
    return Ask(
        demand=demand_of(item), kind=RACK, height=rack.half_units(item["height_u"]), depth_mm=item["depth_mm"]
    )


@dataclass(frozen=True)
class Picture:
    """The capacity check of one case at one moment: what fits where, and every resource with its figures."""

    snapshot: Snapshot
    answer: Answer
    rows: tuple[Row, ...]


def picture(case: Case) -> Picture:
    """Search places for all items; the case's own holds do not count against it."""
    snapshot = ledger_read.snapshot(ignoring_case=case.pk, agency_id=case.agency_id)
    answer = placement.find(snapshot, [ask_of(item) for item in case.items])
    bookings = [
        Booking(found.place_id, demand_of(case.items[found.ask]), ask_of(case.items[found.ask]).height)
        for found in (answer.plan or _nearest(answer, snapshot, case))
    ]
    return Picture(snapshot, answer, capacity.table(snapshot, bookings))


def _nearest(answer: Answer, snapshot: Snapshot, case: Case) -> Sequence[Any]:
    """For NO: what each item alone could get, so that the table still shows figures."""
    first = {found.ask: found for found in reversed(answer.placements)}
    return list(first.values())


@dataclass(frozen=True)
class Choice:
    """A place chosen for one item: a rack with position and face, or a compute pool."""

    item_no: int
    place: str
    position_u: float | None
    face: str = "full"


def choices_of(answer: Answer) -> list[Choice]:
    """The suggested plan as choices."""
    return [
        Choice(
            found.ask + 1,
            found.name,
            None if found.start is None else rack.position_of(found.start),
            found.face,
        )
        for found in answer.plan
    ]


def hold(turn: Turn, choices: Sequence[Choice], *, until: datetime | None = None) -> list[Claim]:
    """Hold the chosen places for the case, instead of what it held before. Raises CapacityTaken naming the holder."""
    specs = [_spec(turn.case, choice) for choice in choices]
    before = ledger_read.claims_for_case(turn.case.pk)
    expires_at = until or turn.at + timedelta(days=settings.HOLD_DAYS)
    claims = ledger.hold_all(specs, at=turn.at, by=turn.person_id, expires_at=expires_at, instead_of=before)
    turn.says(held=claim_facts(turn.case), hold_until=expires_at.isoformat())
    return claims


def _spec(case: Case, choice: Choice) -> ClaimSpec:
    if not 1 <= choice.item_no <= len(case.items):
        raise InvalidInput(fields={"placements": [_("Nomor urut perangkat tidak dikenal.")]})
    item = case.items[choice.item_no - 1]
    kind = COMPUTE if item["kind"] == "hosting" else RACK
    try:
        place = ledger_read.place(kind, choice.place)
    except NotFound as fault:
        raise InvalidInput(
            fields={"placements": [_("Rak %(rack)s tidak dikenal.") % {"rack": choice.place}]}
        ) from fault
    return _placed(case, choice.item_no, item, place_id=place.pk, choice=choice)


def _placed(
    case: Case,
    item_no: int,
    item: Mapping[str, Any],
    *,
    place_id: int,
    choice: Choice | None,
    claim: Claim | None = None,
) -> ClaimSpec:
    ask = ask_of(item)
    start = None
    face = "full"
    if ask.height:
        if choice is not None and choice.position_u is None:
            raise InvalidInput(fields={"placements": [_("Posisi di rak wajib diisi.")]})
        start = claim.start if choice is None and claim else rack.start_of(choice.position_u)  # type: ignore[union-attr, arg-type]
        face = choice.face if choice else claim.face if claim else "full"
    return ClaimSpec(
        place_id=place_id,
        demand=ask.demand,
        start=start,
        height=ask.height,
        face=face,
        depth_mm=ask.depth_mm,
        case_id=case.pk,
        item_no=item_no,
        agency_id=case.agency_id,
        label=item["name"],
    )


def resize(turn: Turn, items: Sequence[Mapping[str, Any]]) -> None:
    """Let the held places follow the form's figures; they stay held another while, since the office acts next."""
    claims = ledger_read.claims_for_case(turn.case.pk)
    plan = [
        (
            claim,
            _placed(
                turn.case,
                claim.item_no,
                items[claim.item_no - 1],
                place_id=claim.place_id,
                choice=None,
                claim=claim,
            ),
        )
        for claim in claims
        if claim.item_no
    ]
    changed = [(claim, spec) for claim, spec in plan if spec != ledger.spec_of(claim)]
    if changed:
        ledger.rearrange(changed, at=turn.at, by=turn.person_id)


def reserve(turn: Turn) -> None:
    """held -> reserved for every item, without an end until the delivery window is set."""
    claims = ledger_read.claims_for_case(turn.case.pk)
    ledger.reserve_all(claims, at=turn.at, by=turn.person_id, expires_at=None)
    turn.says(reserved=claim_facts(turn.case))


def keep_until(turn: Turn, until: datetime) -> None:
    """The reserved places end with the delivery window."""
    ledger.reserve_all(
        ledger_read.claims_for_case(turn.case.pk), at=turn.at, by=turn.person_id, expires_at=until
    )


def install(turn: Turn, choices: Sequence[Choice]) -> dict[int, Claim]:
    """reserved -> installed, moved first where the operator chose another place. Item number -> claim."""
    by_item = {claim.item_no: claim for claim in ledger_read.claims_for_case(turn.case.pk)}
    specs = {}
    for choice in choices:
        spec = _spec(turn.case, choice)
        claim = by_item.get(choice.item_no)
        if claim is None:
            raise NotFound(what="claim")
        if spec != ledger.spec_of(claim):
            specs[claim.pk] = spec
    ledger.install_all(by_item.values(), at=turn.at, by=turn.person_id, specs=specs)
    turn.says(installed=claim_facts(turn.case))
    return {claim.item_no: claim for claim in ledger_read.claims_for_case(turn.case.pk) if claim.item_no}


def release(turn: Turn) -> None:
    """Give back whatever the case holds."""
    if claims := ledger_read.claims_for_case(turn.case.pk):
        ledger.release_all(claims, at=turn.at, by=turn.person_id)


def claim_facts(case: Case) -> list[dict[str, Any]]:
    """The case's live claims as the journal keeps them."""
    return [
        {
            "claim": claim.pk,
            "item_no": claim.item_no,
            "place": claim.place.name,
            "position_u": None if claim.start is None else rack.position_of(claim.start),
            "face": claim.face if claim.height else None,
            "state": claim.state,
        }
        for claim in ledger_read.claims_for_case(case.pk)
    ]


def placement_facts(case: Case) -> list[dict[str, Any]]:
    """The case's places in racks as papers print them."""
    return [
        {
            "item": claim.label,
            "rack": claim.place.name,
            "position_u": rack.position_of(claim.start),
            "height_u": claim.height / 2,
            "face": claim.face,
            "cords": claim.cords,
            "watts": claim.watts,
            "room": claim.place.room,
        }
        for claim in ledger_read.claims_for_case(case.pk)
        if claim.start is not None
    ]


def labels() -> dict[str, str]:
    """Resource code -> name in the active language."""
    return {
        "space": _("Ruang rak"),
        "rack_power_a": _("Daya rak jalur A"),
        "rack_power_b": _("Daya rak jalur B"),
        "pdu": _("PDU"),
        "panel": _("Panel listrik"),
        "ups": _("UPS"),
        "genset": _("Genset"),
        "utility": _("Listrik PLN"),
        "cooling": _("Pendingin"),
        "weight": _("Beban rak"),
        "bandwidth": _("Bandwidth"),
        "ip": _("Alamat IP"),
        "vcpu": _("vCPU"),
        "ram_gb": _("Memori"),
        "storage_gb": _("Penyimpanan"),
    }


def state_label(state: str) -> str:
    """A failure state in words; empty for the normal one."""
    return {
        power.NORMAL: "",
        "a_lost": _("jalur A padam"),
        "b_lost": _("jalur B padam"),
        "utility_lost": _("PLN padam"),
    }.get(state, state)


def row_facts(row: Row) -> dict[str, Any]:
    """One line of the capacity table as papers and pages show it; space in U."""
    share = 2 if row.resource == "space" else 1
    label = labels().get(row.resource, row.resource)
    worst = state_label(row.state)
    return {
        "resource": row.resource,
        "label": f"{label} {row.ref}".strip(),
        "unit": "U" if row.resource == "space" else "" if row.unit == "address" else row.unit,
        "installed": _tidy(row.capacity, share),
        "limit": _tidy(row.limit, share),
        "used": _tidy(row.installed + row.blocked, share),
        "held": _tidy(row.held + row.reserved, share),
        "asked": _tidy(row.asked, share),
        "left_after": _tidy(row.left, share),
        "ok": row.enough,
        "note": _("keadaan terberat: %(state)s") % {"state": worst} if worst else "",
    }


def _tidy(amount: int, share: int) -> int | float:
    return amount if share == 1 else amount // 2 if amount % 2 == 0 else amount / 2


def shortage_facts(found: capacity.Shortage) -> dict[str, Any]:
    """What is short, by how much, and when a hold on it ends."""
    share = 2 if found.resource == "space" else 1
    label = labels().get(found.resource, found.resource)
    facts: dict[str, Any] = {
        "resource": found.resource,
        "label": f"{label} {found.where}".strip(),
        "unit": "U"
        if found.resource == "space"
        else ""
        if found.resource == "ip"
        else capacity.UNITS.get(found.resource, ""),
        "asked": _tidy(found.asked, share),
        "left": _tidy(found.left, share),
        "short_by": _tidy(found.asked - found.left, share),
    }
    if found.frees_at:
        facts["frees_on"] = found.frees_at.date().isoformat()
    return facts
