"""Working time: how much of it passed, when a budget runs out, and which rule counted each stretch.

Everything is exact to the microsecond and independent of the zone in which an instant is written. Instants
must be aware (TypeError otherwise). A clock that was set back never makes time negative: an interval or
pause that ends before it starts is empty. Results come in the calendar's own zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from sandar.core.calendars import (
    DAY_US,
    EPOCH,
    EPOCH_DAY,
    MICROSECOND,
    PERPRES_21_2023_WEEKLY,
    RAMADAN_WEEKLY,
    Calendar,
    Season,
    Weekly,
    Window,
    to_us,
    weekly_of,
)

__all__ = [
    "BREAK", "CLOSED", "PERPRES_21_2023_WEEKLY", "RAMADAN_WEEKLY", "REST_DAY", "Calendar", "NoWorkingTime",
    "Pause", "Season", "Segment", "Weekly", "Window", "add_working_days", "day_length", "due", "elapsed",
    "end_of_days", "explain", "is_working", "next_working_instant", "remaining", "weekly_of",
]  # fmt: skip

CLOSED, BREAK, REST_DAY = "closed", "break", "rest_day"  # reasons of `off` beside the names of days off
HORIZON_DAYS = 20 * 366  # a stretch this long without one working day means the calendar never works again
_FOREVER = 1 << 62  # microseconds; beyond the year 9999


class NoWorkingTime(ValueError):
    """The calendar has no working time within twenty years of the asked day."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stood still for somebody else; `end` None = still waiting."""

    start: datetime
    end: datetime | None
    reason: str


class Segment(NamedTuple):
    """One stretch of an explained interval; `reason` is the rule, the pause's reason, or why it is off."""

    start: datetime
    end: datetime
    kind: Literal["counted", "paused", "off"]
    reason: str

    @property
    def span(self) -> timedelta:
        return self.end - self.start


