"""Starting, pausing and stopping clocks, inside the act's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from sandar.core import worktime
from sandar.records.clocks.models import Pause, Timer
from sandar.records.clocks.read import calendar, pauses_of


def _inside() -> None:
    assert connection.in_atomic_block, "clocks change inside the act's transaction"


def start(case_id: int, step: str, *, owner: str, budget: timedelta | None, at: datetime) -> Timer:
    """Start the clock of a step, or let a paused one go on: a step that is entered again while it waited resumes."""
    _inside()
    waiting = Timer.objects.filter(case_id=case_id, step=step, stopped_at__isnull=True).first()
    if waiting is not None:
        resume(waiting, at=at)
        return waiting
    rounds = Timer.objects.filter(case_id=case_id, step=step).count()
    due = worktime.due(calendar(), at, budget) if budget is not None else None
    return Timer.objects.create(
        case_id=case_id, step=step, round=rounds + 1, owner=owner, budget=budget, started_at=at, due_at=due
    )


def running(case_id: int, step: str) -> Timer | None:
    return Timer.objects.filter(case_id=case_id, step=step, stopped_at__isnull=True).first()


def pause(timer: Timer, *, at: datetime, waiting_for: str, reason: str) -> None:
    """Stop counting from `at` on; pausing a paused clock changes nothing."""
    _inside()
    if Pause.objects.filter(timer=timer, ended_at__isnull=True).exists():
        return
    Pause.objects.create(timer=timer, started_at=at, waiting_for=waiting_for, reason=reason[:200])
    Timer.objects.filter(pk=timer.pk).update(due_at=None)


def resume(timer: Timer, *, at: datetime) -> None:
    _inside()
    if not Pause.objects.filter(timer=timer, ended_at__isnull=True).update(ended_at=at):
        return
    _project(timer)


def _project(timer: Timer) -> None:
    if timer.budget is None:
        return
    due = worktime.due(calendar(), timer.started_at, timer.budget, pauses_of(timer))
    Timer.objects.filter(pk=timer.pk).update(due_at=due)


def stop(case_id: int, step: str | None, *, at: datetime) -> None:
    """Stop the clock of a step (None: of every step) and freeze its working time by today's calendar."""
    _inside()
    timers = Timer.objects.filter(case_id=case_id, stopped_at__isnull=True)
    for timer in timers.filter(step=step) if step else timers:
        Pause.objects.filter(timer=timer, ended_at__isnull=True).update(ended_at=at)
        elapsed = worktime.elapsed(calendar(), timer.started_at, at, pauses_of(timer))
        Timer.objects.filter(pk=timer.pk).update(stopped_at=at, elapsed=elapsed)


def project_all() -> int:
    """Re-project the due instants of running clocks after a calendar change; finished ones keep theirs."""
    _inside()
    count = 0
    for timer in Timer.objects.filter(stopped_at__isnull=True, budget__isnull=False).prefetch_related(
        "pauses"
    ):
        _project(timer)
        count += 1
    return count
