"""Verbs on number books beside taking a number: hold after a restore, confirm, skip with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sandar import errors
from sandar.records.documents import write
from sandar.records.documents.models import NumberBook, SkippedNumbers


def hold(names: Iterable[str], *, year: int) -> None:
    """Give no number of these books before `confirm`; books nobody used yet may have been used after the backup."""
    NumberBook.objects.bulk_create(
        [NumberBook(name=name, year=year) for name in names], ignore_conflicts=True
    )
    NumberBook.objects.filter(year=year).update(held=True)


def confirm(name: str, *, year: int, last: int) -> int:
    """Go on behind `last`; returns what the book knew. Raises Conflict when the book is not held or is further."""
    book = NumberBook.objects.get(name=name, year=year)
    if not NumberBook.objects.filter(pk=book.pk, held=True, last=book.last, last__lte=last).update(
        held=False, last=last
    ):
        raise errors.Conflict(book=name, year=year)
    return book.last


def explain(book: str, numbers: range, *, year: int, reason: str, by: int, at: datetime) -> None:
    """Say why no paper here bears these numbers."""
    SkippedNumbers.objects.create(
        book=book, year=year, first=numbers[0], last=numbers[-1], reason=reason[:300], by_id=by, at=at
    )


def take_aside(book: str, *, year: int, count: int) -> range:
    """Take the next `count` numbers for papers made elsewhere. Raises BookHeld."""
    taken = [write.take_number(book, year=year) for _ in range(count)]
    return range(taken[0], taken[-1] + 1)
