"""Exactly here? P01 to P04 on plain data: what is put in and lifted out, held to the naive ledger."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import standing
from sandar.core.capacity import Snapshot
from sandar.core.placement import Ask
from sandar.errors import DeviceTooDeep, NoSuchSlot, PlaceOutsideRack
from tests.core.capacity_model import Held, NaiveLedger, asked, everywhere, wish, world
from tests.core.power_model import Choice, taped
from tests.core.properties import in_shards, tried_for_the_bar
from tests.core.test_placement import ask, site

Acts = list[tuple[bool, int, Ask]]


def acts(choice: Choice) -> tuple[Snapshot, Acts]:
    """A world and up to eight acts: put in or lifted out, where of all there is, what."""
    found = world(choice)
    return found, [
        (choice.pick([False, True, True]), choice.number(0, 65_000), wish(choice))
        for _ in range(choice.number(0, 8))
    ]


def fits(snapshot: Snapshot, held: Held) -> bool:
    try:
        return standing.judge(snapshot, held.stand).fits
    except (PlaceOutsideRack, NoSuchSlot):
        return False


@in_shards()
@tried_for_the_bar()
@given(case=taped(acts))
def test_p01_p02_p03_after_any_acts_the_picture_is_the_naive_recount(
    shard: int, case: tuple[Snapshot, Acts]
) -> None:
    world, acts = case
    ledger, picture = NaiveLedger(world), world
    for put, which, wanted in acts:
        if put:
            places = list(everywhere(world, wanted))
            new = places[which % len(places)]
            assert fits(picture, new) is ledger.accepts(new)
            if ledger.accepts(new):
                ledger.held.append(new)
                picture = standing.beside(picture, [new.stand])
        elif ledger.held:
            gone = ledger.held.pop(which % len(ledger.held))
            picture = standing.without(picture, [gone.stand])
        assert picture == ledger.snapshot()
        assert all(0 <= pool.used <= pool.limit for pool in picture.pools.values())


@in_shards()
@tried_for_the_bar()
@given(case=asked(2, 5), seed=st.integers(0, 65_535))
def test_p04_lifting_restores_exactly_and_the_order_of_independent_holds_leaves_no_trace(
    shard: int, case: tuple[Snapshot, list[Ask]], seed: int
) -> None:
    (world, wishes), chance = case, Random(seed)
    ledger = NaiveLedger(world)
    for wanted in wishes:
        places = [held for held in everywhere(world, wanted) if ledger.accepts(held)]
        if places:
            ledger.held.append(chance.choice(places))
    stands = [held.stand for held in ledger.held]
    full = standing.beside(world, stands)
    assert standing.beside(world, chance.sample(stands, len(stands))) == full
    assert standing.without(full, chance.sample(stands, len(stands))) == world


def test_what_is_too_deep_or_outside_is_refused_with_its_rule() -> None:
    world = site(racks=1)
    with pytest.raises(DeviceTooDeep):
        standing.judge(world, Held(1, 0, ask(depth_mm=1200)).stand)
    with pytest.raises(PlaceOutsideRack):
        standing.judge(world, Held(1, 83, ask()).stand)


def test_a_place_that_is_not_in_the_picture_is_passed_over() -> None:
    world = site(racks=1)
    assert standing.beside(world, [Held(7, 0, ask()).stand]) == world
