"""`/permohonan`: the list of cases, one case, and the acts of its open task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import refusals
from sandar.doors.web import labels, panels, summary
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of, signed_in, viewer_of
from sandar.doors.web.submit import Upload, once, uploads, version_of
from sandar.errors import InvalidInput, NotFound, SandarError
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.clocks import read as clocks
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.ledger import read as ledger_read
from sandar.records.people import read as people
from sandar.sop import route
from sandar.steps import registry

PAGE = 30


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
    lines = [
        {"case": case, "load": summary.load(case.items), "reading": by_case.get(case.pk)} for case in page
    ]
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
    return _page(request, case)


def _page(
    request: HttpRequest,
    case: Case,
    *,
    tried: str = "",
    typed: Mapping[str, Any] | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    at = timezone.now()
    viewer = viewer_of(request)
    procedure = cases.procedure_of(case)
    task = (
        Task.objects.select_related("case", "case__agency", "case__revision")
        .filter(case=case, closed_at__isnull=True)
        .first()
    )
    mine = task is not None and cases.is_mine(viewer, task)
    readings = clocks.of_case(case.pk, at)
    running = next((r for r in readings if r.running and task and r.step == task.step), None)
    documents = {paper.pk: paper for paper in papers_read.of_case(case.pk)}
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context: dict[str, Any] = {
        "case": case,
        "procedure": procedure,
        "task": task,
        "mine": mine,
        "place": route.place(procedure, case.state) if task else None,
        "ended": route.end(procedure, case.state),
        "next_step": route.next_step(procedure, case.state) if task else None,
        "came_from": _came_from(case),
        "readings": readings,
        "reading": running,
        "facts": summary.facts(case),
        "items": summary.item_rows(case),
        "entries": _entries(case, documents, full=viewer.is_office),
        "documents": list(documents.values()),
        "files": papers_read.files_of_case(case.pk),
        "claims": ledger_read.claims_for_case(case.pk) if viewer.is_office or case.window_end else [],
        "assets": assets_read.of_case(case.pk),
        "is_office": viewer.is_office,
        "can_withdraw": _can_withdraw(case, viewer),
        "refused": error,
        "refused_text": refusals.sentence(error) if error else "",
        "errors": errors,
        "tried": tried,
        "load": summary.load(case.items),
    }
    if mine and task is not None:
        context["forms"] = panels.forms(task, at, tried=tried, typed=typed, errors=errors)
        context["panel"] = panels.context(task, at)
    return render(request, "web/case.html", context, status=error.status if error else 200)


def _entries(case: Case, documents: Mapping[int, Any], *, full: bool) -> list[dict[str, Any]]:
    rows = summary.timeline(cases.journal(case), documents, labels, full=full)
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
    if case.closed_at is not None or not viewer.is_applicant or viewer.agency_id != case.agency_id:
        return False
    return any(action.name == "withdraw" for action in route.actions(cases.procedure_of(case), case.state))


@signed_in
@require_POST
def act(request: HttpRequest, task_id: int, action: str) -> HttpResponse:
    """Do one action of a task. A refusal shows the case again with everything typed."""
    person, viewer = person_of(request), viewer_of(request)
    task = cases.task_for(viewer, task_id)
    entry = registry.act_for(task.step, action)
    if entry is None:
        raise NotFound(what="action")
    try:
        files = uploads(request)
        nested = decode(request.POST)
        for upload in files:
            _attach(nested, upload)
        data = _draft(nested) if action == "save" else shaped(entry.input, nested)

        def do() -> str:
            for upload in files:
                papers.keep_file(upload.file, at=timezone.now(), case_id=task.case_id, uploaded_by=person.pk)
            done = registry.perform(
                task_id, action, person=person, data=data, seen=version_of(request), at=timezone.now()
            )
            return reverse("case", args=[done.case.number])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403, 404):
            raise
        case = cases.case_for(viewer, task.case.number)
        return _page(request, case, tried=action, typed=_typed(request), error=error)
    messages.success(request, _("Tersimpan."))
    return redirect(url)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """Everything typed, by name of the control, to fill the form again."""
    return {name: request.POST.get(name, "") for name in request.POST}


def _draft(nested: dict[str, Any]) -> dict[str, Any]:
    return {"form": nested}


def _attach(nested: dict[str, Any], upload: Upload) -> None:
    """Name an uploaded inventory by its hash beside the control it came from."""
    if not upload.control.endswith("inventory_file"):
        return
    parts = upload.control.split(".")
    target: Any = nested
    for part in parts[:-1]:
        if isinstance(target, list):
            index = int(part)
            if index >= len(target):
                return
            target = target[index]
        else:
            target = target.setdefault(part, {})
    if isinstance(target, dict):
        target["inventory_sha256"] = upload.file.sha256


@signed_in
@require_POST
def act_on_case(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Withdraw a request without holding its task."""
    person = person_of(request)
    case = cases.case_for(viewer_of(request), number)
    try:

        def do() -> str:
            registry.perform_on_case(
                case,
                action,
                person=person,
                data=decode(request.POST),
                seen=version_of(request),
                at=timezone.now(),
            )
            return reverse("case", args=[case.number])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403, 404):
            raise
        return _page(request, cases.case_for(viewer_of(request), number), tried=action, error=error)
    messages.success(request, _("Permohonan dicabut."))
    return redirect(url)


@signed_in
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Add a file to a case that is still open."""
    person = person_of(request)
    case = cases.case_for(viewer_of(request), number)
    files = uploads(request)

    def do() -> str:
        for upload in files:
            papers.keep_file(upload.file, at=timezone.now(), case_id=case.pk, uploaded_by=person.pk)
        return reverse("case", args=[case.number])

    url = once(request, person, do)
    if files:
        messages.success(request, _("Berkas terlampir."))
    return redirect(url)


urlpatterns = [
    path("permohonan", listing, name="cases"),
    path("permohonan/<str:number>", detail, name="case"),
    path("permohonan/<str:number>/lampiran", attach, name="attach"),
    path("permohonan/<str:number>/<str:action>", act_on_case, name="act_on_case"),
    path("tugas/<int:task_id>/<str:action>", act, name="act"),
]
