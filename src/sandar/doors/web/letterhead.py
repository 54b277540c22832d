"""`/pengaturan/naskah`: how the office's papers look and are numbered, with a sample paper before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import refusals
from sandar.doors.web import labels
from sandar.doors.web.archive import BOOKS
from sandar.doors.web.forms import decode, flat, shaped, titles
from sandar.doors.web.office import EDITOR, allowed
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError
from sandar.records.documents import books, fonts, samples, store, uploads
from sandar.records.documents import write as papers
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.steps import letterhead, letterhead_act

SAMPLE = "notice"


@signed_in
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The settings in force; only the system administrator may change them."""
    allowed(request)
    return _page(request)


def _page(
    request: HttpRequest, *, typed: Mapping[str, Any] | None = None, error: SandarError | None = None
) -> HttpResponse:
    office = people.office()
    form = letterhead.now(office)
    own = {row.kind: row for row in form.numbering}
    data = form.model_dump(exclude={"numbering"})
    values = flat(data)
    numbers = letterhead.numbers(form, today(request))
    kinds = []
    for index, (kind, paper) in enumerate(books.PAPERS.items()):
        row = own.get(kind)
        values |= {
            f"numbering.{index}.pattern": row.pattern if row else "",
            f"numbering.{index}.classification": row.classification if row else "",
        }
        kinds.append(
            {
                "name": f"numbering.{index}",
                "kind": kind,
                "title": paper.title,
                "book": labels.label(BOOKS, paper.book),
                "default": paper.pattern,
                "number": numbers[kind],
            }
        )
    wrong = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "values": {**values, **(typed or {})},
        "errors": wrong,
        "titles": titles(letterhead.Form, wrong),
        "refused": refusals.parts(error) if error and not wrong else None,
        "kinds": kinds,
        "pages": list(letterhead.PAGES.items()),
        "fonts": [
            (name, f"{name} ({_('kembaran Arial')})" if name == "Arimo" else name)
            for name in fonts.families()
        ],
        "sizes": [
            (str(size).removesuffix(".0"), f"{size:g} pt".replace(".", ","))
            for size in (10, 10.5, 11, 11.5, 12)
        ],
        "arms": office.papers.get("arms"),
        "seen": letterhead.version_of(office),
        "changes": journal.events(letterhead_act.SUBJECT)[:5],
        "editing": EDITOR in roles(request),
    }
    return render(request, "web/office/letterhead.html", context, status=error.status if error else 200)


def _given(request: HttpRequest) -> letterhead.Form:
    post = request.POST.copy()
    for name in ("seen", "arms"):
        post.pop(name, None)
    data = shaped(letterhead.Form, decode(post))
    rows = data.get("numbering", [])
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            row.setdefault("kind", list(books.PAPERS)[min(index, len(books.PAPERS) - 1)])
    return letterhead.read(data)


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the settings; the next paper is printed and numbered by them."""
    allowed(request, editing=True)
    person, seen = person_of(request), request.POST.get("seen", "")
    try:
        form = _given(request)

        def do() -> str:
            letterhead_act.save(form, person=person, at=timezone.now(), seen=seen)
            return reverse("office_papers")

        url = once(request, person, do)
    except SandarError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        return _page(request, typed=request.POST.dict(), error=error)
    messages.success(request, _("Bentuk naskah disimpan. Naskah yang sudah terbit tidak berubah."))
    return redirect(url)


@signed_in
@require_POST
def sample(request: HttpRequest) -> HttpResponse:
    """A made-up letter under the typed settings, marked PRATINJAU; nothing is kept."""
    allowed(request, editing=True)
    try:
        form = _given(request)
    except InvalidInput as error:
        return _page(request, typed=request.POST.dict(), error=error)
    office = {
        **form.model_dump(exclude={"numbering"}, mode="json"),
        "time_zone": people.office().time_zone,
    }
    if arms := people.office().papers.get("arms"):
        office["arms"] = arms
    pdf = papers.preview(SAMPLE, {**samples.sample(SAMPLE), "office": office}, day=today(request))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="contoh-naskah.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def set_arms(request: HttpRequest) -> HttpResponse:
    """Take the region's arms (PNG or a plain SVG), or go back to the neutral shield."""
    allowed(request, editing=True)
    person, seen = person_of(request), request.POST.get("seen", "")
    given = request.FILES.get("arms")
    try:
        if given is None and "remove" not in request.POST:
            raise InvalidInput(fields={"arms": [_("Pilih berkas lambang: PNG atau SVG.")]})
        file = None
        if given is not None:
            file = uploads.accept_upload(
                given.name or "lambang", given.content_type or "", given.read(), kind="arms"
            )

        def do() -> str:
            letterhead_act.set_arms(file, person=person, at=timezone.now(), seen=seen)
            return f"{reverse('office_papers')}#lambang"

        url = once(request, person, do)
    except SandarError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        return _page(request, error=error)
    messages.success(request, _("Lambang disimpan untuk naskah berikutnya."))
    return redirect(url)


@signed_in
@require_GET
def arms(request: HttpRequest) -> HttpResponse:
    """The arms as they are printed; never run in our pages."""
    allowed(request)
    found = people.office().papers.get("arms")
    if not found:
        return HttpResponse(status=404)
    answer = HttpResponse(store.read(found["sha256"]), content_type=found["media_type"])
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["Cache-Control"] = "private, no-cache"
    return answer


urlpatterns = [
    path("pengaturan/naskah", show, name="office_papers"),
    path("pengaturan/naskah/simpan", save, name="office_papers_save"),
    path("pengaturan/naskah/contoh", sample, name="office_papers_sample"),
    path("pengaturan/naskah/lambang", set_arms, name="office_arms_save"),
    path("pengaturan/naskah/lambang/gambar", arms, name="office_arms"),
]
