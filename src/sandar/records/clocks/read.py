"""What the clocks say at an instant. Nothing here is stored: elapsed, left and due are computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandar.core import worktime
from sandar.records.clocks import calendars
from sandar.records.clocks.models import Pause, Timer
from sandar.records.prepared import Question, Slot


@dataclass(frozen=True, slots=True)
class Reading:
    """One step's clock at one instant, in working time."""

    step: str
    owner: str
    budget: timedelta | None
    elapsed: timedelta
    remaining: timedelta | None  # negative when late
    due_at: datetime | None
    paused: str  # reason, empty while it runs
    waiting_for: str
    running: bool
    started_at: datetime

    @property
    def shape(self) -> str:
        """ok, soon (a quarter left), late or paused: the word and shape a page shows."""
        if not self.running:
            return "done"
        if self.paused:
            return "paused"
        if self.budget is None or self.remaining is None:
            return "ok"
        if self.remaining < timedelta(0):
            return "late"
        return "soon" if self.remaining * 4 <= self.budget else "ok"

    @property
    def share(self) -> int:
        """Percent of the budget used, 0 to 100."""
        if not self.budget:
            return 0
        return max(0, min(100, round(self.elapsed / self.budget * 100)))


def calendar() -> worktime.Calendar:
    """The office's calendar; parsed once until it is changed. Perpres 21/2023 when none was set up."""
    return calendars.current().calendar


def as_rules_take_them(pauses: Iterable[Pause]) -> list[worktime.Pause]:
    return [worktime.Pause(row.started_at, row.ended_at, row.reason) for row in pauses]


def read(timer: Timer, pauses: Sequence[Pause], *, at: datetime, cal: worktime.Calendar) -> Reading:
    """One clock at `at`; a finished step answers with its frozen figure."""
    open_pause = next((row for row in pauses if row.ended_at is None), None)
    running = timer.stopped_at is None
    elapsed = timer.elapsed
    if elapsed is None:
        elapsed = worktime.elapsed(cal, timer.started_at, at, as_rules_take_them(pauses))
    return Reading(
        step=timer.step,
        owner=timer.owner,
        budget=timer.budget,
        elapsed=elapsed,
        remaining=None if timer.budget is None else timer.budget - elapsed,
        due_at=timer.due_at if running else None,
        paused=open_pause.reason if open_pause and running else "",
        waiting_for=open_pause.waiting_for if open_pause and running else "",
        running=running,
        started_at=timer.started_at,
    )


def running(case_ids: Iterable[int], at: datetime) -> dict[tuple[int, str], Reading]:
    """The running clocks of many cases, by (case, step): two queries however many cases."""
    cal = calendar()
    timers = Timer.objects.filter(case_id__in=list(case_ids), stopped_at__isnull=True).prefetch_related(
        "pauses"
    )
    return {
        (timer.case_id, timer.step): read(timer, list(timer.pauses.all()), at=at, cal=cal) for timer in timers
    }


_TIMERS = Question(lambda: Timer.objects.filter(case_id=Slot("case")).order_by("started_at", "pk"))
_PAUSES = Question(lambda: Pause.objects.filter(timer__case_id=Slot("case")).order_by("pk"))


def _clocks(case_id: int) -> list[tuple[Timer, list[Pause]]]:
    """Every clock of a case with its pauses, in the order the steps were entered."""
    timers = _TIMERS.all(case=case_id)
    found: dict[int, list[Pause]] = {timer.pk: [] for timer in timers}
    for pause in _PAUSES.all(case=case_id) if timers else ():
        found[pause.timer_id].append(pause)
    return [(timer, found[timer.pk]) for timer in timers]


def of_case(case_id: int, at: datetime) -> list[Reading]:
    """Every clock of a case in the order the steps were entered."""
    cal = calendar()
    return [read(timer, pauses, at=at, cal=cal) for timer, pauses in _clocks(case_id)]


@dataclass(frozen=True)
class Account:
    """One step's clock and every stretch of its time, by the calendar it is or was judged by."""

    reading: Reading
    round: int
    version: calendars.Version
    end: datetime
    pauses: tuple[Pause, ...]

    @property
    def segments(self) -> tuple[worktime.Segment, ...]:
        """Stretches that tile the clock's life exactly: counted, paused, off, each with its rule."""
        start = self.reading.started_at
        return worktime.explain(self.version.calendar, start, self.end, as_rules_take_them(self.pauses))

    def worked(self, start: datetime, end: datetime | None) -> timedelta:
        """The clock's working time between two instants: what one holder used of the shared budget."""
        first, last = max(start, self.reading.started_at), min(end or self.end, self.end)
        return worktime.elapsed(self.version.calendar, first, last, as_rules_take_them(self.pauses))

    def stood(self, pause: Pause) -> timedelta:
        """The working time of one pause, which does not count."""
        first, last = (
            max(pause.started_at, self.reading.started_at),
            min(pause.ended_at or self.end, self.end),
        )
        return worktime.elapsed(self.version.calendar, first, last)


def explain(case_id: int, at: datetime) -> list[Account]:
    """Every counted and every paused stretch of every step of a case, with the calendar rule that made it so."""
    now = calendars.current()
    found = []
    for timer, pauses in _clocks(case_id):
        by = now if timer.stopped_at is None else calendars.version(timer.calendar_id)
        reading = read(timer, pauses, at=at, cal=by.calendar)
        end = timer.stopped_at or max(at, timer.started_at)
        found.append(Account(reading, timer.round, by, end, tuple(pauses)))
    return found
