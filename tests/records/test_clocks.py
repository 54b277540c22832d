"""Clocks of a case: budget, pauses, what is frozen and what a new calendar moves (T11 to T15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandar.core.calendar_plan import DayOff, with_day
from sandar.records.clocks import calendars, read, write
from sandar.records.clocks.models import Pause, Timer
from sandar.records.clocks.write import Clocks
from tests import office

pytestmark = pytest.mark.django_db

MONDAY = office.MONDAY  # 09:00 WIB
HOUR = timedelta(hours=1)
BUDGET = timedelta(hours=3)


@pytest.fixture
def case() -> int:
    """A case whose clocks the test starts itself."""
    office.build()
    found = office.ask().pk
    Timer.objects.all().delete()
    return int(found)


def started(case: int, at: datetime = MONDAY, budget: timedelta | None = BUDGET) -> Clocks:
    clocks = Clocks(case)
    clocks.start("capacity", owner="office", budget=budget, at=at)
    return clocks


def reading(case: int, at: datetime) -> read.Reading:
    return read.running([case], at)[case, "capacity"]


@pytest.mark.parametrize(
    ("begins", "ends", "worked_before"),
    [
        (MONDAY + HOUR, MONDAY + 2 * HOUR, HOUR),
        (
            datetime(2026, 11, 23, 5, 15, tzinfo=UTC),
            datetime(2026, 11, 23, 5, 45, tzinfo=UTC),
            BUDGET,
        ),  # lunch
        (MONDAY + HOUR, MONDAY + HOUR, HOUR),  # no time at all
        (MONDAY + HOUR, MONDAY + timedelta(days=7), HOUR),  # over a weekend
    ],
)
def test_t11_a_pause_counts_nothing_whatever_it_lies_over(case, begins, ends, worked_before):
    started(case).pause("capacity", at=begins, waiting_for="agency", reason="surat kurang")
    paused = reading(case, ends)
    assert (paused.elapsed, paused.due_at, paused.waiting_for) == (worked_before, None, "agency")
    Clocks(case).resume("capacity", at=ends)
    assert reading(case, ends).elapsed == worked_before
    later = reading(case, ends + HOUR)
    assert later.waiting_for == ""
    assert later.due_at is not None


def test_t11_two_pauses_in_one_minute_and_one_that_is_paused_twice(case):
    clocks = started(case)
    for second in (1, 20):
        at = MONDAY + timedelta(seconds=second)
        clocks.pause("capacity", at=at, waiting_for="agency", reason="x")
        clocks.pause("capacity", at=at, waiting_for="agency", reason="y")
        clocks.resume("capacity", at=at + timedelta(seconds=10))
    assert Pause.objects.count() == 2
    assert reading(case, MONDAY + timedelta(minutes=1)).elapsed == timedelta(seconds=40)
    assert reading(case, MONDAY).due_at == MONDAY + timedelta(hours=4, seconds=20)  # over lunch


def test_a_paused_clock_notes_that_somebody_else_is_waited_for(case):
    clocks = started(case)
    clocks.pause("capacity", at=MONDAY, waiting_for="office", reason="a")
    clocks.pause("capacity", at=MONDAY + HOUR, waiting_for="agency", reason="b")
    assert list(Pause.objects.order_by("pk").values_list("waiting_for", "ended_at")) == [
        ("office", MONDAY + HOUR),
        ("agency", None),
    ]


def test_a_stopped_clock_keeps_its_figures_and_a_second_round_begins_anew(case):
    started(case).stop("capacity", at=MONDAY + HOUR)
    Clocks(case).start("capacity", owner="office", budget=BUDGET, at=MONDAY + 2 * HOUR)
    first, second = read.of_case(case, MONDAY + timedelta(days=9))
    assert (first.elapsed, first.running, second.running) == (HOUR, False, True)
    assert list(Timer.objects.order_by("pk").values_list("round", flat=True)) == [1, 2]


def test_a_machine_whose_clock_was_set_back_ends_no_pause_before_it_began(case):
    clocks = started(case)
    clocks.pause("capacity", at=MONDAY + 2 * HOUR, waiting_for="agency", reason="x")
    clocks.stop(None, at=MONDAY + HOUR)
    pause = Pause.objects.get()
    assert pause.ended_at == pause.started_at
    assert Timer.objects.get().elapsed == HOUR


def test_t13_a_calendar_edit_keeps_the_pause(case):
    started(case).pause("capacity", at=MONDAY, waiting_for="agency", reason="x")
    holiday(date(2026, 11, 24))
    assert write.project_all() == 0
    assert reading(case, MONDAY + HOUR).waiting_for == "agency"


def test_t14_a_holiday_added_today_moves_what_is_open_and_nothing_that_is_done(case):
    clocks = started(case, budget=timedelta(hours=10))
    clocks.start("approval", owner="office", budget=timedelta(hours=10), at=MONDAY)
    clocks.stop("approval", at=MONDAY + timedelta(days=2))
    done = Timer.objects.get(step="approval")
    before = reading(case, MONDAY).due_at
    holiday(date(2026, 11, 24))
    assert write.project_all() == 1
    after = reading(case, MONDAY).due_at
    assert before is not None
    assert after == before + timedelta(days=1)
    assert Timer.objects.get(step="approval").elapsed == done.elapsed


def holiday(day: date) -> None:
    declared = calendars.current().declared
    calendars.store(with_day(declared, DayOff(day, "Pilkada")), at=MONDAY)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_t15_a_day_off_is_the_office_s_day_and_not_utc_s(case, zone):
    calendars.store(replace(calendars.current().declared, zone=zone), at=MONDAY)
    holiday(date(2026, 11, 24))
    from zoneinfo import ZoneInfo

    local = ZoneInfo(zone)
    begin = datetime(2026, 11, 24, 0, 0, tzinfo=local)
    started(case, at=begin)
    assert reading(case, begin + timedelta(days=1)).elapsed == timedelta(0)
    assert reading(case, datetime(2026, 11, 25, 8, 30, tzinfo=local)).elapsed == HOUR


def test_a_day_is_450_minutes_or_the_end_of_the_next_working_day_as_the_office_reads_it(case):
    Clocks(case).start("capacity", owner="office", days=1, at=MONDAY)
    assert reading(case, MONDAY).due_at == MONDAY + timedelta(days=1)
    declared = replace(calendars.current().declared, day_rule="end_of_day")
    calendars.store(with_day(declared, DayOff(date(2026, 11, 24), "Pilkada")), at=MONDAY)
    assert write.project_all() == 1
    assert reading(case, MONDAY).due_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # Wednesday, 16:00 WIB
    Clocks(case).pause("capacity", at=MONDAY, waiting_for="agency", reason="x")
    Clocks(case).resume("capacity", at=MONDAY + HOUR)
    assert reading(case, MONDAY).due_at == datetime(2026, 11, 26, 1, 30, tzinfo=UTC)  # an hour into Thursday


def test_p10_a_stopped_clock_is_explained_by_the_calendar_it_was_judged_by(case):
    started(case).stop("capacity", at=MONDAY + HOUR)
    holiday(MONDAY.date())
    (account,) = read.explain(case, MONDAY + timedelta(days=3))
    assert account.reading.elapsed == HOUR
    assert sum((piece.span for piece in account.segments), timedelta()) == HOUR
    assert {piece.reason for piece in account.segments} == {"weekly"}


def test_reading_the_clocks_of_many_cases_takes_the_calendar_and_two_queries(case):
    others = [office.ask().pk for _ in range(3)]
    started(case)
    read.running([case], MONDAY)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(read.running([case, *others], MONDAY)) == 4
    assert len(asked) == 3


def test_clocks_change_only_inside_a_transaction(case):
    assert connection.in_atomic_block
    assert Clocks(case).of("capacity") is None
