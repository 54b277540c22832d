"""The working calendar: read by every officer, changed by the system administrator, each edit first as a preview.

And every minute of a case, with the calendar rule that counted it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from sandar.core import calendar_plan as plan
from sandar.doors import timekeeping
from sandar.doors.api import calendar_shapes as shapes
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import PageNo
from sandar.doors.api.reading import body_of, name_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden
from sandar.records.cases import read as cases
from sandar.records.clocks import calendars
from sandar.records.facility import journal
from sandar.steps.calendar import act
from sandar.steps.calendar.forms import DayGone, DayIn, Edit, Import, SeasonGone, SeasonIn, Week, Year
from sandar.steps.inputs import parsed

router = Router(tags=["calendar"])
Previewing = Annotated[
    bool, Query(description="true: only tell what would change and whose due time would move")
]
Why = Annotated[str, Query(max_length=500, description="reason, kept in the journal")]
Seen = Annotated[str, Query(max_length=64, description="version of the preview; 409 when it is not any more")]
Confirmed = Annotated[bool, Query(description="true: the moved due times were seen")]
PastToo = Annotated[bool, Query(description="true: a year that is over may change")]
SIZE = 50


def _reader(request: HttpRequest) -> Caller:
    """Officers and the system administrator. Raises Forbidden."""
    caller = caller_of(request)
    if not (caller.viewer.is_office or act.ROLE in caller.viewer.roles):
        raise Forbidden()
    return caller


def _editor(request: HttpRequest) -> Caller:
    """Who may change the calendar. Raises Forbidden before anything else is looked at."""
    caller = caller_of(request)
    act.granted(caller.person, caller.at)
    return caller


@router.get("/calendar", response=shapes.CalendarOut)
def get_calendar(request: HttpRequest, *, year: Annotated[Year | None, Query()] = None) -> HttpResponse:
    """The calendar that holds now; `year`: only the days off of that year."""
    _reader(request)
    now = calendars.current()
    found = now.declared.plain()
    days = [one for one in found.pop("days") if year is None or one["day"].startswith(f"{year}-")]
    week = dict(zip(plan.WEEKDAYS, found.pop("weekly"), strict=True))
    return answer({"version": now.sha256, **found, "weekly": week, "days": days})


@router.get("/calendar/changes", response=shapes.CalendarChanges)
def list_calendar_changes(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """Who changed the calendar, when, why, from what to what, and which due times moved; newest first."""
    _reader(request)
    rows = journal.events(act.SUBJECT)
    items = [
        {
            "seq": event.seq,
            "at": moment(event.at),
            "by": event.actor.get("name", ""),
            "hash": event.hash,
            **{name: event.payload[name] for name in ("edit", "changes", "moved_count")},
            "reason": event.payload.get("note", ""),
            "moved": [_kept(one) for one in event.payload["moved"]],
        }
        for event in rows[(page - 1) * SIZE : page * SIZE]
    ]
    return answer({"items": items, "count": rows.count(), "page": page})


def _kept(one: dict[str, Any]) -> dict[str, Any]:
    """A due time that moved as the journal keeps it, in the office's zone."""
    times = {name: one[name] and moment(datetime.fromisoformat(one[name])) for name in ("before", "after")}
    return {**one, **times}


def _done(request: HttpRequest, code: str, given: Edit, *, preview: bool) -> HttpResponse:
    caller = _editor(request)

    def shown(seen: act.Preview, *, stored: bool) -> dict[str, Any]:
        told = act.told(seen)
        for one in told["moved"]:
            one |= {name: moment(one[name]) for name in ("before", "after")}
        return {
            "stored": stored,
            "version": calendars.current().sha256,
            "past_years": list(seen.past_years),
            **told,
        }

    if preview:
        return answer(shown(act.preview(code, given, at=caller.at), stored=False))

    def work() -> dict[str, Any]:
        return shown(act.change(code, given, person=caller.person, at=caller.at), stored=True)

    return once(request, caller, work)


@router.put("/calendar/week", response=shapes.CalendarEdited, openapi_extra=takes(Week))
def change_week(request: HttpRequest, *, preview: Previewing = False) -> HttpResponse:
    """The ordinary week, the zone, and what a budget of one day means."""
    _editor(request)
    return _done(request, "week", body_of(request, Week), preview=preview)


@router.post("/calendar/seasons", response=shapes.CalendarEdited, openapi_extra=takes(SeasonIn))
def enter_season(request: HttpRequest, *, preview: Previewing = False) -> HttpResponse:
    """Other hours between two dates, such as Ramadan; `replaces` names the first day of the one it stands for."""
    _editor(request)
    return _done(request, "season", body_of(request, SeasonIn), preview=preview)


@router.delete("/calendar/seasons/{first}", response=shapes.CalendarEdited)
def remove_season(
    request: HttpRequest,
    first: date,
    *,
    preview: Previewing = False,
    reason: Why = "",
    version: Seen = "",
    confirm: Confirmed = False,
    past: PastToo = False,
) -> HttpResponse:
    """Take a season away; 409 CALENDAR_IN_USE while open due times stand on it, unless `confirm`."""
    _editor(request)
    said = {"reason": reason, "version": version, "confirm": confirm, "past": past}
    given = parsed(SeasonGone, {"first": first, **said})
    return _done(request, "season_gone", given, preview=preview)


@router.post("/calendar/days", response=shapes.CalendarEdited, openapi_extra=takes(DayIn))
def enter_day(request: HttpRequest, *, preview: Previewing = False) -> HttpResponse:
    """A day off of this office, or with `works` a day on which it works although the national list says otherwise."""
    _editor(request)
    return _done(request, "day", body_of(request, DayIn), preview=preview)


@router.delete("/calendar/days/{day}", response=shapes.CalendarEdited)
def remove_day(
    request: HttpRequest,
    day: date,
    *,
    preview: Previewing = False,
    reason: Why = "",
    version: Seen = "",
    confirm: Confirmed = False,
    past: PastToo = False,
) -> HttpResponse:
    """Take a row away that was entered by hand; 409 CALENDAR_IN_USE while open due times stand on it."""
    _editor(request)
    said = {"reason": reason, "version": version, "confirm": confirm, "past": past}
    return _done(request, "day_gone", parsed(DayGone, {"day": day, **said}), preview=preview)


@router.post("/calendar/import", response=shapes.CalendarEdited, openapi_extra=takes(Import))
def import_holidays(request: HttpRequest, *, preview: Previewing = False) -> HttpResponse:
    """National holidays and joint leave of one year; rows entered by hand stay, imported rows that vanished go."""
    _editor(request)
    return _done(request, "import", body_of(request, Import), preview=preview)


@router.get("/cases/{number}/time", response=shapes.CaseTime, by_alias=True)
def explain_time(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of a case: who used how much of it, each pause, each stretch with the rule that made it so."""
    caller = caller_of(request)
    case = cases.case_for(caller.viewer, name_in_path(number, "case"))
    return answer(timekeeping.document(case, caller.at) | {"at": moment(caller.at)})
