"""When a rung of an escalation ladder is reached: an instant inside working time, computed like the due time itself.

A rung is a share of the budget or working time before or after the due instant, so lunch, weekends and pauses move it
exactly as they move the due instant. It never falls on midnight or a closed day: the instant a budget is used up can be
the close of a window, and a rung that waits for working time then begins with the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from sandar.core.worktime import Calendar, Pause, due, next_working_instant

WORKING_DAY = timedelta(minutes=450)  # Perpres 21/2023


def used(budget: timedelta, amount: int, unit: Literal["min", "day", "%"]) -> timedelta:
    """The working time after which the rung is reached; never negative.

    >>> used(timedelta(minutes=60), -25, "%")
    datetime.timedelta(seconds=2700)
    """
    if unit == "%":
        offset = budget * amount / 100
    else:
        offset = (WORKING_DAY if unit == "day" else timedelta(minutes=1)) * amount
    return max(budget + offset, timedelta())


def reached(
    calendar: Calendar, start: datetime, target: timedelta, *, pauses: Iterable[Pause] = (), any_time: bool
) -> datetime | None:
    """When the clock that began at `start` has used `target`; None while an open pause keeps it from that.

    Unless `any_time`, the instant lies inside a working window. Raises NoWorkingTime.
    """
    found = due(calendar, start, target, pauses)
    if found is None or any_time:
        return found
    return next_working_instant(calendar, found)
