"""Step 3: is there room? The checker finds out and holds the place; the administrator releases YES or NO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput, Refused
from sandar.steps import booking, items, refusal
from sandar.steps.booking import Choice
from sandar.steps.s3_capacity import offers, queue, report
from sandar.steps.s3_capacity.forms import Available, Confirm, ManualShortage, Recheck, Refuse, Short
from sandar.steps.turn import Act, Turn

STEP = "capacity"


def report_available(turn: Turn, given: Available) -> None:
    """Answer YES: hold the places, issue the report. Raises CapacityTaken naming who was first."""
    picture = booking.picture(turn.case)
    choices = [Choice(place.item_no, place.rack, place.position_u, place.face) for place in given.placements]
    if turn.case.service == "change" and choices:
        raise InvalidInput(fields={"placements": [_("Perubahan tetap di tempat aset itu berada.")]})
    choices = choices or booking.choices_of(picture.answer)
    if not choices:
        raise Refused(
            reason="no_room", shortages=[booking.shortage_facts(found) for found in picture.answer.short]
        )
    _every_item(turn, choices)
    booking.hold(turn, choices, address=given.address)
    with translation.override("id"):
        rows = [booking.row_facts(row) for row in picture.rows]
        facts = report.facts(turn, "available", rows, shortages=(), note=given.note)
    turn.says(decision="available", rows=rows, note=given.note)
    turn.issue("capacity_report", facts)


def report_short(turn: Turn, given: Short) -> None:
    """Answer NO: name what is short and by how much; nothing is held."""
    picture = booking.picture(turn.case)
    if not (picture.answer.short or given.shortages or given.note):
        raise InvalidInput(
            fields={"note": [_("Menurut buku kapasitas masih ada tempat. Tulis apa yang kurang.")]}
        )
    booking.release(turn)
    with translation.override("id"):
        shortages = [booking.shortage_facts(found) for found in picture.answer.short]
        shortages += [_shortage(line) for line in given.shortages]
        rows = [booking.row_facts(row) for row in picture.rows]
        facts = report.facts(turn, "short", rows, shortages=shortages, note=given.note)
    turn.says(decision="short", rows=rows, shortages=shortages, note=given.note)
    turn.issue("capacity_report", facts)


def _shortage(line: ManualShortage) -> dict[str, Any]:
    """What the checker names besides the book."""
    return {
        "resource": "other",
        "label": line.resource,
        "unit": line.unit,
        "asked": line.asked,
        "left": line.left,
        "short_by": max(line.asked - line.left, 0),
    }


def confirm(turn: Turn, given: Confirm) -> None:
    """Release YES: the agency is invited to fill the form. The places are held already.

    Some of several items may be refused with it, each with its reason: a letter names them, their places are free.
    """
    if report.last(turn).get("decision") != "available":
        raise Refused(reason="reported_short")
    refused = items.refuse_some(
        turn, given.refused, whole=_("Tidak ada yang dilanjutkan. Nyatakan tidak tersedia bagi semuanya.")
    )
    booking.extend(turn)
    turn.says(note=given.note)
    if refused:
        items.serve_the_rest(turn)
        refusal.issue(turn, refusal.facts_of_some(turn, note=given.note))


def refuse(turn: Turn, given: Refuse) -> None:
    """Release NO: a letter names what is short, and the request ends."""
    last = report.last(turn)
    shortages = last.get("shortages", [])
    note = given.note or (last.get("note", "") if last.get("decision") == "short" else "")
    if last.get("decision") != "short" and not note:
        raise InvalidInput(fields={"note": [_("Pemeriksa menyatakan tersedia. Tulis alasan penolakan.")]})
    turn.reason = "capacity"
    turn.says(shortages=shortages, note=note)
    refusal.issue(turn, refusal.refusal_facts(turn, reason="capacity", note=note, shortages=shortages))


def recheck(turn: Turn, given: Recheck) -> None:
    """Ask the checker to look again; what is held stays held."""
    turn.says(note=given.note)


def _every_item(turn: Turn, choices: Sequence[Choice]) -> None:
    if sorted(choice.item_no for choice in choices) != turn.open_items:
        raise InvalidInput(fields={"placements": [_("Setiap perangkat harus mendapat tepat satu tempat.")]})


ACTS = {
    "report_available": Act(
        report_available, Available, event="capacity_reported", duty="capacity_checked", searches=True
    ),
    "report_short": Act(
        report_short, Short, event="capacity_reported", duty="capacity_checked", searches=True
    ),
    "confirm": Act(confirm, Confirm, event="capacity_confirmed", duty="capacity_released"),
    "refuse": Act(refuse, Refuse, event="capacity_refused", duty="capacity_released"),
    "recheck": Act(recheck, Recheck, event="recheck_asked", duty="capacity_released"),
    **offers.ACTS,
    **queue.ACTS,
}
