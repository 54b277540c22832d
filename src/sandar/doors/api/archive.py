"""Retention by API: the schedule, what is over, destruction by two persons, holds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.doors.api import archive_shapes as shapes
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.documents import content
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.reading import body_of, id_in_path, name_in_path
from sandar.doors.api.settings import READERS
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden, NotFound
from sandar.records.documents import archive
from sandar.records.documents.models import Disposal, LegalHold
from sandar.steps.archiving import disposing, due, holds, minutes, schedule

router = Router(tags=["archive"])


def _officer(request: HttpRequest) -> Caller:
    """Officers of the SOP; which of them may do it is asked by the act. Raises Forbidden."""
    caller = caller_of(request)
    if not caller.viewer.is_office:
        raise Forbidden()
    return caller


def _schedule() -> dict[str, Any]:
    rows = schedule.now()
    return {"version": schedule.version_of(rows), "rows": rows, "uncovered": due.uncovered()}


@router.get("/settings/retention", response=shapes.ScheduleOut)
def get_retention(request: HttpRequest) -> HttpResponse:
    """The retention schedule (JRA). For heads and the system administrator."""
    if not caller_of(request).viewer.roles & READERS:
        raise Forbidden()
    return answer(_schedule())


@router.put("/settings/retention", response=shapes.ScheduleOut, openapi_extra=takes(shapes.ScheduleChange))
def change_retention(request: HttpRequest) -> HttpResponse:
    """Put another schedule in its place; only the system administrator."""
    caller = caller_of(request)
    if schedule.ROLE not in caller.viewer.roles:
        raise Forbidden(needed=schedule.ROLE)
    given = body_of(request, shapes.ScheduleChange)
    rows = schedule.read(
        {"rows": [row.model_dump() for row in given.rows], "reason": given.reason}, strict=True
    )

    def work() -> dict[str, Any]:
        schedule.save(rows, person=caller.person, at=caller.at, seen=given.version)
        return _schedule()

    return once(request, caller, work)


@router.get("/archive/due", response=shapes.DueList)
def list_due(request: HttpRequest) -> HttpResponse:
    """What is over by the schedule and may be proposed for destruction; at most 500, oldest first."""
    items = due.items(_officer(request).at)
    return answer({"items": items, "count": len(items), "page": 1})


def _disposal(row: Disposal) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "number": row.number or None,
        "proposed_by": row.proposed_by.username,
        "proposed_at": moment(row.proposed_at),
        "decided_by": row.decided_by.username if row.decided_by else None,
        "decided_at": moment(row.decided_at) if row.decided_at else None,
        "reason": row.reason,
        "items": row.items,
        "facts_sha256": row.facts_sha256 or None,
        "url": f"/api/v1/archive/disposals/{row.pk}.pdf" if row.number else None,
    }


@router.get("/archive/disposals", response=shapes.DisposalList)
def list_disposals(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """Proposals and minutes of destruction, newest first."""
    _officer(request)
    rows = archive.disposals()
    start = (page - 1) * SIZE
    items = [_disposal(row) for row in rows[start : start + SIZE]]
    return answer({"items": items, "count": rows.count(), "page": page})


@router.post("/archive/disposals", response={201: shapes.DisposalOut}, openapi_extra=takes(disposing.Propose))
def propose_disposal(request: HttpRequest) -> HttpResponse:
    """Propose to destroy what is over; another person decides. For the administrator."""
    caller = _officer(request)
    disposing.may_propose(caller.person, at=caller.at)
    given = body_of(request, disposing.Propose)

    def work() -> dict[str, Any]:
        made = disposing.propose(given, person=caller.person, at=caller.at)
        return _disposal(archive.disposals().get(pk=made.pk))

    return once(request, caller, work, status=201)


@router.post(
    "/archive/disposals/{int:disposal_id}/approve",
    response=shapes.DisposalOut,
    openapi_extra=takes(disposing.Approve),
)
def approve_disposal(request: HttpRequest, disposal_id: int) -> HttpResponse:
    """Destroy it for good and issue the minutes. For the division head, and never for who proposed."""
    caller, pk = _officer(request), id_in_path(disposal_id, "disposal")
    given = body_of(request, disposing.Approve)

    def work() -> dict[str, Any]:
        disposing.approve(pk, given, person=caller.person, at=caller.at)
        return _disposal(archive.disposals().get(pk=pk))

    return once(request, caller, work)


@router.post(
    "/archive/disposals/{int:disposal_id}/refuse",
    response=shapes.DisposalOut,
    openapi_extra=takes(disposing.Refuse),
)
def refuse_disposal(request: HttpRequest, disposal_id: int) -> HttpResponse:
    """Close a proposal without destroying anything: the division head, or who proposed."""
    caller, pk = _officer(request), id_in_path(disposal_id, "disposal")
    given = body_of(request, disposing.Refuse)

    def work() -> dict[str, Any]:
        disposing.refuse(pk, given, person=caller.person, at=caller.at)
        return _disposal(archive.disposals().get(pk=pk))

    return once(request, caller, work)


@router.get("/archive/disposals/{int:disposal_id}.pdf", openapi_extra=content("application/pdf"))
def get_minutes(request: HttpRequest, disposal_id: int) -> HttpResponse:
    """The minutes of a destruction, to be signed by hand."""
    _officer(request)
    found = archive.disposals().filter(pk=id_in_path(disposal_id, "disposal"), state=Disposal.DONE).first()
    if found is None:
        raise NotFound(what="disposal")
    response = HttpResponse(minutes.printed(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="bapa-{found.year}-{found.sequence}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _hold(row: LegalHold) -> dict[str, Any]:
    return {
        "case": row.case.number,
        "reason": row.reason,
        "placed_by": row.placed_by.username,
        "placed_at": moment(row.placed_at),
        "lifted_by": row.lifted_by.username if row.lifted_by else None,
        "lifted_at": moment(row.lifted_at) if row.lifted_at else None,
        "lifted_reason": row.lifted_reason,
    }


@router.get("/archive/holds", response=shapes.HoldList)
def list_holds(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """Cases nothing of which is destroyed, and holds that ended, newest first."""
    _officer(request)
    rows = archive.holds()
    start = (page - 1) * SIZE
    items = [_hold(row) for row in rows[start : start + SIZE]]
    return answer({"items": items, "count": rows.count(), "page": page})


@router.put("/cases/{number}/hold", response=shapes.HoldOut, openapi_extra=takes(holds.HoldReason))
def place_hold(request: HttpRequest, number: str) -> HttpResponse:
    """Hold everything of a case: a dispute, an audit, an investigation. Administrator or division head."""
    caller = _officer(request)
    given, case = body_of(request, holds.HoldReason), name_in_path(number, "case")
    return once(request, caller, lambda: _hold(holds.place(case, given, person=caller.person, at=caller.at)))


@router.post("/cases/{number}/hold/lift", response=shapes.HoldOut, openapi_extra=takes(holds.HoldReason))
def lift_hold(request: HttpRequest, number: str) -> HttpResponse:
    """End the hold of a case, with the reason."""
    caller = _officer(request)
    given, case = body_of(request, holds.HoldReason), name_in_path(number, "case")
    return once(request, caller, lambda: _hold(holds.lift(case, given, person=caller.person, at=caller.at)))
