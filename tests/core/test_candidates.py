"""The search by lists answers what the search over all places answers, to the last reason, and looks at few."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import candidates, rack
from sandar.core.capacity import Demand, PlaceState, PoolState, Snapshot
from sandar.core.placement import Ask, find
from tests.core import exhaustive
from tests.core.power_model import Drawn, Seeded
from tests.core.properties import seeded, tried

SERVER = Ask(demand=Demand(watts=400, cords="AB", weight_kg=20), height=2, depth_mm=700)


def test_thousands_of_facilities_from_seeds_are_answered_as_by_looking_at_every_place() -> None:
    met: Counter[str] = Counter()
    for seed in range(seeded(120)):
        chance = Random(seed)
        choice = Seeded(chance)
        world = exhaustive.facility(choice, racks=chance.choice([1, 4, 12, 60]), alike=chance.random() < 0.4)
        for _ in range(3):
            asks = [exhaustive.wish(choice) for _ in range(chance.choice([1, 1, 1, 2, 4]))]
            asks = asks[:1] * 3 if chance.random() < 0.2 else asks
            limit = chance.choice([1, 3, 12, 1_000])
            answer = find(world, asks, limit=limit)
            assert answer == exhaustive.find(world, asks, limit=limit), f"seed {seed}"
            met["placed" if answer.fits else "short"] += 1
    assert min(met["placed"], met["short"]) > sum(met.values()) // 10, met


@tried()
@given(data=st.data(), racks=st.integers(1, 5), limit=st.sampled_from([1, 2, 12]), alike=st.booleans())
def test_whatever_the_facility_the_ranking_is_the_one_over_all_places(
    data: st.DataObject, racks: int, limit: int, alike: bool
) -> None:
    choice = Drawn(data.draw)
    world = exhaustive.facility(choice, racks=racks, alike=alike)
    asks = [exhaustive.wish(choice) for _ in range(choice.number(1, 3))]
    assert find(world, asks, limit=limit) == exhaustive.find(world, asks, limit=limit)


def changed(world: Snapshot, chance: Random) -> tuple[Snapshot, set[int], set[int]]:
    """Some racks and shared pools as somebody's bookings leave them; the ids of both."""
    places = {place.id: place for place in world.places}
    pools = dict(world.pools)
    moved = chance.sample(sorted(places), k=min(len(places), chance.randint(1, 3)))
    for pk in moved:
        place = places[pk]
        bits = rack.mask(chance.randint(0, max(place.half_units, 1)), 4) & ((1 << place.half_units) - 1)
        places[pk] = replace(place, front=place.front ^ bits, rear=place.rear ^ bits)
        for _, pool in place.own:
            pools[pool] = replace(pools[pool], held=0, installed=chance.randint(0, pools[pool].limit))
    shared = [pool.id for pool in pools.values() if pool.own is None]
    drawn = chance.sample(shared, k=min(len(shared), 3))
    for pool in drawn:
        pools[pool] = replace(pools[pool], held=0, installed=chance.randint(0, pools[pool].limit))
    return replace(world, places=tuple(places.values()), pools=pools), set(moved), set(drawn)


def asked_after_changes(seed: int, *, told: bool) -> bool:
    """Is every answer after some rounds of changes the one over all places? told: the index hears of them."""
    chance = Random(seed)
    choice = Seeded(chance)
    world = exhaustive.facility(choice, racks=chance.choice([3, 20]))
    asks = [exhaustive.wish(choice) for _ in range(3)]
    same = True
    for _ in range(5):
        for ask in asks:
            same = same and find(world, [ask]) == exhaustive.find(world, [ask])
        after, places, pools = changed(world, chance)
        keep = candidates.carry_over if chance.random() < 0.5 else candidates.lend
        keep(world, after, places=places if told else (), pools=pools if told else ())
        assert after.index is not None
        if keep is candidates.carry_over:
            world = after
        else:  # asked once; the picture before is asked again and knows more
            ask = exhaustive.wish(choice)
            same = same and find(after, [ask]) == exhaustive.find(after, [ask])
    return same


