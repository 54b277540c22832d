"""Downloads: issued papers and attached files, only to those who may see the case."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from sandar.doors import case_file as joining
from sandar.doors.web.person import signed_in, viewer_of
from sandar.records.cases import read as cases
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers


@signed_in
@require_GET
def paper(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF of an issued paper with its signatures so far; rendered now when the worker has not come to it yet."""
    viewer = viewer_of(request)
    document = papers_read.one(document_id, cases=cases.cases_for(viewer), office=viewer.is_office)
    if not document.pdf_sha256:
        document = papers.render(document.pk)
    answer = HttpResponse(papers_read.pdf(document), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{joining.file_name(document)}"'
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = f'"{document.file_sha256}"'
    return answer


@signed_in
@require_GET
def file(request: HttpRequest, file_id: int) -> HttpResponse | FileResponse:
    """An attached file, always as a download and never run in our pages."""
    found = papers_read.file(file_id, cases=cases.cases_for(viewer_of(request)))
    answer = FileResponse(papers_read.opened(found), as_attachment=True, filename=found.name)
    answer["Content-Type"] = found.media_type
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@signed_in
@require_GET
def case_file(request: HttpRequest, number: str) -> HttpResponse:
    """The case file as one PDF, for whoever may see the case."""
    viewer = viewer_of(request)
    case = cases.case_for(viewer, number)
    answer = HttpResponse(
        joining.made(case, office=viewer.is_office, at=timezone.now()), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'attachment; filename="berkas-{case.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


urlpatterns = [
    path("berkas/permohonan/<str:number>.pdf", case_file, name="case_file"),
    path("dokumen/<int:document_id>.pdf", paper, name="paper"),
    path("berkas/<int:file_id>", file, name="file"),
]
