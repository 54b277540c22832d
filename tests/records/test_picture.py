"""The kept picture of the ledger: one question while nothing changes, and never older than the ledger."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sandar.core.capacity import Demand
from sandar.core.placement import Ask, find
from sandar.records.facility import read as facility
from sandar.records.facility import write as build
from sandar.records.facility.models import Site, Uplink
from sandar.records.ledger import define, read, write
from sandar.records.ledger.models import Place
from tests.race.picture_jobs import everything
from tests.records.ledger_world import AT, LATER, held, make_case, make_world, spec

pytestmark = pytest.mark.django_db(transaction=True)

SERVER = Ask(demand=Demand(watts=100, cords="AB", weight_kg=5), height=2)


def test_while_nothing_changes_the_whole_picture_is_one_question() -> None:
    make_world(racks=3)
    first = read.snapshot()
    with CaptureQueriesContext(connection) as asked:
        again = read.snapshot()
    assert len(asked) == 1
    assert again is first


def test_after_a_booking_only_its_rack_is_read_again_and_the_search_starts_from_what_it_knew() -> None:
    make_world(racks=3)
    before = read.snapshot()
    find(before, [SERVER])
    held(spec("R2", u=5))
    after = read.snapshot()
    assert after.index is not None
    assert after == everything()
    same = {place.name for place, old in zip(after.places, before.places, strict=True) if place is old}
    assert same == {"R1", "R3", "Klaster"}
    untouched = next(place for place in after.places if place.name == "R1")
    assert all(after.pools[pool] is before.pools[pool] for _, pool in untouched.own)


def test_in_a_large_facility_only_the_versions_of_the_blocks_that_were_written_to_are_asked() -> None:
    """One of them is written to, then one is retired: each time the picture is as of now."""
    make_world(racks=1)
    room = facility.rack_named("R1").room
    with transaction.atomic():
        for n in range(200):
            build.create_rack(room, f"K{n:03}", height_u=4, load_kg=100)
        redefined()
    read.snapshot()
    held(spec("K170", u=1, watts=0, cords="", weight_kg=1))
    with CaptureQueriesContext(connection) as asked:
        after = read.snapshot()
    assert not any("ORDER BY" in query["sql"] and "version" in query["sql"] for query in asked), (
        "all were asked"
    )
    assert after == everything()
    with transaction.atomic():
        build.remove_rack(facility.rack_named("K003"))
        redefined()
    assert len(read.snapshot().places) == len(after.places) - 1
    assert read.snapshot() == everything()


def test_after_a_booking_only_the_shared_pools_of_its_rack_are_read_and_after_a_change_of_the_facility_all() -> (
    None
):
    make_world(racks=2)
    first = read.snapshot()
    held(spec("R2", u=5))
    with CaptureQueriesContext(connection) as asked:
        assert read.snapshot() == everything() != first
    everything_asked = [
        query["sql"] for query in asked if "place_id" in query["sql"] and "IS NULL" in query["sql"]
    ]
    assert everything_asked
    assert "IN (" in everything_asked[0], "all shared pools were read"
    held(spec("R1", u=9))
    change_what_is_shared()
    held(spec("R1", u=1))
    assert read.snapshot() == everything()


def change_elsewhere() -> None:
    """The uplink of another rack gets another figure; then somebody books."""
    with transaction.atomic():
        build.change_uplink(Uplink.objects.get(name="Uplink lain"), bandwidth_mbps=700)
        redefined()
    held(spec("R1", u=9))


def with_another_uplink() -> None:
    make_world(racks=2)
    with transaction.atomic():
        other = build.create_uplink(Site.objects.get(), "Uplink lain", bandwidth_mbps=900, source="uji")
        build.create_rack(facility.rack_named("R1").room, "Z1", height_u=4, load_kg=100, uplink=other)
        redefined()
    read.snapshot()


def test_a_change_of_a_pool_that_the_booked_rack_does_not_draw_from_is_seen_with_the_booking() -> None:
    with_another_uplink()
    change_elsewhere()
    assert read.snapshot() == everything()


def test_a_twin_whose_changes_of_the_facility_look_like_bookings_keeps_the_old_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_another_uplink()
    monkeypatch.setattr(define, "FACILITY_CHANGED", 1)
    change_elsewhere()
    assert read.snapshot() != everything()


def test_every_verb_of_the_ledger_shows_in_the_next_picture() -> None:
    make_world(racks=2)
    case = make_case()
    seen = [read.snapshot()]

    def shown() -> None:
        seen.append(read.snapshot())
        assert seen[-1] == everything()
        assert seen[-1] != seen[-2]

    claim = held(spec("R1", u=3, case_id=case.pk, item_no=1))
    shown()
    with transaction.atomic():
        claim = write.reserve(claim, at=AT, by=None, expires_at=LATER)
    shown()
    with transaction.atomic():
        claim = write.move(claim, place_id=read.place("rack", "R2").pk, start=8, at=AT, by=None)
    shown()
    with transaction.atomic():
        claim = write.install(claim, at=AT, by=None)
    shown()
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
    shown()
    held(spec("R1", u=7), expires_at=AT)
    shown()
    with transaction.atomic():
        write.expire(LATER)
    shown()


def redefined() -> None:
    write.define(facility.layout(), at=AT)


def change_what_is_shared() -> None:
    """The uplink that all racks share gets another figure: no rack changes, and none has the pool alone."""
    with transaction.atomic():
        build.change_uplink(Uplink.objects.get(), bandwidth_mbps=400)
        redefined()


def bandwidth() -> int:
    (pool,) = [pool for pool in read.snapshot().pools.values() if pool.kind == "bandwidth"]
    return pool.limit


def test_a_change_of_what_only_shared_pools_have_is_seen() -> None:
    make_world()
    before = bandwidth()
    change_what_is_shared()
    assert bandwidth() < before
    assert read.snapshot() == everything()


def test_a_twin_of_the_definition_that_names_no_witness_leaves_the_old_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_world()
    before = bandwidth()
    monkeypatch.setattr(define, "_witness", lambda _diff: set())
    change_what_is_shared()
    assert bandwidth() == before


def test_racks_that_come_are_renamed_or_go_are_seen() -> None:
    make_world(racks=2)
    read.snapshot()
    with transaction.atomic():
        room = facility.rack_named("R1").room
        build.create_rack(room, "A9", height_u=10, load_kg=100)
        redefined()
    assert [place.name for place in read.snapshot().places if place.kind == "rack"] == ["A9", "R1", "R2"]
    assert read.snapshot() == everything()
    find(read.snapshot(), [SERVER])
    Place.objects.filter(name="A9").update(name="Z9", version=7)
    assert [place.name for place in read.snapshot().places if place.kind == "rack"] == ["R1", "R2", "Z9"]
    assert find(read.snapshot(), [SERVER]) == find(everything(), [SERVER])


def test_what_a_transaction_sees_of_itself_is_not_kept() -> None:
    make_world()
    before = read.snapshot()
    with transaction.atomic():
        write.hold(spec("R1", u=9), at=AT, by=None, expires_at=LATER)
        assert read.snapshot() == everything() != before
        transaction.set_rollback(True)
    assert read.snapshot() is before


def test_a_part_is_cut_from_the_whole() -> None:
    make_world(racks=3)
    held(spec("R2", u=5))
    place = read.place("rack", "R2")
    for part in (read.snapshot(place_ids=[place.pk]), read.snapshot(place_ids=[place.pk])):
        whole = everything()
        assert part.places == tuple(one for one in whole.places if one.id == place.pk)
        assert part.pools == {pk: pool for pk, pool in whole.pools.items() if pool.own in {None, place.pk}}
        assert part.pending == whole.pending
        read.snapshot()
