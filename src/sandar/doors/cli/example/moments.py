"""Instants inside the office's working hours, counted backwards from now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sandar.core.worktime import Calendar


def ago(calendar: Calendar, now: datetime, minutes: int) -> datetime:
    """The instant inside working hours after which `minutes` (> 0) of working time passed until `now`."""
    left = timedelta(minutes=minutes)
    for start, end in _windows_back(calendar, now):
        if end - start >= left:
            return end - left
        left -= end - start
    raise AssertionError("the walk back never ends")


def _windows_back(calendar: Calendar, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working windows before `now`, newest first; the last one cut at `now`."""
    local = now.astimezone(calendar.tz)
    day = local.date()
    while True:
        for window in reversed(calendar.windows_of(day)):
            start = datetime.combine(day, window.start, calendar.tz)
            end = min(datetime.combine(day, window.end, calendar.tz), local)
            if start < end:
                yield start, end
        day -= timedelta(days=1)
