"""`/sop`: the published procedure as the official sheet, its revisions, and the files one may take along."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.doors import refusals
from sandar.doors.web import figures, sop_drafts, sop_trial
from sandar.doors.web.person import person_of, roles, signed_in, today, viewer_of
from sandar.doors.web.submit import once
from sandar.errors import Conflict, Forbidden, InvalidInput, NotFound, ReasonNeeded, Refused, SandarError
from sandar.records.cases import read as cases
from sandar.records.cases.models import SopRevision
from sandar.records.clocks import measures
from sandar.records.documents import fonts
from sandar.sop import bpmn, definition, diff, sheet
from sandar.sop.procedure import Procedure
from sandar.steps.inputs import parsed
from sandar.steps.revising import drafts, moving
from sandar.steps.revising.forms import Moving


@lru_cache(maxsize=8)
def _parsed(content_sha256: str, pk: int) -> Procedure:
    return definition.loads(SopRevision.objects.values_list("text", flat=True).get(pk=pk))


@lru_cache(maxsize=8)
def _pdf(content_sha256: str, pk: int, paper: sheet.Paper) -> bytes:
    row = SopRevision.objects.get(pk=pk)
    folder = fonts.folder() if fonts.installed() else None
    return sheet.pdf(_parsed(content_sha256, pk), at=row.published_at, fonts=folder, paper=paper)


def revision(number: int | None, service: str, day: date) -> SopRevision:
    """The revision of this number; without one that in force on `day`. Raises NotFound."""
    if number is None:
        return cases.current_revision(day, service)
    found = SopRevision.objects.filter(service=service, revision=number).first()
    if found is None:
        raise NotFound(what="sop")
    return found


@signed_in
@require_GET
def page(request: HttpRequest, number: int | None = None, service: str = cases.BASE_SERVICE) -> HttpResponse:
    """The sheet as a page; without a number the revision that new requests start under."""
    day = today(request)
    row = revision(number, service, day)
    newest = row if number is None else _in_force(service, day)
    procedure = _parsed(row.content_sha256, row.pk)
    doubtful = [basis for basis in procedure.legal_basis if basis.status != "in_force"]
    rows = SopRevision.objects.filter(service=row.service).defer("text").select_related("approved_by")
    measured = _measured(row) if viewer_of(request).is_office else {}
    context = {
        "revision": row,
        "procedure": procedure,
        "is_newest": newest is not None and row.pk == newest.pk,
        "newest": newest,
        "ahead": row.effective_on > day,
        "revisions": [_told(one, newest, day) for one in rows.order_by("-revision")],
        "services": _services(row.service, day),
        # sop.sheet escapes everything that comes from the file.
        "sheet": mark_safe(sheet.fragment(procedure, measured)),  # noqa: S308
        "is_living": bool(measured),
        "facts": _facts(row, procedure),
        "doubtful": doubtful,
        "legal_count": len(procedure.legal_basis),
        "blanks": _blanks(procedure),
        "may_write": drafts.may_write(roles(request)) or drafts.may_publish(roles(request)),
        "may_move": moving.ROLE in roles(request),
        "is_base": row.service == cases.BASE_SERVICE,
    }
    return render(request, "web/sop/sheet.html", context)


def _measured(row: SopRevision) -> dict[str, sheet.Measured]:
    """What the activities took in the requests under this revision."""
    return {
        step: sheet.Measured(
            median=figures.duration_short(found.median),
            p90=figures.duration_short(found.p90),
            share="" if found.share is None else figures.percent(found.share),
            count=found.count,
        )
        for step, found in measures.under(row.pk).items()
    }


def _in_force(service: str, day: date) -> SopRevision | None:
    try:
        return cases.current_revision(day, service)
    except NotFound:
        return None  # the first revision of a service may only be in force later


def _told(one: SopRevision, newest: SopRevision | None, day: date) -> dict[str, Any]:
    """A revision as the list shows it: in force, still to come, or superseded."""
    state = (
        "current" if newest and one.pk == newest.pk else "ahead" if one.effective_on > day else "superseded"
    )
    return {"row": one, "state": state, "before": one.revision - 1}


def _services(shown: str, day: date) -> list[dict[str, Any]]:
    """Other services with a procedure of their own."""
    found = {}
    for one in cases.revisions():
        if one.service != shown and one.service not in found:
            found[one.service] = {
                "service": one.service,
                "title": cases.procedure_of_revision(one).title,
                "row": one,
            }
    return list(found.values())


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
def pdf(request: HttpRequest, number: int, service: str = cases.BASE_SERVICE) -> HttpResponse:
    """The sheet as tagged PDF/A; `?kertas=f4` for the longer paper, `?nyata=1` with measured times, for officers."""
    row = revision(number, service, today(request))
    paper: sheet.Paper = "f4" if request.GET.get("kertas") == "f4" else "a4"
    if request.GET.get("nyata"):
        return _living_pdf(request, row, paper)
    answer = HttpResponse(_pdf(row.content_sha256, row.pk, paper), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_file(row)}.pdf"'
    answer["ETag"] = f'"{row.content_sha256}-{paper}"'
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _living_pdf(request: HttpRequest, row: SopRevision, paper: sheet.Paper) -> HttpResponse:
    """The sheet with what the activities took in truth until now; never kept. Raises Forbidden for the agencies."""
    if not viewer_of(request).is_office:
        raise Forbidden()
    at = timezone.now()
    told = _(
        "Lembar hidup: waktu nyata permohonan di bawah revisi ini sampai %(day)s; bukan lembar resmi"
    ) % {"day": figures.day_long(today(request))}
    content = sheet.pdf(
        _parsed(row.content_sha256, row.pk),
        at=at,
        fonts=fonts.folder() if fonts.installed() else None,
        paper=paper,
        living=sheet.Living(_measured(row), told),
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_file(row)}-nyata-{today(request):%Y%m%d}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _file(row: SopRevision) -> str:
    service = "" if row.service == cases.BASE_SERVICE else f"{row.service}-"
    return f"sop-{service}revisi-{row.revision}"


@signed_in
@require_GET
def source(request: HttpRequest, number: int, kind: str, service: str = cases.BASE_SERVICE) -> HttpResponse:
    """The definition byte for byte, or as BPMN 2.0 for other tools."""
    row = revision(number, service, today(request))
    if kind == "bpmn":
        text, media = bpmn.bpmn(_parsed(row.content_sha256, row.pk)), "application/xml"
    else:
        text, media = row.text, "text/plain"
    answer = HttpResponse(text, content_type=f"{media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file(row)}.{kind}"'
    return answer


@signed_in
@require_GET
def difference(
    request: HttpRequest, number: int, before: int, service: str = cases.BASE_SERVICE
) -> HttpResponse:
    """What changed between two revisions, in sentences."""
    day = today(request)
    old, new = revision(before, service, day), revision(number, service, day)
    said = diff.describe(_parsed(old.content_sha256, old.pk), _parsed(new.content_sha256, new.pk))
    return render(request, "web/sop/difference.html", {"old": old, "new": new, "changes": said})


@signed_in
def move(request: HttpRequest, number: int, service: str = cases.BASE_SERVICE) -> HttpResponse:
    """Open cases to this revision: GET tells who may and who cannot, POST does it. For the division head."""
    person = person_of(request)
    if moving.ROLE not in roles(request):
        raise Forbidden(needed=moving.ROLE)
    row = revision(number, service, today(request))
    error: SandarError | None = None
    if request.method == "POST":
        try:
            url = once(request, person, lambda: _moved(request, row))
        except (Conflict, InvalidInput, Refused) as fault:
            error = fault
        else:
            messages.success(request, _("Permohonan dipindahkan; jurnal masing-masing mencatatnya."))
            return redirect(url)
    plan = moving.plan(row)
    context = {
        "revision": row,
        "plan": plan,
        "rows": sop_trial.rows(plan),
        "ahead": row.effective_on > today(request),
        "refused": refusals.parts(error) if error else None,
        "errors": _complaints(error),
        "typed": request.POST,
    }
    return render(request, "web/sop/move.html", context, status=error.status if error else 200)


def _complaints(error: SandarError | None) -> dict[str, list[str]]:
    if isinstance(error, ReasonNeeded):
        return {"reason": [refusals.parts(error).what]}
    return error.facts.get("fields", {}) if error else {}


def _moved(request: HttpRequest, row: SopRevision) -> str:
    given = parsed(Moving, {name: request.POST.get(name, "") for name in ("token", "reason")})
    moving.move(
        row.service,
        row.revision,
        token=given.token,
        reason=given.reason,
        person=person_of(request),
        at=timezone.now(),
    )
    return sop_drafts.address(row)


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The sheet's own style: lives beside the sheet, so print, page and file look the same."""
    return HttpResponse(
        sheet.stylesheet(),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


_OF_SERVICE = "sop/layanan/<slug:service>"

urlpatterns = [
    path("sop", page, name="sop"),
    path("sop/lembar.css", style, name="sop_style"),
    path("sop/<int:number>", page, name="sop_revision"),
    path("sop/<int:number>.pdf", pdf, name="sop_pdf"),
    path("sop/<int:number>.toml", source, {"kind": "toml"}, name="sop_toml"),
    path("sop/<int:number>.bpmn", source, {"kind": "bpmn"}, name="sop_bpmn"),
    path("sop/<int:number>/beda/<int:before>", difference, name="sop_difference"),
    path("sop/<int:number>/pindah", move, name="sop_move"),
    path(_OF_SERVICE, page, name="sop_service"),
    path(f"{_OF_SERVICE}/<int:number>", page, name="sop_of_service"),
    path(f"{_OF_SERVICE}/<int:number>.pdf", pdf, name="sop_pdf_of_service"),
    path(f"{_OF_SERVICE}/<int:number>.toml", source, {"kind": "toml"}, name="sop_toml_of_service"),
    path(f"{_OF_SERVICE}/<int:number>.bpmn", source, {"kind": "bpmn"}, name="sop_bpmn_of_service"),
    path(f"{_OF_SERVICE}/<int:number>/beda/<int:before>", difference, name="sop_difference_of_service"),
    path(f"{_OF_SERVICE}/<int:number>/pindah", move, name="sop_move_of_service"),
]
