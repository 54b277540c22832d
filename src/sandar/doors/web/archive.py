"""`/dokumen`: issued papers; `/buku`: the number books of a year, each without a gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from sandar.core import words
from sandar.doors.web import labels, summary
from sandar.doors.web.person import roles, today, viewer_of
from sandar.doors.web.scope import officers
from sandar.errors import InvalidInput
from sandar.records.cases import read as cases
from sandar.records.cases.books import last_agenda
from sandar.records.documents import archive
from sandar.records.documents import read as papers
from sandar.records.documents.books import AGENDA_BOOK
from sandar.records.documents.models import Document, DocumentStatus
from sandar.steps import revoking

PAGE = 30
BOOKS: dict[str, str | Promise] = {
    AGENDA_BOOK: _("Agenda surat masuk"),
    "tanda_terima": _("Tanda terima"),
    "disposisi": _("Lembar disposisi"),
    "laporan_kapasitas": _("Laporan kapasitas"),
    "formulir_pengajuan": _("Formulir pengajuan"),
    "formulir_persetujuan": _("Formulir persetujuan"),
    "surat_keluar": _("Surat keluar"),
    "pemeriksaan": _("Pemeriksaan kesesuaian"),
    "berita_acara": _("Berita acara"),
    archive.BOOK: _("Berita acara pemusnahan arsip"),
}


@officers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Issued papers, newest first, by kind, state and words."""
    q, kind, status = (request.GET.get(name, "").strip()[:80] for name in ("q", "jenis", "keadaan"))
    rows = papers.issued(cases.cases_for(viewer_of(request)), q=q, kind=kind, status=status)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(paper, summary.breakable(paper.number)) for paper in page],
        "q": q,
        "kind": kind,
        "status": status,
        "kinds": [(code, str(word)) for code, word in labels.PAPERS.items()],
        "states": [(code, str(word)) for code, word in labels.PAPER_STATES.items()],
    }
    return render(request, "web/archive/papers.html", context)


@dataclass(frozen=True, slots=True)
class Book:
    """One yearly book and how far it has come."""

    code: str
    name: str
    last: int


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a book; `missing` where a number has no paper, which must not happen."""

    sequence: int
    number: str
    title: str
    case: str
    agency: str
    day: Any
    status: str
    paper_id: int | None
    missing: bool = False
    note: str = ""  # why no paper bears it
    ended: str = ""  # why its paper no longer holds

    @property
    def shown(self) -> SafeString:
        return summary.breakable(self.number)


@officers
@require_GET
def books(request: HttpRequest) -> HttpResponse:
    """The books of a year and the numbers of one of them."""
    return page(request)


def page(
    request: HttpRequest,
    *,
    book: str = "",
    typed: Mapping[str, Any] | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """The same, with what was typed into the form of skipped numbers."""
    year, chosen_book, lines = chosen(request, book)
    context = {
        "year": year,
        "years": _years(request),
        "shelf": _shelf(year),
        "book": chosen_book,
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
        "gaps": [line.sequence for line in lines if line.missing],
        "held": papers.held_books(),
        "may_skip": "administrator" in roles(request) and year == today(request).year,
        "values": typed or {},
        "errors": error.facts.get("fields", {}) if error else {},
    }
    return render(request, "web/archive/books.html", context, status=error.status if error else 200)


def chosen(request: HttpRequest, book: str = "") -> tuple[int, Book | None, list[Line]]:
    """Year, book and its lines, newest number first, as the address asks."""
    year = _year(request.GET.get("tahun", ""), default=today(request).year)
    shelf = _shelf(year)
    wanted = book or request.GET.get("buku", "")
    found = next((one for one in shelf if one.code == wanted), shelf[0] if shelf else None)
    if found is None:
        return year, None, []
    numbers = _lines(request, found.code, year)
    for row in papers.skipped(found.code, year):
        for n in range(row.first, row.last + 1):
            numbers[n] = Line(n, "", "", "", "", row.at, "", None, note=f"{row.reason} ({row.by.name})")
    last = max(found.last, max(numbers, default=0))
    missing = (
        Line(n, "", "", "", "", None, "", None, missing=True) for n in range(1, last + 1) if n not in numbers
    )
    return year, found, sorted([*numbers.values(), *missing], key=lambda line: -line.sequence)


def _year(text: str, *, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else default


def _years(request: HttpRequest) -> list[int]:
    """The years in which requests came, newest first; this one always."""
    found = cases.cases_for(viewer_of(request)).order_by("-year").values_list("year", flat=True).distinct()
    return sorted({today(request).year, *found}, reverse=True)


def _shelf(year: int) -> list[Book]:
    known = {book.name: book.last for book in papers.books(year)}
    agenda = last_agenda(year)
    counted: Mapping[str, int] = {AGENDA_BOOK: agenda} | known if agenda else known
    order = list(BOOKS)
    return [
        Book(code, labels.label(BOOKS, code), counted[code])
        for code in sorted(counted, key=lambda code: order.index(code) if code in order else len(order))
        if counted[code]
    ]


def _lines(request: HttpRequest, book: str, year: int) -> dict[int, Line]:
    if book == AGENDA_BOOK:
        return _agenda(request, year)
    return _minutes(year) if book == archive.BOOK else _papers(book, year)


def _minutes(year: int) -> dict[int, Line]:
    """Minutes of destruction belong to no one case."""
    return {
        row.sequence: Line(
            row.sequence, row.number, str(_("Pemusnahan arsip")), "", "", row.decided_at, "", None
        )
        for row in archive.disposals().filter(year=year)
        if row.sequence
    }


def _agenda(request: HttpRequest, year: int) -> dict[int, Line]:
    rows: Iterable[Any] = cases.cases_for(viewer_of(request)).filter(year=year).select_related("agency")
    return {
        case.agenda_no: Line(
            case.agenda_no, f"{case.agenda_no:04}/{year}", case.title, case.number, case.agency.name,
            case.received_at, "", None,
        )
        for case in rows
    }  # fmt: skip


def _ended(paper: Document) -> str:
    """Why a paper that bears a number no longer holds: the number stays used and is explained."""
    if paper.status == DocumentStatus.REPLACED and paper.replaced_by:
        return gettext("diganti oleh %(number)s") % {"number": paper.replaced_by.number}
    if paper.status == DocumentStatus.REVOKED and paper.ended_at:
        why = labels.label(revoking.KINDS, paper.ended_kind)
        told = gettext("dicabut %(day)s: %(why)s") % {
            "day": words.date_id(localdate(paper.ended_at)),
            "why": why,
        }
        if paper.replaced_by:
            told += "; " + gettext("diganti oleh %(number)s") % {"number": paper.replaced_by.number}
        return told
    return ""


def _papers(book: str, year: int) -> dict[int, Line]:
    return {
        paper.sequence: Line(
            paper.sequence, paper.number, labels.sop_word(paper.title), paper.case.number, paper.case.agency.name,
            paper.issued_on, paper.status, paper.pk, ended=_ended(paper),
        )
        for paper in papers.in_book(book, year)
    }  # fmt: skip


urlpatterns = [
    path("dokumen", listing, name="papers"),
    path("buku", books, name="books"),
]
