"""Every minute of a case, told alike by page, API and command: each clock, who used how much of it, each stretch.

A step's tasks (hops) share one budget. What a holder used is the clock's working time while the task was open, so the
shares of a clock add up to its figure exactly. Working time is in minutes with two decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandar.core.worktime import Segment
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.clocks import read as clocks
from sandar.records.clocks.calendars import Version
from sandar.records.clocks.read import Account, Reading
from sandar.sop.definition import Step


@dataclass(frozen=True, slots=True)
class Share:
    """What one holder used of a clock. name: who did it; empty while the task is open. end None: still open."""

    state: str
    label: str
    role: str
    name: str
    start: datetime
    end: datetime | None
    worked: timedelta
    percent: int  # of the budget, at most 100; 0 without one


@dataclass(frozen=True, slots=True)
class Halt:
    """One pause. worked: the working time in it, which does not count."""

    start: datetime
    end: datetime | None
    waiting_for: str
    reason: str
    worked: timedelta


@dataclass(frozen=True, slots=True)
class StepTime:
    """One clock of a case with everything that makes its figure."""

    no: int
    name: str
    round: int
    reading: Reading
    version: Version
    shares: tuple[Share, ...]
    halts: tuple[Halt, ...]
    segments: tuple[Segment, ...]
    calendar: timedelta  # from its start to its end or now, nights and days off included

    @property
    def paused(self) -> timedelta:
        return _sum(self.segments, "paused")


def of_case(case: Case, at: datetime) -> list[StepTime]:
    """Every clock of the case at `at`, in the order the steps were entered."""
    steps = {step.key: step for step in cases.procedure_of(case).steps}
    tasks = _tasks(case)
    return [_step(account, steps.get(account.reading.step), tasks) for account in clocks.explain(case.pk, at)]


def shares_now(case: Case, accounts: Sequence[Account], step: str) -> tuple[Share, ...]:
    """Who used how much of the running clock of a step; empty while only one holder had it."""
    account = next((one for one in accounts if one.reading.running and one.reading.step == step), None)
    if account is None:
        return ()
    known = {found.key: found for found in cases.procedure_of(case).steps}
    found = _shares(account, known.get(step), _tasks(case))
    return found if len(found) > 1 else ()


def _tasks(case: Case) -> list[Task]:
    return list(Task.objects.filter(case=case).select_related("closed_by").order_by("pk"))


def _shares(account: Account, step: Step | None, tasks: Sequence[Task]) -> tuple[Share, ...]:
    reading = account.reading
    labels = {stage.state: stage.label for stage in step.stages} if step else {}
    return tuple(
        _share(account, task, labels.get(task.state, task.state))
        for task in tasks
        if task.step == reading.step
        and task.opened_at <= account.end
        and (task.closed_at is None or task.closed_at >= reading.started_at)
    )


def _share(account: Account, task: Task, label: str) -> Share:
    worked, budget = account.worked(task.opened_at, task.closed_at), account.reading.budget
    return Share(
        state=task.state,
        label=label,
        role=task.role,
        name=task.closed_by.name if task.closed_by else "",
        start=task.opened_at,
        end=task.closed_at,
        worked=worked,
        percent=min(100, round(worked / budget * 100)) if budget else 0,
    )


def _step(account: Account, step: Step | None, tasks: Sequence[Task]) -> StepTime:
    return StepTime(
        no=step.no if step else 0,
        name=step.short if step else account.reading.step,
        round=account.round,
        reading=account.reading,
        version=account.version,
        shares=_shares(account, step, tasks),
        halts=tuple(
            Halt(row.started_at, row.ended_at, row.waiting_for, row.reason, account.stood(row))
            for row in account.pauses
        ),
        segments=account.segments,
        calendar=account.end - account.reading.started_at,
    )


def _sum(segments: Sequence[Segment], kind: str) -> timedelta:
    return sum((one.span for one in segments if one.kind == kind), timedelta())


def minutes(span: timedelta) -> float:
    """Minutes with two decimals."""
    return round(span / timedelta(minutes=1), 2)


def as_dict(one: StepTime) -> dict[str, Any]:
    """A clock as the API and the command tell it; times in the zone of the calendar."""
    reading, zone = one.reading, one.version.calendar.tz

    def told(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(zone).isoformat()

    return {
        "step": reading.step,
        "no": one.no,
        "name": one.name,
        "round": one.round,
        "owner": reading.owner,
        "running": reading.running,
        "budget_minutes": None if reading.budget is None else minutes(reading.budget),
        "elapsed_minutes": minutes(reading.elapsed),
        "remaining_minutes": None if reading.remaining is None else minutes(reading.remaining),
        "paused_minutes": minutes(one.paused),
        "calendar_minutes": minutes(one.calendar),
        "due_at": told(reading.due_at),
        "calendar": {
            "version": one.version.pk,
            "sha256": one.version.sha256,
            "zone": one.version.declared.zone,
        },
        **_parts(one, told),
    }


def _parts(one: StepTime, told: Callable[[datetime | None], str | None]) -> dict[str, Any]:
    """Who used it, where it stood, every stretch."""
    return {
        "shares": [
            {"state": share.state, "role": share.role, "name": share.name, "from": told(share.start)}
            | {"to": told(share.end), "minutes": minutes(share.worked)}
            for share in one.shares
        ],
        "pauses": [
            {"from": told(halt.start), "to": told(halt.end), "waiting_for": halt.waiting_for}
            | {"reason": halt.reason, "minutes": minutes(halt.worked)}
            for halt in one.halts
        ],
        "stretches": [
            {"from": told(piece.start), "to": told(piece.end), "kind": piece.kind}
            | {"minutes": minutes(piece.span), "reason": piece.reason}
            for piece in one.segments
        ],
    }


def document(case: Case, at: datetime) -> dict[str, Any]:
    """The whole explanation as data."""
    return {
        "case": case.number,
        "state": case.state,
        "at": at.isoformat(),
        "zone": clocks.calendar().zone,
        "steps": [as_dict(one) for one in of_case(case, at)],
    }
