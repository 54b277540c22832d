"""`/permohonan`: the list of cases, and one case with the acts of its open task (performed in acts.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core import authority, disclosure, fates
from sandar.core.services import is_on_assets
from sandar.doors import calendar_texts, refusals, timekeeping
from sandar.doors.web import (
    confirming,
    disposition,
    elevations,
    item_errors,
    labels,
    panels,
    summary,
    waiting,
)
from sandar.doors.web.forms import OWN, titles
from sandar.doors.web.person import grants_of, person_of, signed_in, today, viewer_of
from sandar.doors.web.submit import Upload, tokens
from sandar.errors import InvalidInput, SandarError
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases
from sandar.records.cases import shown
from sandar.records.cases.models import Case, Task
from sandar.records.clocks import read as clocks
from sandar.records.clocks import rungs
from sandar.records.documents import read as papers_read
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger_read
from sandar.records.people import read as people
from sandar.sop import route
from sandar.steps import on_assets, registry, reissuing, revoking

PAGE = 30


@dataclass(frozen=True)
class Tried:
    """An act that was refused just now: what was typed, which files came with it, and why it was refused."""

    step: str
    action: str
    error: SandarError
    typed: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Upload] = ()
    places: Mapping[str, item_errors.Place] = field(default_factory=dict)  # of what was said about items

    @property
    def said(self) -> dict[str, Any]:
        """Sentences by control."""
        found = self.error.facts.get("fields", {}) if isinstance(self.error, InvalidInput) else {}
        return {self.places[name][0] if name in self.places else name: texts for name, texts in found.items()}

    @property
    def errors(self) -> dict[str, Any]:
        """Sentences by control; a control of an action inside another's form has the prefix "alt."."""
        found = self.said
        if not found and self.error.facts.get("field"):
            found = {str(self.error.facts["field"]): [refusals.parts(self.error).what]}
        return found | {f"alt.{name}": texts for name, texts in found.items()}


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every case the viewer may see, filtered by state, agency and words."""
    viewer = viewer_of(request)
    rows = cases.cases_for(viewer).select_related("agency", "revision").order_by("-id")
    q, state, agency = (request.GET.get(name, "").strip()[:80] for name in ("q", "state", "agency"))
    if q:
        rows = rows.filter(
            Q(number__icontains=q)
            | Q(title__icontains=q)
            | Q(agency__name__icontains=q)
            | Q(letter__number__icontains=q)
        )
    if state == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif state == "closed":
        rows = rows.filter(closed_at__isnull=False)
    elif state:
        rows = rows.filter(state=state)
    if agency:
        rows = rows.filter(agency__code=agency)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    readings = clocks.running([case.pk for case in page], timezone.now())
    by_case: dict[int, clocks.Reading] = {}
    for (case_id, _step), reading in readings.items():
        if case_id not in by_case or by_case[case_id].paused:
            by_case[case_id] = reading  # the running clock, not the one that waits for it
    lines = [{"case": case, "load": summary.brief(case), "reading": by_case.get(case.pk)} for case in page]
    context = {
        "lines": lines,
        "page": page,
        "q": q,
        "state": state,
        "agency": agency,
        "agencies": people.agencies() if viewer.is_office else [],
        "is_applicant": not viewer.is_office,
        "states": [("open", _("Masih berjalan")), ("closed", _("Sudah berakhir"))],
    }
    return render(request, "web/cases.html", context)


@signed_in
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One case: where it stands, what is asked of the viewer, what was decided on which paper."""
    case = cases.case_for(viewer_of(request), number)
    disposition.opened(request, case, _open_task(case), at=timezone.now())
    return page(request, case)


@signed_in
@require_GET
def time_page(request: HttpRequest, number: str) -> HttpResponse:
    """Every counted and every paused minute of a case, with the calendar rule that made it so."""
    case = cases.case_for(viewer_of(request), number)
    at = timezone.now()
    context = {
        "case": case,
        "procedure": cases.procedure_of(case),
        "clocks": timekeeping.of_case(case, at),
        "at": at,
        "rungs": rungs.of_case(case.pk),
        "kinds": calendar_texts.SEGMENTS,
        "rules": calendar_texts.RULES,
    }
    return render(request, "web/case_time.html", context)


