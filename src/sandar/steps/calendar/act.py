"""One change of the office's calendar: shown before it is made, journaled with its reason; only open clocks follow.

The journal is the chained one of the facility: one chain for whatever the office itself changes. The event keeps
what changed from what to what, the digest of the calendar before and after, and every due time that moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core import calendar_plan as plan
from sandar.core.calendar_plan import DayOff, Declared, Difference
from sandar.core.calendars import Season
from sandar.errors import CalendarChanged, CalendarInUse, Forbidden, InvalidInput, NotFound, ReasonNeeded
from sandar.records.cases import read as cases
from sandar.records.clocks import calendars, write
from sandar.records.clocks.calendars import Version
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import Person
from sandar.sop.definition import SYSTEM
from sandar.steps.calendar import national
from sandar.steps.calendar.forms import DayGone, DayIn, Edit, Import, SeasonGone, SeasonIn, Week
from sandar.steps.turn import signed

ROLE = "system_admin"
CHANGED, SUBJECT = "calendar_changed", "calendar"
MOST_TOLD = 500  # due times that one line of the journal lists
REACH = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Moved:
    """One running clock that becomes due at another time. by: how much later; None: it was or is not due at all."""

    case: str
    step: str
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta | None:
        return self.after - self.before if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit would do. version: the calendar it was made on."""

    version: str
    after: Declared
    differences: tuple[Difference, ...]
    moved: tuple[Moved, ...]
    past_years: tuple[int, ...]
    takes_away: bool


def _week(now: Declared, given: Any) -> Declared:
    return replace(now, zone=given.zone, day_rule=given.day_rule, weekly=plan.week_of(given.lines))


def _season(now: Declared, given: Any) -> Declared:
    if given.last < given.first:
        raise InvalidInput(fields={"last": [_("Hari terakhir mendahului hari pertama.")]})
    season = Season(given.first, given.last, plan.week_of(given.lines), given.name)
    try:
        return plan.with_season(now, season, estimate=given.estimate, replaces=given.replaces)
    except ValueError as fault:
        raise InvalidInput(fields={"first": [_("Bertumpang tindih dengan masa lain.")]}) from fault


def _season_gone(now: Declared, given: Any) -> Declared:
    try:
        return plan.without_season(now, given.first)
    except KeyError as fault:
        raise NotFound(what="season") from fault


def _day(now: Declared, given: Any) -> Declared:
    known = now.days.get(given.day)
    if given.works and (known is None or not known.rests):
        raise InvalidInput(fields={"day": [_("Tanggal ini tidak tercatat sebagai hari libur.")]})
    if not given.works and known is not None and known.rests:
        taken = _("Tanggal ini sudah libur: %(name)s.") % {"name": known.name}
        raise InvalidInput(fields={"day": [taken]})
    return plan.with_day(now, DayOff(given.day, given.name, plan.WORKDAY if given.works else plan.LOCAL))


def _day_gone(now: Declared, given: Any) -> Declared:
    try:
        return plan.without_day(now, given.day)
    except KeyError as fault:
        raise NotFound(what="holiday") from fault


def _import(now: Declared, given: Any) -> Declared:
    return plan.with_import(now, given.year, national.of_year(given.year))


EDITS: dict[str, tuple[type[Edit], Callable[[Declared, Any], Declared]]] = {
    "week": (Week, _week),
    "season": (SeasonIn, _season),
    "season_gone": (SeasonGone, _season_gone),
    "day": (DayIn, _day),
    "day_gone": (DayGone, _day_gone),
    "import": (Import, _import),
}
_TAKES_AWAY = frozenset({"season_gone", "day_gone"})


def granted(person: Person, at: datetime) -> Any:
    """The grant by which the person may change the calendar today. Raises Forbidden."""
    grant = people.authority(person, ROLE, people.today(at))
    if grant is None:
        raise Forbidden(needed=ROLE)
    return grant


def preview(code: str, given: Edit, *, at: datetime) -> Preview:
    """What the edit would change and whose due time it would move; nothing is written.

    Raises InvalidInput, NotFound.
    """
    return _previewed(calendars.current(), code, given, at=at)


def _previewed(now: Version, code: str, given: Edit, *, at: datetime) -> Preview:
    today = people.today(at)
    for name in ("day", "first", "last"):
        moment = getattr(given, name, None)
        if isinstance(moment, date) and code in {"day", "season"} and abs(moment - today) > REACH:
            raise InvalidInput(fields={name: [_("Tanggal ini terlalu jauh.")]})
    after = EDITS[code][1](now.declared, given)
    try:
        after.calendar()
    except ValueError as fault:
        raise InvalidInput(
            fields={"mon": [_("Kalender perlu setidaknya satu jam kerja seminggu.")]}
        ) from fault
    found = plan.differences(now.declared, after)
    moves = write.moves(Version(None, "", after))
    numbers = cases.numbers(move.case_id for move in moves)
    return Preview(
        version=now.sha256,
        after=after,
        differences=found,
        moved=tuple(Moved(numbers[one.case_id], one.step, one.before, one.after) for one in moves),
        past_years=tuple(sorted(year for year in plan.touched_years(found) if year < today.year)),
        takes_away=code in _TAKES_AWAY,
    )


def change(code: str, given: Edit, *, person: Person, at: datetime) -> Preview:
    """Make the edit; open clocks follow in the same transaction, stopped ones keep the calendar they were judged by.

    Raises Forbidden, ReasonNeeded, CalendarChanged (somebody was first), CalendarInUse (taken away although open
    due times stand on it, and `confirm` does not say that this was seen), InvalidInput, NotFound.
    """
    with transaction.atomic():
        grant = granted(person, at)
        if not given.reason:
            raise ReasonNeeded(action=code, field="reason")
        head = journal.lock()
        now = calendars.current()
        if given.version and given.version != now.sha256:
            raise CalendarChanged(**_last_change())
        seen = _previewed(now, code, given, at=at)
        _judge(seen, given)
        made = calendars.store(seen.after, at=at)
        if seen.after.zone != now.declared.zone:
            people_write.set_zone(seen.after.zone)
        write.project_all()
        payload = told(seen) | {
            "edit": code,
            "note": given.reason,
            "before": now.sha256,
            "after": made.sha256,
        }
        who = signed(person, grant)
        journal.append(head, CHANGED, subject=SUBJECT, payload=payload, at=at, by=person.pk, actor=who)
    return seen


def _judge(seen: Preview, given: Edit) -> None:
    if not seen.differences:
        raise InvalidInput(fields={"data": [_("Tidak ada yang berubah pada kalender.")]})
    if seen.past_years and not given.past:
        years = ", ".join(str(year) for year in seen.past_years)
        text = _("Mengubah tahun yang sudah lewat (%(years)s). Nyatakan bahwa ini disengaja.") % {
            "years": years
        }
        raise InvalidInput(fields={"past": [text]})
    if seen.takes_away and seen.moved and not given.confirm:
        raise CalendarInUse(count=len(seen.moved), cases=sorted({one.case for one in seen.moved})[:20])


def told(seen: Preview) -> dict[str, Any]:
    """The preview as the journal keeps it and the API tells it."""
    return {
        "changes": [one._asdict() for one in seen.differences],
        "moved_count": len(seen.moved),
        "moved": [
            {"case": one.case, "step": one.step, "before": one.before, "after": one.after}
            for one in seen.moved[:MOST_TOLD]
        ],
    }


def _last_change() -> dict[str, Any]:
    last = journal.events(SUBJECT).first()
    return {"actor": last.actor.get("name", ""), "at": last.at} if last else {"actor": SYSTEM}
