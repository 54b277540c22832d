"""What takes no unit: shelves with several devices, chassis with nodes, and the rack's sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from sandar.core.capacity import Demand
from sandar.core.rack import SIDE_POSITIONS
from sandar.errors import CapacityTaken, HostInUse, NoSuchSlot, PlaceOutsideRack
from sandar.records.ledger import read, write
from sandar.records.ledger.models import Cell, Claim, Place, Pool
from tests.records.ledger_world import AT, LATER, held, make_case, make_world, spec

pytestmark = pytest.mark.django_db


def shelf(rack: str = "R1", u: float = 10, slots: int = 3, **more: Any) -> Claim:
    """A shelf of 1 U that weighs 5 kg and draws nothing."""
    return held(spec(rack, u, watts=0, cords="", weight_kg=5, slots=slots, label="Papan", **more))


def on(host: Claim, slot: int | None = None, **more: Any) -> write.ClaimSpec:
    """A small device of 60 W on cord A."""
    demand = Demand(watts=more.pop("watts", 60), cords="A", weight_kg=2)
    return write.ClaimSpec(place_id=host.place_id, demand=demand, host_id=host.pk, slot=slot, **more)


def side(rack: str = "R1", slot: int | None = None, **more: Any) -> write.ClaimSpec:
    """A strip of 2 kg on the rack's side."""
    return write.ClaimSpec(
        place_id=read.place("rack", rack).pk, demand=Demand(weight_kg=2), slot=slot, **more
    )


def weight(rack: str = "R1") -> int:
    return Pool.objects.get(kind="weight", ref=rack).held


def test_devices_stand_side_by_side_on_a_shelf_and_draw_their_own() -> None:
    make_world()
    board = shelf()
    one, two = held(on(board)), held(on(board, slot=3))
    assert [(claim.slot, claim.height, claim.start) for claim in (one, two)] == [(1, 0, None), (3, 0, None)]
    assert weight() == 5 + 2 + 2
    assert Pool.objects.get(kind="rack_power_a", ref="R1-A", failure_state="normal").held == 120
    assert Cell.objects.filter(claim__in=[one, two]).count() == 0
    assert read.recount() == []


def test_a_full_shelf_and_a_taken_slot_name_the_holder() -> None:
    make_world()
    board = shelf(slots=2)
    case = make_case()
    held(on(board, case_id=case.pk, item_no=1))
    with pytest.raises(CapacityTaken) as taken:
        held(on(board, slot=1))
    assert (taken.value.facts["resource"], taken.value.facts["holder"], taken.value.facts["left"]) == (
        "slot",
        "PMH/001",
        1,
    )
    held(on(board))
    with pytest.raises(CapacityTaken) as full:
        held(on(board))
    assert full.value.facts["left"] == 0
    with pytest.raises(NoSuchSlot):
        held(on(board, slot=3))
    assert read.recount() == []


def test_a_shelf_is_never_released_shrunk_or_expired_under_its_devices() -> None:
    make_world()
    board = shelf(slots=2)
    device = held(on(board, slot=2, label="Kotak"))
    with transaction.atomic():
        with pytest.raises(HostInUse) as used:
            write.release(read.claim(board.pk), at=AT, by=None)
        assert used.value.facts["holder"] == "Kotak"
        with pytest.raises(HostInUse):
            write.resize(board, replace(write.spec_of(board), slots=1), at=AT, by=None)
        Claim.objects.filter(pk=device.pk).update(expires_at=None)
        assert write.expire(LATER) == []
    assert read.claim(board.pk).state == "held"
    with transaction.atomic():
        write.release_all([read.claim(board.pk), read.claim(device.pk)], at=AT, by=None)
    assert read.recount() == []


def test_a_shelf_and_its_devices_expire_together() -> None:
    make_world()
    board = shelf()
    device = held(on(board))
    with transaction.atomic():
        ended = write.expire(LATER)
    assert {claim.pk for claim in ended} == {board.pk, device.pk}
    assert read.recount() == []


def test_nodes_of_a_chassis_belong_to_different_cases_and_go_with_it() -> None:
    make_world()
    chassis = held(spec("R1", 20, 2, watts=100, cords="AB", slots=4, label="Sasis"))
    nodes = [held(on(chassis, case_id=make_case(f"PMH/00{n}").pk, item_no=1, watts=300)) for n in (1, 2)]
    with transaction.atomic():
        (moved,) = [
            write.move(read.claim(chassis.pk), place_id=read.place("rack", "R2").pk, start=8, at=AT, by=None)
        ]
    assert moved.pk == chassis.pk
    assert {read.claim(node.pk).place.name for node in nodes} == {"R2"}
    assert Pool.objects.get(kind="rack_power_a", ref="R2-A", failure_state="b_lost").held == 700
    assert Pool.objects.get(kind="rack_power_a", ref="R1-A", failure_state="b_lost").held == 0
    assert read.recount() == []


