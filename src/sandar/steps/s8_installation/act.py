"""Step 8: inspect, install, hand over, register. Cells, minutes and register change in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import fates, rack
from sandar.errors import InvalidInput
from sandar.records.assets import addresses
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets
from sandar.records.assets.models import Delivery, Inspection
from sandar.records.cases import read as cases
from sandar.records.documents import read as papers_read
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import addressing, batches, booking, items, paper
from sandar.steps.booking import Choice
from sandar.steps.s8_installation import inspection
from sandar.steps.s8_installation.forms import HandOver, Inspect, Installed, NotConform
from sandar.steps.turn import Act, Turn
from sandar.steps.words import CONDITIONS

STEP = "installation"
SERVER_CODE = "1.3.2.10.02.04.001"  # Server, Permendagri 108/2016


def inspect(turn: Turn, given: Inspect) -> None:
    """Pass the delivery: conform, or conditional with a note. Raises InvalidInput for a difference without one.

    What is set aside waits to be approved anew or is taken back, while the others go on; when nothing passes the
    whole delivery does.
    """
    items.apart(turn, given.set_aside, "set_aside")
    here, before = batches.inspected_now(turn), _inspected_before(turn)
    items.each_once([line.item_no for line in given.inspections], here, "inspections")
    aside = items.turn_down(turn, given.set_aside, among=here, field="set_aside")
    rows = inspection.examine(turn, given.inspections)
    conform = all(row["overall"] == "conform" for row in rows if row["item_no"] not in aside)
    passed = [number for number in here if number not in aside]
    note = given.note or _accepted_note(turn)
    if passed and not conform and not note:
        raise InvalidInput(
            fields={"note": [_("Ada perbedaan atau hal yang tidak diketahui. Tulis mengapa tetap diterima.")]}
        )
    for line in given.set_aside:
        fate = fates.QUESTIONED if line.result == "reapprove" else fates.TAKEN_BACK
        turn.mark([line.item_no], fate, reason=line.reason, note=line.note)
    turn.mark(passed, fates.PASSED)
    if not passed:
        _none_passed(turn, given)
    for row in rows:
        if row["item_no"] in aside:
            row["fate"] = turn.fate(row["item_no"])
    result = "rejected" if not passed else "conform" if conform and not aside else "conditional"
    _tell(turn, rows, result=result, note=note, before=before)


def _none_passed(turn: Turn, given: Inspect) -> None:
    """All that was looked at is set aside: the act is the one that the SOP has for the whole delivery."""
    asked = turn.items_with(fates.QUESTIONED)
    turn.reason = given.set_aside[0].reason
    if asked:
        turn.becomes("reapprove", event="reapproval_asked")
    elif not batches.leads_on(turn, "reject", event="delivery_rejected"):
        turn.becomes("reject", event="delivery_rejected")


def reapprove(turn: Turn, given: NotConform) -> None:
    """The delivery differs: whoever approved must accept it first."""
    _not_conform(turn, given, fate=fates.QUESTIONED, result="conditional")


def reject(turn: Turn, given: NotConform) -> None:
    """The delivery differs: the agency takes it back and brings what was approved."""
    _not_conform(turn, given, fate=fates.TAKEN_BACK, result="rejected")
    batches.leads_on(turn, "reject", event="delivery_rejected")


def _not_conform(turn: Turn, given: NotConform, *, fate: str, result: str) -> None:
    here, before = batches.inspected_now(turn), _inspected_before(turn)
    for index, line in enumerate(given.inspections):
        if line.item_no not in here:
            said = _("Perangkat nomor %(no)s tidak sedang diperiksa.") % {"no": line.item_no}
            raise InvalidInput(fields={f"inspections.{index}.item_no": [said]})
    turn.mark(here, fate, reason=given.reason, note=given.note)
    rows = inspection.examine(turn, given.inspections)
    _tell(turn, rows, result=result, note=given.note, before=before)


def _inspected_before(turn: Turn) -> Mapping[int, Inspection]:
    """The inspections that the last checklist tells of, or earlier ones did."""
    return assets_read.inspections(turn.case.pk) if "conformity_checklist" in turn.known_papers else {}


def _tell(
    turn: Turn, rows: list[dict[str, Any]], *, result: str, note: str, before: Mapping[int, Inspection]
) -> None:
    """The journal and, of whatever was looked at, the checklist. Papers are Indonesian.

    It takes the place of the last one unless that is about other items or minutes rest on it.
    before: the inspections there were.
    """
    turn.says(result=result, note=note, inspections=_brief(rows))
    if rows:
        with translation.override("id"):
            facts = inspection.checklist(turn, rows, result=result, note=note)
        last = turn.known_papers.get("conformity_checklist")
        minutes = turn.known_papers.get("handover_minutes")
        relied_on = last is not None and minutes is not None and minutes.pk > last.pk
        newest = max((one.at for one in before.values()), default=None)
        covered = {number for number, one in before.items() if one.at == newest}
        others = bool(covered) and covered.isdisjoint(row["item_no"] for row in rows)
        turn.issue("conformity_checklist", facts, beside=relied_on or others)


def _brief(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "item_no": row["item_no"],
            "overall": row["overall"],
            "inventory_sha256": row["inventory_sha256"],
            "differs": [f["field"] for f in row["findings"] if f["verdict"] not in ("conform", "unknown")],
            "unknown": [f["field"] for f in row["findings"] if f["verdict"] == "unknown"],
        }
        for row in rows
    ]


def _accepted_note(turn: Turn) -> str:
    """A difference that was accepted in a re-approval passes with that note."""
    ended = ("items_received", "delivery_inspected", "delivery_rejected", "part_handed_over")
    newest = turn.last("difference_accepted", *ended)
    if newest is None or newest.kind != "difference_accepted":
        return ""  # what was accepted was another delivery
    accepted = cases.last_event(turn.case, "difference_accepted")
    assert accepted is not None
    with translation.override("id"):
        return str(accepted.payload.get("note") or _("Perbedaan diterima melalui persetujuan ulang."))


def hand_over(turn: Turn, given: HandOver) -> None:
    """Confirm the places, install, issue the handover minutes and enter the register: all or nothing.

    Of several items some may be handed over now: they have minutes of their own, and the request goes where the rest
    of it is waited for.
    """
    numbers = [line.item_no for line in given.items]
    items.some_of(turn, numbers, wanted=turn.items_with(fates.PASSED), field="items")
    deliveries = assets_read.deliveries(turn.case.pk)
    filled = {
        line.item_no: _complete(turn, line, deliveries.get(line.item_no), index)
        for index, line in enumerate(given.items)
    }
    lines = {number: filled[number] for number in sorted(numbers)}
    claims = booking.install(turn, [_choice(turn, line) for line in lines.values()])
    turn.mark(numbers, fates.INSTALLED)
    _part(turn)
    with translation.override("id"):
        facts = _minutes(turn, given, lines, claims)
    minutes = turn.issue("handover_minutes", facts, beside=True)
    registered = [
        _register(turn, given, line, claims[line.item_no], minutes).number for line in lines.values()
    ]
    turn.says(assets=registered, note=given.note)


def _part(turn: Turn) -> None:
    """Where the request goes after these minutes, by the items that are left."""
    if turn.items_with(fates.PASSED):
        turn.becomes("hand_over_some", event="part_handed_over")
    elif turn.items_with(fates.QUESTIONED):
        turn.becomes("hand_over_ask", event="part_handed_over")
    elif batches.leads_on(turn, "hand_over", event="part_handed_over"):
        pass
    elif turn.open_items:
        batches.is_through(turn)
        turn.becomes("hand_over_part", event="part_handed_over")
    else:
        turn.becomes("hand_over", event="service_handed_over")


def _complete(turn: Turn, line: Installed, delivery: Delivery | None, index: int) -> Installed:
    """Fill what the operator left open from the form and the delivery; only an address of ours may be given."""
    item = turn.case.items[line.item_no - 1]
    seen = delivery.received if delivery else {}
    said = delivery.declared if delivery else {}
    ports = (
        line.ports
        or item.get("ports")
        or ([443 if item.get("https") else 80] if item["kind"] == "hosting" else [])
    )
    filled = line.model_copy(
        update={
            "serial": line.serial or seen.get("serial") or said.get("serial") or item.get("serial") or "",
            "hostname": line.hostname or item.get("domain") or "",
            "ports": ports,
            "item_code": line.item_code
            or item.get("item_code")
            or (SERVER_CODE if item["kind"] == "colocation" else ""),
            "register_no": line.register_no or item.get("register_no") or "",
        }
    )
    return filled.model_copy(update={"address": addressing.of_ours(filled.address, f"items.{index}.address")})


def _choice(turn: Turn, line: Installed) -> Choice:
    """Where the operator put it; empty means where it is reserved."""
    booked = booking.choice_of(booking.of_items(turn)[line.item_no])
    if not line.rack or (booked.host and line.position_u is None and line.rack == booked.place):
        return booked
    position = line.position_u if line.position_u is not None else booked.position_u
    return Choice(line.item_no, line.rack, position, line.face)


def _device(turn: Turn, line: Installed, claim: Claim) -> dict[str, Any]:
    item = turn.case.items[line.item_no - 1]
    return {
        "name": item["name"],
        "brand": item["brand"],
        "model": item["model"],
        "serial": line.serial,
        "rack": claim.place.name,
        "position_u": rack.position_of(claim.lowest or 0),
        "height_u": claim.height / 2,
        "face": claim.face,
        "cords": claim.cords,
        "watts": claim.watts,
        "condition": CONDITIONS[line.condition],
        "item_code": line.item_code,
        "register_no": line.register_no,
        "switch_port": line.switch_port,
        "ip": line.address,
        "hostname": line.hostname,
        "os": item.get("os", ""),
    }


def _hosted(turn: Turn, line: Installed) -> dict[str, Any]:
    item = turn.case.items[line.item_no - 1]
    return {
        "name": item["name"],
        "domain": line.hostname,
        "vcpu": item["vcpu"],
        "ram_gb": item["ram_gb"],
        "storage_gb": item["storage_gb"],
        "os": item.get("os", ""),
        "ip": line.address,
    }


def _minutes(
    turn: Turn, given: HandOver, lines: Mapping[int, Installed], claims: Mapping[int, Claim]
) -> dict[str, Any]:
    assert turn.person is not None
    case = turn.case
    kinds = {number: case.items[number - 1]["kind"] for number in lines}
    giver = _giver(turn, min(lines))
    head = paper.head(turn, caption="Mengetahui", order=3)
    signers = [
        # The office signs first (it installed), then the agency, then who only takes note.
        paper.signs({**paper.person_facts(giver), "caption": "Pihak Pertama"}, giver, order=2),
        paper.signer(turn, caption="Pihak Kedua"),
    ]
    if head:
        signers.append(head)
    basis = [turn.known_papers.get(kind) for kind in ("approval_form", "conformity_checklist")]
    facts: dict[str, Any] = {
        **paper.common(turn, signers=signers),
        "place": turn.office.city,
        "first_party": paper.party(giver),
        "second_party": paper.party(turn.person),
        "devices": [_device(turn, line, claims[n]) for n, line in lines.items() if kinds[n] == "colocation"],
        "hosted": [_hosted(turn, line) for n, line in lines.items() if kinds[n] == "hosting"],
        "references": [paper.reference(known) for known in basis if known],
        "service_from_on": turn.day.isoformat(),
        "note": given.note,
        "attachments": _attachments(turn),
    }
    if part := _of_several(turn):
        facts["part"] = part
    if given.valid_until:
        facts["service_until_on"] = given.valid_until.isoformat()
    return facts


def _attachments(turn: Turn) -> list[str]:
    """What belongs to the minutes: the checklist, and the photos taken of this case."""
    checklist = turn.known_papers.get("conformity_checklist")
    photos = sum(file.kind == "photo" for file in papers_read.files_of_case(turn.case.pk))
    found = (
        [_("%(title)s Nomor %(number)s") % {"title": checklist.title, "number": checklist.number}]
        if checklist
        else []
    )
    return found + ([_("Foto perangkat (%(count)s lembar)") % {"count": photos}] if photos else [])


def _of_several(turn: Turn) -> dict[str, Any]:
    """Which of several minutes these are: the earlier ones, which go on to hold, and what is still to come."""
    earlier = [known for known in turn.holding if known.kind == "handover_minutes"]
    rest = [item["name"] for item in items.of_lines(turn, turn.open_items)]
    if not earlier and not rest:
        return {}
    return {"no": str(len(earlier) + 1), "earlier": [paper.reference(one) for one in earlier], "rest": rest}


def _giver(turn: Turn, number: int) -> Person:
    """Who hands over for the agency: whoever brought the item, else the requester."""
    handed = turn.last("items_handed_in")
    by = handed and handed.actor_id
    if turn.last("more_handed_in"):
        told = [
            event for kind in ("items_handed_in", "more_handed_in") for event in cases.events(turn.case, kind)
        ]
        brought = [one for one in told if any(row["item_no"] == number for row in one.payload["deliveries"])]
        by = max(brought, key=lambda one: one.seq).actor_id if brought else by
    return people.person(by or turn.case.requester_id)


def _register(turn: Turn, given: HandOver, line: Installed, claim: Claim, minutes: Document) -> Any:
    item = turn.case.items[line.item_no - 1]
    made = assets.register(
        year=turn.day.year,
        case=turn.case,
        item_no=line.item_no,
        agency=turn.case.agency,
        claim=claim,
        handover=minutes,
        kind=item["kind"],
        name=item["name"],
        brand=item.get("brand", ""),
        model=item.get("model", ""),
        serial=line.serial,
        item_code=line.item_code,
        register_no=line.register_no,
        spec=item,
        condition=line.condition,
        hostname=line.hostname,
        address=line.address,
        ports=line.ports,
        installed_at=turn.at,
        valid_until=given.valid_until,
    )
    if addressing.is_owned(line.address):
        addresses.use(made, line.address, at=turn.at)
    return made


ACTS = {
    "inspect": Act(
        inspect, Inspect, event="delivery_inspected", duty="inspected", after=batches.tell_returned
    ),
    "reapprove": Act(reapprove, NotConform, event="reapproval_asked", duty="inspected"),
    "reject": Act(
        reject, NotConform, event="delivery_rejected", duty="inspected", after=batches.tell_returned
    ),
    "hand_over": Act(hand_over, HandOver, event="service_handed_over", duty="installed"),
    **{
        name: Act(hand_over, HandOver, event="part_handed_over", duty="installed", derived=True)
        for name in (
            "hand_over_some",
            "hand_over_part",
            "hand_over_ask",
            "hand_over_next",
            "hand_over_receipt",
        )
    },
    **{
        name: Act(reject, NotConform, event="delivery_rejected", duty="inspected", derived=True)
        for name in ("reject_next", "reject_receipt")
    },
}