def test_an_index_that_hears_of_every_change_stays_right_and_a_twin_that_does_not_goes_stale() -> None:
    seeds = range(seeded(40))
    assert all(asked_after_changes(seed, told=True) for seed in seeds)
    assert not all(asked_after_changes(seed, told=False) for seed in seeds)


def test_what_a_borrowed_index_was_asked_is_known_to_the_next_that_borrows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = large(200)
    first, second = replace(world, near=frozenset({3})), replace(world, near=frozenset({4}))
    candidates.lend(world, first)
    find(first, [SERVER])
    candidates.lend(world, second)
    monkeypatch.setattr(candidates.Index, "entry", lambda *_: pytest.fail("the lists were made again"))
    assert find(second, [SERVER]).fits


def test_a_changed_copy_has_no_index_of_its_own_until_it_is_asked() -> None:
    world = exhaustive.facility(Seeded(Random(1)), racks=5)
    find(world, [SERVER])
    assert world.index is not None
    assert replace(world).index is None
    fewer = replace(world, places=world.places[:-1])
    candidates.carry_over(world, fewer, places=(), pools=())
    assert fewer.index is None, "where a place went there is nothing to keep"


def large(racks: int) -> Snapshot:
    """Racks of which no two are loaded alike, twenty on a path."""
    chance = Random(7)
    pools: list[PoolState] = []
    places = []

    def pool(kind: str, limit: int, used: int, own: int | None) -> int:
        ref = kind if own is None else f"R{own}"
        pools.append(PoolState(len(pools) + 1, kind, ref, "normal", limit, limit, 0, 0, used, 0, own))
        return len(pools)

    path: tuple[tuple[str, int], ...] = ()
    for n in range(1, racks + 1):
        if n % 20 == 1:
            path = tuple(
                (f"power_{side}_alone", pool("pdu", 400_000, chance.randint(100_000, 250_000), None))
                for side in "ab"
            )
        own = [
            (share, pool(kind, limit, chance.randint(0, limit), n))
            for share, kind, limit in (
                ("power_a_alone", "rack_power_a", 8_000),
                ("power_b_alone", "rack_power_b", 8_000),
                ("weight_kg", "weight", 900),
            )
        ]
        mask = chance.getrandbits(42)
        shares = frozenset(share for share, _ in (*own, *path))
        places.append(
            PlaceState(n, "rack", f"R{n:05}", "", n, 84, 1000, mask, mask, tuple(own), path, shares)
        )
    return Snapshot(tuple(places), {one.id: one for one in pools})


@pytest.mark.parametrize("racks", [500, 2_000])
def test_few_places_are_looked_at_however_many_there_are(racks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = large(racks)
    expected = exhaustive.find(world, [SERVER])
    looked: list[int] = []
    choice = candidates.Search.choice

    def counted(self: candidates.Search, place: PlaceState) -> Any:
        looked.append(place.id)
        return choice(self, place)

    monkeypatch.setattr(candidates.Search, "choice", counted)
    assert find(world, [SERVER]) == expected
    assert len(looked) < 100, len(looked)


def test_racks_that_are_all_alike_are_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    world = large(1_000)
    (path,) = {world.places[0].upstream}
    alike = [replace(one, front=0, rear=0, upstream=path) for one in world.places]
    empty = {pk: replace(pool, installed=0) for pk, pool in world.pools.items()}
    world = Snapshot(tuple(alike), empty)
    expected = exhaustive.find(world, [SERVER])
    assert expected.fits
    looked: list[int] = []
    choice = candidates.Search.choice
    monkeypatch.setattr(
        candidates.Search, "choice", lambda self, place: (looked.append(place.id), choice(self, place))[1]
    )
    assert find(world, [SERVER]) == expected
    assert len(looked) <= 12


def test_forty_servers_are_placed_in_a_facility_of_thousands_of_racks() -> None:
    """The bound on what one request may cost counted all places for every server: thirty were too many."""
    answer = find(large(5_000), [SERVER] * 40)
    assert len(answer.plan) == 40
    assert not answer.short
