from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core.electric import Rating, battery_minutes, cooling_watts, usable_watts
from tests.core.properties import tried


@pytest.mark.parametrize(
    ("rating", "watts"),
    [
        (Rating(watts=5000), 5000),
        (Rating(va=10_000, power_factor=90), 9000),
        (Rating(watts=8000, va=10_000, power_factor=90), 8000),
        (Rating(watts=9500, va=10_000, power_factor=90), 9000),
        (Rating(volts=220, amps=32), 7040),
        (Rating(volts=220, amps=8, power_factor=100), 1760),  # the feed of T8: 4.5 kW were accepted on it
        (Rating(volts=400, amps=32, phases=3), 22_170),  # sqrt(3) x 400 x 32 = 22,170.2
        (Rating(volts=400, amps=63, phases=3, power_factor=95), 41_465),  # 41,465.4
        (Rating(watts=30_000, volts=400, amps=32, phases=3), 22_170),
        (Rating(module_count=4, module_w=10_000), 40_000),
        (Rating(module_count=4, module_w=10_000, spare_modules=1), 30_000),
        (Rating(watts=25_000, module_count=4, module_w=10_000, spare_modules=1), 25_000),
        (Rating(), 0),
    ],
)
def test_a_node_gives_the_lowest_of_all_that_is_said_of_it(rating: Rating, watts: int) -> None:
    assert usable_watts(rating) == watts


@pytest.mark.parametrize(
    ("spare", "lost", "watts"), [(0, 1, 30), (1, 1, 30), (1, 2, 20), (2, 1, 20), (0, 4, 0)]
)
def test_a_lost_module_is_the_spare_one_if_there_is_one(spare: int, lost: int, watts: int) -> None:
    assert usable_watts(Rating(module_count=4, module_w=10, spare_modules=spare), modules_lost=lost) == watts


def test_of_cooling_units_the_strongest_may_fail() -> None:
    units = [(24_000, 78), (30_000, 50), (24_000, 78)]
    assert cooling_watts(units, spare=0) == (78_000, 52_440)
    assert cooling_watts(units, spare=1) == (54_000, 33_720)
    assert cooling_watts(units, spare=0, lost=1) == cooling_watts(units, spare=1, lost=1)
    assert cooling_watts(units, spare=5) == (0, 0)


CURVE = [(5_000, 60), (10_000, 25), (20_000, 8)]


@pytest.mark.parametrize(
    ("watts", "minutes"),
    [(10_000, 25), (15_000, 16), (12_500, 20), (20_000, 8), (20_001, 0), (5_000, 60), (1_000, 60), (0, 60)],
)
def test_a_battery_lasts_as_measured_in_between_in_a_straight_line_and_never_more(
    watts: int, minutes: int
) -> None:
    assert battery_minutes(CURVE, watts) == minutes


def test_of_a_battery_nobody_has_described_nothing_is_known() -> None:
    assert battery_minutes([], 1000) is None
    assert battery_minutes([(0, 99)], 1000) is None


@tried()
@given(st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, 90)), min_size=1), st.integers(0, 50_000))
def test_more_load_never_lasts_longer(points: list[tuple[int, int]], watts: int) -> None:
    loads = sorted({load for load, _ in points})
    times = sorted((minutes for _, minutes in points), reverse=True)
    curve = list(zip(loads, times, strict=False))
    lighter, heavier = battery_minutes(curve, watts), battery_minutes(curve, watts + 500)
    assert lighter is not None
    assert heavier is not None
    assert lighter >= heavier
    larger = [(load, minutes) for load, minutes in curve if load >= watts]
    if watts and larger and watts < curve[0][0]:
        assert lighter <= larger[0][1] * larger[0][0] / watts
