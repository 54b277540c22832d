from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from sandar.core.capacity import Demand, Pending, PlaceState, PoolState, Snapshot
from sandar.core.placement import Ask, find
from sandar.errors import NegativeQuantity, PlaceOutsideRack
from tests.core.capacity_model import Held, NaiveLedger, asked, everywhere, where
from tests.core.properties import in_shards, tried, tried_for_the_bar

SOON = datetime(2026, 11, 24, tzinfo=UTC)
LATER = datetime(2026, 12, 24, tzinfo=UTC)


def site(*, racks: int = 3, half_units: int = 84, strip: int = 4000, ups: int = 20_000) -> Snapshot:
    """Racks R1.. with both strips in both states, one UPS a side."""
    pools = [
        PoolState(1, "ups", "UPS-A", "b_lost", ups, ups),
        PoolState(2, "ups", "UPS-B", "a_lost", ups, ups),
    ]
    places = []
    for n in range(1, racks + 1):
        routes: list[tuple[str, int]] = [("power_a_alone", 1), ("power_b_alone", 2)]
        for kind, state, share in (
            ("rack_power_a", "normal", "power_a"),
            ("rack_power_a", "b_lost", "power_a_alone"),
            ("rack_power_b", "normal", "power_b"),
            ("rack_power_b", "a_lost", "power_b_alone"),
            ("weight", "normal", "weight_kg"),
        ):
            limit = 800 if kind == "weight" else strip
            pools.append(PoolState(len(pools) + 1, kind, f"R{n}", state, limit, limit, own=n))
            routes.append((share, len(pools)))
        shares = frozenset(share for share, _ in routes)
        places.append(
            PlaceState(n, "rack", f"R{n}", "Ruang", n, half_units, 1000, own=tuple(routes), shares=shares)
        )
    return Snapshot(tuple(places), {pool.id: pool for pool in pools})


def ask(height: int = 2, watts: int = 200, cords: str = "AB", **more: int) -> Ask:
    depth = more.pop("depth_mm", 0)
    return Ask(demand=Demand(watts=watts, cords=cords, **more), height=height, depth_mm=depth)


def with_rack(world: Snapshot, name: str, **more: int) -> Snapshot:
    places = tuple(replace(p, **more) if p.name == name else p for p in world.places)  # type: ignore[arg-type]
    return replace(world, places=places)


def codes(reasons: tuple[object, ...]) -> set[str]:
    return {reason.code for reason in reasons}  # type: ignore[attr-defined]


def test_an_empty_site_answers_with_ranked_places_at_the_bottom() -> None:
    answer = find(site(), [ask()])
    assert answer.fits
    assert [p.name for p in answer.placements] == ["R1", "R2", "R3"]
    assert answer.plan[0].start == 0
    assert answer.short == ()


def test_the_tightest_gap_that_fits_is_taken_so_that_long_runs_stay() -> None:
    world = with_rack(site(racks=1), "R1", front=0b110011, rear=0b110011)
    (place,) = find(world, [ask(height=2)]).plan
    assert place.start == 2
    assert "keeps_longest_run" in codes(place.pros)


def test_a_heavy_device_goes_low_even_when_a_gap_at_the_top_is_tighter() -> None:
    top_gap = ~(0b1111 << 76) & ((1 << 84) - 1) & ~((1 << 74) - 1)
    world = with_rack(site(racks=1), "R1", front=top_gap, rear=top_gap)
    (light,) = find(world, [ask(height=4)]).plan
    (heavy,) = find(world, [ask(height=4, weight_kg=29)]).plan
    assert light.start == 76
    assert heavy.start == 0


def test_a_whole_unit_device_stands_on_a_half_step_only_when_nothing_else_is_left() -> None:
    free_from_1 = ~(0b11 << 1) & 0b1111
    world = with_rack(site(racks=1, half_units=4), "R1", front=free_from_1, rear=free_from_1)
    (place,) = find(world, [ask(height=2)]).plan
    assert place.start == 1
    assert "half_step" in codes(place.cons)


def test_the_agency_is_kept_together() -> None:
    world = replace(site(), near=frozenset({3}))
    (best, *_) = find(world, [ask()]).placements
    assert best.name == "R3"
    assert "agency_here" in codes(best.pros)


def test_a_single_cord_and_a_heavy_device_high_up_are_reasons_against() -> None:
    low = (1 << 60) - 1
    world = with_rack(site(racks=1), "R1", front=low, rear=low)
    (place,) = find(world, [ask(cords="A", weight_kg=40)]).plan
    assert {"single_cord", "heavy_high"} <= codes(place.cons)


