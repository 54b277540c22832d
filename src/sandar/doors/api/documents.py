"""Papers and files: lists, downloads, uploads. Whatever belongs to another agency's case does not exist."""

from __future__ import annotations

from typing import Any, BinaryIO, TypeVar, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from sandar.core import chain
from sandar.doors import case_file
from sandar.doors.api import shapes, words
from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.proving import WithPassword, must_prove
from sandar.doors.api.reading import body_of, id_in_path, name_in_path
from sandar.doors.api.taking import takes
from sandar.errors import InvalidInput, WrongType
from sandar.records.cases import read as cases
from sandar.records.documents import read as papers_read
from sandar.records.documents import uploads
from sandar.records.documents import write as papers
from sandar.steps import reissuing, revoking
from sandar.steps.filing import attach

router = Router(tags=["documents"])


class RevokeIn(revoking.Revoke, WithPassword):
    """Why a paper no longer holds, and the password where the token is not fresh."""


class ReissueIn(reissuing.Reissue, WithPassword):
    """Why a revoked paper is issued again, and the password where it signs and the token is not fresh."""


KINDS = ("letter_scan", "photo", "inventory", "attachment")
MULTIPART = "multipart/form-data"
BINARY = {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"}
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["kind", "file"],
                    "properties": {"kind": {"type": "string", "enum": list(KINDS)}, "file": BINARY},
                    "additionalProperties": False,
                }
            }
        },
    }
}


def content(*kinds: str) -> dict[str, Any]:
    """`openapi_extra` of a call that answers with bytes of one of these types."""
    shape = BINARY if len(kinds) == 1 else {}  # one of several types may be JSON
    return {"responses": {200: {"description": "OK", "content": {kind: {"schema": shape} for kind in kinds}}}}


@router.get("/cases/{number}/documents", response=shapes.DocumentList)
def list_documents(request: HttpRequest, number: str, page: PageNo = 1) -> HttpResponse:
    """The issued papers of a case, in the order of issue. Papers between officers are not for the agency."""
    viewer = caller_of(request).viewer
    case = cases.case_for(viewer, name_in_path(number, "case"))
    found = papers_read.shown(case.pk, office=viewer.is_office)
    start = (page - 1) * SIZE
    items = [words.document_line(paper) for paper in found[start : start + SIZE]]
    return answer({"items": items, "count": len(found), "page": page})


