"""Starting, pausing and stopping clocks, inside the act's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import connection

from sandar.core import worktime
from sandar.core.calendar_plan import END_OF_DAY
from sandar.records.clocks import calendars
from sandar.records.clocks.calendars import Version
from sandar.records.clocks.models import Pause, Timer
from sandar.records.clocks.read import as_rules_take_them
from sandar.records.prepared import Question, Slot, insert, update

WORKING_DAY = timedelta(minutes=450)  # Perpres 21/2023: 37 h 30 m a week over five days
_TIMERS = Question(lambda: Timer.objects.filter(case_id=Slot("case")).order_by("pk"))
_PAUSES = Question(
    lambda: Pause.objects.filter(timer__case_id=Slot("case"), timer__stopped_at__isnull=True).order_by("pk")
)


def _inside() -> None:
    assert connection.in_atomic_block, "clocks change inside the act's transaction"


class Clocks:
    """The clocks of one case during one act: read once (two queries), then told what happens to them.

    The case's row is locked by whoever uses this, so what was read stays true.
    """

    def __init__(self, case_id: int, *, fresh: bool = False) -> None:
        """fresh: the case was made in this act and has no clock yet."""
        _inside()
        self._case_id = case_id
        self._timers: list[Timer] = [] if fresh else _TIMERS.all(case=case_id)
        self._pauses: dict[int, list[Pause]] = {}
        if self._timers:
            for row in _PAUSES.all(case=case_id):
                self._pauses.setdefault(row.timer_id, []).append(row)

    @cached_property
    def _version(self) -> Version:
        return calendars.current()

    def running(self) -> list[Timer]:
        """Every clock that was started and not stopped, paused ones too."""
        return [timer for timer in self._timers if timer.stopped_at is None]

    def of(self, step: str) -> Timer | None:
        """The running or paused clock of a step."""
        return next((timer for timer in self.running() if timer.step == step), None)

    def start(
        self, step: str, *, owner: str, budget: timedelta | None = None, days: int | None = None, at: datetime
    ) -> Timer:
        """Start the clock of a step, or let a paused one go on: a step entered again while it waited resumes.

        budget: working time; days: working days, of which the calendar makes working time.
        """
        if waiting := self.of(step):
            self.resume(step, at=at)
            return waiting
        rounds = sum(timer.step == step for timer in self._timers)
        budget = budget if days is None else _budget_of_days(self._version, at, days)
        due = worktime.due(self._version.calendar, at, budget) if budget is not None else None
        timer = Timer(
            case_id=self._case_id,
            step=step,
            round=rounds + 1,
            owner=owner,
            budget=budget,
            days=days,
            started_at=at,
            due_at=due,
        )
        insert(timer)
        self._timers.append(timer)
        return timer

    def pause(self, step: str, *, at: datetime, waiting_for: str, reason: str) -> None:
        """Stop counting from `at` on. A paused clock only notes that somebody else is waited for."""
        timer = self.of(step)
        if timer is None:
            return
        if known := self._open_pause(timer):
            if known.waiting_for == waiting_for:
                return
            self._end(known, at)
        pause = Pause(timer=timer, started_at=at, waiting_for=waiting_for, reason=reason[:200])
        insert(pause)
        self._pauses.setdefault(timer.pk, []).append(pause)
        _project(timer, self._ledger(timer), self._version)

    def resume(self, step: str, *, at: datetime) -> None:
        """Count again from `at` on; the due instant moves by what was paused."""
        timer = self.of(step)
        if timer is None or (known := self._open_pause(timer)) is None:
            return
        self._end(known, at)
        _project(timer, self._ledger(timer), self._version)

    def give(self, step: str, *, budget: timedelta | None = None, days: int | None = None) -> None:
        """Another budget for a clock that runs or waits: what was used and paused stays, the due instant follows."""
        timer = self.of(step)
        if timer is None:
            return
        if days is not None:
            budget = _budget_of_days(self._version, timer.started_at, days)
        if (timer.budget, timer.days) == (budget, days):
            return
        timer.budget, timer.days = budget, days
        update(Timer, {"id": timer.pk}, budget=budget, days=days)
        _project(timer, self._ledger(timer), self._version)

    def stop(self, step: str | None, *, at: datetime) -> None:
        """Stop the clock of a step (None: of every step) and freeze its working time by today's calendar."""
        for timer in self.running():
            if step not in (None, timer.step):
                continue
            if known := self._open_pause(timer):
                self._end(known, at)
            by = self._version
            timer.elapsed = worktime.elapsed(by.calendar, timer.started_at, at, self._ledger(timer))
            timer.stopped_at, timer.calendar_id = at, by.pk
            update(Timer, {"id": timer.pk}, stopped_at=at, elapsed=timer.elapsed, calendar_id=by.pk)

    def turn_over(self, step: str, *, since: datetime | None, at: datetime) -> None:
        """Stop the clock of a step; since: another with the same budget takes over, counting from that instant.

        What stood still for the first since then stands still for the second too.
        """
        timer = self.of(step)
        if timer is None:
            return
        self.stop(step, at=at)
        if since is None:
            return
        paused = [row for row in self._pauses.get(timer.pk, ()) if row.ended_at and row.ended_at > since]
        budget = timer.budget if timer.days is None else None
        new = self.start(step, owner=timer.owner, budget=budget, days=timer.days, at=since)
        for row in paused:
            pause = Pause(
                timer=new,
                started_at=max(row.started_at, since),
                ended_at=row.ended_at,
                waiting_for=row.waiting_for,
                reason=row.reason,
            )
            insert(pause)
            self._pauses.setdefault(new.pk, []).append(pause)
        if paused:
            _project(new, self._ledger(new), self._version)

    def _open_pause(self, timer: Timer) -> Pause | None:
        return next((row for row in self._pauses.get(timer.pk, ()) if row.ended_at is None), None)

    def _end(self, pause: Pause, at: datetime) -> None:
        """A machine whose clock was set back must not end a pause before it began."""
        pause.ended_at = max(at, pause.started_at)
        update(Pause, {"id": pause.pk}, ended_at=pause.ended_at)

    def _ledger(self, timer: Timer) -> list[worktime.Pause]:
        return as_rules_take_them(self._pauses.get(timer.pk, ()))