def test_little_headroom_names_the_tightest_node_and_state() -> None:
    (place,) = find(site(racks=1, strip=1000), [ask(watts=950)]).plan
    (con,) = [reason for reason in place.cons if reason.code == "little_headroom"]
    assert con.facts["percent"] == 5
    assert con.facts["state"] in {"b_lost", "a_lost"}


def test_several_servers_are_placed_together_and_share_what_is_left() -> None:
    answer = find(site(racks=2, strip=1000), [ask(watts=600)] * 2)
    assert sorted(p.name for p in answer.plan) == ["R1", "R2"]
    refused = find(site(racks=2, strip=1000), [ask(watts=600)] * 3)
    assert not refused.fits
    (short, *_) = refused.short
    assert (short.resource, short.asked, short.left) == ("rack_power_a", 600, 400)


def test_t8_two_feeds_are_not_double_capacity() -> None:
    answer = find(site(racks=1, strip=1000), [ask(watts=1500)])
    assert {(s.resource, s.asked, s.left) for s in answer.short} == {
        ("rack_power_a", 1500, 1000),
        ("rack_power_b", 1500, 1000),
    }


def test_no_names_the_short_resource_and_when_a_hold_on_it_ends() -> None:
    world = with_rack(site(racks=1, half_units=8), "R1", front=0b111111, rear=0b111111)
    holds = (
        Pending(1, "held", LATER, "PMH/001", 1, 0, 2, "full"),
        Pending(2, "held", SOON, "PMH/002", 1, 4, 2, "full"),
    )
    answer = find(replace(world, pending=holds), [ask(height=4)])
    (short,) = answer.short
    assert (short.resource, short.asked, short.left, short.where) == ("space", 4, 2, "R1")
    assert short.frees_at == SOON


def test_no_rack_deep_enough_and_no_rack_at_all_are_said_so() -> None:
    (short,) = find(site(), [ask(depth_mm=1200)]).short
    assert (short.resource, short.asked, short.left) == ("depth", 1200, 1000)
    (none,) = find(site(racks=0), [ask()]).short
    assert none.resource == "place"


def test_hosting_goes_to_a_cluster_that_has_room() -> None:
    pools = {1: PoolState(1, "vcpu", "K1", "normal", 10, 10, installed=9)}
    cluster = PlaceState(1, "compute", "K1", own=(("vcpu", 1),), shares=frozenset({"vcpu"}))
    world = Snapshot((cluster,), pools)
    wish = Ask(kind="compute", demand=Demand(vcpu=1))
    assert find(world, [wish]).plan[0].start is None
    (short,) = find(world, [wish, wish]).short
    assert (short.resource, short.left) == ("vcpu", 0)


@pytest.mark.parametrize("wrong", [ask(height=-2), replace(ask(), face="top")])
def test_an_ask_that_is_no_device_is_refused(wrong: Ask) -> None:
    with pytest.raises(PlaceOutsideRack):
        find(site(), [wrong])


def test_a_negative_watt_is_refused() -> None:
    with pytest.raises(NegativeQuantity):
        find(site(), [ask(watts=-1)])


def test_asking_twice_gives_the_same_answer() -> None:
    assert find(site(), [ask(), ask(4)]) == find(site(), [ask(), ask(4)])


@in_shards()
@tried_for_the_bar()
@given(case=asked(1, 8))
def test_p01_p02_whatever_is_proposed_the_naive_ledger_accepts_and_no_limit_is_passed(
    shard: int, case: tuple[Snapshot, list[Ask]]
) -> None:
    world, asks = case
    ledger = NaiveLedger(world)
    for wish in asks:
        answer = find(ledger.snapshot(), [wish])
        for option in answer.placements:
            assert ledger.accepts(Held(option.place_id, where(option), wish))
        if answer.fits:
            ledger.held.append(Held(answer.plan[0].place_id, where(answer.plan[0]), wish))
        now = ledger.snapshot()
        assert all(0 <= pool.used <= pool.limit for pool in now.pools.values())


@in_shards()
@tried_for_the_bar()
@given(case=asked(1, 6))
def test_nothing_the_ledger_would_accept_is_refused(shard: int, case: tuple[Snapshot, list[Ask]]) -> None:
    world, (wish, *before) = case
    ledger = NaiveLedger(world)
    for earlier in before:
        if (answer := find(ledger.snapshot(), [earlier])).fits:
            ledger.held.append(Held(answer.plan[0].place_id, where(answer.plan[0]), earlier))
    possible = any(ledger.accepts(found) for found in everywhere(world, wish))
    answer = find(ledger.snapshot(), [wish])
    assert answer.fits is possible
    assert bool(answer.short) is not possible


