"""`/dokumen/<id>/terbitkan-kembali`: a revoked paper under a new number, with the paper to look at before."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sandar.doors.web import confirming
from sandar.doors.web.person import person_of, signed_in, viewer_of
from sandar.doors.web.revoking import page
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError
from sandar.records.cases import read as cases
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.signing_errors import PasswordNeeded
from sandar.steps import reissuing
from sandar.steps.inputs import parsed


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@officers
def reissue(request: HttpRequest, document_id: int) -> HttpResponse:
    """What was revoked, what issuing again does, and the form; whoever may not is told why before typing."""
    person, paper = person_of(request), _paper(request, document_id)
    if request.method != "POST":
        return _page(request, paper, closed=_refusal(request, paper))
    made: list[Document] = []

    def do() -> str:
        proved = not confirming.is_stale(request)
        given = parsed(reissuing.Reissue, _typed(request))
        made[:] = [reissuing.reissue(paper.pk, given, person=person, at=timezone.now(), proved=proved)]
        return reverse("case", args=[paper.case.number])

    try:
        reissuing.allowed(paper, person, at=timezone.now())
        if confirming.is_stale(request) and request.POST.get(confirming.FIELD):
            confirming.prove(request)
        url = once(request, person, do)
    except PasswordNeeded:
        return _page(
            request, paper, error=InvalidInput(fields={confirming.FIELD: [_("Tulis kata sandi Anda.")]})
        )
    except SandarError as error:
        return _refused(request, paper, error)
    if made:
        messages.success(request, _("Terbit kembali dengan nomor %(number)s.") % {"number": made[0].number})
    return redirect(url)


@signed_in
@require_POST
@officers
def preview(request: HttpRequest, document_id: int) -> HttpResponse:
    """The paper as PDF: issued, read, and rolled back; nothing is kept."""
    paper = _paper(request, document_id)
    try:
        given = parsed(reissuing.Reissue, _typed(request))
        with transaction.atomic():
            made = reissuing.reissue(paper.pk, given, person=person_of(request), at=timezone.now())
            transaction.set_rollback(True)
    except SandarError as error:
        return _refused(request, paper, error)
    facts = {name: value for name, value in made.facts.items() if name != "document"}
    pdf = papers.preview(made.kind, facts, day=made.issued_on, title=made.title)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="pratinjau-{made.kind}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _paper(request: HttpRequest, document_id: int) -> Document:
    return papers_read.one(document_id, cases=cases.cases_for(viewer_of(request)), office=True)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in reissuing.Reissue.model_fields}


def _refusal(request: HttpRequest, paper: Document) -> SandarError | None:
    try:
        reissuing.expect(paper, person_of(request), at=timezone.now())
    except SandarError as error:
        return error
    return None


def _refused(request: HttpRequest, paper: Document, error: SandarError) -> HttpResponse:
    if error.status in (401, 404) or error.status >= 500:
        raise error
    return _page(request, paper, error=error)


def _page(
    request: HttpRequest,
    paper: Document,
    *,
    closed: SandarError | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    return page(request, "web/reissue.html", paper, values=_typed(request), closed=closed, error=error)


urlpatterns = [
    path("dokumen/<int:document_id>/terbitkan-kembali", reissue, name="reissue"),
    path("dokumen/<int:document_id>/terbitkan-kembali/pratinjau", preview, name="reissue_preview"),
]
