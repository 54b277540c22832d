"""The schedules of Sandar: the sweep every minute, the anchor, the tidying once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_q.models import Schedule

NAME = "sandar-sweep"
FUNC = "sandar.doors.jobs.sweep.run"
EVERY: dict[str, dict[str, Any]] = {
    NAME: {"func": FUNC, "schedule_type": Schedule.MINUTES, "minutes": 1},
    # Made once a day; asked this often, so that a stamp or a mail that failed is tried again the same evening.
    "sandar-anchor": {
        "func": "sandar.doors.jobs.anchor.run",
        "schedule_type": Schedule.MINUTES,
        "minutes": 15,
    },
    "sandar-tidy": {"func": "sandar.doors.jobs.tidy.run", "schedule_type": Schedule.DAILY},
}


def ensure(at: datetime) -> None:
    """See that each is scheduled exactly once; called by the worker before it starts."""
    with transaction.atomic():
        for name, how in EVERY.items():
            known = list(Schedule.objects.select_for_update().filter(name=name).order_by("pk"))
            for twin in known[1:]:
                twin.delete()
            if not known:
                Schedule.objects.create(name=name, repeats=-1, next_run=at, **how)


def pull_back(at: datetime) -> int:
    """Schedules that lie further ahead than their own distance are due now: the clock was set back (F07).

    Without this the sweep would sleep for as long as the clock had been ahead. Returns how many.
    """
    ahead = {name: timedelta(minutes=int(how.get("minutes", 24 * 60))) for name, how in EVERY.items()}
    return sum(
        Schedule.objects.filter(name=name, next_run__gt=at + 2 * distance).update(next_run=at)
        for name, distance in ahead.items()
    )


def silence(at: datetime) -> timedelta | None:
    """How long no worker has looked at the sweep although it was due; negative before; None: never one did.

    A worker looks every 10 s and moves the due time on, so this is its sign of life: no other row is needed.
    """
    due = Schedule.objects.filter(name=NAME).values_list("next_run", flat=True).first()
    return None if due is None else at - due
