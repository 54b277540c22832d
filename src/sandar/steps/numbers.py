"""Number books: no number after a restore before the last used one is confirmed; numbers used elsewhere explained.

A backup is older than the last paper. Whoever restores it cannot know which numbers went out in between, so every
book of those years is held, and no act gets a number (BookHeld), until the system administrator says for each book
which number was used last. What lies between is written down as lost with the restore: a number is never used twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import Field

from sandar.errors import Forbidden, InvalidInput
from sandar.records.assets import books as asset_books
from sandar.records.cases import books as case_books
from sandar.records.documents import archive, book_write, books
from sandar.records.documents.models import NumberBook
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps.inputs import Input, Named
from sandar.steps.turn import signed

CASES, AGENDA, ASSETS = "permohonan", books.AGENDA_BOOK, "aset"
PAPER_BOOKS = tuple(sorted({archive.BOOK, *(paper.book for paper in books.PAPERS.values())}))
MAY_CONFIRM, MAY_SKIP = "system_admin", "administrator"
Last = Annotated[int, Field(ge=0, le=1_000_000)]


class Known(Input):
    """One book and the number used last."""

    book: Named
    year: Annotated[int, Field(ge=2000, le=2200)]
    last: Last = Field(title="Nomor terakhir")


class Confirm(Input):
    """Every held book at once: a forgotten one would be found by the next paper."""

    books: Annotated[list[Known], Field(min_length=1, max_length=100)] = Field(title="Buku")
    reason: Named = Field(title="Dasar", description="how the last numbers were found out")


class Skip(Input):
    """Numbers given to papers made outside Sandar."""

    book: Literal[(AGENDA, *PAPER_BOOKS)] = Field(title="Buku")  # type: ignore[valid-type]
    count: Annotated[int, Field(ge=1, le=100)] = Field(1, title="Banyaknya")
    reason: Named = Field(title="Dipakai untuk")


@dataclass(frozen=True, slots=True)
class Held:
    """A book that waits, and the number the backup knew."""

    book: str
    year: int
    last: int


def hold_all(*, first_year: int, last_year: int) -> None:
    """After a restore: every book of these years waits for `confirm`."""
    with transaction.atomic():
        for year in range(first_year, last_year + 1):
            book_write.hold(PAPER_BOOKS, year=year)
            case_books.hold(year)
            asset_books.hold(year)


def held() -> list[Held]:
    """Every book that waits."""
    return sorted(_held(), key=lambda one: (one.year, one.book))


def _held() -> Iterator[Held]:
    for case_book in case_books.held():
        yield Held(CASES, case_book.year, case_book.last_case)
        yield Held(AGENDA, case_book.year, case_book.last_agenda)
    for asset_book in asset_books.held():
        yield Held(ASSETS, asset_book.year, asset_book.last)
    for book in NumberBook.objects.filter(held=True):
        yield Held(book.name, book.year, book.last)


def confirm(given: Confirm, *, person: Person, at: datetime) -> None:
    """Let the books give numbers again, behind those used last. Raises Forbidden, InvalidInput, Conflict."""
    with transaction.atomic():
        head = journal.lock()
        grant = people.authority(person, MAY_CONFIRM, people.today(at))
        if grant is None:
            raise Forbidden(needed=MAY_CONFIRM)
        waiting = {(one.book, one.year): one.last for one in held()}
        told = {(one.book, one.year): one.last for one in given.books}
        _complete(given, waiting, told)
        _release(told)
        with translation.override("id"):
            reason = _("Hilang bersama pemulihan dari cadangan: %(reason)s") % {"reason": given.reason}
        lost = []
        for (book, year), last in told.items():
            if last > waiting[book, year]:
                numbers = range(waiting[book, year] + 1, last + 1)
                book_write.explain(book, numbers, year=year, reason=reason, by=person.pk, at=at)
                lost.append({"book": book, "year": year, "first": numbers[0], "last": last})
        journal.append(
            head,
            "numbers_confirmed",
            subject="office:books",
            payload={
                "lost": lost,
                "reason": given.reason,
                "books": [one.model_dump() for one in given.books],
            },
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )


def _complete(given: Confirm, waiting: dict[tuple[str, int], int], told: dict[tuple[str, int], int]) -> None:
    wrong: dict[str, list[str]] = {}
    for index, one in enumerate(given.books):
        known = waiting.get((one.book, one.year))
        if known is None:
            wrong[f"books.{index}.book"] = [_("Buku ini tidak menunggu konfirmasi.")]
        elif one.last < known:
            wrong[f"books.{index}.last"] = [_("Cadangan sudah memuat nomor %(last)s.") % {"last": known}]
    if not wrong and told.keys() != waiting.keys():
        wrong["books"] = [_("Nyatakan nomor terakhir setiap buku.")]
    if wrong:
        raise InvalidInput(fields=wrong)


def _release(told: dict[tuple[str, int], int]) -> None:
    for (book, year), last in told.items():
        if book == CASES:
            case_books.confirm(year, case=last, agenda=told[AGENDA, year])
        elif book == ASSETS:
            asset_books.confirm(year, last=last)
        elif book != AGENDA:
            book_write.confirm(book, year=year, last=last)


def skip(given: Skip, *, person: Person, at: datetime) -> range:
    """Take numbers aside for papers made outside Sandar, with who and why. Raises Forbidden, BookHeld."""
    with transaction.atomic():
        head = journal.lock()
        day = people.today(at)
        grant = people.authority(person, MAY_SKIP, day)
        if grant is None:
            raise Forbidden(needed=MAY_SKIP)
        if given.book == AGENDA:
            numbers = case_books.skip_agenda(day.year, given.count)
        else:
            numbers = book_write.take_aside(given.book, year=day.year, count=given.count)
        book_write.explain(given.book, numbers, year=day.year, reason=given.reason, by=person.pk, at=at)
        told: dict[str, Any] = {
            "book": given.book,
            "year": day.year,
            "first": numbers[0],
            "last": numbers[-1],
        }
        journal.append(
            head,
            "numbers_skipped",
            subject="office:books",
            payload=told | {"reason": given.reason},
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )
        return numbers
