"""Where a series of figures is heading: a robust line, its uncertainty, and when it reaches a limit. Pure.

The line is Theil and Sen's: the median of the slopes between all pairs of points, so one device that came and
went does not bend it. Its interval is the wider of two: Sen's (1968) from Kendall's variance, which takes the
points as independent of each other, and one from the scatter of the steps, because what stands in a rack today
still stands there tomorrow and the steps, not the points, are what is independent. Days are plain numbers;
nothing here knows a clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, pstdev

# Fewer than that, or all within a shorter time, is no history to foretell from.
LEAST_POINTS, LEAST_DAYS = 8, 28
# Further away than that nobody plans a rack, and the line promises more than it knows.
HORIZON_DAYS = 5 * 365
Z_80 = 1.2815515655446004  # two-sided 80 %: one time in ten earlier, one in ten later

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through a series. Slopes in units a day: the likely one and both ends of the 80 % interval."""

    slope: float
    low: float
    high: float
    points: int
    days: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a limit is reached, in days from the last point. None: not within `HORIZON_DAYS`.

    code: full (the limit is reached now), unknown (too little history), steady (does not grow), far (grows, and
    reaches it later than that), growing.
    """

    code: str
    likely: int | None = None
    soonest: int | None = None
    latest: int | None = None


def trend(points: Sequence[Point]) -> Trend | None:
    """The line through (day, value), in any order; None when there is too little to tell.

    Quadratic in the number of points: give it one a week, not one a booking.
    """
    ordered = sorted(points)
    if len(ordered) < LEAST_POINTS or ordered[-1][0] - ordered[0][0] < LEAST_DAYS:
        return None
    slopes = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(ordered)
        for later in ordered[index + 1 :]
        if later[0] > earlier[0]
    )
    middle, days = median(slopes), ordered[-1][0] - ordered[0][0]
    low, high = _interval(slopes, len(ordered))
    scatter = Z_80 * _scatter(ordered) / days
    return Trend(middle, min(low, middle - scatter), max(high, middle + scatter), len(ordered), days)


def _scatter(ordered: Sequence[Point]) -> float:
    """How far a line through sums of steps may miss their rise: one standard deviation.

    6/5: a line through a random walk varies by that much more than its two ends do (Durlauf and Phillips 1988).
    """
    steps = [later[1] - earlier[1] for earlier, later in pairwise(ordered)]
    return pstdev(steps) * math.sqrt(len(steps) * 6 / 5)


def _interval(slopes: Sequence[float], count: int) -> tuple[float, float]:
    """Sen's interval: the slopes as many ranks from the middle as Kendall's S has spread."""
    spread = Z_80 * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    pairs = len(slopes)
    low = max(math.floor((pairs - spread) / 2), 0)
    high = min(math.ceil((pairs + spread) / 2), pairs - 1)
    return slopes[low], slopes[high]


def outlook(found: Trend | None, *, used: float, limit: float) -> Outlook:
    """When `used`, growing like the line, reaches `limit`. A line that may fall has no latest day."""
    if used >= limit:
        return Outlook("full", 0, 0, 0)
    if found is None:
        return Outlook("unknown")
    likely, soonest, latest = (_days(limit - used, slope) for slope in (found.slope, found.high, found.low))
    if likely is None:
        return Outlook("far" if found.slope > 0 else "steady", None, soonest, None)
    return Outlook("growing", likely, soonest, latest)


def _days(left: float, slope: float) -> int | None:
    if slope <= 0:
        return None
    days = left / slope
    return math.floor(days) if days <= HORIZON_DAYS else None