def test_a_device_stands_only_on_a_host_in_its_own_rack() -> None:
    make_world()
    board, plain = shelf(), held(spec("R1", 1))
    wrong = [
        replace(on(board), place_id=read.place("rack", "R2").pk),
        on(plain),
        replace(on(board), host_id=99_999),
    ]
    for wish in wrong:
        with pytest.raises(NoSuchSlot):
            held(wish)
    with transaction.atomic():
        write.release(board, at=AT, by=None)
    with pytest.raises(NoSuchSlot):
        held(on(board))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host_id": 1, "height": 2, "start": 0},
        {"slot": 1, "height": 2, "start": 0},
        {"slots": 2, "height": 0, "start": None},
        {"demand": Demand(watts=50, cords="A", extra=True)},
        {"demand": Demand(watts=50, cords="A", extra=True), "height": 0, "start": None, "slot": 1},
    ],
)
def test_a_shape_that_no_rack_has_is_refused(wrong: dict[str, Any]) -> None:
    make_world()
    with pytest.raises(PlaceOutsideRack):
        held(replace(spec("R1"), **wrong))


def test_devices_change_their_slots_and_leave_the_shelf() -> None:
    make_world()
    board = shelf()
    one, two = held(on(board)), held(on(board))
    with transaction.atomic():
        one, two = write.rearrange(
            [(one, replace(write.spec_of(one), slot=2)), (two, replace(write.spec_of(two), slot=1))],
            at=AT,
            by=None,
        )
    assert (one.slot, two.slot) == (2, 1)
    alone = replace(write.spec_of(one), host_id=None, slot=None, start=40, height=2)
    with transaction.atomic():
        write.resize(one, alone, at=AT, by=None)
    assert read.claim(board.pk).taken == 1
    assert read.recount() == []


def test_the_side_of_a_rack_has_two_positions_left_and_two_right() -> None:
    make_world(racks=1)
    strips = [held(side(slot=2)), *(held(side()) for _ in range(SIDE_POSITIONS - 1))]
    assert sorted(strip.slot or 0 for strip in strips) == [1, 2, 3, 4]
    assert Place.objects.get(name="R1").sides == 0b1111
    with pytest.raises(CapacityTaken) as full:
        held(side())
    assert (full.value.facts["resource"], full.value.facts["left"]) == ("side", 0)
    with pytest.raises(CapacityTaken):
        held(side(slot=3))
    with pytest.raises(NoSuchSlot):
        held(side(slot=5))
    with transaction.atomic():
        write.release(strips[0], at=AT, by=None)
    assert held(side()).slot == 2
    assert read.recount() == []


def more(rack: str = "R1", **demand: Any) -> write.ClaimSpec:
    """What a device that stands there shall have more."""
    return write.ClaimSpec(place_id=read.place("rack", rack).pk, demand=Demand(extra=True, **demand))


def test_what_a_device_shall_have_more_takes_no_position_where_the_sides_are_full() -> None:
    make_world(racks=1)
    strips = [held(side()) for _ in range(SIDE_POSITIONS)]
    before = Place.objects.get(name="R1")
    extra = held(more(watts=50, cords="AB", weight_kg=3))
    after = Place.objects.get(name="R1")
    assert (after.front, after.rear, after.sides) == (before.front, before.rear, before.sides)
    assert after.version > before.version
    assert (extra.slot, extra.height, Cell.objects.filter(claim=extra).count()) == (None, 0, 0)
    assert weight() == 2 * len(strips) + 3
    assert read.recount() == []
    with transaction.atomic():
        write.release(extra, at=AT, by=None)
    assert weight() == 2 * len(strips)
    assert Place.objects.get(name="R1").sides == 0b1111
    assert read.recount() == []


def test_what_a_device_shall_have_more_still_draws_on_what_is_scarce() -> None:
    make_world(racks=1)
    pool = Pool.objects.filter(kind="rack_power_a", ref__startswith="R1").order_by("limit").first()
    assert pool
    held(more(watts=pool.limit, cords="A"))
    with pytest.raises(CapacityTaken):
        held(more(watts=50, cords="A"))
    assert read.recount() == []


def test_the_database_itself_refuses_a_second_owner_of_a_slot_and_an_overfull_host() -> None:
    make_world()
    board = shelf(slots=1)
    device, strip = held(on(board)), held(side())
    for pk, change in (
        (board.pk, {"state": "released"}),
        (board.pk, {"slots": 0}),
        (board.pk, {"taken": 2}),
        (strip.pk, {"slot": 5}),
        (device.pk, {"height": 2, "start": 0}),
        (strip.pk, {"extra": True}),
        (device.pk, {"extra": True}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=pk).update(**change)
    for twin in (device, strip):
        twin.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)
    assert read.recount() == []


def test_the_recount_finds_every_planted_lie_about_slots() -> None:
    make_world()
    board, other = shelf(slots=2), shelf("R2", slots=2)
    device, strip = held(on(board)), held(side())
    lies: list[tuple[str, Any]] = [
        ("HOST_MISCOUNTED", lambda: Claim.objects.filter(pk=board.pk).update(taken=2)),
        ("CLAIM_ON_NO_HOST", lambda: Claim.objects.filter(pk=device.pk).update(host=other, slot=2)),
        ("CLAIM_WITHOUT_A_SLOT", lambda: Claim.objects.filter(pk=strip.pk).update(slot=None)),
        ("MASK_DIFFERS_FROM_CLAIMS", lambda: Place.objects.filter(name="R2").update(sides=1)),
    ]
    for code, lie in lies:
        with transaction.atomic():
            lie()
            assert code in {found.code for found in read.recount()}
            transaction.set_rollback(True)
    assert read.recount() == []
