"""The waiting list: onto it, off it by an offer of the system, its order."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.waiting import write as waiting
from sandar.steps import booking, freed, offering
from sandar.steps.booking import Choice
from sandar.steps.s3_capacity import offers
from sandar.steps.s3_capacity.forms import Offered, Prioritise, Queue
from sandar.steps.turn import APPLICANT, Act, Turn, counts_as


def queue(turn: Turn, given: Queue) -> None:
    """Onto the waiting list, in the order of entry; an offer that was made is given back. The clock stops.

    The office says how the agency asked for it; the agency itself need not.
    """
    counts_as(turn, "requested" if turn.action.by == APPLICANT else "capacity_released")
    if turn.action.by != APPLICANT and not given.note:
        raise InvalidInput(fields={"note": [_("Tulis kapan dan bagaimana pemohon menyatakan mau menunggu.")]})
    if given.not_before is not None and given.not_before < turn.day:
        raise InvalidInput(fields={"not_before": [_("Tidak boleh tanggal yang sudah lewat.")]})
    offer = offers.answered(turn, "queue")
    booking.release(turn)
    begin = None
    if given.not_before:
        begin = datetime.combine(given.not_before, time(0), ZoneInfo(turn.office.time_zone))
    entry = waiting.enter(turn.case.pk, at=turn.at, not_before=begin)
    if offer is not None and offer.kind == "queue":
        offers.rest(turn, offer)
    turn.says(note=given.note, entered_at=entry.entered_at.isoformat())
    if given.not_before:
        turn.says(not_before=given.not_before.isoformat())
    freed.announce()


def offer(turn: Turn, given: Offered) -> None:
    """Something became free: hold it for this case and ask the agency. Raises CapacityTaken when somebody was first."""
    asked = booking.asked_of(turn.case)
    choices = [Choice(one.item_no, one.rack, one.position_u, one.face) for one in given.placements]
    until = offering.deadline(turn.day, settings.OFFER_DAYS, turn.office.time_zone)
    booking.hold(turn, choices, until=until)
    places = {choice.item_no: offers.place_text(choice) for choice in choices}
    rows = offering.compare(asked, asked, places)
    waiting.pass_over(
        [waiting.Passed(one.case, one.why, one.short) for one in given.passed],
        by=turn.case.number,
        at=turn.at,
    )
    offers.make(turn, "queue", items=turn.case.items, rows=rows, answer_by=until, note="")


def prioritise(turn: Turn, given: Prioritise) -> None:
    """Change the case's place in the order, with a reason in the journal."""
    if not given.note:
        raise InvalidInput(fields={"note": [_("Alasan wajib ditulis.")]})
    before = waiting.prioritise(turn.case.pk, given.priority)
    turn.says(priority=given.priority, before=before, note=given.note)


ACTS = {
    "queue": Act(queue, Queue, event="case_queued"),
    "offer": Act(offer, Offered, event="place_offered"),
    "prioritise": Act(prioritise, Prioritise, event="queue_reordered", duty="capacity_released"),
}