def page(request: HttpRequest, case: Case, tried: Tried | None = None) -> HttpResponse:
    """The page of a case; after a refused act with the refusal and everything that was typed."""
    at = timezone.now()
    viewer = viewer_of(request)
    procedure = cases.procedure_of(case)
    task = _open_task(case)
    mine = task is not None and cases.is_mine(viewer, task)
    papers = papers_read.shown(case.pk, office=viewer.is_office)
    claims = ledger_read.claims_for_case(case.pk)
    context: dict[str, Any] = {
        "case": case,
        "procedure": procedure,
        "task": task,
        "mine": mine,
        "place": route.place(procedure, case.state) if task else None,
        "ended": route.end(procedure, case.state),
        "next_step": route.next_step(procedure, case.state) if task else None,
        "came_from": _came_from(case),
        **_time(case, task, at),
        "facts": summary.facts(case),
        **summary.items_and_batches(case),
        "entries": _entries(shown.journal_for(viewer, case), papers, office=viewer.is_office),
        "documents": papers,
        "files": papers_read.files_of_case(case.pk),
        "claims": claims,
        "hold_until": min((claim.expires_at for claim in claims if claim.expires_at), default=None),
        "assets": on_assets.assets_of(case) if is_on_assets(case.service) else assets_read.of_case(case.pk),
        "named": on_assets.assets_of(case) if is_on_assets(case.service) else [],
        "is_office": viewer.is_office,
        "asked": labels.asked(case.state, by_agency=task is not None and task.role == "applicant")
        if not viewer.is_office or (task and task.role == "applicant")
        else "",
        "may_revoke": bool(viewer.roles & set(revoking.MAY)),
        "reissuable": reissuing.offered(papers, person_of(request), at=at) if viewer.is_office else set(),
        "can_withdraw": _can_withdraw(case, viewer),
        "withdrawable": _withdrawable(case, viewer),
        "mandate": _mandate(request, task) if mine and task else "",
        "load": summary.load(case),
        "side": {},  # what was typed at the side of the page, by act
    }
    context |= waiting.of_case(case, viewer) | disposition.of_case(case, viewer, today(request))
    context["beside"] = _beside(task, viewer, at, tried) if task is not None else []
    if mine and task is not None:
        context |= _holder(task, at, tried)
        context["confirm"] = confirming.asking(request, task.step, context["forms"])
        context["answering"] = bool(context["panel"].get("offer"))
    if tried is not None:
        context |= _refusal(tried, context)
    wishes = context.get("panel", {}).get("wishes", [])
    context["elevations"] = elevations.beside(case, claims, wishes) if viewer.is_office else []
    return render(request, "web/case.html", context, status=tried.error.status if tried else 200)


def _time(case: Case, task: Task | None, at: datetime) -> dict[str, Any]:
    """The clocks of the case, the one that runs for its task, and who used how much of that one."""
    accounts = clocks.explain(case.pk, at)
    readings = [account.reading for account in accounts]
    return {
        "readings": readings,
        "reading": next((r for r in readings if r.running and task and r.step == task.step), None),
        "shares": timekeeping.shares_now(case, accounts, task.step) if task else (),
        "rungs": rungs.of_case(case.pk),
    }


def _open_task(case: Case) -> Task | None:
    rows = Task.objects.select_related("case", "case__agency", "case__revision")
    return rows.filter(case=case, closed_at__isnull=True).first()


def _holder(task: Task, at: datetime, tried: Tried | None) -> dict[str, Any]:
    """The forms of the task with what was typed, and what its step shows."""
    forms = panels.forms(
        task,
        at,
        tried=tried.action if tried else "",
        typed=tried.typed if tried else None,
        errors=tried.errors if tried else None,
    )
    return {"forms": forms, "panel": panels.context(task, at), "question": panels.question(task)}


