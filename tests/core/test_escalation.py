"""T12 over random calendars: a rung is inside working time, in the order of the ladder, and shifts with pauses."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandar.core.escalation import reached, used
from sandar.core.worktime import elapsed, is_working
from tests.core.calendars_at_random import MINUTES, as_pauses, instant, random_calendar, random_pauses
from tests.core.properties import seeded


def test_t12_a_rung_lies_inside_a_window_of_any_calendar_and_rungs_keep_their_order() -> None:
    draw = Random(20261130)
    for _ in range(seeded(400)):
        calendar = random_calendar(draw)
        pauses = as_pauses(calendar, random_pauses(draw))
        start = instant(calendar, draw.randrange(MINUTES))
        budget = timedelta(minutes=draw.randint(15, 2_000))
        ladder = [(-25, "%"), (-5, "min"), (0, "min"), (1, "day"), (300, "%")]
        instants = []
        for amount, unit in ladder:
            target = used(budget, amount, unit)  # type: ignore[arg-type]
            at = reached(calendar, start, target, pauses=pauses, any_time=False)
            assert at is not None
            assert is_working(calendar, at)
            assert elapsed(calendar, start, at, pauses) == target or target == timedelta()
            instants.append((target, at))
        ordered = sorted(instants)
        assert [at for _, at in ordered] == sorted(at for _, at in instants)


def test_a_rung_that_may_fire_at_any_time_keeps_the_instant_of_the_closing_and_none_goes_before_the_start() -> (
    None
):
    assert used(timedelta(minutes=10), -1, "day") == timedelta()
    assert used(timedelta(minutes=10), 1, "day") == timedelta(minutes=460)
