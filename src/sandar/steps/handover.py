"""Handing a case over: one task closed, one opened, and the clocks told whose time runs now.

Rules of the clock, by the SOP's step numbers. Same step: it goes on, paused while the other party is waited for.
Forward: the finished step's clock stops, and those of steps in between that waited.
Back: the clocks of later steps pause until the case returns to them.
An end stops every clock. A batch that is through stops the clock that counted it; the next has one of its own,
from when it was received.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypedDict

from sandar.records.cases import read as cases_read
from sandar.records.cases import write as cases
from sandar.records.cases.models import Case, Task
from sandar.records.clocks.write import Clocks
from sandar.sop import route
from sandar.sop.definition import Budget, Procedure

# The step; since when another clock of it counts, None: not before it is entered again.
TurnsOver = tuple[str, datetime | None]
RECEIVE_BESIDE = "check_in_more"


def move(
    procedure: Procedure,
    case: Case,
    *,
    before: route.Place,
    way: route.Route,
    action: str,
    by_id: int | None,
    at: datetime,
    turns_over: TurnsOver | None = None,
    beside: str = "",
) -> Task | None:
    """Hand the task and the clock over; returns the next task, None at an end or when the case stays.

    beside: who has something to do while another holds the case.
    """
    if turns_over is not None:
        Clocks(case.pk).turn_over(turns_over[0], since=turns_over[1], at=at)
    if way.stays:
        task = cases_read.open_task(case) if beside or action == RECEIVE_BESIDE else None
        if task is not None and task.beside != beside:
            cases.stands_beside(case, beside)
        return None
    cases.close_task(case, outcome=action, by_id=by_id, at=at)
    if way.is_end or way.step is None or way.stage is None:
        Clocks(case.pk).stop(None, at=at)
        return None
    task = cases.open_task(case, state=way.to, step=way.step.key, role=way.stage.by, at=at, beside=beside)
    same_step = way.step.key == before.step.key
    if not same_step or way.stage.waits_for != before.stage.waits_for:
        _clocks(procedure, Clocks(case.pk), before=before, way=way, at=at)
    return task


def beside(procedure: Procedure, way: route.Route, *, at_the_door: Collection[int]) -> str:
    """Who receives what waits at the door while another holds the case; empty: nobody, or its holder."""
    if not at_the_door or way.is_end:
        return ""
    return next((one.by for one in route.actions(procedure, way.to) if one.name == RECEIVE_BESIDE), "")


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