def _beside(task: Task, viewer: cases.Viewer, at: datetime, tried: Tried | None) -> list[dict[str, Any]]:
    """What the viewer may do while another holds the task, with what was typed."""
    if tried is None:
        return panels.beside(task, viewer, at)
    return panels.beside(task, viewer, at, tried=tried.action, typed=tried.typed, errors=tried.errors)


def _refusal(tried: Tried, context: Mapping[str, Any]) -> dict[str, Any]:
    """What was refused and why; what was typed for a form that is no longer there is shown to be copied."""
    entry = registry.act_for(tried.step, tried.action)
    complaints = tried.error.facts.get("fields", {})
    named = titles(entry.input, [*complaints, *tried.errors, *tried.typed]) if entry else {}
    told = {at: item_errors.numbered(named.get(name, ""), no) for name, (at, no) in tried.places.items()}
    forms = context.get("forms", [])
    there = {action.name for form in forms for action in (form.action, *form.inside)}
    there |= {one["form"].action.name for one in context["beside"]}
    beside = {"withdraw": context["can_withdraw"], "withdraw_item": context["withdrawable"]}
    there |= {name for name, offered in beside.items() if offered}
    lost = [
        (named.get(name, ""), value)
        for name, value in tried.typed.items()
        if value and name not in OWN and not name.endswith((".item_no", ".kind")) and named.get(name)
    ]
    return {
        "refused": refusals.parts(tried.error),
        "errors_shown": tried.said or complaints,
        "labels": named | told,
        "tried": tried.action,
        "side": {} if tried.step else {tried.action: {"values": tried.typed, "errors": tried.errors}},
        "kept": tokens(tried.files),
        "left_over": [] if tried.action in there else lost,
    }


def _mandate(request: HttpRequest, task: Task) -> str:
    """In which capacity the task is the viewer's: "Plh. Administrator TIK, ST/114/2026"."""
    role = labels.holder(task.role, cases.procedure_of(task.case))
    scope = cases.scope_of(task.case)
    grant = authority.grant_for(grants_of(request), task.role, today(request), scope=scope)
    return labels.capacity(grant) if grant else role


def _entries(
    lines: Sequence[shown.Line], papers: Sequence[Document], *, office: bool
) -> list[dict[str, Any]]:
    passing = {"disposition_read"} if office else disclosure.PASSING_EVENTS  # receipts stand at their hop
    rows = summary.timeline(lines, {paper.pk: paper for paper in papers}, without=passing)
    for row in rows:
        row["documents"] = [
            {
                "title": paper.title,
                "number": paper.number,
                "status": paper.status,
                "url": reverse("paper", args=[paper.pk]),
                "verify_url": reverse("verify", args=[paper.token]),
            }
            for paper in row["documents"]
        ]
    return rows


def _came_from(case: Case) -> str | None:
    """The last open state of an ended case, which tells where on the sheet it stopped."""
    if case.closed_at is None:
        return None
    return Task.objects.filter(case=case).order_by("-pk").values_list("state", flat=True).first()


def _can_withdraw(case: Case, viewer: cases.Viewer) -> bool:
    return _may(case, viewer, "withdraw") and not fates.among(len(case.items), case.fates, {fates.INSTALLED})


def _withdrawable(case: Case, viewer: cases.Viewer) -> list[tuple[str, str]]:
    """The items that the agency may withdraw one by one: of several, those that are not at the office."""
    if len(case.items) < 2 or not _may(case, viewer, "withdraw_item"):
        return []
    numbers = fates.among(len(case.items), case.fates, {fates.ASKED, *fates.AWAITED})
    return [(str(number), f"{number}. {case.items[number - 1]['name']}") for number in numbers]


def _may(case: Case, viewer: cases.Viewer, action: str) -> bool:
    """May the agency do this whoever holds the task?"""
    if case.closed_at is not None or not viewer.is_applicant or viewer.agency_id != case.agency_id:
        return False
    return any(one.name == action for one in route.actions(cases.procedure_of(case), case.state))


urlpatterns = [
    path("permohonan", listing, name="cases"),
    path("permohonan/<str:number>", detail, name="case"),
    path("permohonan/<str:number>/waktu", time_page, name="case_time"),
]
