from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core.capacity import (
    Booking,
    Demand,
    Pending,
    PlaceState,
    PoolState,
    Snapshot,
    amounts,
    check_demand,
    limit_of,
    table,
    unprovided,
)
from sandar.errors import NegativeQuantity
from tests.core.properties import tried

AT = datetime(2026, 11, 23, tzinfo=UTC)
POOLS = {
    1: PoolState(1, "rack_power_a", "R1-A", "normal", 5000, 4000, installed=1000, own=1),
    2: PoolState(2, "rack_power_a", "R1-A", "b_lost", 5000, 4000, installed=2000, held=500, own=1),
    3: PoolState(3, "rack_power_a", "R2-A", "normal", 5000, 4000, reserved=100, own=2),
    4: PoolState(4, "ups", "UPS-A", "normal", 20_000, 16_000, installed=3000),
}
SNAPSHOT = Snapshot(
    places=(
        PlaceState(1, "rack", "R1", half_units=84, front=0b1111, rear=0b11,
                   own=(("power_a", 1), ("power_a_alone", 2), ("power", 4))),
        PlaceState(2, "rack", "R2", half_units=84, own=(("power_a", 3), ("power", 4))),
    ),
    pools=POOLS,
    pending=(Pending(7, "held", AT, "PMH/001", 1, 0, 2, "full"),),
)  # fmt: skip


def test_derating_rounds_down() -> None:
    assert limit_of(4999, 80) == 3999


@pytest.mark.parametrize(
    "wrong", [Demand(watts=-1), Demand(ip_count=-1), Demand(watts=5), Demand(watts=5, cords="X")]
)
def test_a_demand_below_zero_or_without_a_cord_is_refused(wrong: Demand) -> None:
    with pytest.raises(NegativeQuantity):
        check_demand(wrong)


def test_a_quantity_without_a_provider_has_nothing_left() -> None:
    asked = amounts(Demand(watts=100, cords="AB", bandwidth_mbps=5))
    assert unprovided(asked, ["power_a_alone", "power"]) == [("rack_power_b", 100), ("bandwidth", 5)]


def test_the_table_of_a_booking_shows_the_tightest_state_of_every_pool_it_touches() -> None:
    rows = table(SNAPSHOT, [Booking(1, Demand(watts=1000, cords="A"), height=4)])
    by = {(row.resource, row.ref): row for row in rows}
    assert list(by) == [("space", "R1"), ("rack_power_a", "R1-A"), ("ups", "UPS-A")]
    feed = by["rack_power_a", "R1-A"]
    assert (feed.state, feed.installed, feed.held, feed.asked, feed.left) == ("b_lost", 2000, 500, 1000, 500)
    assert feed.enough
    assert feed.unit == "W"
    space = by["space", "R1"]
    assert (space.capacity, space.installed, space.held, space.asked, space.left) == (84, 2, 2, 4, 76)


def test_a_row_that_does_not_suffice_says_by_how_much() -> None:
    rows = table(SNAPSHOT, [Booking(1, Demand(watts=1600, cords="A"))])
    (short,) = [row for row in rows if not row.enough]
    assert (short.resource, short.left) == ("rack_power_a", -100)


def test_without_bookings_the_table_sums_up_what_belongs_to_single_racks() -> None:
    rows = {(row.resource, row.ref): row for row in table(SNAPSHOT)}
    assert rows["space", ""].capacity == 168
    assert rows["rack_power_a", ""].state == "b_lost"
    assert rows["ups", "UPS-A"].left == 13_000


@tried()
@given(watts=st.integers(0, 10_000), cords=st.sampled_from(["", "A", "B", "AB"]), kg=st.integers(0, 99))
def test_amounts_hold_no_zero_and_the_sides_never_fall_below_the_draw(
    watts: int, cords: str, kg: int
) -> None:
    found = amounts(Demand(watts=watts, cords=cords, weight_kg=kg))
    assert all(amount > 0 for amount in found.values())
    if cords and watts:
        assert found.get("power_a", 0) + found.get("power_b", 0) >= watts


@tried()
@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from(("A", "B", "AB")), st.integers(0, 64))
def test_what_there_is_and_what_is_more_cover_the_whole_without_another_outlet(
    was: int, more: int, cords: str, mbps: int
) -> None:
    own = amounts(Demand(watts=was, cords=cords, bandwidth_mbps=mbps))
    extra = amounts(Demand(watts=more, cords=cords, bandwidth_mbps=mbps, extra=True))
    whole = amounts(Demand(watts=was + more, cords=cords, bandwidth_mbps=2 * mbps))
    assert all(own.get(share, 0) + extra.get(share, 0) >= amount for share, amount in whole.items())
    assert not any(share.startswith("outlet") for share in extra)


CORDS = st.sampled_from(("A", "B", "AB"))


@tried()
@given(st.integers(1, 5000), CORDS, st.integers(1, 5000), CORDS)
def test_for_other_cords_just_what_is_more_is_asked_on_every_node_and_in_every_state(
    was: int, plugged: str, watts: int, cords: str
) -> None:
    own = amounts(Demand(watts=was, cords=plugged))
    whole = amounts(Demand(watts=watts, cords=cords))
    demand = Demand(watts=watts, cords=cords, extra=True, beside_watts=was, beside_cords=plugged)
    check_demand(demand)
    more = amounts(demand)
    for share in own.keys() | whole.keys() | more.keys():
        assert more.get(share, 0) == max(whole.get(share, 0) - own.get(share, 0), 0)
    assert {share for share in more if share.startswith("outlet")} == {
        f"outlet_{side.lower()}" for side in cords if side not in plugged
    }


@pytest.mark.parametrize(
    "wrong",
    [
        Demand(watts=1, cords="A", beside_watts=1, beside_cords="A"),
        Demand(watts=1, cords="A", extra=True, beside_watts=1, beside_cords="C"),
        Demand(watts=1, cords="A", extra=True, beside_watts=-1, beside_cords="B"),
    ],
)
def test_beside_is_only_for_more_of_a_device_that_stands(wrong: Demand) -> None:
    with pytest.raises(NegativeQuantity):
        check_demand(wrong)
