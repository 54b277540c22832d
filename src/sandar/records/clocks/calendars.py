"""The versions of the office's calendar: which one holds, a new one, and whose due time it moves.

A version never changes. Running clocks are projected by the newest, stopped ones keep the one they were judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.db import connection

from sandar.core import chain, worktime
from sandar.core.calendar_plan import Declared, of_plain
from sandar.records.clocks.models import OfficeCalendar
from sandar.records.prepared import Question


@dataclass(frozen=True)
class Version:
    """One version: pk None is what holds before the office declared anything (Perpres 21/2023)."""

    pk: int | None
    sha256: str
    declared: Declared

    @cached_property
    def calendar(self) -> worktime.Calendar:
        return self.declared.calendar()


def digest(declared: Declared) -> str:
    """What identifies the content of a calendar: two versions that say the same have the same."""
    return chain.sha256(declared.plain())


_UNSET = Version(None, digest(Declared()), Declared())


@lru_cache(maxsize=16)
def _kept(pk: int, sha256: str) -> Version:
    return Version(pk, sha256, of_plain(OfficeCalendar.objects.get(pk=pk).declared))


def current() -> Version:
    """The newest version; parsed once until there is another."""
    row = _NEWEST.first()
    return _UNSET if row is None else _kept(*row)


_NEWEST = Question(lambda: OfficeCalendar.objects.order_by("-pk").values_list("pk", "sha256")[:1])


def version(pk: int | None) -> Version:
    """A version by its number; None is what holds when nothing was declared. Raises DoesNotExist."""
    if pk is None:
        return _UNSET
    return _kept(pk, OfficeCalendar.objects.values_list("sha256", flat=True).get(pk=pk))


def store(declared: Declared, *, at: datetime) -> Version:
    """Make `declared` the calendar from now on; the caller projects running clocks anew (`write.project_all`)."""
    assert connection.in_atomic_block, "the calendar changes inside a transaction"
    row = OfficeCalendar.objects.create(declared=declared.plain(), sha256=digest(declared), changed_at=at)
    return Version(row.pk, row.sha256, declared)