@tried()
@given(asked(2, 4))
def test_a_plan_for_several_is_accepted_one_after_the_other(case: tuple[Snapshot, list[Ask]]) -> None:
    world, asks = case
    ledger = NaiveLedger(world)
    answer = find(world, asks)
    for wish, option in zip(asks, answer.plan, strict=False):
        new = Held(option.place_id, where(option), wish)
        assert ledger.accepts(new)
        ledger.held.append(new)
    assert answer.fits or answer.short


@tried()
@given(asked(2, 6))
def test_two_that_fit_together_somehow_are_never_refused(case: tuple[Snapshot, list[Ask]]) -> None:
    world, wishes = case
    asks, before = wishes[:2], wishes[2:]
    ledger = NaiveLedger(replace(world, places=world.places[:1]))
    for earlier in before:
        if (answer := find(ledger.snapshot(), [earlier])).fits:
            ledger.held.append(Held(answer.plan[0].place_id, where(answer.plan[0]), earlier))
    now = ledger.snapshot()
    possible = False
    for one in everywhere(now, asks[0]):
        if ledger.accepts(one):
            ledger.held.append(one)
            possible = possible or any(ledger.accepts(two) for two in everywhere(now, asks[1]))
            ledger.held.pop()
    assert find(now, asks).fits is possible


def with_room(world: Snapshot, **room: object) -> Snapshot:
    return replace(world, places=tuple(replace(p, **room) for p in world.places))  # type: ignore[arg-type]


def test_a_room_that_fills_tight_proposes_the_fuller_rack_and_one_that_spreads_the_emptier() -> None:
    half = (1 << 40) - 1
    world = with_rack(site(), "R2", front=half, rear=half)
    names = {
        policy: [p.name for p in find(with_room(world, policy=policy), [ask()]).placements]
        for policy in ("tight", "spread")
    }
    assert names["tight"][0] == "R2"
    assert names["spread"][-1] == "R2"
    best = find(with_room(world, policy="tight"), [ask()]).placements[0]
    assert "room_tight" in codes(best.pros)


def test_what_the_room_keeps_free_is_proposed_last_with_a_warning_and_never_refused() -> None:
    nearly = (1 << 70) - 1
    world = with_room(with_rack(site(racks=2), "R1", front=nearly, rear=nearly), keep_free=20)
    answer = find(world, [ask()])
    assert [p.name for p in answer.placements] == ["R2", "R1"]
    (warning,) = [reason for reason in answer.placements[1].cons if reason.code == "below_reserve"]
    assert warning.facts == {"percent": 14, "keep_free": 20}
    full = with_rack(world, "R2", front=(1 << 84) - 1, rear=(1 << 84) - 1)
    assert find(full, [ask()]).fits


def test_a_single_cord_goes_where_the_other_side_is_heavier() -> None:
    world = site(racks=2)
    loaded = {
        pool.id: replace(pool, installed=1500)
        for pool in world.pools.values()
        if pool.kind == "rack_power_b" and pool.ref == "R2"
    }
    (best, *_) = find(
        replace(world, pools={**world.pools, **loaded}), [ask(watts=1000, cords="A")]
    ).placements
    assert best.name == "R2"
    assert "balances_sides" in codes(best.pros)


def test_little_cooling_is_said_even_where_something_else_is_tighter() -> None:
    world = site(racks=1, strip=1000)
    cooling = PoolState(99, "cooling", "Ruang", "normal", 10_000, 10_000, installed=8_000)
    (place,) = world.places
    with_cooling = replace(place, upstream=(*place.upstream, ("power", 99)))
    found = find(Snapshot((with_cooling,), {**world.pools, 99: cooling}), [ask(watts=950)]).plan[0]
    assert {"little_headroom", "cooling_short"} <= codes(found.cons)


def test_the_side_of_a_rack_is_found_and_runs_out() -> None:
    strip = Ask(demand=Demand(weight_kg=3))
    world = site(racks=1)
    answer = find(world, [strip] * 4)
    assert [p.slot for p in answer.plan] == [1, 2, 3, 4]
    (short,) = find(with_rack(world, "R1", sides=0b1111), [strip]).short
    assert (short.resource, short.asked, short.left) == ("side", 1, 0)
