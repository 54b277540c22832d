"""Revisions of the SOP by API: read them, work on drafts, publish, and move open cases after a dry run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.doors.api import sop_shapes as shapes
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden, NotFound
from sandar.records.cases import read as cases
from sandar.records.cases.models import SopDraft, SopRevision
from sandar.records.people import read as people
from sandar.sop import definition
from sandar.steps.revising import drafts, moving, runnable

router = Router(tags=["sop"])


def _officer(request: HttpRequest) -> Caller:
    """Officers of the SOP. Raises Forbidden; who may write or publish is asked by the act."""
    caller = caller_of(request)
    if not caller.viewer.is_office:
        raise Forbidden()
    return caller


def _revision(row: SopRevision) -> dict[str, Any]:
    return {
        "service": row.service,
        "revision": row.revision,
        "number": row.number,
        "content_sha256": row.content_sha256,
        "published_at": moment(row.published_at),
        "effective_on": row.effective_on.isoformat(),
        "approved_by": row.approved_by.name if row.approved_by else None,
    }


def _draft(draft: SopDraft, *, full: bool = True) -> dict[str, Any]:
    found = {
        "draft": draft.pk,
        "service": draft.service,
        "base": draft.base.revision if draft.base else None,
        "version": draft.version,
        "changed_at": moment(draft.changed_at),
        "checked": bool(draft.checked_sha256),
        "problems": [
            {"line": one.line, "code": one.code, "sentence": definition.sentence(one)}
            for one in runnable.problems(draft.text)
        ],
    }
    return found | {"text": draft.text} if full else found


def _found(service: str, revision: int) -> SopRevision:
    row = SopRevision.objects.filter(service=service[:40], revision=min(revision, 2**31 - 1)).first()
    if row is None or not service.isprintable():
        raise NotFound(what="sop")
    return row


@router.get("/sop/revisions", response=shapes.SopRevisionList)
def list_sop_revisions(request: HttpRequest) -> HttpResponse:
    """Every published revision, newest of each service first, and which one is in force today."""
    caller = _officer(request)
    day = people.today(caller.at)
    current: dict[str, int] = {}
    rows = list(cases.revisions().select_related("approved_by"))
    for row in rows:
        if row.effective_on <= day:
            current.setdefault(row.service, row.revision)
    items = [_revision(row) | {"in_force": current.get(row.service) == row.revision} for row in rows]
    return answer({"items": items, "count": len(items), "page": 1})


@router.get("/sop/revisions/{service}/{int:revision}", response=shapes.SopRevisionText)
def get_sop_revision(request: HttpRequest, service: str, revision: int) -> HttpResponse:
    """One revision with its definition (TOML), byte for byte."""
    _officer(request)
    row = _found(service, revision)
    return answer(_revision(row) | {"text": row.text})


@router.get("/sop/revisions/{service}/{int:revision}/cases", response=shapes.SopMovePlan)
def plan_sop_move(request: HttpRequest, service: str, revision: int) -> HttpResponse:
    """What moving the open cases of earlier revisions to this one would do; nothing is written."""
    _officer(request)
    return answer(_plan(moving.plan(_found(service, revision))))


@router.post(
    "/sop/revisions/{service}/{int:revision}/cases",
    response=shapes.SopMovePlan,
    openapi_extra=takes(shapes.SopMove),
)
def move_sop_cases(request: HttpRequest, service: str, revision: int) -> HttpResponse:
    """Move who may, in one transaction; `token` is of the dry run, `reason` is journaled. For the division head."""
    caller = _officer(request)
    row, given = _found(service, revision), body_of(request, shapes.SopMove)

    def work() -> dict[str, Any]:
        return _plan(
            moving.move(
                row.service,
                row.revision,
                token=given.token,
                reason=given.reason,
                person=caller.person,
                at=caller.at,
            )
        )

    return once(request, caller, work)


def _plan(plan: moving.Plan) -> dict[str, Any]:
    return {
        "token": plan.token,
        "items": [
            {
                "case": one.case.number,
                "state": one.case.state,
                "may": one.may,
                "why": [{"code": why.code, "about": why.about} for why in one.why],
            }
            for one in plan.verdicts
        ],
    }


@router.get("/sop/drafts", response=shapes.SopDraftList)
def list_sop_drafts(request: HttpRequest) -> HttpResponse:
    """Drafts in the making, with what is not right about them."""
    _officer(request)
    items = [_draft(one, full=False) for one in cases.drafts()]
    return answer({"items": items, "count": len(items), "page": 1})


@router.post("/sop/drafts", response={201: shapes.SopDraftOut}, openapi_extra=takes(shapes.SopDraftNew))
def begin_sop_draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the newest revision of a service, or from `text` (TOML)."""
    caller, given = _officer(request), body_of(request, shapes.SopDraftNew)

    def work() -> dict[str, Any]:
        return _draft(drafts.begin(given.service, person=caller.person, at=caller.at, text=given.text))

    return once(request, caller, work, status=201)


@router.get("/sop/drafts/{int:draft}", response=shapes.SopDraftOut)
def get_sop_draft(request: HttpRequest, draft: int) -> HttpResponse:
    """One draft with its text."""
    _officer(request)
    return answer(_draft(cases.draft(_small(draft))))


@router.patch(
    "/sop/drafts/{int:draft}", response=shapes.SopDraftOut, openapi_extra=takes(shapes.SopDraftSave)
)
def save_sop_draft(request: HttpRequest, draft: int) -> HttpResponse:
    """Write the whole text of a draft; a wrong one is kept and judged, what is no TOML is refused."""
    caller, given = _officer(request), body_of(request, shapes.SopDraftSave)
    pk = _small(draft)

    def work() -> dict[str, Any]:
        seen, person = given.version, caller.person
        return _draft(drafts.save(pk, given.text, seen=seen, person=person, at=caller.at))

    return once(request, caller, work)


@router.post(
    "/sop/drafts/{int:draft}/check", response=shapes.SopDraftOut, openapi_extra=takes(shapes.SopDraftSeen)
)
def check_sop_draft(request: HttpRequest, draft: int) -> HttpResponse:
    """Find a draft right as it stands. 422 DEFINITION_INVALID names every problem."""
    caller, given = _officer(request), body_of(request, shapes.SopDraftSeen)
    pk = _small(draft)

    def work() -> dict[str, Any]:
        return _draft(drafts.check(pk, seen=given.version, person=caller.person, at=caller.at))

    return once(request, caller, work)


@router.post(
    "/sop/drafts/{int:draft}/publish",
    response={201: shapes.SopRevisionText},
    openapi_extra=takes(shapes.SopDraftPublish),
)
def publish_sop_draft(request: HttpRequest, draft: int) -> HttpResponse:
    """Publish a checked draft; who wrote in it may not."""
    caller, given = _officer(request), body_of(request, shapes.SopDraftPublish)
    pk = _small(draft)

    def work() -> dict[str, Any]:
        publication = drafts.Publication(given.effective_on, given.number)
        row = drafts.publish(pk, publication, seen=given.version, person=caller.person, at=caller.at)
        return _revision(row) | {"text": row.text}

    return once(request, caller, work, status=201)


def _small(number: int) -> int:
    if number >= 2**31:
        raise NotFound(what="sop")
    return number
