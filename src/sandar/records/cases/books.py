"""The yearly books of cases: how far the agenda of incoming letters has come."""

from __future__ import annotations

from django.db.models import F

from sandar.errors import BookHeld, Conflict
from sandar.records.cases.models import CaseBook


def last_agenda(year: int) -> int:
    """The agenda number taken last in a year; 0 when none was."""
    return CaseBook.objects.filter(year=year).values_list("last_agenda", flat=True).first() or 0


def hold(year: int) -> None:
    """Give no case and agenda number of this year before `confirm`."""
    CaseBook.objects.bulk_create([CaseBook(year=year)], ignore_conflicts=True)
    CaseBook.objects.filter(year=year).update(held=True)


def held() -> list[CaseBook]:
    """The years whose last numbers wait to be confirmed."""
    return list(CaseBook.objects.filter(held=True).order_by("year"))


def confirm(year: int, *, case: int, agenda: int) -> tuple[int, int]:
    """Go on behind these; returns what the book knew. Raises Conflict when it is not held or is further."""
    book = CaseBook.objects.get(year=year)
    known = CaseBook.objects.filter(
        pk=book.pk, held=True, last_case=book.last_case, last_agenda=book.last_agenda
    )
    if case < book.last_case or agenda < book.last_agenda or not known.update(
        held=False, last_case=case, last_agenda=agenda
    ):  # fmt: skip
        raise Conflict(book="permohonan", year=year)
    return book.last_case, book.last_agenda


def skip_agenda(year: int, count: int) -> range:
    """Take the next agenda numbers for letters that are no request. Raises BookHeld."""
    CaseBook.objects.bulk_create([CaseBook(year=year)], ignore_conflicts=True)
    if not CaseBook.objects.filter(year=year, held=False).update(last_agenda=F("last_agenda") + count):
        raise BookHeld(book="agenda_masuk", year=year)
    last = last_agenda(year)
    return range(last - count + 1, last + 1)
