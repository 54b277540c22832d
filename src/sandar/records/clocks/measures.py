"""Measured times of finished steps, for the comparison with the standard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from sandar.records.clocks.models import Timer


@dataclass(frozen=True, slots=True)
class Measure:
    """Working time of the finished rounds of one step. within: of those with a standard time."""

    step: str
    owner: str
    count: int
    median: timedelta
    p90: timedelta
    longest: timedelta
    budget: timedelta | None
    within: int
    judged: int

    @property
    def share(self) -> int | None:
        """Percent within the standard time; None where there is no standard."""
        return round(100 * self.within / self.judged) if self.judged else None


def percentile(values: Sequence[timedelta], percent: int) -> timedelta:
    """Nearest-rank percentile: a value that was really measured.

    >>> percentile([timedelta(minutes=m) for m in (1, 2, 3, 4, 10)], 90)
    datetime.timedelta(seconds=600)
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _median(values: Sequence[timedelta]) -> timedelta:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def under(revision_id: int) -> dict[str, Measure]:
    """Step -> its measure, over the clocks that stopped in cases that are under a revision now. One query."""
    return _of(Timer.objects.filter(case__revision_id=revision_id))


def finished(since: datetime | None, until: datetime | None = None) -> dict[str, Measure]:
    """Step -> its measure, over clocks that stopped in the period. One query."""
    rows = Timer.objects.all()
    if since:
        rows = rows.filter(stopped_at__gte=since)
    if until:
        rows = rows.filter(stopped_at__lt=until)
    return _of(rows)


def _of(timers: QuerySet[Timer]) -> dict[str, Measure]:
    rows = timers.filter(stopped_at__isnull=False, elapsed__isnull=False)
    found: dict[str, list[tuple[str, timedelta | None, timedelta]]] = {}
    for step, owner, budget, elapsed in rows.order_by("pk").values_list("step", "owner", "budget", "elapsed"):
        found.setdefault(step, []).append((owner, budget, elapsed or timedelta()))
    return {step: _measured(step, rounds) for step, rounds in found.items()}


def _measured(step: str, rounds: Sequence[tuple[str, timedelta | None, timedelta]]) -> Measure:
    times = [elapsed for _owner, _budget, elapsed in rounds]
    judged = [(budget, elapsed) for _owner, budget, elapsed in rounds if budget is not None]
    return Measure(
        step=step,
        owner=rounds[-1][0],
        count=len(times),
        median=_median(times),
        p90=percentile(times, 90),
        longest=max(times),
        budget=rounds[-1][1],
        within=sum(elapsed <= budget for budget, elapsed in judged),
        judged=len(judged),
    )
