"""Shelves, chassis, the rack's sides: held, moved and told by API."""

from __future__ import annotations

from sandar.records.cases.models import Event
from sandar.records.ledger import read as ledger
from tests import office
from tests.api.world import Api, hold, ok, refused


def shelf(**more: object) -> dict[str, object]:
    return hold(rack="R02", position_u=30, watts=0, cords="", slots=3, label="Papan", **more)


def small(host: int, **more: object) -> dict[str, object]:
    return {"rack": "R02", "height_u": 0, "host": host, "watts": 40, "cords": "A", **more}


def test_a_shelf_carries_devices_of_several_requests_and_is_not_released_under_them():
    api = Api("operator1")
    one, two = office.ask(), office.ask(by="disdik1")
    board = ok(api.post("/claims", shelf()), 201)
    first = ok(api.post("/claims", small(board["id"], case=one.number)), 201)
    second = ok(api.post("/claims", small(board["id"], case=two.number, slot=3)), 201)
    assert [
        (claim["host"], claim["slot"], claim["height_u"], claim["position_u"]) for claim in (first, second)
    ] == [
        (board["id"], 1, 0, None),
        (board["id"], 3, 0, None),
    ]
    problem = refused(api.post("/claims", small(board["id"], slot=1)), 409, "CAPACITY_TAKEN")
    assert (problem["resource"], problem["holder"], problem["left"]) == ("slot", one.number, 1)
    assert one.number in problem["detail"]
    refused(api.post("/claims", small(board["id"], slot=4)), 422, "NO_SUCH_SLOT")
    refused(api.delete(f"/claims/{board['id']}"), 409, "HOST_IN_USE")
    blocks = {block["claim"]: block for block in ok(api.get("/racks/R02"))["blocks"]}
    assert (blocks[board["id"]]["slots"], blocks[second["id"]]["host"], blocks[second["id"]]["slot"]) == (
        3,
        board["id"],
        3,
    )
    assert ledger.recount() == []


def test_a_shelf_moves_with_its_devices_and_every_request_is_told_from_where_to_where():
    api = Api("operator1")
    case = office.ask()
    board = ok(api.post("/claims", shelf()), 201)["id"]
    device = ok(api.post("/claims", small(board, case=case.number)), 201)["id"]
    ok(api.post("/claims/plan", {"moves": [{"claim": board, "rack": "R03", "position_u": 30}]}))
    assert ok(api.get(f"/claims/{device}"))["rack"] == "R03"
    event = Event.objects.filter(case=case, kind="claim_changed").latest("seq")
    [told] = event.payload["claims"]
    assert (told["claim"], told["place"], told["from"]["place"]) == (device, "R03", "R02")
    refused(api.patch(f"/claims/{device}", {"rack": "R04"}), 422, "NO_SUCH_SLOT")
    alone = ok(api.patch(f"/claims/{device}", {"position_u": 33, "height_u": 1}))
    assert (alone["host"], alone["slot"], alone["position_u"]) == (None, None, 33)
    back = ok(api.patch(f"/claims/{device}", {"host": board}))
    assert (back["host"], back["slot"], back["position_u"], back["height_u"]) == (board, 1, None, 0)
    assert ledger.recount() == []


def test_four_hang_on_the_sides_and_the_fifth_is_told_who_is_there():
    api = Api("operator1")
    strip = {
        "rack": "R02",
        "height_u": 0,
        "watts": 0,
        "cords": "",
        "weight_kg": 3,
        "label": "Papan stopkontak",
    }
    hung = [ok(api.post("/claims", strip), 201) for _ in range(4)]
    assert [claim["slot"] for claim in hung] == [1, 2, 3, 4]
    problem = refused(api.post("/claims", strip), 409, "CAPACITY_TAKEN")
    assert (problem["resource"], problem["left"], problem["holder"]) == ("side", 0, "Papan stopkontak")
    moved = ok(api.post("/claims/plan", {"moves": [{"claim": hung[0]["id"], "rack": "R03"}]}))["claims"][0]
    assert (moved["rack"], moved["slot"]) == ("R03", 1)
    assert ledger.recount() == []


def test_a_place_on_the_side_is_found_and_taken_as_found():
    wish = {"height_u": 0, "watts": 0, "cords": "", "weight_kg": 3}
    best = ok(Api("operator1").post("/capacity/find", wish))["placements"][0]
    assert (best["position_u"], best["slot"]) == (None, 1)
    held = ok(Api("operator1").post("/claims", wish | {"rack": best["rack"], "slot": best["slot"]}), 201)
    assert (held["rack"], held["slot"]) == (best["rack"], 1)


def test_what_no_rack_has_is_refused():
    api = Api("operator1")
    board = ok(api.post("/claims", shelf()), 201)["id"]
    refused(api.post("/claims", small(board, height_u=1, position_u=3)), 422, "PLACE_OUTSIDE_RACK")
    refused(api.post("/claims", small(board, position_u=3)), 422, "PLACE_OUTSIDE_RACK")
    refused(api.post("/claims", hold(position_u=None)), 422, "PLACE_OUTSIDE_RACK")
    refused(api.post("/claims", small(board) | {"rack": "R01"}), 422, "NO_SUCH_SLOT")
    refused(api.post("/claims", small(board, cords="")), 422, "NEGATIVE_QUANTITY")


def test_network_ports_are_held_and_run_out_where_the_rack_has_declared_them():
    api = Api("operator1")
    port = {"rack": "R02", "name": "Switch tambahan", "count": 3}
    ok(Api("administrator1").post("/facility/port", {"fields": port}), 201)
    pools = ok(api.get("/capacity"))["pools"]
    (free,) = [pool["free"] for pool in pools if (pool["resource"], pool["ref"]) == ("ports", "R02")]
    wish = {"rack": "R02", "watts": 100, "cords": "AB", "height_u": 1, "label": "Berporta"}
    claim = ok(api.post("/claims", {**wish, "position_u": 30, "ports": free - 1}), 201)
    assert claim["ports"] == ok(api.get(f"/claims/{claim['id']}"))["ports"] == free - 1
    problem = refused(api.post("/claims", {**wish, "position_u": 32, "ports": 2}), 409, "CAPACITY_TAKEN")
    assert (problem["resource"], problem["left"], problem["holder_claim"]) == ("ports", 1, claim["id"])
    refused(api.patch(f"/claims/{claim['id']}", {"ports": free + 1}), 409, "CAPACITY_TAKEN")
    assert ok(api.patch(f"/claims/{claim['id']}", {"ports": free - 2}))["ports"] == free - 2
    ok(api.post("/claims", {**wish, "position_u": 32, "ports": 2}), 201)
    found = ok(api.post("/capacity/find", {"height_u": 1, "watts": 100, "cords": "AB", "ports": 1}))
    assert "R02" not in [place["rack"] for place in found["placements"]]
    assert ledger.recount() == []
