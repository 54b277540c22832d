"""`/dokumen/<id>/cabut`: a second officer revokes an issued paper, with a public reason and the circumstances."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sandar.doors import refusals
from sandar.doors.web import confirming
from sandar.doors.web.person import person_of, signed_in, viewer_of
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError
from sandar.records.cases import read as cases
from sandar.records.documents import read as papers
from sandar.records.documents.models import Document
from sandar.steps import revoking
from sandar.steps.inputs import parsed


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@officers
def revoke(request: HttpRequest, document_id: int) -> HttpResponse:
    """What the paper is, what revoking does, and the form; whoever may not is told why before anything is typed."""
    person, viewer = person_of(request), viewer_of(request)
    paper = papers.one(document_id, cases=cases.cases_for(viewer), office=True)
    if request.method != "POST":
        return _page(request, paper, closed=_refusal(request, paper))
    data = {name: request.POST.get(name, "") for name in revoking.Revoke.model_fields}

    def do() -> str:
        revoking.revoke(paper.pk, parsed(revoking.Revoke, data), person=person, at=timezone.now())
        return reverse("case", args=[paper.case.number])

    try:
        revoking.allowed(paper, person, at=timezone.now())
        if confirming.is_stale(request):
            confirming.prove(request)
        url = once(request, person, do)
    except SandarError as error:
        if error.status in (401, 404) or error.status >= 500:
            raise
        return _page(request, paper, error=error)
    messages.success(request, _("%(number)s dicabut. Nomornya tetap tercatat.") % {"number": paper.number})
    return redirect(url)


def _refusal(request: HttpRequest, paper: Document) -> SandarError | None:
    try:
        revoking.expect(paper, person_of(request), at=timezone.now())
    except SandarError as error:
        return error
    return None


def _page(
    request: HttpRequest,
    paper: Document,
    *,
    closed: SandarError | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    kinds = [("", _("pilih…")), *((code, str(word)) for code, word in revoking.KINDS.items())]
    values = {name: request.POST.get(name, "") for name in revoking.Revoke.model_fields}
    return page(request, "web/revoke.html", paper, values=values, closed=closed, error=error, kinds=kinds)


def page(
    request: HttpRequest,
    template: str,
    paper: Document,
    *,
    values: Mapping[str, str],
    closed: SandarError | None,
    error: SandarError | None,
    **more: object,
) -> HttpResponse:
    """The form of an act on an issued paper. closed: why this person may not at all; error: why not this time."""
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    told = closed or (None if fields else error)
    context = {
        "paper": paper,
        "case": paper.case,
        "values": values,
        "errors": fields,
        "refused": refusals.parts(told) if told else None,
        "closed": closed is not None,
        "asks_password": confirming.is_stale(request),
        **more,
    }
    status = (closed or error).status if closed or error else 200  # type: ignore[union-attr]
    return render(request, template, context, status=status)


urlpatterns = [path("dokumen/<int:document_id>/cabut", revoke, name="revoke")]
