"""Random office calendars, and the slow truth about them: one bit for every minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sandar.core.worktime import (
    PERPRES_21_2023_WEEKLY,
    RAMADAN_WEEKLY,
    Calendar,
    Pause,
    Season,
    Weekly,
    Window,
)

ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
FIRST_DAY = date(2026, 11, 16)
DAYS = 14
MINUTES = DAYS * 1440


def random_calendar(draw: Random) -> Calendar:
    """Perpres hours or invented ones, perhaps with a season inside the fortnight and a few days off."""
    weekly = PERPRES_21_2023_WEEKLY if draw.random() < 0.4 else _random_week(draw)
    seasons: tuple[Season, ...] = ()
    if draw.random() < 0.5:
        first = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
        week = RAMADAN_WEEKLY if draw.random() < 0.5 else _random_week(draw)
        seasons = (Season(first, first + timedelta(days=draw.randrange(10)), week, "Ramadan"),)
    off = {FIRST_DAY + timedelta(days=draw.randrange(DAYS)): "cuti bersama" for _ in range(draw.randrange(4))}
    return Calendar(draw.choice(list(ZONES)), weekly, seasons, off)


def _random_week(draw: Random) -> Weekly:
    week = tuple(_random_day(draw) for _ in range(7))
    return week if any(week) else PERPRES_21_2023_WEEKLY


def _random_day(draw: Random) -> tuple[Window, ...]:
    edges = sorted(draw.sample(range(1441), 2 * draw.randrange(4)))
    return tuple(Window(_clock(a), _clock(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def random_pauses(draw: Random, minutes: int = MINUTES) -> list[tuple[int, int]]:
    """Up to four pauses as minutes from the first: overlapping, touching, of no length, over nights."""
    starts = [draw.randrange(minutes) for _ in range(draw.randrange(5))]
    return [(start, min(minutes, start + draw.choice((0, 1, 30, 200, 1440, 4000)))) for start in starts]


def instant(calendar: Calendar, minute: int) -> datetime:
    """The instant `minute` minutes after local midnight of the first day."""
    midnight = datetime.combine(FIRST_DAY, time(0), ZoneInfo(calendar.zone))
    return midnight + timedelta(minutes=minute)


def as_pauses(calendar: Calendar, pauses: list[tuple[int, int]]) -> tuple[Pause, ...]:
    return tuple(Pause(instant(calendar, a), instant(calendar, b), "opd") for a, b in pauses)


def minutes_of(calendar: Calendar, pauses: list[tuple[int, int]]) -> bytearray:
    """The brute-force truth: 1 for every minute that counts, asked one by one of the plain description."""
    bits = bytearray(_minute_counts(calendar, minute) for minute in range(MINUTES))
    for start, end in pauses:
        bits[start:end] = bytes(max(0, end - start))
    return bits


def _minute_counts(calendar: Calendar, minute: int) -> bool:
    day = FIRST_DAY + timedelta(days=minute // 1440)
    if day in calendar.days_off:
        return False
    weekly = calendar.weekly
    for season in calendar.seasons:
        if season.first <= day <= season.last:
            weekly = season.weekly
            break
    of_day = minute % 1440
    for window in weekly[day.weekday()]:
        start = window.start.hour * 60 + window.start.minute
        end = window.end.hour * 60 + window.end.minute or 1440
        if start <= of_day < end:
            return True
    return False
