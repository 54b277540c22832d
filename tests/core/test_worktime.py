"""Working time by value: the hours of Perpres 21/2023, pauses in every awkward place, days and zones."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandar.core.calendars import weekly_of
from sandar.core.worktime import (
    PERPRES_21_2023_WEEKLY,
    RAMADAN_WEEKLY,
    Calendar,
    NoWorkingTime,
    Pause,
    Season,
    Window,
    add_working_days,
    day_length,
    due,
    elapsed,
    explain,
    is_working,
    next_working_instant,
    remaining,
)

WIB = ZoneInfo("Asia/Jakarta")
OFFICE = Calendar(
    "Asia/Jakarta",
    PERPRES_21_2023_WEEKLY,
    (Season(date(2027, 2, 8), date(2027, 3, 9), RAMADAN_WEEKLY, "Ramadan"),),
    {date(2026, 12, 24): "Cuti bersama Natal", date(2026, 12, 25): "Natal"},
)


def at(day: int, clock: str, *, month: int = 11, year: int = 2026) -> datetime:
    """November 2026 begins on a Sunday: 20 is a Friday, 23 a Monday."""
    return datetime.combine(date(year, month, day), time.fromisoformat(clock), WIB)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def pause(start: datetime, end: datetime | None) -> Pause:
    return Pause(start, end, "menunggu OPD")


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        (at(23, "09:00"), at(23, "09:15"), 15),
        (at(23, "11:50"), at(23, "13:10"), 20),  # over lunch
        (at(20, "11:20"), at(20, "13:10"), 20),  # over the Friday break
        (at(20, "16:00"), at(23, "08:00"), 60),  # over the weekend
        (at(23, "05:00"), at(23, "22:00"), 450),  # a whole day
        (at(20, "00:00"), at(21, "00:00"), 450),  # a whole Friday
        (at(21, "08:00"), at(22, "20:00"), 0),  # inside the weekend
        (at(23, "12:00"), at(23, "13:00"), 0),  # exactly the break
        (at(23, "09:00"), at(23, "09:00"), 0),
        (at(23, "10:00"), at(23, "09:00"), 0),  # the clock of the machine was set back
        (
            at(23, "15:30", month=12),
            at(28, "08:00", month=12),
            60,
        ),  # over Christmas, its joint leave, a weekend
    ],
)
def test_only_working_minutes_are_counted(start: datetime, end: datetime, counted: int) -> None:
    assert elapsed(OFFICE, start, end) == minutes(counted)


def test_a_week_has_2250_minutes_and_a_week_of_ramadan_1950() -> None:
    assert elapsed(OFFICE, at(23, "00:00"), at(30, "00:00")) == minutes(2250)
    monday = at(15, "00:00", month=2, year=2027)
    assert elapsed(OFFICE, monday, monday + timedelta(days=7)) == minutes(1950)


def test_the_first_and_the_last_day_of_a_season_belong_to_it() -> None:
    for day, month, counted in ((5, 2, 450), (8, 2, 390), (9, 3, 390), (10, 3, 450)):
        start = at(day, "00:00", month=month, year=2027)
        assert elapsed(OFFICE, start, start + timedelta(days=1)) == minutes(counted), (day, month)


def test_time_is_exact_to_the_microsecond() -> None:
    start = datetime(2026, 11, 23, 11, 59, 59, 999_999, WIB)
    end = datetime(2026, 11, 23, 13, 0, 0, 2, WIB)
    assert elapsed(OFFICE, start, end) == timedelta(microseconds=3)
    assert due(OFFICE, start, timedelta(microseconds=2)) == at(23, "13:00") + timedelta(microseconds=1)


# T11: the peers' bugs about pauses.
@pytest.mark.parametrize(
    ("pauses", "counted"),
    [
        (
            [(at(20, "16:00"), at(23, "08:00"))],
            390 + 60 + 60,
        ),  # over the weekend: 60 minutes credited, not 64 h
        ([(at(20, "11:00"), at(20, "13:30"))], 450 - 60 + 120),  # over the Friday break
        ([(at(20, "11:30"), at(20, "13:00"))], 450 + 120),  # exactly the break: nothing to credit
        ([(at(20, "09:00"), at(20, "09:00"))], 450 + 120),  # no length
        ([(at(20, "09:10"), at(20, "09:00"))], 450 + 120),  # clock set back while paused
        ([(at(20, "09:00:10"), at(20, "09:00:20")), (at(20, "09:00:40"), at(20, "09:00:50"))], 570 - 1 / 3),
        ([(at(20, "09:00"), at(20, "10:00")), (at(20, "09:30"), at(20, "10:30"))], 570 - 90),  # overlapping
        ([(at(20, "09:00"), at(20, "11:00")), (at(20, "09:30"), at(20, "10:00"))], 570 - 120),  # nested
        (
            [(at(20, "10:00"), at(20, "10:30")), (at(20, "09:00"), at(20, "10:00"))],
            570 - 90,
        ),  # touching, unordered
        ([(at(19, "08:00"), at(20, "08:30"))], 570 - 60),  # began before the task
        ([(at(23, "09:00"), at(24, "09:00"))], 570 - 30),  # ends after it
        ([(at(23, "09:00"), None)], 570 - 30),  # still waiting
        ([(at(1, "00:00"), None)], 0),
    ],
)
def test_a_pause_takes_out_working_time_only(
    pauses: list[tuple[datetime, datetime | None]], counted: float
) -> None:
    # Friday 07:30 to Monday 09:30 is 450 + 120 minutes.
    stood = [pause(start, end) for start, end in pauses]
    assert elapsed(OFFICE, at(20, "07:30"), at(23, "09:30"), stood) == minutes(counted)


def test_a_pause_over_a_holiday_credits_the_working_minutes_around_it() -> None:
    over_christmas = pause(at(23, "15:00", month=12), at(28, "08:00", month=12))
    start, end = at(23, "14:00", month=12), at(28, "09:00", month=12)
    assert elapsed(OFFICE, start, end, [over_christmas]) == minutes(120)


@pytest.mark.parametrize(
    ("start", "budget", "expected"),
    [
        (at(23, "09:00"), 15, at(23, "09:15")),
        (at(23, "11:50"), 15, at(23, "13:05")),  # over lunch
        (at(20, "16:20"), 15, at(23, "07:35")),  # over the weekend
        (at(23, "11:45"), 15, at(23, "12:00")),  # the end of a window belongs to it
        (at(23, "07:30"), 450, at(23, "16:00")),  # one day ends that afternoon
        (at(23, "08:00"), 450, at(24, "08:00")),
        (at(21, "10:00"), 15, at(23, "07:45")),  # handed in on a Saturday
        (at(23, "15:50", month=12), 15, at(28, "07:35", month=12)),
        (at(23, "09:00"), 0, at(23, "09:00")),
        (at(21, "09:00"), -5, at(21, "09:00")),
    ],
)
def test_a_budget_is_due_at_the_first_instant_it_is_used_up(
    start: datetime, budget: int, expected: datetime
) -> None:
    assert due(OFFICE, start, minutes(budget)) == expected


def test_a_finished_pause_moves_the_due_instant_by_its_working_time() -> None:
    stood = [pause(at(20, "16:25"), at(23, "08:00"))]
    assert due(OFFICE, at(20, "16:20"), minutes(15), stood) == at(23, "08:10")


def test_nothing_is_due_while_an_open_pause_stands() -> None:
    assert due(OFFICE, at(23, "09:00"), minutes(15), [pause(at(23, "09:10"), None)]) is None


def test_what_was_late_before_the_open_pause_stays_late() -> None:
    assert due(OFFICE, at(23, "09:00"), minutes(15), [pause(at(23, "09:15"), None)]) == at(23, "09:15")


def test_what_is_left_goes_below_zero_when_late() -> None:
    assert remaining(OFFICE, at(23, "09:00"), at(23, "09:10"), budget=minutes(15)) == minutes(5)
    assert remaining(OFFICE, at(23, "09:00"), at(23, "13:30"), budget=minutes(15)) == minutes(-195)
    stood = [pause(at(23, "09:05"), None)]
    assert remaining(OFFICE, at(23, "09:00"), at(24, "09:00"), budget=minutes(15), pauses=stood) == minutes(
        10
    )


@pytest.mark.parametrize(
    ("when", "working", "opening"),
    [
        (at(23, "07:30"), True, at(23, "07:30")),
        (at(23, "12:00"), False, at(23, "13:00")),
        (at(23, "16:00"), False, at(24, "07:30")),
        (at(20, "16:29"), True, at(20, "16:29")),
        (at(20, "16:30"), False, at(23, "07:30")),
        (at(24, "09:00", month=12), False, at(28, "07:30", month=12)),
    ],
)
def test_a_message_waits_for_the_next_opening(when: datetime, working: bool, opening: datetime) -> None:
    assert is_working(OFFICE, when) is working
    assert next_working_instant(OFFICE, when) == opening


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 12, 23), 2, date(2026, 12, 29)),
        (date(2026, 12, 28), -1, date(2026, 12, 23)),
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
    ],
)
def test_working_days_skip_weekends_and_days_off(day: date, n: int, expected: date) -> None:
    assert add_working_days(OFFICE, day, n) == expected


def test_one_working_day_is_450_minutes_also_in_an_office_with_a_night_shift() -> None:
    assert day_length(OFFICE) == minutes(450)
    night = Calendar("Asia/Jakarta", weekly_of(mon="22:00-24:00", tue="00:00-06:00"))
    assert day_length(night) == minutes(240)
    assert elapsed(night, at(23, "21:00"), at(24, "07:00")) == minutes(480)


def test_an_office_that_never_closes_counts_every_minute() -> None:
    always = Calendar(
        "Asia/Makassar",
        weekly_of(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")),
    )
    start = at(20, "23:59")
    assert elapsed(always, start, start + timedelta(days=3)) == timedelta(days=3)
    assert due(always, start, timedelta(days=3)) == start + timedelta(days=3)


def test_every_stretch_is_explained_by_its_rule() -> None:
    told = explain(OFFICE, at(20, "16:00"), at(23, "08:00"), [pause(at(20, "16:10"), at(23, "07:40"))])
    assert [(s.start, s.kind, s.reason) for s in told] == [
        (at(20, "16:00"), "counted", "weekly"),
        (at(20, "16:10"), "paused", "menunggu OPD"),
        (at(20, "16:30"), "off", "closed"),
        (at(21, "00:00"), "off", "rest_day"),
        (at(23, "00:00"), "off", "closed"),
        (at(23, "07:30"), "paused", "menunggu OPD"),
        (at(23, "07:40"), "counted", "weekly"),
    ]
    assert told[-1].end == at(23, "08:00")


def test_holidays_and_seasons_are_named_in_the_explanation() -> None:
    christmas = explain(OFFICE, at(24, "08:00", month=12), at(26, "00:00", month=12))
    assert [s.reason for s in christmas] == ["Cuti bersama Natal", "Natal"]
    fasting = explain(OFFICE, at(8, "09:00", month=2, year=2027), at(8, "12:10", month=2, year=2027))
    assert [s.reason for s in fasting] == ["Ramadan", "break"]


def test_an_empty_interval_has_no_explanation() -> None:
    assert explain(OFFICE, at(23, "09:00"), at(23, "09:00")) == ()


def test_the_same_clock_time_is_another_instant_in_another_zone() -> None:
    makassar = Calendar("Asia/Makassar", PERPRES_21_2023_WEEKLY)
    assert is_working(makassar, at(23, "06:30"))  # 07:30 WITA
    assert not is_working(OFFICE, at(23, "06:30"))
    found = due(makassar, at(23, "06:00").astimezone(UTC), minutes(1))
    assert found is not None
    assert found.isoformat() == "2026-11-23T07:31:00+08:00"


def test_a_holiday_added_for_tomorrow_moves_the_open_deadline_and_makes_another_calendar() -> None:
    changed = Calendar(
        OFFICE.zone, OFFICE.weekly, OFFICE.seasons, {**OFFICE.days_off, date(2026, 11, 24): "Pilkada"}
    )
    assert due(OFFICE, at(23, "15:50"), minutes(15)) == at(24, "07:35")
    assert due(changed, at(23, "15:50"), minutes(15)) == at(25, "07:35")
    assert changed != OFFICE


def test_a_calendar_is_a_value_and_can_travel() -> None:
    twin = pickle.loads(pickle.dumps(OFFICE))
    assert twin == OFFICE
    assert hash(twin) == hash(OFFICE)
    given = {date(2026, 1, 1): "Tahun Baru"}
    mine = Calendar("Asia/Jakarta", PERPRES_21_2023_WEEKLY, (), given)
    given.clear()
    assert date(2026, 1, 1) in mine.days_off


@pytest.mark.parametrize(
    "make",
    [
        lambda: Calendar("Asia/Tembilahan", PERPRES_21_2023_WEEKLY),
        lambda: Calendar("../etc/passwd", PERPRES_21_2023_WEEKLY),
        lambda: Calendar("Asia/Jakarta", PERPRES_21_2023_WEEKLY[:5]),
        lambda: Calendar("Asia/Jakarta", ((),) * 7),
        lambda: Calendar("Asia/Jakarta", weekly_of(mon="08:00-12:00,11:00-13:00")),
        lambda: Calendar("Asia/Jakarta", weekly_of(mon="22:00-24:00,00:00-06:00,23:00-23:30")),
        lambda: weekly_of(senin="08:00-12:00"),
        lambda: weekly_of(mon="08:00"),
        lambda: Window(time(12), time(8)),
        lambda: Window(time(8, tzinfo=UTC), time(9, tzinfo=UTC)),
        lambda: Season(date(2027, 3, 1), date(2027, 2, 1), RAMADAN_WEEKLY),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError):
        make()


def test_a_calendar_closed_for_decades_answers_instead_of_looping() -> None:
    closed = Season(date(2026, 1, 1), date(2099, 1, 1), ((),) * 7)
    ended = Calendar("Asia/Jakarta", PERPRES_21_2023_WEEKLY, (closed,))
    assert due(ended, at(23, "09:00"), minutes(15)) is None
    assert elapsed(ended, at(23, "09:00"), at(24, "09:00")) == timedelta()
    with pytest.raises(NoWorkingTime):
        next_working_instant(ended, at(23, "09:00"))
    with pytest.raises(NoWorkingTime):
        add_working_days(ended, date(2026, 11, 23), 1)


def test_an_instant_without_a_zone_is_a_fault() -> None:
    naive = datetime(2026, 11, 23, 9, 0)
    for ask in (
        lambda: elapsed(OFFICE, naive, at(23, "10:00")),
        lambda: due(OFFICE, naive, minutes(5)),
        lambda: is_working(OFFICE, naive),
    ):
        with pytest.raises(TypeError):
            ask()
