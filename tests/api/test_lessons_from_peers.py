"""T1 to T10 of design/lessons-from-peers.md: what the leading tools let happen, asked of Sandar by its API.

The same rules race in tests/race and are walked shape by shape in tests/records; here each has its sentence.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sandar.records.ledger import read as ledger
from sandar.records.ledger import write as ledger_write
from sandar.records.ledger.models import Claim, Pool
from sandar.steps import booking
from tests import office
from tests.api.world import Api, hold, ok, refused


def api() -> Api:
    return Api("operator1")


def held(**wish: Any) -> dict[str, Any]:
    claim: dict[str, Any] = ok(api().post("/claims", hold(rack="R05", **wish)), 201)
    return claim


def taken(**wish: Any) -> dict[str, Any]:
    return refused(api().post("/claims", hold(rack="R05", **wish)), 409, "CAPACITY_TAKEN")


def test_t1_two_shapes_that_overlap_have_one_winner_and_a_loser_who_learns_its_name():
    case = office.ask()
    held(position_u=10, height_u=2, case=case.number)
    problem = taken(position_u=11)
    assert (problem["holder"], problem["holder_state"]) == (case.number, "held")


def test_t2_faces_half_units_sides_and_slots_collide_exactly_where_they_touch():
    held(position_u=10, face="front")
    held(position_u=10, face="rear")
    taken(position_u=10.5, height_u=0.5)
    held(position_u=11, height_u=0.5)
    held(position_u=11.5, height_u=0.5)
    taken(position_u=11, face="rear")
    board = held(position_u=12, slots=2, watts=0, cords="")["id"]
    on_it = {"position_u": None, "height_u": 0, "watts": 20, "cords": "A"}
    assert held(**on_it, host=board)["slot"] == 1
    assert taken(**on_it, host=board, slot=1)["resource"] == "slot"
    assert held(**on_it, slot=2)["slot"] == 2
    assert taken(**on_it, slot=2)["resource"] == "side"


def test_t2_several_in_one_request_are_all_moved_or_none():
    one, two = held(position_u=20)["id"], held(position_u=21)["id"]
    moves = [{"claim": one, "rack": "R05", "position_u": 25}, {"claim": two, "rack": "R05", "position_u": 25}]
    problem = refused(api().post("/claims/plan", {"moves": moves}), 409, "CAPACITY_TAKEN")
    assert problem["resource"] == "space"
    assert [ok(api().get(f"/claims/{pk}"))["position_u"] for pk in (one, two)] == [20, 21]


def test_t3_after_a_refusal_both_stay_editable_and_the_figures_follow_from_the_claims():
    first, second = held(position_u=10)["id"], held(position_u=15)["id"]
    taken(position_u=10)
    refused(api().patch(f"/claims/{second}", {"position_u": 10}), 409, "CAPACITY_TAKEN")
    for pk in (first, second):
        assert ok(api().patch(f"/claims/{pk}", {"label": "Keterangan baru"}))["label"] == "Keterangan baru"
    assert ledger.recount() == []


def test_t4_a_taller_device_does_not_use_up_the_hold_which_its_owner_converts_in_one_step():
    mine = held(position_u=10)
    held(position_u=11, label="Tetangga")
    wish = {"state": "installed", "height_u": 2, "watts": 450}
    problem = refused(api().patch(f"/claims/{mine['id']}", wish), 409, "CAPACITY_TAKEN")
    assert problem["holder"] == "Tetangga"
    assert ok(api().get(f"/claims/{mine['id']}"))["state"] == "held"
    taken(position_u=9, height_u=2)
    done = ok(api().patch(f"/claims/{mine['id']}", wish | {"position_u": 9}))
    assert (done["state"], done["position_u"], done["height_u"], done["watts"]) == ("installed", 9, 2, 450)
    assert ledger.recount() == []


@pytest.mark.parametrize("first", ["expiry", "approval"])
def test_t5_at_the_boundary_it_is_either_approved_or_released(first: str):
    soon = timezone.now() + timedelta(minutes=5)
    claim = held(expires_at=soon.isoformat())["id"]

    def lapse() -> bool:
        with transaction.atomic():
            return bool(ledger_write.expire(soon, only=[claim]))

    def approve() -> int:
        return int(api().patch(f"/claims/{claim}", {"state": "reserved", "expires_at": None}).status_code)

    if first == "expiry":
        assert (lapse(), approve()) == (True, 409)
    else:
        assert (approve(), lapse()) == (200, False)
    assert ledger.recount() == []


def test_t6_a_second_check_never_counts_the_request_s_own_hold():
    case = office.bring_to(office.ask(), "capacity_check")
    before = booking.picture(case).answer
    office.act(case, "report_available")
    case.refresh_from_db()
    assert case.claims.exists()
    assert booking.picture(case).answer.plan == before.plan


def test_t7_two_swap_and_a_block_shifts_by_one_unit_as_one():
    pair = [held(position_u=20)["id"], held(position_u=21)["id"]]
    block = [held(position_u=unit)["id"] for unit in (30, 31, 32)]
    moves = [(pair[0], 21), (pair[1], 20), *((pk, 31 + n) for n, pk in enumerate(block))]
    plan = {"moves": [{"claim": pk, "rack": "R05", "position_u": unit} for pk, unit in moves]}
    assert ok(api().post("/claims/plan?preview=true", plan))["fits"] is True
    assert [claim["position_u"] for claim in ok(api().post("/claims/plan", plan))["claims"]] == [
        21,
        20,
        31,
        32,
        33,
    ]
    assert ledger.recount() == []


def test_t8_with_one_path_lost_the_other_carries_all_and_two_feeds_are_never_double():
    pools = Pool.objects.filter(ref__in=["R05-A", "R05-B"], kind__startswith="rack_power")
    limit = min(pool.limit for pool in pools)
    held(position_u=1, watts=limit // 2, cords="AB")
    held(position_u=2, watts=limit // 4, cords="A")
    worst = max(pool.held for pool in pools.filter(ref="R05-A"))
    assert worst == limit // 2 + limit // 4  # path B lost: all of the dual-corded beside the single-corded
    problem = taken(position_u=3, watts=limit // 2, cords="AB")
    assert (problem["asked"], problem["left"]) == (limit // 2, limit - worst)
    held(position_u=3, watts=limit - limit // 2, cords="B")  # the other side has what A has not
    assert taken(position_u=4, watts=10, cords="B")["resource"].startswith("rack_power_b")
    assert ledger.recount() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"height_u": 30}, "tidak boleh menjadi 30\u00a0U: yang terpakai 42\u00a0U, lebih 12\u00a0U"),
        ({"numbering": "top"}, "tidak dapat dinomori ulang"),
    ],
)
def test_t9_a_rack_is_neither_shrunk_nor_renumbered_under_what_stands_there(
    change: dict[str, Any], said: str
):
    held(position_u=40)
    problem = refused(
        Api("administrator1").patch("/facility/rack/R05", {"fields": change}), 422, "LIMIT_BELOW_USE"
    )
    assert said in problem["detail"]
    assert (
        ok(api().get("/facility/rack/R05"))["fields"].items()
        >= {"height_u": 42, "numbering": "bottom"}.items()
    )


@pytest.mark.parametrize("position", [0, None, -3, 0.5, 42.5, 60])
def test_t10_a_position_that_no_rack_has_is_refused(position: float | None):
    refused(
        api().post("/claims", hold(rack="R05", position_u=position, height_u=2)), 422, "PLACE_OUTSIDE_RACK"
    )
    assert not Claim.objects.filter(place__name="R05", state="held").exists()
