"""`/fasilitas/impor`: hand in tables, see exactly what would become of every row, then store. Templates to download."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core.sheets import LARGEST_BYTES, MOST_ROWS
from sandar.doors import facility_imports, facility_sheets, facility_texts
from sandar.doors.facility_imports import MOST_FILES, Wish
from sandar.doors.web import figures
from sandar.doors.web.facility import readers
from sandar.doors.web.person import person_of
from sandar.doors.web.submit import once
from sandar.errors import ImportRefused, InvalidInput, SandarError
from sandar.steps.facility import act
from sandar.steps.facility.kinds import KINDS, kind_of
from sandar.steps.facility.report import Report

_KEPT_BYTES = 3_000_000  # of files that a preview carries along, so that nobody chooses them again
_SHOWN = 300
Files = list[tuple[str, bytes]]


@readers
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form and the templates. POST: `periksa` only looks, `impor` stores."""
    act.granted(person_of(request), timezone.now())
    if request.method != "POST":
        return _page(request)
    files = _kept(request) + facility_imports.read(request.FILES.getlist("file"))
    try:
        wish = _wish(request)
        if not files:
            raise InvalidInput(fields={"file": [_("Pilih setidaknya satu berkas.")]})
    except InvalidInput as error:
        return _page(request, files=files, error=error)
    if wish.dry_run:
        report = facility_imports.bring(files, wish, person=person_of(request), at=timezone.now())
        return _page(request, files=files, report=report)
    return _import(request, files, wish)


def _import(request: HttpRequest, files: Files, wish: Wish) -> HttpResponse:
    found: list[Report] = []

    def do() -> str:
        report = facility_imports.bring(files, wish, person=person_of(request), at=timezone.now())
        found.append(report)
        if not report.stored:
            raise ImportRefused(count=report.total("refused"))
        return reverse("facility")

    try:
        url = once(request, person_of(request), do)
    except ImportRefused as refused:
        return _page(request, files=files, report=found[0], error=refused)
    if found:
        said = _(
            "Impor tersimpan: %(new)s baru, %(changed)s diubah, %(same)s sudah ada, %(refused)s dilewati."
        )
        messages.success(
            request,
            said
            % {name: figures.number(found[0].total(name)) for name in ("new", "changed", "same", "refused")},
        )
        if found[0].problems or found[0].notes:
            return _page(request, report=found[0])
    return redirect(url)


def _wish(request: HttpRequest) -> Wish:
    """Raises InvalidInput."""
    text = request.POST.get("default_watts", "").strip()
    if text and not (text.isascii() and text.isdigit() and int(text) <= 50_000):
        raise InvalidInput(fields={"default_watts": [_("Harus bilangan bulat antara 0 dan 50.000.")]})
    try:
        stated = facility_imports.stated(request.POST.get("watts", "")[:20_000].splitlines())
    except ValueError as fault:
        said = _("Baris ini bukan bentuk TIPE = WATT: %(line)s") % {"line": fault}
        raise InvalidInput(fields={"watts": [said]}) from fault
    return Wish(
        dry_run="impor" not in request.POST,
        skipping=request.POST.get("skipping") == "true",
        default_watts=int(text) if text else None,
        watts=stated,
    )


def _kept(request: HttpRequest) -> Files:
    """Files that a preview carried along, unless new ones were chosen."""
    if request.FILES.getlist("file"):
        return []
    names, contents = request.POST.getlist("kept_name"), request.POST.getlist("kept")
    try:
        return [
            (name[:120] or "berkas", base64.b64decode(content, validate=True))
            for name, content in zip(names, contents, strict=False)
        ]
    except binascii.Error:
        return []


def _page(
    request: HttpRequest,
    *,
    files: Files | None = None,
    report: Report | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    small = sum(len(body) for _name, body in files or []) <= _KEPT_BYTES
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "kinds": [(kind, reverse("facility_template", args=[code])) for code, kind in KINDS.items()],
        "kept": [
            {"name": name, "size": len(body), "content": base64.b64encode(body).decode()}
            for name, body in (files or [])
            if small
        ],
        "report": _told(report) if report else None,
        "values": request.POST.dict() if request.method == "POST" else {},
        "errors": fields,
        "labels": {"file": _("Berkas"), "default_watts": _("Daya bawaan"), "watts": _("Daya menurut tipe")},
        "limits": {
            "size": figures.size(LARGEST_BYTES),
            "rows": figures.number(MOST_ROWS),
            "files": MOST_FILES,
        },
    }
    status = error.status if error else 422 if report and report.problems and not report.stored else 200
    if report and report.dry_run:
        status = 200
    return render(request, "web/facility/import.html", context, status=status)


def _told(report: Report) -> dict[str, Any]:
    problems = facility_texts.ordered(report.problems)
    left = facility_texts.ordered(report.left_out)
    outcomes = ("new", "changed", "same", "refused", "left_out")
    return {
        "dry_run": report.dry_run,
        "stored": report.stored,
        "ready": not report.problems,
        "useful": bool(report.total("new") or report.total("changed")),
        "counts": [
            {"word": facility_texts.kind_word(code), "cells": [counter[name] for name in outcomes]}
            for code, counter in report.counts.items()
        ],
        "total": [report.total(name) for name in outcomes],
        "refused": report.total("refused"),
        "problems": [_line(one) for one in problems[:_SHOWN]],
        "more": max(len(problems) - _SHOWN, 0),
        "left_out": [_line(one) for one in left[:_SHOWN]],
        "notes": [facility_texts.note(code, counts) for code, counts in report.notes.items()],
    }


def _line(one: Any) -> dict[str, Any]:
    return {
        "file": one.origin.file,
        "sheet": one.origin.sheet,
        "line": one.origin.line or "",
        "column": one.column,
        "what": one.what,
        "text": facility_texts.problem(one),
    }


# --- templates


@readers
@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """A sheet for each kind; `?isi=1`: with all there is."""
    filled = request.GET.get("isi") == "1"
    body = facility_sheets.template("", filled=filled)
    return _download(body, facility_sheets.XLSX, "fasilitas.xlsx")


@readers
@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The CSV of one kind; `?isi=1`: with all there is."""
    body = facility_sheets.csv_of(kind_of(code), filled=request.GET.get("isi") == "1")
    return _download(body, "text/csv; charset=utf-8", f"{code}.csv")


def _download(body: bytes, media_type: str, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return HttpResponse(body, content_type=media_type, headers=headers)


urlpatterns = [
    path("fasilitas/impor", page, name="facility_import"),
    path("fasilitas/templat.xlsx", workbook, name="facility_workbook"),
    path("fasilitas/templat/<str:code>.csv", template, name="facility_template"),
]
