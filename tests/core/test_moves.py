"""Plans of moves: what is pushed together fits, and no two devices are ever in one unit while hands work."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sandar.core import moves, standing
from sandar.core.capacity import Snapshot
from sandar.core.moves import Way
from sandar.core.placement import Ask
from sandar.core.standing import Stand
from tests.core.capacity_model import Held, NaiveLedger, asked, everywhere
from tests.core.properties import tried
from tests.core.test_placement import ask, site


def device(start: int, height: int = 2, place: int = 1, face: str = "full") -> Stand:
    return replace(Held(place, start, ask(height)).stand, face=face)


def world_with(stands: list[Stand], **site_figures: int) -> Snapshot:
    return standing.beside(site(**site_figures), stands)


def never_overlaps(ways: list[Way], work: tuple[moves.Work, ...]) -> bool:
    """Walks through the work; every device is in one place, and no unit is ever in two."""
    at = {way.claim: way.was for way in ways}
    for step in work:
        assert at.get(step.claim) == step.was
        at.pop(step.claim, None)
        if step.to is not None:
            if any(moves.cells(step.to) & moves.cells(other) for other in at.values()):
                return False
            at[step.claim] = step.to
    return at == {way.claim: way.to for way in ways}


def test_a_block_shifts_from_the_top_so_that_each_finds_its_units_free() -> None:
    stands = [device(2 * n) for n in range(4)]
    ways = [Way(n, stand, replace(stand, start=(stand.start or 0) + 2)) for n, stand in enumerate(stands)]
    work = moves.order(world_with(stands), ways)
    assert [(step.kind, step.claim) for step in work] == [("move", 3), ("move", 2), ("move", 1), ("move", 0)]


def test_a_swap_needs_a_temporary_place_and_says_where() -> None:
    stands = [device(0), device(2)]
    ways = [Way(7, stands[0], stands[1]), Way(8, stands[1], stands[0])]
    work = moves.order(world_with(stands), ways)
    assert [(step.kind, step.claim) for step in work] == [("temporary", 7), ("move", 8), ("move", 7)]
    assert work[0].to is not None
    assert work[0].to.start == 4


def test_a_swap_in_a_full_rack_sets_one_device_aside() -> None:
    stands = [device(0), device(2)]
    world = world_with(stands, racks=1, half_units=4)
    work = moves.order(world, [Way(7, stands[0], stands[1]), Way(8, stands[1], stands[0])])
    assert (work[0].kind, work[0].claim, work[0].to) == ("aside", 7, None)
    assert [step.kind for step in work] == ["aside", "move", "move"]


def test_a_plan_that_cannot_be_ends_where_hands_cannot_go_on() -> None:
    stands = [device(0), device(2)]
    ways = [Way(n, stand, device(8)) for n, stand in enumerate(stands)]
    assert [step.claim for step in moves.order(world_with(stands), ways)] == [0]


def test_a_rack_is_pushed_together_in_its_order_and_around_what_is_blocked() -> None:
    stands = {1: device(4), 2: device(10, 4), 3: device(20)}
    world = world_with([*stands.values(), device(2)])
    ways = moves.compact_rack(world.places[0], stands, [device(2)])
    assert {way.claim: way.to.start for way in ways} == {1: 0, 2: 4, 3: 8}


def test_a_rack_without_gaps_needs_no_move() -> None:
    stands = {1: device(0), 2: device(2, 4)}
    assert moves.compact_rack(world_with(list(stands.values())).places[0], stands) == []


def test_a_rack_in_which_no_move_lengthens_the_free_run_is_left_alone() -> None:
    stands = {1: device(0, 4), 2: device(76)}
    assert moves.compact_rack(world_with(list(stands.values())).places[0], stands, [device(72, 4)]) == []


def test_only_those_move_that_must() -> None:
    stands = {1: device(0), 2: device(20), 3: device(80, 4)}
    ways = moves.compact_rack(world_with(list(stands.values())).places[0], stands)
    assert [(way.claim, way.to.start) for way in ways] == [(2, 2)]
    ways = moves.compact_rack(
        world_with(list(stands.values())).places[0], {2: stands[2]}, [stands[1], stands[3]]
    )
    assert [(way.claim, way.to.start) for way in ways] == [(2, 2)]


def test_the_emptiest_rack_of_a_room_is_emptied_into_the_others() -> None:
    stands = {1: device(0), 2: device(2), 3: device(0, place=2), 4: device(0, 8, place=3)}
    world = world_with(list(stands.values()))
    ways = moves.empty_racks(world, stands)
    assert {way.claim for way in ways} >= {3}
    ended = {way.claim: way.to for way in ways}
    left = {ended.get(claim, stand).place_id for claim, stand in stands.items()}
    assert len(left) == 1
    assert never_overlaps([Way(c, s, ended.get(c, s)) for c, s in stands.items()], moves.order(world, ways))


@tried()
@given(case=asked(1, 7), seed=st.integers(0, 65_535))
def test_whatever_is_pushed_together_fits_and_no_unit_is_ever_in_two(
    case: tuple[Snapshot, list[Ask]], seed: int
) -> None:
    (world, wishes), chance = case, Random(seed)
    ledger = NaiveLedger(world)
    for wish in wishes:
        places = [held for held in everywhere(world, wish) if ledger.accepts(held)]
        if places:
            ledger.held.append(chance.choice(places))
    stands = {number: held.stand for number, held in enumerate(ledger.held)}
    picture = ledger.snapshot()
    plans = [
        moves.compact_rack(place, {n: s for n, s in stands.items() if s.place_id == place.id})
        for place in picture.places
    ]
    plans.append(moves.empty_racks(picture, stands))
    for ways in plans:
        lifted = standing.without(picture, [way.was for way in ways])
        for way in ways:
            assert standing.judge(lifted, way.to).fits
            lifted = standing.beside(lifted, [way.to])
        ended = {way.claim: way.to for way in ways}
        everybody = [Way(n, stand, ended.get(n, stand)) for n, stand in stands.items()]
        assert never_overlaps(everybody, moves.order(picture, ways))
