"""Cases: the letter comes in, lists, one case with everything about it, its journal, withdrawal."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.core.services import is_on_assets
from sandar.doors.api import shapes, waiting, words
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import PageNo, Word, page_of
from sandar.doors.api.reading import body_of, name_in_path, object_of
from sandar.doors.api.taking import takes
from sandar.doors.api.tasks import ActionIn
from sandar.doors.api.zone import moment
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases import shown
from sandar.records.cases.models import Case, FormVersion, Task
from sandar.records.clocks import read as clocks
from sandar.records.documents import read as papers_read
from sandar.records.ledger.models import LIVE, Claim
from sandar.sop import route
from sandar.steps import batches, on_assets, registry
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request

router = Router(tags=["cases"])


@router.post("/cases", response={201: shapes.CaseCreated}, openapi_extra=takes(Request))
def create_case(request: HttpRequest) -> HttpResponse:
    """Step 1: a letter of request with its servers and applications, or naming lines of the asset register.

    The agency is the caller's own; the front desk (administrator) may enter another agency's paper letter by code.
    """
    caller = caller_of(request)
    given = object_of(request)

    def work() -> dict[str, Any]:
        case = receive(caller.person, parsed(Request, given, strict=True), at=caller.at)
        task = cases.open_task(case)
        return words.case_brief(case) | {
            "tasks": [words.task_brief(task)] if task else [],
            "track_url": words.track_url(case.number),
        }

    return once(request, caller, work, status=201)


@router.get("/cases", response=shapes.CaseList)
def list_cases(
    request: HttpRequest,
    state: Word = "",
    agency: Word = "",
    service: Word = "",
    q: Word = "",
    page: PageNo = 1,
) -> HttpResponse:
    """Cases the caller may see, newest first. state: one of the SOP's states, or `open`, `closed`."""
    rows = cases.cases_for(caller_of(request).viewer).order_by("-id")
    if q:
        rows = rows.filter(
            Q(number__icontains=q)
            | Q(title__icontains=q)
            | Q(agency__name__icontains=q)
            | Q(letter__number__icontains=q)
        )
    if state in ("open", "closed"):
        rows = rows.filter(closed_at__isnull=state == "open")
    elif state:
        rows = rows.filter(state=state)
    if agency:
        rows = rows.filter(agency__code=agency)
    if service:
        rows = rows.filter(service=service)
    return answer(page_of(rows, page, columns=words.CASE, line=words.case_line))


@router.get("/cases/{number}", response=shapes.CaseOut)
def get_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: letter, items, where it stands on the sheet, clocks, form, places, files, register lines."""
    caller = caller_of(request)
    case = cases.case_for(caller.viewer, name_in_path(number, "case"))
    between = waiting.of_case(case, caller.viewer)
    return answer(words.case_brief(case) | _standing(case, caller) | _belongings(case, caller) | between)


def _standing(case: Case, caller: Caller) -> dict[str, Any]:
    procedure = cases.procedure_of(case)
    tasks = _open_tasks(case)
    return {
        "letter": case.letter,
        "contact": case.contact,
        "items": case.items,
        "fates": words.item_fates(case),
        "batches": words.batches_of(case),
        "requester": {"username": case.requester.username, "name": case.requester.name},
        "previous": case.previous.number if case.previous else None,
        "followed_by": cases.followed_by(case),
        "window_start": moment(case.window_start),
        "window_end": moment(case.window_end),
        "sop": {
            "number": case.revision.number,
            "revision": case.revision.revision,
            "sha256": case.revision.content_sha256,
        },
        "steps": [
            {"no": seen.step.no, "key": seen.step.key, "name": seen.step.short, "status": seen.status}
            for seen in route.progress(procedure, case.state, came_from=_came_from(case))
        ],
        "tasks": tasks,
        "actions": _anytime(case, caller),
        "clocks": [words.clock(reading) for reading in clocks.of_case(case.pk, caller.at)],
        "track_url": words.track_url(case.number),
    }


def _belongings(case: Case, caller: Caller) -> dict[str, Any]:
    forms = FormVersion.objects.filter(case=case).order_by("-n")
    if caller.viewer.is_office:
        forms = forms.filter(submitted_at__isnull=False)  # a draft is the agency's own
    form = forms.first()
    shows_places = caller.viewer.is_office or case.window_end is not None
    claims = Claim.objects.filter(case=case, state__in=LIVE).order_by("item_no", "pk")
    return {
        "form": form
        and {
            "n": form.n,
            "data": form.data,
            "sha256": form.sha256,
            "saved_at": moment(form.saved_at),
            "submitted_at": moment(form.submitted_at),
        },
        "claims": [words.claim_line(row) for row in claims.values(*words.CLAIM)] if shows_places else [],
        "files": [words.file_line(file) for file in papers_read.files_of_case(case.pk)],
        "assets": on_assets.numbers_of(case)
        if is_on_assets(case.service)
        else list(Asset.objects.filter(case=case).order_by("item_no").values_list("number", flat=True)),
    }


def _open_tasks(case: Case) -> list[dict[str, Any]]:
    rows = Task.objects.filter(case=case, closed_at__isnull=True).values(*words.TASK)
    return [words.task_line(row) for row in rows]


def _came_from(case: Case) -> str | None:
    """Where an ended case stopped: its last task."""
    if case.closed_at is None:
        return None
    return Task.objects.filter(case=case).order_by("-pk").values_list("state", flat=True).first()


def _anytime(case: Case, caller: Caller) -> list[str]:
    """What may be done whoever holds the task: by the agency, and by whoever receives what waits at the door."""
    return _at_any_time(case, caller) + _beside(case, caller)


def _beside(case: Case, caller: Caller) -> list[str]:
    task = cases.open_task(case)
    if task is None:
        return []
    task.case = case
    return [offer.action.name for offer in batches.offers(task, caller.viewer)]


def _at_any_time(case: Case, caller: Caller) -> list[str]:
    if (
        case.closed_at is not None
        or not caller.viewer.is_applicant
        or case.agency_id != caller.viewer.agency_id
    ):
        return []
    stage = route.place(cases.procedure_of(case), case.state).stage
    own = {action.name for action in stage.actions}
    every = route.actions(cases.procedure_of(case), case.state)
    return [action.name for action in every if action.by == "applicant" and action.name not in own]


@router.post("/cases/{number}/actions/{action}", response=shapes.Acted, openapi_extra=takes(ActionIn))
def act_on_case(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Act on a case without holding its task: the agency withdraws its request or some items."""
    caller = caller_of(request)
    given = body_of(request, ActionIn)

    def work() -> dict[str, Any]:
        case = cases.case_for(caller.viewer, name_in_path(number, "case"))
        done = registry.perform_on_case(
            case, action, person=caller.person, data=given.data, seen=given.version, at=caller.at, strict=True
        )
        return {
            "case": words.case_brief(done.case),
            "event": words.event_line(done.event),
            "next_tasks": [words.task_brief(done.next_task)] if done.next_task else [],
        }

    return once(request, caller, work)


@router.get("/cases/{number}/events", response=shapes.EventList)
def list_events(request: HttpRequest, number: str, page: PageNo = 1) -> HttpResponse:
    """The journal of a case, oldest first. Each line carries the hash of the one before it.

    The agency reads its own acts whole and of officers' acts what concerns it (`complete` false).
    """
    viewer = caller_of(request).viewer
    lines = shown.journal_for(viewer, cases.case_for(viewer, name_in_path(number, "case")))
    start = (page - 1) * 50
    found = [words.journal_line(line) for line in lines[start : start + 50]]
    return answer({"items": found, "count": len(lines), "page": page})
