"""The escalation ladders: every minute, whatever rung of a running clock was reached and did not fire yet.

A rung that does not say `any_time` waits for working hours, also when the worker slept through its instant.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sandar.core import escalation, worktime
from sandar.doors.jobs import care
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.clocks import rungs
from sandar.records.clocks.models import Timer
from sandar.records.outbox import read as outbox_read
from sandar.sop.procedure import Rung
from sandar.steps import escalating

KIND = "escalation"
Reached = tuple[Timer, Rung, datetime]


def run(at: datetime, shift: care.Shift) -> int:
    """Fire what was reached at `at`. Returns how many rungs fired."""
    put_off = outbox_read.put_off(KIND, at)
    done = 0
    for timer, rung, reached_at in reached(at):
        if shift.is_over:
            return done
        if timer.case_id in put_off:
            continue
        fired: list[bool] = []
        care.attempt(
            KIND,
            timer.case_id,
            lambda one=(timer, rung, reached_at), to=fired: to.append(fire(one, at=at)),  # type: ignore[misc]
            at=at,
        )
        done += sum(fired)
    return done


def fire(one: Reached, *, at: datetime) -> bool:
    """Fire one rung in a transaction of its own."""
    timer, rung, reached_at = one
    with transaction.atomic():
        return escalating.fire(timer, rung, reached_at=reached_at, at=at)


def reached(at: datetime) -> list[Reached]:
    """Rungs of running clocks whose instant has come and that may fire now, by due time."""
    calendar = clocks.calendar()
    working = worktime.is_working(calendar, at)
    found: list[Reached] = []
    running = rungs.running()
    known = Case.objects.select_related("revision").in_bulk({timer.case_id for timer, _, _ in running})
    for timer, pauses, fired in running:
        procedure = cases.procedure_of(known[timer.case_id])
        step = next((one for one in procedure.steps if one.key == timer.step), None)
        for rung in procedure.ladder(step) if step else ():
            if rung.name in fired or not (working or rung.any_time) or timer.budget is None:
                continue
            target = escalation.used(timer.budget, rung.amount, rung.unit)
            instant = escalation.reached(
                calendar, timer.started_at, target, pauses=pauses, any_time=rung.any_time
            )
            if instant is not None and instant <= at:
                found.append((timer, rung, instant))
    return found