def _budget_of_days(by: Version, start: datetime, days: int) -> timedelta:
    """Working days as working time, as the office reads them: 450 minutes each, or to the end of the last one."""
    if by.declared.day_rule == END_OF_DAY:
        return worktime.end_of_days(by.calendar, start, days)
    return WORKING_DAY * days


def _projected(
    timer: Timer, pauses: list[worktime.Pause], by: Version
) -> tuple[timedelta | None, datetime | None]:
    """(budget, due) as calendar and pauses have it; nothing is due while somebody else is waited for."""
    budget = timer.budget if timer.days is None else _budget_of_days(by, timer.started_at, timer.days)
    if budget is None or any(pause.end is None for pause in pauses):
        return budget, None
    return budget, worktime.due(by.calendar, timer.started_at, budget, pauses)


def _project(timer: Timer, pauses: list[worktime.Pause], by: Version) -> None:
    budget, due = _projected(timer, pauses, by)
    if (budget, due) != (timer.budget, timer.due_at):
        update(Timer, {"id": timer.pk}, due_at=due, budget=budget)
        timer.due_at, timer.budget = due, budget


@dataclass(frozen=True, slots=True)
class Move:
    """A running clock whose due instant another calendar moves. by: how much later (negative: earlier)."""

    timer_id: int
    case_id: int
    step: str
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta | None:
        return self.after - self.before if self.before and self.after else None


def moves(by: Version) -> list[Move]:
    """Which running clocks become due at another instant under this calendar; nothing is written."""
    found = []
    for timer in _open_timers():
        due = _projected(timer, as_rules_take_them(timer.pauses.all()), by)[1]
        if due != timer.due_at:
            found.append(Move(timer.pk, timer.case_id, timer.step, timer.due_at, due))
    return found


def _open_timers() -> list[Timer]:
    rows = Timer.objects.filter(stopped_at__isnull=True, budget__isnull=False)
    return list(rows.order_by("due_at", "pk").prefetch_related("pauses"))


def project_all() -> int:
    """Re-project the due instants of running clocks after a calendar change; finished ones keep theirs.

    Returns how many moved.
    """
    _inside()
    by, moved = calendars.current(), 0
    for timer in _open_timers():
        before = timer.due_at
        _project(timer, as_rules_take_them(timer.pauses.all()), by)
        moved += timer.due_at != before
    return moved
