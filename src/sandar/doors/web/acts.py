"""Acting on a case by page: do it, look at the paper before, withdraw, attach. A refusal shows the case again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sandar.doors.web import confirming, item_errors, panels
from sandar.doors.web.cases import Tried, page
from sandar.doors.web.forms import OWN, decode, shaped
from sandar.doors.web.person import person_of, signed_in, viewer_of
from sandar.doors.web.submit import Upload, once, uploads, version_of
from sandar.errors import Busy, InvalidInput, NotFound, SandarError
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.signing_errors import PasswordNeeded
from sandar.steps import filing, registry
from sandar.steps.registry import Done

ALT = "alt"  # prefix of controls that only the further buttons of a form send


@signed_in
@require_POST
def act(request: HttpRequest, task_id: int, action: str) -> HttpResponse:
    """Do one action of a task. A refusal shows the case again with everything typed."""
    person = person_of(request)
    task = cases.task_for(viewer_of(request), task_id)
    files: list[Upload] = []
    dones: list[Done] = []
    data: dict[str, Any] = {}
    try:
        data = _data(request, task, action, files)
        proved = confirming.confirm(request, task.step, action)
        registry.foresee(action)

        def do() -> str:
            dones[:] = [_perform(request, task, action, data, files, proved=proved)]
            return reverse("case", args=[dones[0].case.number])

        url = once(request, person, do)
    except PasswordNeeded:
        asked = InvalidInput(fields={confirming.FIELD: [_("Tulis kata sandi Anda.")]})
        return _refused(request, task, action, asked, files=files, data=data)
    except SandarError as error:
        return _refused(request, task, action, error, files=files, data=data)
    if dones:
        messages.success(request, _said(dones[0]))
    else:
        messages.info(request, _("Sudah tersimpan sebelumnya; kiriman kedua tidak mengubah apa pun."))
    return redirect(url)


@signed_in
@require_POST
def preview(request: HttpRequest, task_id: int, action: str) -> HttpResponse:
    """The paper an action would issue, as PDF: the act is done, read, and rolled back; nothing is kept."""
    task = cases.task_for(viewer_of(request), task_id)
    files: list[Upload] = []
    data: dict[str, Any] = {}
    try:
        data = _data(request, task, action, files)
        with transaction.atomic():
            done = _perform(request, task, action, data, files)
            issued = _issued(done)
            facts = dict(issued[0].facts) if issued else {}
            transaction.set_rollback(True)
        if not issued:
            raise InvalidInput(fields={"note": [_("Dengan isian ini tidak ada surat yang terbit.")]})
    except SandarError as error:
        return _refused(request, task, action, error, files=files, data=data)
    paper = issued[0]
    facts.pop("document", None)
    pdf = papers.preview(paper.kind, facts, day=paper.issued_on, title=paper.title)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="pratinjau-{paper.kind}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _data(request: HttpRequest, task: Task, action: str, files: list[Upload]) -> dict[str, Any]:
    """What was posted, in the shape the act reads. Accepted files are in `files` even if the rest is refused."""
    entry = registry.act_for(task.step, action)
    if entry is None:
        raise NotFound(what="action")
    uploads(request, files)
    nested = decode(request.POST)
    for name, value in (nested.pop(ALT, None) or {}).items():
        if name in entry.input.model_fields:
            nested[name] = value
    step = panels.side_of(task.step, action)
    if step and hasattr(step, "decoded"):
        nested = step.decoded(action, nested)
    for upload in files:
        _attach(nested, upload)
    return {"form": nested} if action == "save" else shaped(entry.input, nested)


def _perform(
    request: HttpRequest,
    task: Task,
    action: str,
    data: dict[str, Any],
    files: list[Upload],
    *,
    proved: bool = True,  # a preview is rolled back, and needs none
) -> Done:
    person, at = person_of(request), timezone.now()
    seen = version_of(request)
    for upload in files:
        papers.keep_file(upload.file, at=at, case_id=task.case_id, uploaded_by=person.pk)
    return registry.perform(
        task.pk, action, person=person, data=data, seen=seen, at=at, proved=proved, savepoint=False
    )


def _refused(
    request: HttpRequest,
    task: Task,
    action: str,
    error: SandarError,
    *,
    files: list[Upload],
    data: dict[str, Any],
) -> HttpResponse:
    """The case again with the refusal; what cannot be shown there (not signed in, not yours, broken) goes on."""
    if (error.status >= 500 and not isinstance(error, Busy)) or error.status in (401, 404):
        raise error
    case = cases.case_for(viewer_of(request), task.case.number)
    typed = _typed(request)
    places = item_errors.places(
        panels.side_of(task.step, action), error.facts.get("fields", {}), data=data, typed=typed
    )
    return page(request, case, Tried(task.step, action, error, typed=typed, files=files, places=places))


def _typed(request: HttpRequest) -> dict[str, Any]:
    """Everything typed, by name of the control, to fill the form again."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name not in OWN}
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def _attach(nested: dict[str, Any], upload: Upload) -> None:
    """Name an uploaded inventory by its hash beside the control it came from; an attachment among the files."""
    if upload.control == "attachments":
        nested.setdefault("files", []).append(upload.file.sha256)
        return
    if not upload.control.endswith("inventory_file"):
        return
    parts = upload.control.split(".")
    target: Any = nested
    for part in parts[:-1]:
        if isinstance(target, list):
            if part not in map(str, range(len(target))):
                return
            target = target[int(part)]
        else:
            target = target.setdefault(part, {})
    if isinstance(target, dict):
        target["inventory_sha256"] = upload.file.sha256


