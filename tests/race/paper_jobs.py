"""What one racer does with number books. Imported by `jobs`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from sandar.records.documents import read, samples, write
from sandar.records.documents.models import Document, NumberBook

# 23:59:58 WIB on the last day of the year: some racers date their paper a few seconds later.
EVE = datetime(2026, 12, 31, 16, 59, 58, tzinfo=UTC)


def issue_papers(
    *, case_id: int, seconds: int = 0, abort: bool = False, kind: str = "notice"
) -> dict[str, Any]:
    """Issue one paper `seconds` after the eve of the year; or change one's mind and roll the act back."""
    at = EVE + timedelta(seconds=seconds)
    day = (at + timedelta(hours=7)).date()
    try:
        with transaction.atomic():
            paper = write.issue(kind, case_id=case_id, facts=samples.sample(kind), at=at, day=day)
            if abort:
                raise RuntimeError("changed my mind")
    except RuntimeError:
        return {"lost": "aborted"}
    return {"won": paper.number, "year": paper.year, "sequence": paper.sequence}


def issue_by_reading_the_last(*, case_id: int) -> dict[str, Any]:
    """The planted bug: read the highest number, add one, write."""
    write.take_number = _read_then_write
    try:
        return issue_papers(case_id=case_id)
    except Exception as broken:
        return {"lost": type(broken).__name__}


def _read_then_write(book: str, *, year: int) -> int:
    last = Document.objects.filter(book=book, year=year).aggregate(last=Max("sequence"))["last"] or 0
    NumberBook.objects.update_or_create(name=book, year=year, defaults={"last": last + 1})
    return int(last) + 1


def first_of_a_book(*, book: str) -> int:
    """Take a number of a book that has no row yet."""
    with transaction.atomic():
        return write.take_number(book, year=date(2027, 1, 1).year)


def paper_damages() -> list[str]:
    """What the recount of papers finds, and the numbers of each book in order."""
    return [f"{found.where}: {found.what}" for found in read.damages()]


def numbers_of(*, year: int) -> list[int]:
    """All sequences of a year, in the order they were stored."""
    rows = Document.objects.filter(year=year).order_by("pk")
    return list(rows.values_list("sequence", flat=True))