@router.get("/documents/{int:document_id}.pdf", openapi_extra=content("application/pdf"))
def get_pdf(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF of a paper with its signatures so far; rendered now when the worker has not come to it yet."""
    viewer = caller_of(request).viewer
    paper = papers_read.one(
        id_in_path(document_id, "document"), cases=cases.cases_for(viewer), office=viewer.is_office
    )
    if not paper.pdf_sha256:
        paper = papers.render(paper.pk)
    tag = f'"{paper.file_sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response = HttpResponse(papers_read.pdf(paper), content_type="application/pdf")
    return _sealed(
        response, {"ETag": tag, "Content-Disposition": f'attachment; filename="{case_file.file_name(paper)}"'}
    )


@router.post(
    "/documents/{int:document_id}/revoke", response=shapes.DocumentOut, openapi_extra=takes(RevokeIn)
)
def revoke_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """Say that an issued paper no longer holds: `kind` is public, `reason` for the office. Its number stays used.

    Division head or supervisor, but nobody who issued or signs it. Asks for the password (403 PASSWORD_NEEDED) when it
    was last sent more than 15 minutes ago.
    """
    caller = caller_of(request)
    pk = id_in_path(document_id, "document")
    paper = papers_read.one(pk, cases=cases.cases_for(caller.viewer), office=caller.viewer.is_office)
    revoking.allowed(paper, caller.person, at=caller.at)
    given = body_of(request, RevokeIn)
    must_prove(request, caller, given)

    def work() -> dict[str, Any]:
        return words.document_line(revoking.revoke(pk, given, person=caller.person, at=caller.at))

    return once(request, caller, work, content=given.same())


@router.post(
    "/documents/{int:document_id}/reissue",
    response={201: shapes.DocumentOut},
    openapi_extra=takes(ReissueIn),
)
def reissue_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """Issue a revoked paper again: the same content under a new number, signed anew. Answers the new paper.

    By the role that issued it, but nobody who revoked it. Asks for the password (403 PASSWORD_NEEDED) where it signs in
    the caller's name and the password was last sent more than 15 minutes ago.
    """
    caller = caller_of(request)
    pk = id_in_path(document_id, "document")
    paper = papers_read.one(pk, cases=cases.cases_for(caller.viewer), office=caller.viewer.is_office)
    reissuing.allowed(paper, caller.person, at=caller.at)
    given = body_of(request, ReissueIn)
    proved = caller.proves(request, given.secret)

    def work() -> dict[str, Any]:
        made = reissuing.reissue(pk, given, person=caller.person, at=caller.at, proved=proved)
        return words.document_line(made)

    return once(request, caller, work, status=201, content=given.same())


@router.get("/cases/{number}/file.pdf", openapi_extra=content("application/pdf"))
def get_case_file(request: HttpRequest, number: str) -> HttpResponse:
    """The case file as one bookmarked PDF: index, papers, attached PDFs and pictures. A copy to read, unsigned."""
    caller = caller_of(request)
    case = cases.case_for(caller.viewer, name_in_path(number, "case"))
    pdf = case_file.made(case, office=caller.viewer.is_office, at=caller.at)
    name = f'attachment; filename="berkas-{case.number}.pdf"'
    return _sealed(HttpResponse(pdf, content_type="application/pdf"), {"Content-Disposition": name})


R = TypeVar("R", bound=HttpResponseBase)


def _sealed(response: R, headers: dict[str, str]) -> R:
    """A download is never run in our pages and kept by no shared cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-cache"
    for name, value in headers.items():
        response[name] = value
    return response


@router.post("/cases/{number}/files", response={201: shapes.FileOut}, openapi_extra=UPLOAD)
def attach_file(request: HttpRequest, number: str) -> HttpResponse:
    """Attach one file: `kind` letter_scan (PDF), photo (JPEG, PNG), inventory (JSON, text) or attachment.

    PDF and its kin up to 20 MB, pictures 10 MB, inventories 5 MB; judged by content, not by name.
    """
    caller = caller_of(request)
    name_in_path(number, "case")
    cases.case_for(caller.viewer, number)  # before a byte is stored: another agency's case does not exist
    accepted = _accepted(request)
    same = chain.canonical({"kind": accepted.kind, "name": accepted.name, "sha256": accepted.sha256})

    def work() -> dict[str, Any]:
        return words.file_line(attach(number, accepted, person=caller.person, at=caller.at))

    return once(request, caller, work, status=201, content=same)


def _accepted(request: HttpRequest) -> uploads.AcceptedFile:
    if request.content_type != MULTIPART:
        raise WrongType(name=request.content_type, detected=request.content_type, allowed=[MULTIPART])
    kind, files = request.POST.get("kind", ""), request.FILES.getlist("file")
    wrong: dict[str, list[str]] = {}
    if kind not in KINDS or len(request.POST.getlist("kind")) != 1:
        wrong["kind"] = [", ".join(KINDS)]
    if len(files) != 1:
        wrong["file"] = ["1"]
    for name in {*request.POST, *request.FILES} - {"kind", "file"}:
        wrong[name] = ["?"]
    if wrong:
        raise InvalidInput(fields=wrong)
    [file] = files
    source = cast("BinaryIO", file)
    return uploads.accept_upload(file.name or "berkas", file.content_type or "", source, kind=kind)


@router.get("/files/{int:file_id}", openapi_extra=content(*uploads.LIMIT_BYTES))
def get_file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A file somebody attached, as it is stored."""
    visible = cases.cases_for(caller_of(request).viewer)
    found = papers_read.file(id_in_path(file_id, "file"), cases=visible)
    response = FileResponse(papers_read.opened(found), as_attachment=True, filename=found.name)
    response["Content-Type"] = found.media_type
    return _sealed(response, {"ETag": f'"{found.sha256}"'})
