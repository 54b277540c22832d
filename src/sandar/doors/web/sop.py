"""`/sop`: the published procedure as the official sheet, its revisions, and the files one may take along."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.doors.web.person import signed_in
from sandar.errors import NotFound
from sandar.records.cases import read as cases
from sandar.records.cases.models import SopRevision
from sandar.records.documents import fonts
from sandar.sop import bpmn, definition, sheet
from sandar.sop.procedure import Procedure


@lru_cache(maxsize=8)
def _parsed(content_sha256: str, pk: int) -> Procedure:
    return definition.loads(SopRevision.objects.values_list("text", flat=True).get(pk=pk))


@lru_cache(maxsize=4)
def _pdf(content_sha256: str, pk: int) -> bytes:
    row = SopRevision.objects.get(pk=pk)
    folder = fonts.folder() if fonts.installed() else None
    return sheet.pdf(_parsed(content_sha256, pk), at=row.published_at, fonts=folder)


def _revision(number: int | None) -> SopRevision:
    """The revision of this number; the newest without one. Raises NotFound."""
    newest = cases.current_revision()
    if number is None or number == newest.revision:
        return newest
    found = SopRevision.objects.filter(service=newest.service, revision=number).first()
    if found is None:
        raise NotFound(what="sop")
    return found


@signed_in
@require_GET
def page(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The sheet as a page; without a number the revision that new requests start under."""
    row = _revision(number)
    newest = row if number is None else cases.current_revision()
    procedure = _parsed(row.content_sha256, row.pk)
    doubtful = [basis for basis in procedure.legal_basis if basis.status != "in_force"]
    context = {
        "revision": row,
        "procedure": procedure,
        "is_newest": row.pk == newest.pk,
        "newest": newest,
        "revisions": SopRevision.objects.filter(service=row.service).defer("text").order_by("-revision"),
        # sop.sheet escapes everything that comes from the file.
        "sheet": mark_safe(sheet.fragment(procedure)),  # noqa: S308
        "facts": _facts(row, procedure),
        "doubtful": doubtful,
        "legal_count": len(procedure.legal_basis),
        "blanks": _blanks(procedure),
    }
    return render(request, "web/sop/sheet.html", context)


def _facts(row: SopRevision, procedure: Procedure) -> list[tuple[str, Any]]:
    actions = [action for _step, stage in procedure.stages for action in stage.actions]
    added = sum(action.addition for action in actions) + sum(end.addition for end in procedure.ends)
    return [
        (_("Kegiatan"), len(procedure.steps)),
        (_("Pelaksana"), len(procedure.actors)),
        (_("Jalur tambahan"), added),
        (_("Permohonan di bawah revisi ini"), row.cases.count()),
    ]


def _blanks(procedure: Procedure) -> list[str]:
    """What the office still has to fill in on the identity block."""
    identity = procedure.identity
    known = {
        _("nomor SOP"): procedure.number,
        _("tanggal pembuatan"): identity.made,
        _("tanggal revisi"): identity.revised,
        _("tanggal efektif"): identity.effective,
        _("nama pejabat yang mengesahkan"): identity.approved_name,
        _("NIP pejabat yang mengesahkan"): identity.approved_id,
    }
    return [name for name, value in known.items() if not value]


@signed_in
@require_GET
def pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet as tagged PDF/A."""
    row = _revision(number)
    answer = HttpResponse(_pdf(row.content_sha256, row.pk), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="sop-revisi-{row.revision}.pdf"'
    answer["ETag"] = f'"{row.content_sha256}"'
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@signed_in
@require_GET
def source(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The definition byte for byte, or as BPMN 2.0 for other tools."""
    row = _revision(number)
    if kind == "bpmn":
        text, media = bpmn.bpmn(_parsed(row.content_sha256, row.pk)), "application/xml"
    else:
        text, media = row.text, "text/plain"
    answer = HttpResponse(text, content_type=f"{media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sop-revisi-{row.revision}.{kind}"'
    return answer


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The sheet's own style: lives beside the sheet, so print, page and file look the same."""
    return HttpResponse(
        sheet.stylesheet(),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


urlpatterns = [
    path("sop", page, name="sop"),
    path("sop/lembar.css", style, name="sop_style"),
    path("sop/<int:number>", page, name="sop_revision"),
    path("sop/<int:number>.pdf", pdf, name="sop_pdf"),
    path("sop/<int:number>.toml", source, {"kind": "toml"}, name="sop_toml"),
    path("sop/<int:number>.bpmn", source, {"kind": "bpmn"}, name="sop_bpmn"),
]
