"""Handing a case over: one task closed, one opened, and the clocks told whose time runs now.

Rules of the clock, by the SOP's step numbers. Same step: it goes on, paused while the other party is waited for.
Forward: the finished step's clock stops, and those of steps in between that waited.
Back: the clocks of later steps pause until the case returns to them.
An end stops every clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from sandar.records.cases import write as cases
from sandar.records.cases.models import Case, Task
from sandar.records.clocks.write import Clocks
from sandar.sop import route
from sandar.sop.definition import Budget, Procedure


def move(
    procedure: Procedure,
    case: Case,
    *,
    before: route.Place,
    way: route.Route,
    action: str,
    by_id: int | None,
    at: datetime,
) -> Task | None:
    """Hand the task and the clock over; returns the next task, None at an end or when the case stays."""
    if way.stays:
        return None
    cases.close_task(case, outcome=action, by_id=by_id, at=at)
    if way.is_end or way.step is None or way.stage is None:
        Clocks(case.pk).stop(None, at=at)
        return None
    task = cases.open_task(case, state=way.to, step=way.step.key, role=way.stage.by, at=at)
    same_step = way.step.key == before.step.key
    if not same_step or way.stage.waits_for != before.stage.waits_for:
        _clocks(procedure, Clocks(case.pk), before=before, way=way, at=at)
    return task


def _clocks(
    procedure: Procedure, clocks: Clocks, *, before: route.Place, way: route.Route, at: datetime
) -> None:
    assert way.step is not None
    assert way.stage is not None
    number = {step.key: step.no for step in procedure.steps}
    if before.step.no < way.step.no:  # what was gone back over, and is not gone back to, is finished with it
        for timer in clocks.running():
            if before.step.no <= number[timer.step] < way.step.no:
                clocks.stop(timer.step, at=at)
    if before.step.key != way.step.key:
        enter(procedure, clocks, way.to, at=at)
    for timer in clocks.running():
        is_later = number[timer.step] > way.step.no
        if is_later or (timer.step == way.step.key and timer.owner != way.stage.waits_for):
            clocks.pause(timer.step, at=at, waiting_for=way.stage.waits_for, reason=way.stage.label)
        elif timer.step == way.step.key:
            clocks.resume(timer.step, at=at)


def enter(procedure: Procedure, clocks: Clocks, state: str, *, at: datetime) -> None:
    """Start the clock of the step that `state` belongs to, with the SOP's budget."""
    step = route.place(procedure, state).step
    clocks.start(step.key, owner=step.stages[0].waits_for, at=at, **promised(step.budget))


class Promised(TypedDict):
    """A standard time as a clock takes it: working time, or working days of which the calendar makes it."""

    budget: timedelta | None
    days: int | None


def promised(budget: Budget | None) -> Promised:
    """The standard time of the sheet: minutes as they are, days as days."""
    if budget is None:
        return {"budget": None, "days": None}
    if budget.unit == "day":
        return {"budget": None, "days": budget.amount}
    return {"budget": timedelta(minutes=budget.amount), "days": None}
