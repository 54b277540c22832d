"""The one schedule of Sandar: the sweep, every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django_q.models import Schedule

NAME = "sandar-sweep"
FUNC = "sandar.doors.jobs.sweep.run"


def ensure(at: datetime) -> None:
    """See that the sweep is scheduled exactly once; called by the worker before it starts."""
    with transaction.atomic():
        known = list(Schedule.objects.select_for_update().filter(name=NAME).order_by("pk"))
        for twin in known[1:]:
            twin.delete()
        if not known:
            Schedule.objects.create(
                name=NAME, func=FUNC, schedule_type=Schedule.MINUTES, minutes=1, repeats=-1, next_run=at
            )


def silence(at: datetime) -> timedelta | None:
    """How long no worker has looked at the schedule although it was due; negative before; None: never one did.

    A worker looks every 10 s and moves the due time on, so this is its sign of life: no other row is needed.
    """
    due = Schedule.objects.filter(name=NAME).values_list("next_run", flat=True).first()
    return None if due is None else at - due
