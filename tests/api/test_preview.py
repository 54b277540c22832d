"""A preview says what would happen, in the words of the act itself, and leaves nothing behind."""

from __future__ import annotations

from sandar.records.cases.models import Event
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim, Movement, Place
from tests import office
from tests.api.world import Api, hold, ok, refused


def everything() -> tuple[object, ...]:
    return (
        Claim.objects.count(),
        Movement.objects.count(),
        Event.objects.count(),
        list(Place.objects.order_by("pk").values_list("version", "front", "rear")),
    )


def test_a_hold_that_fits_is_told_with_reasons_and_nothing_is_held():
    before = everything()
    told = ok(Api("operator1").post("/claims?preview=true", hold(label="Server Contoh")))
    assert (told["fits"], told["refusal"], told["claim"]) == (True, None, None)
    assert told["after"] == {
        "rack": "R01",
        "position_u": 5,
        "height_u": 1,
        "face": "full",
        "host": None,
        "slot": None,
    }
    assert all(reason["text"] and reason["code"] for reason in told["pros"] + told["cons"])
    assert everything() == before


def test_a_hold_that_does_not_fit_is_told_in_the_words_of_the_act():
    case = office.ask()
    ok(Api("operator1").post("/claims", hold(case=case.number)), 201)
    told = ok(Api("operator1").post("/claims?preview=true", hold()))
    real = refused(Api("operator1").post("/claims", hold()), 409, "CAPACITY_TAKEN")
    assert told["fits"] is False
    assert told["refusal"] | {"instance": ""} == real | {"instance": ""}


def test_the_last_watts_are_told_as_the_act_would():
    ok(Api("operator1").post("/claims", hold(watts=5_000)), 201)
    wish = hold(position_u=9, watts=1_000)
    told = ok(Api("operator1").post("/claims?preview=true", wish))
    real = refused(Api("operator1").post("/claims", wish), 409, "CAPACITY_TAKEN")
    assert told["refusal"] | {"instance": ""} == real | {"instance": ""}


def test_what_is_no_place_at_all_is_told_too():
    told = ok(Api("operator1").post("/claims?preview=true", hold(position_u=43)))
    assert told["refusal"]["code"] == "PLACE_OUTSIDE_RACK"
    told = ok(Api("operator1").post("/claims?preview=true", hold(depth_mm=1_900)))
    assert told["refusal"]["code"] == "DEVICE_TOO_DEEP"


def test_who_may_not_hold_may_not_try_either():
    refused(Api("dinkes1").post("/claims?preview=true", hold()), 403, "FORBIDDEN")
    refused(Api("kabid1").post("/claims/plan?preview=true", {"moves": [move(1, 1)]}), 403, "FORBIDDEN")


def move(claim: int, unit: float, **more: object) -> dict[str, object]:
    return {"claim": claim, "rack": "R02", "position_u": unit, **more}


def test_a_plan_is_judged_move_by_move():
    api = Api("operator1")
    one, two, three = (
        ok(api.post("/claims", hold(rack="R02", position_u=unit, label=f"U{unit}")), 201)
        for unit in (30, 31, 32)
    )
    before = everything()
    swap = {"moves": [move(one["id"], 31), move(two["id"], 30)]}
    told = ok(api.post("/claims/plan?preview=true", swap))
    assert (told["fits"], [verdict["fits"] for verdict in told["moves"]]) == (True, [True, True])
    assert told["moves"][0]["before"]["position_u"] == 30
    assert told["moves"][0]["after"]["position_u"] == 31

    clash = {"moves": [move(one["id"], 32), move(two["id"], 30), move(three["id"], 30.5)]}
    told = ok(api.post("/claims/plan?preview=true", clash))
    assert (told["fits"], [verdict["fits"] for verdict in told["moves"]]) == (False, [True, True, False])
    assert told["moves"][2]["refusal"]["code"] == "CAPACITY_TAKEN"
    assert everything() == before
    refused(api.post("/claims/plan", clash), 409, "CAPACITY_TAKEN")

    stale = {"moves": [move(one["id"], 33, version=9), move(two["id"], 34)]}
    told = ok(api.post("/claims/plan?preview=true", stale))
    assert [verdict["fits"] for verdict in told["moves"]] == [False, True]
    assert told["moves"][0]["refusal"]["code"] == "CLAIM_CHANGED"
    assert ledger.recount() == []


def test_what_takes_no_unit_is_judged_as_the_act_would():
    api = Api("operator1")
    board = ok(api.post("/claims", hold(rack="R02", position_u=30, watts=0, cords="", slots=1)), 201)["id"]
    small = {"rack": "R02", "height_u": 0, "host": board, "watts": 40, "cords": "A"}
    strip = {"rack": "R02", "height_u": 0, "watts": 0, "cords": ""}
    for wish in (small, strip):
        assert ok(api.post("/claims?preview=true", wish))["after"]["slot"] == 1
    device = ok(api.post("/claims", small), 201)["id"]
    told = ok(api.post("/claims?preview=true", small))
    assert told["refusal"] | {"instance": ""} == refused(
        api.post("/claims", small), 409, "CAPACITY_TAKEN"
    ) | {"instance": ""}
    ok(api.post("/claims", strip | {"slot": 3}), 201)
    told = ok(api.post("/claims?preview=true", strip | {"slot": 3}))
    assert told["refusal"]["code"] == "CAPACITY_TAKEN"
    moves = {"moves": [{"claim": board, "rack": "R03", "position_u": 30}]}
    assert ok(api.post("/claims/plan?preview=true", moves))["fits"] is True
    ok(api.patch(f"/claims/{device}", {"watts": 3_000}))
    ok(api.post("/claims", hold(rack="R03", position_u=9, watts=5_000, cords="A")), 201)
    told = ok(api.post("/claims/plan?preview=true", moves))
    assert (
        told["moves"][0]["refusal"]["code"]
        == refused(api.post("/claims/plan", moves), 409, "CAPACITY_TAKEN")["code"]
    )
    assert ledger.recount() == []
