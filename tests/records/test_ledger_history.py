"""What was taken week by week is told by the movements alone, and agrees with what stood there then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.ledger import history
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from tests import office

pytestmark = pytest.mark.django_db

START = office.MONDAY - timedelta(days=30)


def spec(
    rack: str, unit: float, *, watts: int = 500, cords: str = "AB", face: str = "full"
) -> ledger.ClaimSpec:
    return ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=watts, cords=cords, weight_kg=20, bandwidth_mbps=50),
        start=geometry.start_of(unit),
        height=4,
        face=face,
        label=f"{rack}-{unit}",
    )


def firm() -> tuple[dict[int, int], dict[int, int]]:
    """What is firm now, counted from the ledger's own pools and masks."""
    seen = ledger_read.snapshot()
    pools = {pk: pool.reserved + pool.installed + pool.blocked for pk, pool in seen.pools.items()}
    now = history.weekly(seen, at=office.MONDAY + timedelta(days=400), weeks=0)
    space = {pk: values[-1] for pk, values in now.space.items()}
    for place in seen.places:
        if place.kind == "rack":
            held = sum(
                geometry.mask(claim.start or 0, claim.height)
                for claim in seen.pending
                if claim.state == "held" and claim.place_id == place.id
            )
            assert space[place.id] == ((place.front | place.rear) & ~held).bit_count()
    return pools, space


def test_every_week_walked_back_equals_what_was_firm_in_that_week() -> None:
    office.build(START + timedelta(days=30))
    truth: list[tuple[datetime, dict[int, int], dict[int, int]]] = []
    claims: list[Claim] = []
    for week in range(12):
        at = START + timedelta(days=7 * week + 3)
        held = ledger.hold(spec("R01", 1 + 2 * week), at=at, by=None, expires_at=None)
        if week % 3 != 2:
            claims.append(ledger.install(held, at=at + timedelta(hours=1), by=None))
        if week % 4 == 3:
            ledger.release(claims.pop(0), at=at + timedelta(hours=2), by=None)
        if week % 5 == 4:
            moving = claims.pop()
            claims.append(
                ledger.move(moving, place_id=spec("R07", 1).place_id, start=2 * week, at=at, by=None)
            )
        if week == 7:
            claims.append(ledger.resize(claims.pop(0), spec("R02", 9, watts=900, cords="A"), at=at, by=None))
        truth.append((at + timedelta(days=3), *firm()))
    seen = history.weekly(ledger_read.snapshot(), at=truth[-1][0], weeks=11)
    told = dict(zip(seen.marks, range(len(seen.marks)), strict=True))
    compared = 0
    for moment, pools, space in truth:
        index = told[moment]
        assert {pk: values[index] for pk, values in seen.pools.items()} == pools
        assert {pk: values[index] for pk, values in seen.space.items()} == space
        compared += 1
    assert compared == 12


def test_history_begins_after_the_day_the_stock_was_taken_over() -> None:
    office.build(START + timedelta(days=30))
    seen = history.weekly(ledger_read.snapshot(), at=START + timedelta(days=20), weeks=26)
    assert len(seen.marks) == 3
    assert all(len(set(values)) == 1 for values in seen.pools.values())


def test_what_draws_from_a_pool_adds_up_to_what_the_pool_says() -> None:
    office.build(START + timedelta(days=30))
    ledger.hold(spec("R01", 1), at=START, by=None, expires_at=None)
    ledger.take_over([spec("R02", 1, watts=700, cords="A")], at=START, by=None)
    for pool in ledger_read.snapshot().pools.values():
        assert sum(one.amount for one in history.drawn([pool.id])) == pool.used


@pytest.mark.django_db(transaction=True)
def test_a_picture_inside_a_consistent_read_is_of_that_same_moment() -> None:
    with transaction.atomic():
        office.build(START + timedelta(days=30))
    with ledger_read.consistent():
        before = ledger_read.snapshot()
        assert ledger_read.pools()
    with ledger_read.consistent():
        assert ledger_read.snapshot() == before
