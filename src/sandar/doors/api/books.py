"""Number books by API: each number of a year with its paper or its reason, and the books after a restore."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as day
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.reading import body_of, name_in_path
from sandar.doors.api.shapes import Page
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden, NotFound
from sandar.records.cases import read as cases
from sandar.records.cases.books import last_agenda
from sandar.records.documents import archive
from sandar.records.documents import read as papers
from sandar.records.people import read as people
from sandar.steps import numbers

router = Router(tags=["books"])
BOOKS = (numbers.AGENDA, *numbers.PAPER_BOOKS)
Year = Annotated[int | None, Query(ge=2000, le=2200, description="this year when left out")]


class BookOut(BaseModel):
    book: str
    year: int
    last: int = Field(description="the number given last; 0: none yet")


class BookList(Page):
    items: list[BookOut]


class NumberOut(BaseModel):
    """One number: with its paper or letter, or with the reason why none bears it here. Neither: a gap, a fault."""

    sequence: int
    number: str | None
    title: str | None
    case: str | None
    document: int | None
    status: str | None
    date: day | None
    reason: str | None = Field(description="used outside Sandar, or lost with a restore")


class NumberList(Page):
    items: list[NumberOut]


class SkippedOut(BaseModel):
    book: str
    year: int
    first: int
    last: int
    reason: str
    by: str
    at: datetime


class SkippedList(Page):
    items: list[SkippedOut]


class HeldOut(BaseModel):
    book: str
    year: int
    last: int = Field(description="the last number the backup knew")


class HeldList(Page):
    items: list[HeldOut]


def _officer(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    if not caller.viewer.is_office:
        raise Forbidden()
    return caller


def _of(caller: Caller, year: int | None) -> int:
    return year or people.today(caller.at).year


def _lasts(year: int) -> dict[str, int]:
    known = {book.name: book.last for book in papers.books(year)}
    return {book: last_agenda(year) if book == numbers.AGENDA else known.get(book, 0) for book in BOOKS}


@router.get("/books", response=BookList)
def list_books(request: HttpRequest, year: Year = None) -> HttpResponse:
    """The books of a year and how far each has come."""
    wanted = _of(_officer(request), year)
    items = [{"book": book, "year": wanted, "last": last} for book, last in _lasts(wanted).items()]
    return answer({"items": items, "count": len(items), "page": 1})


@router.get("/books/{book}/numbers", response=NumberList)
def list_numbers(request: HttpRequest, book: str, year: Year = None, page: PageNo = 1) -> HttpResponse:
    """Every number of a book in order, from 1 to the last one given."""
    caller = _officer(request)
    name = name_in_path(book, "book")
    if name not in BOOKS:
        raise NotFound(what="book")
    wanted = _of(caller, year)
    found = {line["sequence"]: line for line in _lines(caller, name, wanted)}
    last = max([_lasts(wanted)[name], *found])
    first = (page - 1) * SIZE + 1
    items = [found.get(n) or _line(n) for n in range(first, min(last, first + SIZE - 1) + 1)]
    return answer({"items": items, "count": last, "page": page})


def _line(sequence: int, **known: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("number", "title", "case", "document", "status", "date", "reason"))
    return {"sequence": sequence, **empty, **known}


def _on(at: datetime) -> str:
    return people.today(at).isoformat()


def _lines(caller: Caller, book: str, year: int) -> Iterable[dict[str, Any]]:
    if book == numbers.AGENDA:
        rows = cases.cases_for(caller.viewer).filter(year=year).order_by("agenda_no")
        for case in rows:
            number = f"{case.agenda_no:04}/{year}"
            yield _line(
                case.agenda_no, number=number, title=case.title, case=case.number, date=_on(case.received_at)
            )
    elif book == archive.BOOK:
        for row in archive.disposals().filter(year=year):
            if row.sequence and row.decided_at:
                yield _line(row.sequence, number=row.number, date=_on(row.decided_at))
    else:
        for paper in papers.in_book(book, year):
            yield _line(
                paper.sequence,
                number=paper.number,
                title=paper.title,
                case=paper.case.number,
                document=paper.pk,
                status=paper.status,
                date=paper.issued_on.isoformat(),
            )
    for skipped in papers.skipped(book, year):
        for n in range(skipped.first, skipped.last + 1):
            yield _line(n, reason=skipped.reason)


@router.get("/books/{book}/skipped", response=SkippedList)
def list_skipped(request: HttpRequest, book: str, year: Year = None) -> HttpResponse:
    """Numbers that no paper here bears, and why, and who said so."""
    caller = _officer(request)
    name = name_in_path(book, "book")
    if name not in (*BOOKS, numbers.CASES, numbers.ASSETS):
        raise NotFound(what="book")
    wanted = _of(caller, year)
    items = [
        {"book": name, "year": wanted, "first": row.first, "last": row.last, "reason": row.reason,
         "by": row.by.username, "at": moment(row.at)}
        for row in papers.skipped(name, wanted)
    ]  # fmt: skip
    return answer({"items": items, "count": len(items), "page": 1})


class SkipOut(BaseModel):
    book: str
    year: int
    first: int
    last: int


@router.post("/books/skip", response={201: SkipOut}, openapi_extra=takes(numbers.Skip))
def skip_numbers(request: HttpRequest) -> HttpResponse:
    """Take the next numbers aside for papers made outside Sandar, with the reason. For the administrator."""
    caller = _officer(request)
    given = body_of(request, numbers.Skip)

    def work() -> dict[str, Any]:
        taken = numbers.skip(given, person=caller.person, at=caller.at)
        year = people.today(caller.at).year
        return {"book": given.book, "year": year, "first": taken[0], "last": taken[-1]}

    return once(request, caller, work, status=201)


def _keeper(request: HttpRequest) -> Caller:
    """Whoever restores: the system administrator. Raises Forbidden."""
    caller = caller_of(request)
    if numbers.MAY_CONFIRM not in caller.viewer.roles:
        raise Forbidden(needed=numbers.MAY_CONFIRM)
    return caller


def _held() -> dict[str, Any]:
    items = [{"book": row.book, "year": row.year, "last": row.last} for row in numbers.held()]
    return {"items": items, "count": len(items), "page": 1}


@router.get("/books/held", response=HeldList)
def list_held_books(request: HttpRequest) -> HttpResponse:
    """Books that give no number since a restore, until the last used one is confirmed."""
    _keeper(request)
    return answer(_held())


@router.post("/books/confirm", response=HeldList, openapi_extra=takes(numbers.Confirm))
def confirm_books(request: HttpRequest) -> HttpResponse:
    """Say of every held book which number was used last; what lies between is written down as lost."""
    caller = _keeper(request)
    given = body_of(request, numbers.Confirm)

    def work() -> dict[str, Any]:
        numbers.confirm(given, person=caller.person, at=caller.at)
        return _held()

    return once(request, caller, work)