def elapsed(calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """Working time from `start` to `end` outside the pauses; overlapping pauses count once.

    Never negative.
    """
    first, last = to_us(start), to_us(end)
    total = _worked(calendar, first, last)
    if pauses:
        total -= sum(_worked(calendar, *pause) for pause in _merged(pauses, first, last))
    return timedelta(microseconds=total)


def remaining(
    calendar: Calendar, start: datetime, now: datetime, *, budget: timedelta, pauses: Iterable[Pause] = ()
) -> timedelta:
    """What is left of `budget` (working time) at `now`; negative when late."""
    return budget - elapsed(calendar, start, now, pauses)


def due(
    calendar: Calendar, start: datetime, budget: timedelta, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """The earliest instant at which `elapsed` reaches `budget`; a budget of zero or less is due at `start`.

    None when no such instant exists: an open pause stands before the budget is used up, or the calendar never
    works again. A budget that was used up before an open pause began keeps its instant (late stays late).
    """
    needed, cursor = budget // MICROSECOND, to_us(start)
    if needed <= 0:
        return start.astimezone(calendar.tz)
    for pause_start, pause_end in _merged(pauses, cursor, _FOREVER):
        # An open pause merges to the end of time: what comes before it is the last that can be worked.
        worked = _worked(calendar, cursor, pause_start)
        if worked >= needed:
            break
        needed, cursor = needed - worked, pause_end
    return None if cursor == _FOREVER else _advance(calendar, cursor, needed)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` lies inside a working window (its end excluded)."""
    instant = to_us(at)
    return any(start <= instant < end for start, end in _windows(calendar, instant, instant))


def next_working_instant(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself when it is working time, else the next opening. Raises NoWorkingTime."""
    instant = to_us(at)
    for start, end in _windows_from(calendar, instant):
        if end > instant:
            return _datetime(calendar, max(start, instant))
    raise NoWorkingTime(calendar.zone)


def add_working_days(calendar: Calendar, day: date, n: int) -> date:
    """The n-th working day after `day` (before it when n < 0); n = 0 is `day` or the next working day.

    A working day has at least one window. Raises NoWorkingTime.
    """
    step = timedelta(days=-1 if n < 0 else 1)
    left, idle = abs(n), 0
    current = day if n else day - step
    left = left or 1
    while left:
        if idle > HORIZON_DAYS:
            raise NoWorkingTime(calendar.zone)
        current += step
        working = bool(calendar.windows_of(current))
        left, idle = (left - 1, 0) if working else (left, idle + 1)
    return current


def day_length(calendar: Calendar) -> timedelta:
    """One working day of the ordinary week on average: 450 minutes by Perpres 21/2023.

    Seasons do not change it.
    """
    totals = [total for total in (_day_total(day) for day in calendar.weekly) if total]
    return sum(totals, timedelta()) // len(totals)


def end_of_days(calendar: Calendar, start: datetime, days: int) -> timedelta:
    """Working time from `start` to the close of the `days`-th working day after its local day.

    The budget of an office that reads "1 day" as "by the end of the next working day". Raises NoWorkingTime.
    """
    last = add_working_days(calendar, start.astimezone(calendar.tz).date(), days)
    closes = calendar.day(last.toordinal() - EPOCH_DAY).windows[-1][1]
    return elapsed(calendar, start, _datetime(calendar, closes))


def explain(
    calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()
) -> tuple[Segment, ...]:
    """Cut [start, end) into stretches that tile it exactly, in order, each counted, paused or off.

    Paused is only what would have counted, so counted + paused is the working time and counted is `elapsed`.
    Where pauses overlap, the one that began first gives the reason.
    """
    first, last = to_us(start), to_us(end)
    stood = [(p.reason, max(to_us(p.start), first), min(_end(p), last)) for p in pauses]
    stood.sort(key=lambda pause: pause[1])
    pieces: list[tuple[int, int, str, str]] = []
    for begin, finish, kind, reason in _day_pieces(calendar, first, last):
        cuts = {begin, finish, *(cut for p in stood for cut in p[1:] if begin < cut < finish)}
        for left, right in pairwise(sorted(cuts)):
            halted = _halted(stood, left, right) if kind == "counted" else None
            _append(
                pieces, (left, right, kind, reason) if halted is None else (left, right, "paused", halted)
            )
    return tuple(
        Segment(_datetime(calendar, a), _datetime(calendar, b), kind, reason)  # type: ignore[arg-type]
        for a, b, kind, reason in pieces
    )


def _worked(calendar: Calendar, first: int, last: int) -> int:
    """Working microseconds in [first, last). Whole days use their kept sum; only the edges are cut."""
    if last <= first:
        return 0
    total, day_of = 0, calendar.day
    # A local day starts less than 24 h from the UTC day of the same number: one day more on each side.
    for number in range(first // DAY_US - 1, last // DAY_US + 2):
        windows, whole, _rule = day_of(number)
        if not windows:
            continue
        if windows[0][0] >= first and windows[-1][1] <= last:
            total += whole
            continue
        for start, end in windows:
            if start < last and end > first:
                total += min(end, last) - max(start, first)
    return total


def _advance(calendar: Calendar, cursor: int, needed: int) -> datetime | None:
    """The earliest instant by which `needed` (> 0) microseconds were worked since `cursor`, no pauses."""
    for start, end in _windows_from(calendar, cursor):
        begin = max(start, cursor)
        if end <= begin:
            continue
        if end - begin >= needed:
            return _datetime(calendar, begin + needed)
        needed -= end - begin
    return None


def _windows(calendar: Calendar, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Every window that may touch [first, last], in order."""
    for number in range(first // DAY_US - 1, last // DAY_US + 2):
        yield from calendar.day(number).windows


def _windows_from(calendar: Calendar, first: int) -> Iterator[tuple[int, int]]:
    """Windows from `first` on, without end, until the calendar shows no work for twenty years."""
    number, idle = first // DAY_US - 1, 0
    while idle <= HORIZON_DAYS and number <= _LAST_DAY:
        windows = calendar.day(number).windows
        idle = 0 if windows else idle + 1
        yield from windows
        number += 1


_LAST_DAY = date.max.toordinal() - EPOCH_DAY - 1


def _merged(pauses: Iterable[Pause], first: int, last: int) -> list[tuple[int, int]]:
    """The pauses clipped to [first, last], sorted, overlapping ones joined, empty ones dropped."""
    clipped = sorted((max(to_us(p.start), first), min(_end(p), last)) for p in pauses)
    merged: list[tuple[int, int]] = []
    for start, end in clipped:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _day_pieces(calendar: Calendar, first: int, last: int) -> Iterator[tuple[int, int, str, str]]:
    """Tile [first, last) by local day into counted windows and the off time around them."""
    cursor, number = first, first // DAY_US - 1
    while cursor < last:
        for start, end, kind, reason in _whole_day(calendar, number):
            if end > cursor and start < last:
                yield max(start, cursor), min(end, last), kind, reason
                cursor = min(end, last)
        number += 1


def _whole_day(calendar: Calendar, number: int) -> Sequence[tuple[int, int, str, str]]:
    """One local day from midnight to midnight, tiled."""
    day = date.fromordinal(EPOCH_DAY + number)
    opens, closes = (
        to_us(datetime(d.year, d.month, d.day, tzinfo=calendar.tz)) for d in (day, day + timedelta(1))
    )
    windows, _total, rule = calendar.day(number)
    if not windows:
        return [(opens, closes, "off", rule if day in calendar.days_off else REST_DAY)]
    pieces: list[tuple[int, int, str, str]] = []
    cursor = opens
    for start, end in windows:
        pieces.append((cursor, start, "off", BREAK if pieces else CLOSED))
        pieces.append((start, end, "counted", rule))
        cursor = end
    pieces.append((cursor, closes, "off", CLOSED))
    return [piece for piece in pieces if piece[0] < piece[1]]


def _halted(stood: list[tuple[str, int, int]], left: int, right: int) -> str | None:
    """The reason of the first pause that covers the stretch."""
    return next((reason for reason, start, end in stood if start <= left and right <= end), None)


def _append(pieces: list[tuple[int, int, str, str]], new: tuple[int, int, str, str]) -> None:
    """Add a piece, joining it to the one before when both say the same."""
    if pieces and pieces[-1][1:] == (new[0], *new[2:]):
        new = (pieces.pop()[0], *new[1:])
    pieces.append(new)


def _end(pause: Pause) -> int:
    return _FOREVER if pause.end is None else to_us(pause.end)


def _datetime(calendar: Calendar, instant: int) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(calendar.tz)


def _day_total(windows: tuple[Window, ...]) -> timedelta:
    day = date(1970, 1, 1)
    return sum(
        (
            datetime.combine(day, w.end)
            - datetime.combine(day, w.start)
            + timedelta(days=1 if w.end <= w.start else 0)
            for w in windows
        ),
        timedelta(),
    )
