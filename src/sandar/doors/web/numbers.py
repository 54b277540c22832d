"""Number books beyond looking: confirm after a restore, skip with a reason, print as register (PDF, XLSX)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sandar.core import words
from sandar.doors import refusals
from sandar.doors.web import archive, labels
from sandar.doors.web.assets_sheet import MEDIA_TYPE
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import Forbidden, InvalidInput, NotFound, SandarError
from sandar.records.documents import present, typeset
from sandar.records.people import read as people
from sandar.steps import numbers, paper
from sandar.steps.inputs import parsed

NAMES = {numbers.CASES: gettext_lazy("Nomor permohonan"), numbers.ASSETS: gettext_lazy("Nomor aset")}


def _name(book: str) -> str:
    return str(NAMES[book]) if book in NAMES else labels.label(archive.BOOKS, book)


def _allowed(request: HttpRequest) -> None:
    person_of(request)
    if numbers.MAY_CONFIRM not in roles(request):
        raise Forbidden(needed=numbers.MAY_CONFIRM)


@signed_in
@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """The books that wait since a restore; for the system administrator."""
    _allowed(request)
    return _held_page(request)


def _held_page(
    request: HttpRequest, *, typed: Mapping[str, Any] | None = None, error: SandarError | None = None
) -> HttpResponse:
    rows = numbers.held()
    values = {f"books.{n}.last": row.last for n, row in enumerate(rows)} | dict(typed or {})
    wrong = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "rows": [(f"books.{n}", row, _name(row.book)) for n, row in enumerate(rows)],
        "values": values,
        "errors": wrong,
        "refused": refusals.parts(error) if error and not wrong else None,
    }
    return render(request, "web/office/held_books.html", context, status=error.status if error else 200)


@signed_in
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Say which number of each book was used last; then numbers are given again."""
    _allowed(request)
    person = person_of(request)
    try:
        given = parsed(numbers.Confirm, shaped(numbers.Confirm, decode(request.POST)))

        def do() -> str:
            numbers.confirm(given, person=person, at=timezone.now())
            return reverse("office_books")

        url = once(request, person, do)
    except SandarError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        return _held_page(request, typed=request.POST.dict(), error=error)
    messages.success(request, _("Buku nomor dibuka kembali; yang hilang tercatat dengan alasannya."))
    return redirect(url)


@officers
@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    """Take numbers aside for papers made outside Sandar; for administrators."""
    person, at = person_of(request), timezone.now()
    book = request.POST.get("book", "")[:40]
    try:
        given = parsed(numbers.Skip, shaped(numbers.Skip, decode(request.POST)))

        def do() -> str:
            numbers.skip(given, person=person, at=at)
            return f"{reverse('books')}?buku={given.book}"

        url = once(request, person, do)
    except InvalidInput as error:
        return archive.page(request, book=book, typed=request.POST.dict(), error=error)
    messages.success(request, _("Nomor dicatat sebagai dipakai di luar Sandar."))
    return redirect(url)


def _register(request: HttpRequest) -> tuple[archive.Book, int, list[archive.Line]]:
    year, book, lines = archive.chosen(request)
    if book is None or request.GET.get("buku", book.code) != book.code:
        raise NotFound(what="book")
    return book, year, sorted(lines, key=lambda line: line.sequence)


@officers
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """One book of a year as a register under the office's letterhead."""
    book, year, lines = _register(request)
    office = paper.office_facts(people.office())
    answer = HttpResponse(
        drawn(book, year, lines, office=office, day=today(request)), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="buku-{book.code}-{year}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def drawn(
    book: archive.Book, year: int, lines: Iterable[archive.Line], *, office: Mapping[str, Any], day: date
) -> bytes:
    """The register of one book as a PDF. Raises RenderFailed."""
    rows = [
        {
            "sequence": str(line.sequence),
            "number": line.number,
            "day": words.date_id(line.day) if line.day else "",
            "what": line.title,
            "case": f"{line.case}\n{line.agency}" if line.case else "",
            "note": line.note
            or line.ended
            or (labels.label(labels.PAPER_STATES, line.status) if line.status else ""),
        }
        for line in lines
    ]
    title = f"{_('Buku')} {book.name} {year}"
    return typeset.typeset("number_register", present.sheet_data(office, title=title, day=day, rows=rows))


@officers
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The same as XLSX; every cell is text or a number, never a formula."""
    import xlsxwriter  # many modules that few requests need

    book, year, lines = _register(request)
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    work = xlsxwriter.Workbook(target, options)
    page = work.add_worksheet(str(year))
    head = work.add_format({"bold": True, "bg_color": "#E3F0F1", "border": 1})
    titles = (
        _("Urut"),
        _("Nomor"),
        _("Tanggal"),
        _("Perihal"),
        _("Permohonan"),
        _("Instansi"),
        _("Keterangan"),
    )
    for column, (title, width) in enumerate(zip(titles, (7, 42, 18, 44, 16, 36, 44), strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, title, head)
    for row, line in enumerate(lines, start=1):
        page.write_number(row, 0, line.sequence)
        day = words.date_id(line.day) if line.day else ""
        note = (
            line.note or line.ended or (labels.label(labels.PAPER_STATES, line.status) if line.status else "")
        )
        for column, text in enumerate((line.number, day, line.title, line.case, line.agency, note), start=1):
            page.write_string(row, column, str(text))
    page.freeze_panes(1, 2)
    work.close()
    answer = HttpResponse(target.getvalue(), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="buku-{book.code}-{year}.xlsx"'
    answer["Cache-Control"] = "private, no-store"
    return answer


urlpatterns = [
    path("pengaturan/buku", held, name="office_books"),
    path("pengaturan/buku/konfirmasi", confirm, name="office_books_confirm"),
    path("buku/lewati", skip, name="book_skip"),
    path("buku/cetak.pdf", printed, name="book_pdf"),
    path("buku/cetak.xlsx", sheet, name="book_xlsx"),
]
