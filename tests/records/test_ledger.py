"""The ledger's verbs, one after the other; the races are in tests/race."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sandar.errors import (
    CapacityTaken,
    ClaimChanged,
    DeviceTooDeep,
    ItemHasClaim,
    LimitBelowUse,
    NegativeQuantity,
    NotFound,
    PlaceOutsideRack,
)
from sandar.records.facility import read as facility
from sandar.records.facility import write as build
from sandar.records.facility.models import Room, Uplink
from sandar.records.ledger import read, write
from sandar.records.ledger.models import Cell, Claim, Line, Movement, Place, Pool
from tests.records.ledger_world import AT, LATER, held, hosting, make_case, make_world, spec

pytestmark = pytest.mark.django_db


def used(kind: str, ref: str, state: str = "normal") -> tuple[int, int, int, int]:
    pool = Pool.objects.get(kind=kind, ref=ref, failure_state=state)
    return pool.held, pool.reserved, pool.installed, pool.blocked


def figures() -> list[tuple[object, ...]]:
    """Everything that a refused or undone booking must leave as it was."""
    pools = Pool.objects.order_by("pk").values_list("pk", "held", "reserved", "installed", "blocked")
    masks = Place.objects.order_by("pk").values_list("pk", "front", "rear")
    cells = Cell.objects.order_by("pk").values_list("rack_id", "half_u", "face", "claim_id")
    return [*pools, *masks, *cells]


def test_a_dual_corded_device_books_the_worst_case_of_every_failure_state() -> None:
    make_world()
    held(spec(watts=301, bandwidth_mbps=10, ip_count=1))
    assert used("rack_power_a", "R1-A")[0] == 151
    assert used("rack_power_a", "R1-A", "b_lost")[0] == 301
    assert used("rack_power_b", "R1-B", "a_lost")[0] == 301
    assert used("ups", "UPS-A")[0] == 151
    assert used("ups", "UPS-B", "a_lost")[0] == 301
    assert used("pdu", "PDU-A1", "b_lost")[0] == 301
    assert used("pdu", "PDU-A2", "b_lost")[0] == 0
    assert used("utility", "PLN")[0] == 301
    assert used("genset", "GENSET", "utility_lost")[0] == 301
    assert used("cooling", "Ruang 1")[0] == 301
    assert used("weight", "R1")[0] == 10
    assert used("bandwidth", "Internet")[0] == 10
    assert used("ip", "10.9.0.0/24")[0] == 1
    assert not Pool.objects.filter(kind="genset", failure_state="normal").exists()
    assert read.recount() == []


def test_a_claim_walks_from_held_to_installed_and_its_amounts_walk_along() -> None:
    make_world()
    claim = held(spec(watts=400))
    with transaction.atomic():
        claim = write.reserve(claim, at=AT, by=None, expires_at=LATER)
        assert used("utility", "PLN") == (0, 400, 0, 0)
        claim = write.install(claim, at=AT, by=None)
    assert used("utility", "PLN") == (0, 0, 400, 0)
    assert claim.expires_at is None
    moves = list(Movement.objects.values_list("from_state", "to_state"))
    assert moves == [("", "held"), ("held", "reserved"), ("reserved", "installed")]
    assert read.recount() == []


def test_release_restores_the_ledger_exactly() -> None:
    make_world()
    held(spec(u=20))
    before = figures()
    claim = held(spec(u=4, h=2.5, watts=333))
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
    assert figures() == before
    assert Line.objects.filter(claim=claim).exists()  # the history stays
    assert read.recount() == []


def test_verbs_refuse_to_run_outside_a_transaction(transactional_db: None) -> None:
    make_world()
    with pytest.raises(AssertionError):
        write.hold(spec(), at=AT, by=None, expires_at=None)


def test_t1_overlapping_shapes_are_refused_with_the_holders_name() -> None:
    make_world()
    case = make_case("PMH/007")
    held(spec(u=10, h=2, case_id=case.pk, item_no=1))
    with pytest.raises(CapacityTaken) as refused:
        held(spec(u=11))
    assert refused.value.facts["resource"] == "space"
    assert refused.value.facts["holder"] == "PMH/007"
    assert refused.value.facts["position_u"] == 11
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ({"face": "front"}, {"face": "rear"}, True),
        ({"face": "front"}, {"face": "full"}, False),
        ({"face": "full"}, {"face": "rear"}, False),
        ({"face": "rear"}, {"face": "rear"}, False),
        ({"h": 0.5}, {"u": 10.5, "h": 0.5}, True),
        ({"h": 1}, {"u": 10.5, "h": 1}, False),
        ({"h": 1}, {"u": 9.5, "h": 1}, False),
    ],
)
def test_t2_faces_and_half_units_collide_exactly_where_they_touch(
    first: dict[str, object], second: dict[str, object], *, both: bool
) -> None:
    make_world()
    held(spec(**{"u": 10, **first}))  # type: ignore[arg-type]
    if both:
        held(spec(**{"u": 10, **second}))  # type: ignore[arg-type]
    else:
        with pytest.raises(CapacityTaken):
            held(spec(**{"u": 10, **second}))  # type: ignore[arg-type]
    assert read.recount() == []


def test_t2_one_request_that_overlaps_itself_is_refused_whole() -> None:
    make_world()
    before = figures()
    with pytest.raises(CapacityTaken) as refused, transaction.atomic():
        write.hold_all([spec(u=1), spec(u=5), spec(u=5)], at=AT, by=None, expires_at=None)
    assert refused.value.facts["same_request"] is True
    assert figures() == before
    assert not Claim.objects.exists()


def test_t2_a_blocked_unit_is_taken_like_any_other() -> None:
    make_world()
    with transaction.atomic():
        write.block(spec(u=1, h=2, watts=0, cords="", weight_kg=0, label="pintu kabel"), at=AT, by=None)
    with pytest.raises(CapacityTaken) as refused:
        held(spec(u=2))
    assert refused.value.facts["holder"] == "pintu kabel"


def test_t3_after_a_refusal_the_transaction_goes_on_and_both_claims_can_still_be_changed() -> None:
    make_world()
    first = held(spec(u=10, h=2))
    with transaction.atomic():
        second = write.hold(spec(u=20), at=AT, by=None, expires_at=None)
        with pytest.raises(CapacityTaken):
            write.move(second, place_id=second.place_id, start=18, at=AT, by=None)
        second = write.move(second, place_id=second.place_id, start=40, at=AT, by=None)
        write.resize(first, replace(write.spec_of(first), label="catatan baru"), at=AT, by=None)
    assert second.start == 40
    assert read.recount() == []


def test_t4_a_taller_device_is_refused_and_the_hold_survives_then_converts_in_one_step() -> None:
    make_world()
    held(spec(u=12, label="tetangga"))
    mine = held(spec(u=10, h=2))
    before = figures()
    taller = replace(write.spec_of(mine), height=6)
    with pytest.raises(CapacityTaken) as refused, transaction.atomic():
        write.install(mine, at=AT, by=None, spec=taller)
    assert refused.value.facts["holder"] == "tetangga"
    assert figures() == before
    lower = replace(taller, start=mine.start - 2 if mine.start else 0)
    with transaction.atomic():
        done = write.install(mine, at=AT, by=None, spec=lower)
    assert (done.state, done.start, done.height) == ("installed", 16, 6)
    assert read.recount() == []


def test_t4_another_case_never_gets_the_unit_below_a_hold_into_it() -> None:
    make_world()
    held(spec(u=10, h=2))
    with pytest.raises(CapacityTaken):
        held(spec(u=9, h=2))


def test_t5_expiry_and_approval_of_the_same_hold_never_both_happen() -> None:
    make_world()
    seen = held(spec(), expires_at=AT)
    with transaction.atomic():
        reserved = write.reserve(seen, at=AT, by=None, expires_at=LATER)
        assert write.expire(AT) == []
    other = held(spec(u=5), expires_at=AT)
    with transaction.atomic():
        assert [claim.pk for claim in write.expire(AT)] == [other.pk]
        with pytest.raises(ClaimChanged) as refused:
            write.reserve(other, at=AT, by=None)
    assert refused.value.facts["state"] == "expired"
    assert Claim.objects.get(pk=reserved.pk).state == "reserved"
    assert read.recount() == []


def test_expiry_leaves_what_is_not_due() -> None:
    make_world()
    held(spec(), expires_at=LATER)
    held(spec(u=3), expires_at=None)
    with transaction.atomic():
        assert write.expire(LATER - timedelta(seconds=1)) == []
        assert len(write.expire(LATER)) == 1


def test_t6_rechecking_a_case_never_counts_its_own_hold() -> None:
    make_world(racks=1, height_u=4, strip_w=1000)
    case = make_case()
    held(spec(h=4, watts=1000, case_id=case.pk, item_no=1))
    full = read.snapshot()
    again = read.snapshot(ignoring_case=case.pk)
    (place,) = [place for place in again.places if place.kind == "rack"]
    assert (place.front, place.rear) == (0, 0)
    assert all(pool.used == 0 for pool in again.pools.values())
    assert again.pending == ()
    assert any(pool.left == 0 for pool in full.pools.values())


def test_t7_two_devices_swap_in_one_plan() -> None:
    make_world()
    one, two = held(spec("R1", u=1, h=2, watts=500)), held(spec("R2", u=1, h=2, watts=100))
    with transaction.atomic():
        a, b = write.rearrange(
            [
                (one, replace(write.spec_of(one), place_id=two.place_id)),
                (two, replace(write.spec_of(two), place_id=one.place_id)),
            ],
            at=AT,
            by=None,
        )
    assert (a.place_id, b.place_id) == (two.place_id, one.place_id)
    assert a.rack_id == two.rack_id
    assert used("pdu", "PDU-A2", "b_lost")[0] == 500
    assert read.recount() == []


def test_t7_a_block_of_devices_shifts_by_one_unit_and_a_blocked_shift_changes_nothing() -> None:
    make_world()
    claims = [held(spec(u=u, h=2, label=f"server {u}")) for u in (1, 3, 5)]
    wall = held(spec(u=8, label="dinding"))
    up = [(claim, replace(write.spec_of(claim), start=(claim.start or 0) + 2)) for claim in claims]
    with pytest.raises(CapacityTaken), transaction.atomic():
        write.rearrange([(c, replace(s, start=(s.start or 0) + 2)) for c, s in up], at=AT, by=None)
    with transaction.atomic():
        moved = write.rearrange(up, at=AT, by=None)
    assert [claim.start for claim in moved] == [2, 6, 10]
    assert Claim.objects.get(pk=wall.pk).start == 14
    assert read.recount() == []


def test_t7_a_device_moves_by_half_its_height_over_itself() -> None:
    make_world()
    claim = held(spec(u=1, h=4))
    with transaction.atomic():
        claim = write.move(claim, place_id=claim.place_id, start=3, at=AT, by=None)
    assert claim.start == 3
    assert read.recount() == []


@pytest.mark.parametrize(
    ("start", "height"), [(-2, 2), (-1, 2), (84, 2), (83, 2), (0, 0), (0, -2), (0, 86), (None, 2)]
)
def test_t10_positions_outside_the_rack_are_refused(start: int | None, height: int) -> None:
    make_world()
    with pytest.raises(PlaceOutsideRack):
        held(replace(spec(), start=start, height=height))
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"watts": -1}, {"weight_kg": -5}, {"cords": ""}, {"cords": "C"}, {"vcpu": -1}]
)
def test_negative_quantities_and_power_without_a_cord_are_refused(wrong: dict[str, object]) -> None:
    make_world()
    with pytest.raises(NegativeQuantity):
        held(spec(**wrong))  # type: ignore[arg-type]


def test_a_device_deeper_than_the_rack_is_refused() -> None:
    make_world()
    with pytest.raises(DeviceTooDeep):
        held(spec(depth_mm=1001))


def test_the_last_watts_name_resource_state_and_holder() -> None:
    make_world(strip_w=1000)
    held(spec(u=1, watts=600, label="server pertama"))
    with pytest.raises(CapacityTaken) as refused:
        held(spec(u=2, watts=600))
    facts = refused.value.facts
    assert (facts["resource"], facts["state"]) in {("rack_power_a", "b_lost"), ("rack_power_b", "a_lost")}
    assert (facts["asked"], facts["left"], facts["holder"]) == (600, 400, "server pertama")
    held(spec(u=2, watts=400))
    assert read.recount() == []


def test_t8_two_feeds_are_never_double_capacity() -> None:
    make_world(strip_w=1000)
    held(spec(u=1, watts=600, cords="A"))
    held(spec(u=2, watts=600, cords="B"))
    with pytest.raises(CapacityTaken):
        held(spec(u=3, watts=500, cords="AB"))  # 250 on each side, but 1100 when B is lost
    held(spec(u=3, watts=400, cords="AB"))
    assert read.recount() == []


def test_weight_bandwidth_and_compute_run_out_by_name() -> None:
    make_world(load_kg=50, bandwidth_mbps=100, cores=4)
    for wanted, resource in [
        (spec(weight_kg=51), "weight"),
        (spec(bandwidth_mbps=101), "bandwidth"),
        (hosting(vcpu=5), "vcpu"),
        (hosting(ram_gb=257), "ram_gb"),
        (hosting(storage_gb=4001), "storage_gb"),
    ]:
        with pytest.raises(CapacityTaken) as refused:
            held(wanted)
        assert refused.value.facts["resource"] == resource
    held(hosting(vcpu=4, bandwidth_mbps=100))
    assert read.recount() == []


def test_a_rack_without_a_second_feed_has_nothing_left_on_it() -> None:
    make_world()
    with transaction.atomic():
        rack = facility.rack_named("R1")
        rack.feeds.get(side="B").parents.clear()
        rack.feeds.filter(side="B").delete()
        write.define(facility.layout(), at=AT)
    with pytest.raises(CapacityTaken) as refused:
        held(spec(cords="AB"))
    assert (refused.value.facts["resource"], refused.value.facts["left"]) == ("rack_power_b", 0)
    held(spec(cords="A"))


def test_an_item_of_a_case_has_one_live_claim() -> None:
    make_world()
    case = make_case()
    first = held(spec(case_id=case.pk, item_no=1))
    with pytest.raises(ItemHasClaim):
        held(spec(u=9, case_id=case.pk, item_no=1))
    with transaction.atomic():
        write.release(first, at=AT, by=None)
    held(spec(u=9, case_id=case.pk, item_no=1))
    assert [claim.item_no for claim in read.claims_for_case(case.pk)] == [1]
    assert len(read.claims_for_case(case.pk, live=False)) == 2


def test_a_new_choice_replaces_the_old_hold_in_one_step_or_not_at_all() -> None:
    make_world(racks=2, strip_w=1000)
    case = make_case()
    first = held(spec(watts=900, case_id=case.pk, item_no=1))
    held(spec("R2", u=4))
    other = spec(u=2, watts=950, case_id=case.pk, item_no=1)
    with transaction.atomic():
        (second,) = write.hold_all([other], at=AT, by=None, expires_at=LATER, instead_of=[first])
        with pytest.raises(CapacityTaken):
            write.hold_all(
                [replace(spec("R2", u=4), case_id=case.pk, item_no=1)],
                at=AT,
                by=None,
                expires_at=LATER,
                instead_of=[second],
            )
    assert [claim.pk for claim in read.claims_for_case(case.pk)] == [second.pk]
    assert read.recount() == []


def test_a_stale_claim_is_refused_with_what_it_is_now() -> None:
    make_world()
    seen = held(spec())
    with transaction.atomic():
        write.release(seen, at=AT, by=None)
        for verb in (write.reserve, write.install, write.release):
            with pytest.raises(ClaimChanged) as refused:
                verb(seen, at=AT, by=None)
            assert refused.value.facts["state"] == "released"


def test_an_unknown_place_does_not_exist() -> None:
    with pytest.raises(NotFound):
        held(write.ClaimSpec(place_id=99, demand=write.spec_of(Claim()).demand))


def test_t9_a_rack_is_never_shrunk_or_renumbered_under_equipment() -> None:
    make_world()
    held(spec(u=40, label="di atas"))
    rack = facility.rack_named("R1")
    build.change_rack(rack, height_u=30)
    with pytest.raises(LimitBelowUse) as refused:
        write.define(facility.layout(), at=AT)
    assert refused.value.facts["holder"] == "di atas"
    with pytest.raises(LimitBelowUse), transaction.atomic():
        build.change_rack(rack, numbering="top")
    with transaction.atomic():
        build.change_rack(rack, height_u=45)
        write.define(facility.layout(), at=AT)
    assert read.place("rack", "R1").half_units == 90


def test_what_the_room_wants_reaches_the_search_and_changes_no_limit() -> None:
    make_world()
    with transaction.atomic():
        build.change_room(Room.objects.get(), policy="spread", keep_free=50)
        write.define(facility.layout(), at=AT)
    places = {place.name: place for place in read.snapshot().places}
    assert (places["R1"].policy, places["R1"].keep_free) == ("spread", 50)
    held(spec("R1", 1, 40))  # far beyond what the room keeps free: advice, not a limit
    assert read.recount() == []


def test_a_pool_never_shrinks_below_what_is_taken() -> None:
    make_world(bandwidth_mbps=1000)
    held(spec(bandwidth_mbps=600))
    Uplink.objects.update(bandwidth_mbps=500)
    with pytest.raises(LimitBelowUse) as refused:
        write.define(facility.layout(), at=AT)
    assert (refused.value.facts["limit"], refused.value.facts["taken"]) == (500, 600)
    assert read.recount() == []


def test_rewiring_a_rack_books_its_claims_along_the_new_path() -> None:
    make_world()
    held(spec(watts=300))
    with transaction.atomic():
        nodes = {node.name: node for node in facility.rack_named("R1").feeds.model.objects.all()}
        nodes["R1-A"].parents.set([nodes["PDU-A2"]])
        write.define(facility.layout(), at=AT)
    assert used("pdu", "PDU-A1", "b_lost")[0] == 0
    assert used("pdu", "PDU-A2", "b_lost")[0] == 300
    assert read.recount() == []


def test_the_database_itself_refuses_a_second_owner_and_an_overdraft() -> None:
    make_world()
    claim = held(spec())
    cell = Cell.objects.filter(claim=claim).first()
    assert cell is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.create(rack_id=cell.rack_id, half_u=cell.half_u, face=cell.face, claim=claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(kind="ups").update(installed=10**9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(kind="ups").update(held=-1)


def test_the_recount_finds_every_planted_lie() -> None:
    make_world()
    claim = held(spec(u=3, h=2))
    assert read.recount() == []
    Cell.objects.filter(claim=claim).first().delete()  # type: ignore[union-attr]
    Pool.objects.filter(kind="utility").update(installed=5)
    Place.objects.filter(pk=claim.place_id).update(front="0")
    Line.objects.filter(claim=claim, pool__kind="weight").update(amount=9)
    Claim.objects.filter(pk=claim.pk).update(state="reserved")
    codes = {found.code for found in read.recount()}
    assert codes == {
        "CELLS_DIFFER_FROM_CLAIM",
        "POOL_DIFFERS_FROM_LINES",
        "MASK_DIFFERS_FROM_CLAIMS",
        "LINES_DIFFER_FROM_CLAIM",
        "HISTORY_DIFFERS_FROM_STATE",
    }


def test_the_elevation_lists_what_stands_in_a_rack_from_the_floor_up() -> None:
    make_world()
    case = make_case("PMH/003")
    held(spec(u=5, label="atas"))
    held(spec(u=1, h=2, face="front", label="bawah", case_id=case.pk, item_no=1))
    rack = facility.rack_named("R1")
    blocks = read.elevation(rack.pk)
    assert [(block.label, block.position_u, block.height, block.face) for block in blocks] == [
        ("bawah", 1.0, 4, "front"),
        ("atas", 5.0, 2, "full"),
    ]
    assert blocks[0].case == "PMH/003"
    found = read.holder_of(rack.pk, 0, "front")
    assert found
    assert found["holder"] == "PMH/003"
    assert read.holder_of(rack.pk, 0, "rear") is None