def _issued(done: Done) -> list[Document]:
    """The papers an act issued."""
    ids = {line["id"] for line in done.event.payload.get("documents", [])}
    return [paper for paper in papers_read.of_case(done.case.pk) if paper.pk in ids]


def _said(done: Done) -> str | SafeString:
    """What was done, with links to the papers it issued."""
    issued = _issued(done)
    if not issued:
        return _("Tersimpan.")
    links = format_html_join(
        ", ",
        '<a href="{}">{} {}</a>',
        ((reverse("paper", args=[paper.pk]), paper.title, paper.number) for paper in issued),
    )
    return format_html(_("Tersimpan. Terbit: {}."), links)


def _on_case(action: str, request: HttpRequest) -> dict[str, Any]:
    """What was posted; one ticked item is a list of one."""
    data = decode(request.POST)
    if action == "withdraw_item" and isinstance(data.get("item_nos"), str):
        data["item_nos"] = [data["item_nos"]]
    return data


@signed_in
@require_POST
def act_on_case(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Withdraw a request, or some of its items, without holding its task."""
    person = person_of(request)
    case = cases.case_for(viewer_of(request), number)
    try:

        def do() -> str:
            registry.perform_on_case(
                case,
                action,
                person=person,
                data=_on_case(action, request),
                seen=version_of(request),
                at=timezone.now(),
            )
            return reverse("case", args=[case.number])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 404):
            raise
        case = cases.case_for(viewer_of(request), number)
        return page(request, case, Tried("", action, error, typed=_typed(request)))
    case = cases.case_for(viewer_of(request), number)
    messages.success(request, _("Permohonan dicabut.") if case.closed_at else _("Perangkat itu dicabut."))
    return redirect(url)


@signed_in
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Add a file to a case that is still open."""
    person = person_of(request)
    case = cases.case_for(viewer_of(request), number)
    try:
        files = uploads(request)

        def do() -> str:
            for upload in files:
                filing.attach(case.number, upload.file, person=person, at=timezone.now())
            return reverse("case", args=[case.number])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 404):
            raise
        return page(request, case, Tried("", "attach", error))
    if files:
        messages.success(request, _("Berkas terlampir."))
    return redirect(url)


urlpatterns = [
    path("permohonan/<str:number>/lampiran", attach, name="attach"),
    path("permohonan/<str:number>/<str:action>", act_on_case, name="act_on_case"),
    path("tugas/<int:task_id>/<str:action>/pratinjau", preview, name="preview"),
    path("tugas/<int:task_id>/<str:action>", act, name="act"),
]
