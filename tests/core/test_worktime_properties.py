"""Working time by property: the brute-force minute count (P08), due as its inverse (P09), zones (P21)."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sandar.core.calendar_plan import (
    IMPORTED,
    LOCAL,
    PUBLIC,
    WORKDAY,
    DayOff,
    Declared,
    with_day,
    with_import,
)
from sandar.core.worktime import (
    Calendar,
    Pause,
    due,
    elapsed,
    explain,
    is_working,
    next_working_instant,
    remaining,
)
from tests.core.calendars_at_random import (
    DAYS,
    FIRST_DAY,
    MINUTES,
    ZONES,
    as_pauses,
    instant,
    minutes_of,
    random_calendar,
    random_pauses,
)
from tests.core.properties import seeded, tried

MICROSECOND = timedelta(microseconds=1)
calendars = st.integers(0, 2**32).map(lambda seed: random_calendar(Random(seed)))
moments = st.integers(0, MINUTES * 60_000_000).map(lambda us: timedelta(microseconds=us))
pause_lists = st.lists(st.tuples(moments, moments), max_size=4)


def _pauses(calendar: Calendar, pairs: list[tuple[timedelta, timedelta]]) -> tuple[Pause, ...]:
    zero = instant(calendar, 0)
    return tuple(Pause(zero + min(pair), zero + max(pair), "opd") for pair in pairs)


def test_p08_elapsed_and_due_are_the_count_of_working_minutes_one_by_one() -> None:
    """20,000 (calendar, pauses, instants) in a commit; `PROPERTY_CASES=50000` makes them 1,000,000."""
    draw = Random(20261123)
    for _ in range(seeded(20_000) // 200):
        calendar, pauses = random_calendar(draw), random_pauses(draw)
        bits, stood = minutes_of(calendar, pauses), as_pauses(calendar, pauses)
        worked = [minute for minute in range(MINUTES) if bits[minute]]
        for _ in range(200):
            a, b = sorted((draw.randrange(MINUTES + 1), draw.randrange(MINUTES + 1)))
            start, before = instant(calendar, a), bisect_left(worked, a)
            counted = elapsed(calendar, start, instant(calendar, b), stood)
            assert counted == timedelta(minutes=sum(bits[a:b])), (calendar, pauses, a, b)
            budget = draw.randint(1, 5_000)
            if before + budget <= len(worked):
                last = worked[before + budget - 1]
                found = due(calendar, start, timedelta(minutes=budget), stood)
                assert found == instant(calendar, last + 1), (calendar, pauses, a, budget)


@tried()
@given(calendar=calendars, cuts=st.tuples(moments, moments, moments), pairs=pause_lists)
def test_elapsed_adds_up_over_any_cut_and_never_shrinks(
    calendar: Calendar, cuts: tuple[timedelta, ...], pairs: list[tuple[timedelta, timedelta]]
) -> None:
    stood = _pauses(calendar, pairs)
    a, b, c = (instant(calendar, 0) + cut for cut in sorted(cuts))
    first, second = elapsed(calendar, a, b, stood), elapsed(calendar, b, c, stood)
    assert first + second == elapsed(calendar, a, c, stood)
    assert timedelta() <= first <= b - a


@tried()
@given(calendar=calendars, cut=moments, pairs=pause_lists.filter(bool))
def test_nothing_elapses_inside_a_pause(
    calendar: Calendar, cut: timedelta, pairs: list[tuple[timedelta, timedelta]]
) -> None:
    stood = _pauses(calendar, pairs)
    assert stood[0].end is not None
    assert elapsed(calendar, stood[0].start, stood[0].end, stood) == timedelta()
    endless = Pause(instant(calendar, 0) + cut, None, "opd")
    assert elapsed(calendar, endless.start, endless.start + timedelta(days=30), [endless]) == timedelta()


@tried()
@given(
    calendar=calendars,
    begin=moments,
    budget=st.integers(1, 5_000 * 60_000_000).map(lambda us: timedelta(microseconds=us)),
    pairs=pause_lists,
)
def test_due_is_the_earliest_instant_that_uses_up_the_budget(
    calendar: Calendar, begin: timedelta, budget: timedelta, pairs: list[tuple[timedelta, timedelta]]
) -> None:
    start, stood = instant(calendar, 0) + begin, _pauses(calendar, pairs)
    found = due(calendar, start, budget, stood)
    assert found is not None  # every random calendar works on some weekday
    assert elapsed(calendar, start, found, stood) == budget
    assert elapsed(calendar, start, found - MICROSECOND, stood) < budget
    assert remaining(calendar, start, found, budget=budget, pauses=stood) == timedelta()


@tried()
@given(calendar=calendars, begin=moments, budget=st.integers(1, 3_000), stop=moments)
def test_an_open_pause_leaves_due_what_was_due_before_it_and_nothing_else(
    calendar: Calendar, begin: timedelta, budget: int, stop: timedelta
) -> None:
    start, halted = instant(calendar, 0) + begin, instant(calendar, 0) + stop
    free = due(calendar, start, timedelta(minutes=budget))
    paused = due(calendar, start, timedelta(minutes=budget), [Pause(halted, None, "opd")])
    assert free is not None
    assert paused == (free if free <= halted else None)


@tried()
@given(calendar=calendars, cuts=st.tuples(moments, moments), pairs=pause_lists)
def test_the_explanation_tiles_the_interval_and_sums_to_the_figures(
    calendar: Calendar, cuts: tuple[timedelta, ...], pairs: list[tuple[timedelta, timedelta]]
) -> None:
    start, end = (instant(calendar, 0) + cut for cut in sorted(cuts))
    stood = _pauses(calendar, pairs)
    told = explain(calendar, start, end, stood)
    edges = [start, *(segment.end for segment in told)] if told else [start, start]
    assert edges[-1] == (end if told else start)
    assert all(segment.start == before for segment, before in zip(told, edges, strict=False))
    assert all(segment.start < segment.end for segment in told)
    assert all(a.kind != b.kind or a.reason != b.reason for a, b in pairwise(told))
    sums = {kind: timedelta() for kind in ("counted", "paused", "off")}
    for segment in told:
        sums[segment.kind] += segment.end - segment.start
    assert sums["counted"] == elapsed(calendar, start, end, stood)
    assert sums["counted"] + sums["paused"] == elapsed(calendar, start, end)


@tried()
@given(
    calendar=calendars,
    cuts=st.tuples(moments, moments),
    offsets=st.tuples(st.integers(-1439, 1439), st.integers(-1439, 1439)),
    budget=st.integers(1, 2_000),
    pairs=pause_lists,
)
def test_the_zone_in_which_an_instant_is_written_changes_nothing(
    calendar: Calendar,
    cuts: tuple[timedelta, ...],
    offsets: tuple[int, int],
    budget: int,
    pairs: list[tuple[timedelta, timedelta]],
) -> None:
    start, end = (instant(calendar, 0) + cut for cut in sorted(cuts))
    zones = [timezone(timedelta(minutes=offset)) for offset in offsets]
    first, last = start.astimezone(zones[0]), end.astimezone(zones[1])
    stood = _pauses(calendar, pairs)
    elsewhere = [
        Pause(p.start.astimezone(zones[1]), p.end and p.end.astimezone(zones[0]), p.reason) for p in stood
    ]
    span = timedelta(minutes=budget)
    assert elapsed(calendar, first, last, elsewhere) == elapsed(calendar, start, end, stood)
    assert due(calendar, first, span, elsewhere) == due(calendar, start, span, stood)
    assert explain(calendar, first, last, elsewhere) == explain(calendar, start, end, stood)


@tried()
@given(calendar=calendars, cut=moments)
def test_the_next_working_instant_is_working_and_nothing_elapses_before_it(
    calendar: Calendar, cut: timedelta
) -> None:
    now = instant(calendar, 0) + cut
    opening = next_working_instant(calendar, now)
    assert is_working(calendar, opening)
    assert elapsed(calendar, now, opening) == timedelta()
    assert (opening == now) is is_working(calendar, now)


def test_the_first_day_of_the_driver_is_a_monday() -> None:
    assert datetime.combine(FIRST_DAY, datetime.min.time()).weekday() == 0


def test_p08_days_entered_by_hand_win_over_every_import_in_what_is_counted() -> None:
    """Imports before, between and after rows by hand: each minute counts as the office's own rows say it should."""
    draw = Random(20261130)
    for _ in range(seeded(300)):
        days = [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]
        by_hand = {day: draw.choice((LOCAL, WORKDAY)) for day in draw.sample(days, draw.randrange(5))}
        imports = [draw.sample(days, draw.randrange(6)) for _ in range(3)]
        declared = Declared(zone=draw.choice(list(ZONES)))
        rows = list(by_hand.items())
        for n, brought in enumerate(imports):
            found = [DayOff(day, "libur nasional", PUBLIC, IMPORTED) for day in brought]
            declared = with_import(declared, FIRST_DAY.year, found)
            for day, kind in rows[n::3]:
                declared = with_day(declared, DayOff(day, "dari kantor", kind))
        resting = {day for day in imports[-1] if day not in by_hand}
        resting |= {day for day, kind in by_hand.items() if kind == LOCAL}
        calendar = declared.calendar()
        counted = elapsed(calendar, instant(calendar, 0), instant(calendar, MINUTES))
        worked = [day for day in days if day.weekday() < 5 and day not in resting]
        assert counted == timedelta(minutes=450) * len(worked), (by_hand, imports)
