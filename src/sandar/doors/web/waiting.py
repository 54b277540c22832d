"""`/daftar-tunggu`: who waits for room, in which order, who was passed over and why. An agency sees its own lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from sandar.doors.web import summary
from sandar.doors.web.person import signed_in, viewer_of
from sandar.errors import Forbidden
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.cases.read import Viewer
from sandar.records.waiting import read as waiting
from sandar.records.waiting.models import Entry, Offer
from sandar.steps.s3_capacity import web_offers


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The waiting list: officers see all of it, an agency only its own requests with their position."""
    viewer = viewer_of(request)
    if not viewer.is_office and not viewer.is_applicant:
        raise Forbidden()
    everybody = list(waiting.line())
    offers = waiting.open_offers(entry.case_id for entry in everybody)
    lines = [
        _line(entry, position, offers.get(entry.case_id), full=viewer.is_office)
        for position, entry in enumerate(everybody, 1)
        if cases.may_see(viewer, entry.case)
    ]
    context = {
        "lines": lines,
        "count": len(everybody),
        "is_office": viewer.is_office,
        "may_reorder": "division_head" in viewer.roles,
        "now": timezone.now(),
    }
    return render(request, "web/waiting.html", context)


def _line(entry: Entry, position: int, offer: Offer | None, *, full: bool) -> dict[str, Any]:
    now = timezone.now()
    later = entry.not_before if entry.not_before and entry.not_before > now else None
    rests = entry.rests_until if entry.rests_until and entry.rests_until > now else None
    return {
        "entry": entry,
        "case": entry.case,
        "position": position,
        "load": summary.load(entry.case),
        "offer": web_offers.shown(offer) if offer else None,
        "short": web_offers.dated(entry.short),
        "later": later,
        "rests": rests,
        "passed_by": entry.passed_by if full else "",
        "task": cases.open_task(entry.case) if full else None,
    }


def of_case(case: Case, viewer: Viewer) -> dict[str, Any]:
    """What the page of a case says about offers, the waiting list, and what was short."""
    found: dict[str, Any] = {"offer": None, "queued": None, "shortages": []}
    if offer := waiting.last_offer(case.pk):
        found["offer"] = web_offers.shown(offer)
    if entry := waiting.entry_of(case.pk):
        positions = waiting.positions()
        found["queued"] = _line(entry, positions[case.pk], None, full=viewer.is_office) | {
            "count": len(positions)
        }
    if case.state == "refused_capacity":
        last = cases.last_event(case, "capacity_refused") or cases.last_event(case, "offer_declined")
        found["shortages"] = web_offers.dated(last.payload.get("shortages", [])) if last else []
    return found


urlpatterns = [path("daftar-tunggu", listing, name="waiting")]
