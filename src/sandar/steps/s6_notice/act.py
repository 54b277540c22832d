"""Step 6: the administrator tells the agency that the request is approved, with a delivery window."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from sandar.core import services, worktime
from sandar.errors import InvalidInput
from sandar.records.clocks import read as clocks
from sandar.steps import booking, items, paper, signatories
from sandar.steps.s6_notice.forms import Notify, bring, lapses, rules
from sandar.steps.turn import Act, Turn

STEP = "notice"
WINDOW_DAYS = 5
FARTHEST = timedelta(days=366)


def notify(turn: Turn, given: Notify) -> None:
    """Tell the agency: window, place, what to bring, rules; the reserved places wait until the window ends.

    Raises SignatureMissing while the approval form is not signed.
    """
    signatories.must_hold(turn, "approval_form")
    start, end = _window(turn, given)
    turn.sets(window_start=start, window_end=end)
    turn.says(
        window_start=paper.local(start, turn.office),
        window_end=paper.local(end, turn.office),
        note=given.note,
    )
    if not services.is_on_assets(turn.case.service):  # the rest is the office's own work: nothing lapses
        booking.keep_until(turn, end)
    turn.issue("notice", _facts(turn, given, start, end))


def _window(turn: Turn, given: Notify) -> tuple[datetime, datetime]:
    zone = ZoneInfo(turn.office.time_zone)
    calendar = clocks.calendar()
    start, end = (_aware(moment, zone) for moment in (given.window_start, given.window_end))
    for field, moment in (("window_start", start), ("window_end", end)):
        if moment and not turn.at - timedelta(days=1) <= moment <= turn.at + FARTHEST:
            raise InvalidInput(fields={field: [_("Harus belum lewat dan paling lama satu tahun lagi.")]})
    if start is None:
        first = worktime.add_working_days(calendar, turn.day, 1)
        start = worktime.next_working_instant(calendar, datetime.combine(first, time(0), zone))
    if end is None:
        last = worktime.add_working_days(calendar, start.astimezone(zone).date(), WINDOW_DAYS)
        end = datetime.combine(last, time(16, 0), zone)
    if end <= turn.at or end <= start:
        raise InvalidInput(
            fields={"window_end": [_("Jendela antar harus berakhir sesudah dimulai dan belum lewat.")]}
        )
    return start, end


def _aware(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time typed without an offset is the office's own. The ends of the calendar have no instant in every zone."""
    if moment is None:
        return None
    if not 2000 <= moment.year <= 2200:
        raise InvalidInput(fields={"window_end": [_("Waktu ini tidak masuk akal.")]})
    return moment.replace(tzinfo=zone) if is_naive(moment) else moment


def _facts(turn: Turn, given: Notify, start: datetime, end: datetime) -> dict[str, Any]:
    assert turn.person is not None
    approval = turn.known_papers.get("approval_form")
    contact = paper.official(given.contact.model_dump()) if given.contact else paper.person_facts(turn.person)
    with translation.override("id"):
        lapse = lapses(turn.case.service)
    return {
        **paper.common(turn, signers=[paper.signer(turn)]),
        "references": [paper.reference(approval)] if approval else [],
        "window_start_at": paper.local(start, turn.office),
        "window_end_at": paper.local(end, turn.office),
        "place": given.place or turn.office.address or turn.office.city,
        "bring": given.bring or bring(turn.case.service),
        "rules": given.rules or rules(turn.case.service),
        "contact": contact if contact.get("name") else paper.person_facts(turn.person),
        "lapse": lapse,
        "items": items.of_lines(turn, turn.open_items),
        "placements": booking.placement_facts(turn),
    }


ACTS = {"notify": Act(notify, Notify, event="agency_notified", duty="notified")}
