from __future__ import annotations

import pytest
from django.db import transaction

from sandar.errors import InvalidInput, NotFound
from sandar.records.facility import read
from sandar.records.facility import write as build
from sandar.records.facility.models import Room, Site
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write
from sandar.records.ledger.models import Pool, Route
from tests.records.ledger_world import AT, held, make_world, spec

pytestmark = pytest.mark.django_db


def test_the_layout_names_every_node_only_in_the_failure_states_where_it_can_bind() -> None:
    make_world(racks=1)
    states: dict[str, set[str]] = {}
    for pool in read.layout().pools:
        states.setdefault(pool.ref, set()).add(pool.state)
    assert states["R1-A"] == states["UPS-A"] == {"normal", "b_lost"}
    assert states["PDU-B1"] == {"normal", "a_lost"}
    assert states["PLN"] == {"normal"}
    assert states["GENSET"] == {"utility_lost"}


def test_a_rack_draws_from_its_own_strips_and_load_and_from_the_sites_shared_pools() -> None:
    make_world(racks=2)
    (first, *_) = read.layout().places
    kinds = sorted({key[0] for key, _ in first.routes})
    assert kinds == [
        "bandwidth", "cooling", "genset", "ip", "pdu", "rack_power_a", "rack_power_b", "ups", "utility", "weight",
    ]  # fmt: skip
    own = set(Pool.objects.filter(place__name="R1").values_list("kind", flat=True))
    assert own == {"rack_power_a", "rack_power_b", "weight"}


def test_a_rack_may_have_an_uplink_of_its_own() -> None:
    make_world(racks=1)
    with transaction.atomic():
        site = Site.objects.get()
        fast = build.create_uplink(site, "Intranet", bandwidth_mbps=10_000)
        build.create_rack(Room.objects.get(), "R9", uplink=fast)
    (place,) = [place for place in read.layout().places if place.name == "R9"]
    assert (("bandwidth", "Intranet", "normal"), "bandwidth_mbps") in place.routes


def test_defining_the_ledger_twice_changes_nothing() -> None:
    make_world()
    held(spec())
    before = (list(Pool.objects.values()), list(Route.objects.values_list("place_id", "pool_id", "share")))
    with transaction.atomic():
        write.define(read.layout(), at=AT)
    after = (list(Pool.objects.values()), list(Route.objects.values_list("place_id", "pool_id", "share")))
    assert after == before
    assert ledger.recount() == []


def test_a_derating_lowers_the_limit_rounded_down() -> None:
    make_world(racks=1)
    with transaction.atomic():
        Room.objects.update(capacity_w=999, derating=50)
        write.define(read.layout(), at=AT)
    pool = Pool.objects.get(kind="cooling")
    assert (pool.capacity, pool.derating, pool.limit) == (999, 50, 499)


def test_broken_figures_are_refused() -> None:
    make_world(racks=1)
    room = Room.objects.get()
    site = room.site
    with pytest.raises(InvalidInput):
        build.create_rack(room, "X", height_u=0)
    with pytest.raises(InvalidInput):
        build.create_rack(room, "X", numbering="left")
    with pytest.raises(InvalidInput):
        build.create_uplink(site, "X", bandwidth_mbps=-1)
    with pytest.raises(InvalidInput):
        build.create_room(site, "X", derating=101)
    with pytest.raises(InvalidInput):
        build.create_power_node(site, "X", kind="magic", capacity_w=1)
    with pytest.raises(InvalidInput):
        build.create_prefix(site, "10.0.0.300/24")


def test_a_rack_has_one_feed_a_side_and_one_name() -> None:
    make_world(racks=1)
    rack = read.rack_named("R1")
    with pytest.raises(InvalidInput), transaction.atomic():
        build.create_power_node(
            rack.room.site, "R1-A2", kind="rack_power_a", side="A", capacity_w=1, rack=rack
        )
    with pytest.raises(NotFound):
        read.rack_named("R404")


@pytest.mark.django_db(transaction=True)
def test_a_kept_snapshot_is_never_older_than_the_ledger() -> None:
    make_world()
    empty = ledger.snapshot()
    claim = held(spec(u=3, watts=400))
    full = ledger.snapshot()
    assert ledger.snapshot() == full != empty
    (place,) = [place for place in full.places if place.name == "R1"]
    assert place.front == 0b110000
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
        assert ledger.snapshot().places == empty.places
        transaction.set_rollback(True)
    assert ledger.snapshot() == full
    with transaction.atomic():
        Room.objects.update(capacity_w=150_000)
        rack = read.rack_named("R1")
        rack.load_kg = 700
        rack.save()
        write.define(read.layout(), at=AT)
    limits = {(pool.kind, pool.ref): pool.limit for pool in ledger.snapshot().pools.values()}
    assert (limits["weight", "R1"], limits["cooling", "Ruang 1"]) == (700, 150_000)
