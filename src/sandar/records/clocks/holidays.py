"""Local days off, entered by the office; the clocks that run follow at once, finished ones keep their figures."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from sandar.errors import Conflict, NotFound
from sandar.records.clocks import write
from sandar.records.clocks.models import Holiday, OfficeCalendar

LOCAL = "local"


def of_year(year: int) -> list[Holiday]:
    """Every day off of a year: national, joint leave and local, by date."""
    return list(Holiday.objects.filter(day__year=year).order_by("day"))


def add(day: date, name: str, *, at: datetime) -> int:
    """Make `day` a day off; returns how many running clocks were projected anew. Raises Conflict when it is one."""
    _inside()
    try:
        with transaction.atomic():
            Holiday.objects.create(day=day, name=name[:150], kind=LOCAL, source="manual")
    except IntegrityError:
        known = Holiday.objects.filter(day=day).values_list("name", flat=True).first()
        raise Conflict(day=day.isoformat(), holiday=known or "") from None
    return _follow(at)


def remove(day: date, *, at: datetime) -> int:
    """Make a local day off a working day again. Raises NotFound for one that is not local."""
    _inside()
    gone, _ = Holiday.objects.filter(day=day, kind=LOCAL).delete()
    if not gone:
        raise NotFound(what="holiday")
    return _follow(at)


def _follow(at: datetime) -> int:
    # The parsed calendar is kept by `changed_at`: without a new one the workers would go on with the old days.
    OfficeCalendar.objects.update(changed_at=at)
    return write.project_all()


def _inside() -> None:
    assert connection.in_atomic_block, "the calendar changes inside a transaction"
