"""The yearly books of cases: how far the agenda of incoming letters has come."""

from __future__ import annotations

from sandar.records.cases.models import CaseBook


def last_agenda(year: int) -> int:
    """The agenda number taken last in a year; 0 when none was."""
    return CaseBook.objects.filter(year=year).values_list("last_agenda", flat=True).first() or 0
