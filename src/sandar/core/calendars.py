"""The working calendar of an office: weekly hours, seasons such as Ramadan, days off, one time zone.

Source: Perpres 21/2023 (five days, 37 h 30 min a week, start 07:30, break 60 min, Friday 90 min; in Ramadan
32 h 30 min, start 08:00, break 30 min, Friday 60 min). The decree leaves the clock time of the break to the
office; the usual one is used here and an office stores its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
MICROSECOND = timedelta(microseconds=1)
DAY_US = timedelta(days=1) // MICROSECOND
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One unbroken stretch of working time in local clock time, end excluded; an end of 00:00 means 24:00.

    A night shift is two windows, one on each day. Raises ValueError when the end is not after the start.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("a window is local clock time, without a zone")
        if self.end != MIDNIGHT and self.end <= self.start:
            raise ValueError(f"the window ends before it starts: {self.start}-{self.end}")


Weekly = tuple[tuple[Window, ...], ...]


def weekly_of(**days: str) -> Weekly:
    """Build seven days of windows from text: `mon="07:30-12:00,13:00-16:00"`; a missing day rests.

    Raises ValueError for an unknown day name or text that is not a window.
    """
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    if unknown := days.keys() - set(names):
        raise ValueError(f"unknown day: {sorted(unknown)}")
    return tuple(_windows(days.get(name, "")) for name in names)


def _windows(text: str) -> tuple[Window, ...]:
    """Read `07:30-12:00,13:00-16:00`; 24:00 is allowed as an end."""
    pairs = [piece.strip().split("-") for piece in text.split(",") if piece.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"not a list of windows: {text!r}")
    return tuple(Window(_clock(start), _clock(end)) for start, end in pairs)


def _clock(text: str) -> time:
    return MIDNIGHT if text.strip() == "24:00" else time.fromisoformat(text.strip())


_PLAIN, _FRIDAY = "07:30-12:00,13:00-16:00", "07:30-11:30,13:00-16:30"
_FASTING, _FASTING_FRIDAY = "08:00-12:00,12:30-15:00", "08:00-11:30,12:30-15:30"
PERPRES_21_2023_WEEKLY: Weekly = weekly_of(mon=_PLAIN, tue=_PLAIN, wed=_PLAIN, thu=_PLAIN, fri=_FRIDAY)
RAMADAN_WEEKLY: Weekly = weekly_of(
    mon=_FASTING, tue=_FASTING, wed=_FASTING, thu=_FASTING, fri=_FASTING_FRIDAY
)


@dataclass(frozen=True, slots=True)
class Season:
    """Other weekly hours from `first` to `last`, both included. `name` is shown as the rule that applied.

    Raises ValueError when it ends before it begins or the week is not seven orderly days.
    """

    first: date
    last: date
    weekly: Weekly
    name: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the season ends before it begins: {self.first}-{self.last}")
        object.__setattr__(self, "weekly", _orderly(self.weekly))


class Day(NamedTuple):
    """One local day, worked out: windows in microseconds since 1970 UTC, their sum, the rule behind."""

    windows: tuple[tuple[int, int], ...]
    total: int
    rule: str


@dataclass(frozen=True)
class Calendar:
    """Working hours of one office. Compared and hashed by value; computed days are kept with the object.

    zone: IANA name such as Asia/Jakarta. weekly: Monday first. seasons: the first one that covers a day wins.
    days_off: local date -> name (holiday, joint leave); it wins over every season.
    Raises ValueError for an unknown zone, a week that is not seven days, overlapping windows, or no hours
    at all.
    """

    zone: str
    weekly: Weekly
    seasons: tuple[Season, ...] = ()
    days_off: Mapping[date, str] = field(default_factory=dict)
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _days: dict[int, Day] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        try:
            tz = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, OSError) as unknown:
            raise ValueError(f"unknown time zone: {self.zone!r}") from unknown
        weekly = _orderly(self.weekly)
        if not any(weekly):
            raise ValueError("a calendar needs at least one working window a week")
        object.__setattr__(self, "tz", tz)
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "seasons", tuple(self.seasons))
        object.__setattr__(self, "days_off", MappingProxyType(dict(self.days_off)))

    def __hash__(self) -> int:
        return hash((self.zone, self.weekly, self.seasons, frozenset(self.days_off.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let caches and job queues carry the calendar; the computed days stay behind."""
        return Calendar, (self.zone, self.weekly, self.seasons, dict(self.days_off))

    def season_of(self, day: date) -> Season | None:
        """The season that rules on this local date, if any."""
        return next((season for season in self.seasons if season.first <= day <= season.last), None)

    def windows_of(self, day: date) -> tuple[Window, ...]:
        """The working windows of a local date in clock order; empty on a rest day or a day off."""
        if day in self.days_off:
            return ()
        season = self.season_of(day)
        return (season.weekly if season else self.weekly)[day.weekday()]

    def day(self, number: int) -> Day:
        """The worked-out local day, `number` days after 1970-01-01; kept for the next question."""
        found = self._days.get(number)
        if found is None:
            found = self._days[number] = self._work_out(date.fromordinal(EPOCH_DAY + number))
        return found

    def _work_out(self, day: date) -> Day:
        windows = tuple(
            (self._instant(day, window.start), self._instant(day, window.end, closing=True))
            for window in self.windows_of(day)
        )
        return Day(windows, sum(end - start for start, end in windows), self._rule(day))

    def _instant(self, day: date, clock: time, *, closing: bool = False) -> int:
        whole_day = timedelta(days=1 if closing and clock == MIDNIGHT else 0)
        return to_us(datetime.combine(day, clock, self.tz) + whole_day)

    def _rule(self, day: date) -> str:
        if day in self.days_off:
            return self.days_off[day]
        season = self.season_of(day)
        return (season.name or "season") if season else "weekly"


def to_us(at: datetime) -> int:
    """Microseconds since 1970 UTC, exact. Raises TypeError for a datetime without a zone."""
    return (at - EPOCH) // MICROSECOND


def _orderly(weekly: Weekly) -> Weekly:
    """Sort each day's windows. Raises ValueError unless there are seven days without overlap."""
    if len(weekly) != 7:
        raise ValueError(f"a week has seven days, not {len(weekly)}")
    days = tuple(tuple(sorted(day)) for day in weekly)
    for day in days:
        for earlier, later in pairwise(day):
            if earlier.end == MIDNIGHT or later.start < earlier.end:
                raise ValueError(f"windows overlap: {earlier} and {later}")
    return days
