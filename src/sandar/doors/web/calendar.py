"""`/pengaturan/kalender`: hours, seasons, days off. Every edit is shown with what it moves before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.core import calendar_plan as plan
from sandar.core.calendars import RAMADAN_WEEKLY
from sandar.doors import calendar_texts as texts
from sandar.doors import refusals
from sandar.doors.web.office import EDITOR, allowed
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.doors.web.submit import once
from sandar.errors import Conflict, InvalidInput, ReasonNeeded, SandarError
from sandar.records.clocks import calendars
from sandar.records.facility import journal
from sandar.sop import definition
from sandar.steps.calendar import act, national
from sandar.steps.calendar.forms import Edit
from sandar.steps.inputs import parsed

OWN = frozenset({"csrfmiddlewaretoken", "submission", "step"})
SAID = frozenset({"reason", "confirm", "past", "version"})
MOST_SHOWN = 50


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The calendar as it holds now, one year of days off, and who changed it why."""
    allowed(request)
    return _page(request)


def _page(request: HttpRequest, *, code: str = "", error: SandarError | None = None) -> HttpResponse:
    held = calendars.current().declared
    year = _year(request)
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "year": year,
        "years": range(today(request).year - 1, today(request).year + 3),
        "days": [row for day, row in held.days.items() if day.year == year],
        "kinds": texts.DAY_KINDS,
        "week": [
            (name, texts.hours(text))
            for name, text in zip(texts.WEEKDAY_NAMES.values(), plan.week_text(held.weekly), strict=True)
        ],
        "zone": held.zone,
        "zones": [(name, f"{short} ({name})") for name, short in plan.ZONES.items()],
        "day_rule": held.day_rule,
        "day_rules": list(texts.DAY_RULE_NAMES.items()),
        "seasons": [(one, flag, texts.hours(plan.week_text(one.weekly)[0])) for one, flag in held.seasons],
        "weekdays": list(texts.WEEKDAY_NAMES.items()),
        "week_values": _values(code, "week", request) or _week_values(held),
        "season_values": _values(code, "season", request) or _ramadan(year),
        "day_values": _values(code, "day", request),
        "errors": errors,
        "tried": code,
        "refused": refusals.parts(error) if error and not errors else None,
        "changes": [_told(event) for event in journal.events(act.SUBJECT)[:10]],
        "editing": EDITOR in roles(request),
    }
    return render(request, "web/office/calendar.html", context, status=error.status if error else 200)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("tahun", "") or request.POST.get("year", "")
    given = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return given if national.FIRST_YEAR <= given <= national.LAST_YEAR else today(request).year


def _values(code: str, mine: str, request: HttpRequest) -> dict[str, Any]:
    """What was typed into the form that was refused."""
    return dict(request.POST.items()) if code == mine else {}


def _week_values(held: plan.Declared) -> dict[str, Any]:
    hours = dict(zip(plan.WEEKDAYS, plan.week_text(held.weekly), strict=True))
    return {**hours, "zone": held.zone, "day_rule": held.day_rule}


def _ramadan(year: int) -> dict[str, Any]:
    """The Ramadan of the year as a proposal, from the Idul Fitri the calendar or the package knows."""
    found = (row for day, row in calendars.current().declared.days.items() if day.year == year)
    eid = next((row.day for row in found if row.name.startswith(national.EID)), None) or national.eid_of(year)
    hours = dict(zip(plan.WEEKDAYS, plan.week_text(RAMADAN_WEEKLY), strict=True))
    if eid is None:
        return dict(hours)
    first, last = plan.ramadan_before(eid)
    named = {"name": "Ramadan", "first": first.isoformat(), "last": last.isoformat(), "estimate": "true"}
    return {**named, **hours}


def _told(event: Any) -> dict[str, Any]:
    payload: Mapping[str, Any] = event.payload
    return {
        "at": event.at,
        "who": event.actor.get("name", ""),
        "reason": payload.get("note", ""),
        "lines": texts.lines(payload["changes"][:MOST_SHOWN]),
        "more": max(0, len(payload["changes"]) - MOST_SHOWN),
        "moved": payload["moved_count"],
    }


@signed_in
@require_POST
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """First what the edit would change and move; with `step=save` the edit itself."""
    allowed(request, editing=True)
    if code not in act.EDITS:
        raise Http404
    saving = request.POST.get("step") == "save"
    data = {name: value for name, value in request.POST.items() if name not in OWN}
    try:
        given = parsed(act.EDITS[code][0], data)
        if saving:
            return _save(request, code, given)
        return _preview(request, code, given)
    except (InvalidInput, ReasonNeeded, Conflict) as error:
        if saving and not isinstance(error, InvalidInput):
            return _preview(request, code, given, error=error)
        if saving and {"past", "data"} & set(error.facts.get("fields", {})):
            return _preview(request, code, given, error=error)
        return _page(request, code=code, error=error)


def _preview(
    request: HttpRequest, code: str, given: Edit, *, error: SandarError | None = None
) -> HttpResponse:
    seen = act.preview(code, given, at=timezone.now())
    names = {step.key: step.short for step in definition.bundled().steps}
    fields = {"reason": [refusals.parts(error).what]} if isinstance(error, ReasonNeeded) else {}
    fields |= error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "code": code,
        "kept": [(name, value) for name, value in request.POST.items() if name not in OWN | SAID],
        "seen": seen,
        "lines": texts.lines(one._asdict() for one in seen.differences),
        "moved": [(one, names.get(one.step, one.step)) for one in seen.moved[:MOST_SHOWN]],
        "more": max(0, len(seen.moved) - MOST_SHOWN),
        "values": {"reason": given.reason},
        "errors": fields,
        "refused": refusals.parts(error) if error and not fields else None,
        "back": _back(given),
    }
    return render(request, "web/office/calendar_preview.html", context, status=error.status if error else 200)


def _back(given: Edit) -> str:
    """The page of the year the edit is about."""
    moment = getattr(given, "day", None) or getattr(given, "first", None)
    year = getattr(given, "year", None) or (moment.year if moment else None)
    return reverse("calendar") + (f"?tahun={year}" if year else "")


def _save(request: HttpRequest, code: str, given: Edit) -> HttpResponse:
    person = person_of(request)

    def do() -> str:
        act.change(code, given, person=person, at=timezone.now())
        return _back(given)

    url = once(request, person, do)
    messages.success(request, _("Kalender diubah; batas waktu tugas yang berjalan sudah dihitung ulang."))
    return redirect(url)


urlpatterns = [
    path("pengaturan/kalender", overview, name="calendar"),
    path("pengaturan/kalender/<slug:code>", edit, name="calendar_edit"),
]
