"""The waiting list: who waits for room, in which order, and what is offered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer
from sandar.doors.api.waiting_shapes import WaitingList
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.cases.read import Viewer
from sandar.records.waiting import read as waiting
from sandar.records.waiting.models import Entry, Offer

router = Router(tags=["waiting"])


@router.get("/waiting", response=WaitingList)
def list_waiting(request: HttpRequest) -> HttpResponse:
    """The waiting list in its order. Officers see all of it, an agency only its own requests with their position.

    The division head changes the order by the action `prioritise` of the line's task; an agency leaves the list by
    `withdraw`, and answers an offer by `accept` or `queue` (let it go and stay on the list).
    """
    viewer = caller_of(request).viewer
    if not viewer.is_office and not viewer.is_applicant:
        raise Forbidden(needed="applicant")
    everybody = list(waiting.line())
    offers = waiting.open_offers(entry.case_id for entry in everybody)
    tasks: dict[int, int] = {}
    if viewer.is_office:
        rows = Task.objects.filter(case__in=[entry.case_id for entry in everybody], closed_at__isnull=True)
        tasks = dict(rows.values_list("case_id", "id"))
    items = [
        _queued(entry, position, full=viewer.is_office)
        | {
            "case": {
                "number": entry.case.number,
                "title": entry.case.title,
                "service": entry.case.service,
                "agency": {"code": entry.case.agency.code, "name": entry.case.agency.name},
            },
            "state": entry.case.state,
            "version": entry.case.version,
            "task_id": tasks.get(entry.case_id),
            "offer": offer_line(offers.get(entry.case_id)),
        }
        for position, entry in enumerate(everybody, 1)
        if cases.may_see(viewer, entry.case)
    ]
    return answer({"items": items, "count": len(everybody), "page": 1})


def of_case(case: Case, viewer: Viewer) -> dict[str, Any]:
    """`offer` and `waiting` of one case."""
    entry = waiting.entry_of(case.pk)
    position = waiting.positions().get(case.pk) if entry else None
    return {
        "offer": offer_line(waiting.last_offer(case.pk)),
        "waiting": _queued(entry, position, full=viewer.is_office) if entry and position else None,
    }


def offer_line(offer: Offer | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    return {
        "kind": offer.kind,
        "rows": offer.rows,
        "from_on": offer.from_on.isoformat() if offer.from_on else None,
        "answer_by": moment(offer.answer_by),
        "made_at": moment(offer.made_at),
        "note": offer.note,
        "answer": offer.answer,
        "answered_at": moment(offer.answered_at),
    }


def _queued(entry: Entry, position: int, *, full: bool) -> dict[str, Any]:
    return {
        "position": position,
        "entered_at": moment(entry.entered_at),
        "priority": entry.priority,
        "not_before": moment(entry.not_before),
        "rests_until": moment(entry.rests_until),
        "looked_at": moment(entry.looked_at),
        "short": [{**line, "frees_on": line.get("frees_on")} for line in entry.short],
        "passed": {
            "count": entry.passed_count,
            "at": moment(entry.passed_at),
            "why": entry.passed_why,
            "by": entry.passed_by if full else None,
        },
    }
