"""What each call answers: lists, cases, tasks, clocks, racks, capacity, register."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

from sandar.records.cases.models import Case
from tests import office
from tests.api.world import Api, act, hold, ok, refused

CASE = {
    "number",
    "title",
    "service",
    "state",
    "version",
    "agency",
    "agenda_no",
    "received_at",
    "closed_at",
    "reason",
}


def test_a_request_is_created_with_its_number_state_and_the_task_that_follows():
    made = ok(Api("dinkes1").post("/cases", office.request()), 201)
    assert CASE | {"tasks", "track_url"} == made.keys()
    assert made["state"] == "disposition_head"
    assert made["agency"] == {"code": "DINKES", "name": "Dinas Kesehatan Contoh"}
    [task] = made["tasks"]
    assert (task["state"], task["role"], task["step"]) == ("disposition_head", "division_head", "disposition")


def test_the_front_desk_enters_a_paper_letter_of_another_agency():
    made = ok(Api("administrator1").post("/cases", office.request(agency="DISDIK")), 201)
    assert made["agency"]["code"] == "DISDIK"
    refused(Api("dinkes1").post("/cases", office.request(agency="DISDIK")), 403, "NOT_YOUR_TURN")


def test_times_carry_the_offset_of_the_office():
    made = ok(Api("dinkes1").post("/cases", office.request()), 201)
    assert made["received_at"].endswith("+07:00")
    assert datetime.fromisoformat(made["received_at"]) == Case.objects.get().received_at.replace(
        microsecond=Case.objects.get().received_at.microsecond // 1000 * 1000
    )


def test_lists_are_items_count_and_page():
    first, second = office.ask(), office.ask(by="disdik1")
    listed = ok(Api("kabid1").get("/cases"))
    assert listed.keys() == {"items", "count", "page"}
    assert [case["number"] for case in listed["items"]] == [second.number, first.number]
    assert ok(Api("kabid1").get("/cases?page=2")) == {"items": [], "count": 2, "page": 2}
    assert ok(Api("kabid1").get("/cases?agency=DISDIK"))["count"] == 1
    assert ok(Api("kabid1").get(f"/cases?q={first.number}"))["count"] == 1
    assert ok(Api("kabid1").get("/cases?q=440/1182"))["count"] == 2
    assert ok(Api("kabid1").get("/cases?state=disposition_head"))["count"] == 2
    assert ok(Api("kabid1").get("/cases?state=closed"))["count"] == 0
    assert ok(Api("kabid1").get("/cases?state=nonsense"))["count"] == 0


def test_a_task_tells_its_clock_and_what_may_be_done_with_which_data():
    office.ask()
    [line] = ok(Api("kabid1").get("/tasks?mine=true"))["items"]
    assert line["actions"] == ["forward", "send_back", "refuse"]
    task = ok(Api("kabid1").get(f"/tasks/{line['id']}"))
    assert task["clock"]["budget_minutes"] == 15
    assert task["clock"]["elapsed_minutes"] + task["clock"]["remaining_minutes"] in (14, 15)
    assert (task["clock"]["running"], task["clock"]["paused"]) == (True, "")
    refuse = next(action for action in task["actions"] if action["name"] == "refuse")
    assert refuse["reason"] is True
    assert refuse["schema"]["required"] == ["reason"]
    assert refuse["schema"]["additionalProperties"] is False


def test_a_task_of_another_role_is_shown_without_actions():
    office.ask()
    [line] = ok(Api("pengawas1").get("/tasks"))["items"]
    assert (line["mine"], line["actions"]) == (False, [])
    assert ok(Api("pengawas1").get("/tasks?mine=true"))["items"] == []
    assert ok(Api("pengawas1").get(f"/tasks/{line['id']}"))["actions"] == []


def test_a_paused_clock_says_who_is_waited_for():
    case = office.ask()
    task = office.task_of(case)
    done = act(
        "kabid1", task.pk, "send_back", {"reason": "incomplete_letter", "note": "Tanpa tanda tangan"}, 1
    )
    assert done["case"]["state"] == "letter_completion"
    shown = ok(Api("kabid1").get(f"/cases/{case.number}"))
    clock = next(clock for clock in shown["clocks"] if clock["step"] == "disposition")
    assert (clock["shape"], clock["waiting_for"], clock["due_at"]) == ("paused", "agency", None)


def test_the_agency_withdraws_without_holding_the_task():
    case = office.ask()
    assert ok(Api("dinkes2").get(f"/cases/{case.number}"))["actions"] == ["withdraw", "withdraw_item"]
    done = ok(
        Api("dinkes2").post(f"/cases/{case.number}/actions/withdraw", {"data": {}, "version": case.version})
    )
    assert (done["case"]["state"], done["next_tasks"]) == ("withdrawn", [])
    again = Api("dinkes2").post(
        f"/cases/{case.number}/actions/withdraw", {"data": {}, "version": done["case"]["version"]}
    )
    refused(again, 422, "ACTION_NOT_ALLOWED")


def test_a_draft_of_the_form_is_the_agencys_own():
    case = office.bring_to(office.ask(), "awaiting_form")
    office.act(case, "save", {"form": {"purpose": "rahasia sementara"}})
    assert ok(Api("dinkes1").get(f"/cases/{case.number}"))["form"]["data"] == {"purpose": "rahasia sementara"}
    assert ok(Api("kabid1").get(f"/cases/{case.number}"))["form"] is None


def test_capacity_shows_every_pool_with_figures_that_add_up():
    ok(Api("operator1").post("/claims", hold()), 201)
    picture = ok(Api("kabid1").get("/capacity"))
    assert picture["count"] == len(picture["pools"])
    for pool in picture["pools"]:
        taken = pool["held"] + pool["reserved"] + pool["installed"] + pool["blocked"]
        assert pool["free"] == pool["limit"] - taken >= 0
    states = {pool["state"] for pool in picture["pools"] if pool["resource"] == "rack_power_a"}
    assert states == {"normal", "b_lost"}
    [space] = [pool for pool in picture["pools"] if (pool["resource"], pool["ref"]) == ("space", "R01")]
    assert (space["capacity"], space["held"], space["blocked"], space["free"]) == (42, 1, 4, 37)


def test_find_ranks_places_with_reasons_and_says_what_is_short():
    wish = {"height_u": 2, "watts": 500, "cords": "AB", "weight_kg": 30}
    found = ok(Api("operator1").post("/capacity/find", wish))
    assert found["short"] == []
    scores = [place["score"] for place in found["placements"]]
    assert scores == sorted(scores, reverse=True)
    assert found["placements"][0].keys() == {"rack", "position_u", "face", "slot", "score", "pros", "cons"}
    three = ok(Api("operator1").post("/capacity/find", wish | {"count": 3}))
    assert len({(place["rack"], place["position_u"]) for place in three["placements"]}) == 3
    none = ok(Api("operator1").post("/capacity/find", wish | {"watts": 20_000}))
    assert none["placements"] == []
    assert none["short"][0]["asked"] > none["short"][0]["left"]


def test_a_rack_shows_what_stands_in_it_and_is_drawn():
    claim = ok(Api("operator1").post("/claims", hold(label='Uji <&> "tes"')), 201)
    rack = ok(Api("kabid1").get("/racks/R01"))
    [block] = [block for block in rack["blocks"] if block["state"] == "held"]
    assert (block["claim"], block["position_u"], block["height_u"], block["watts"]) == (
        claim["id"],
        5,
        1,
        300,
    )
    [line] = [line for line in ok(Api("kabid1").get("/racks"))["items"] if line["name"] == "R01"]
    assert (line["height_u"], line["free_u"]) == (42, 37)
    drawing = Api("kabid1").get("/racks/R01/elevation.svg?face=rear")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(drawing.content).tag.endswith("svg")
    tag = drawing["ETag"]
    assert Api("kabid1").get("/racks/R01/elevation.svg?face=rear", If_None_Match=tag).status_code == 304
    ok(Api("operator1").delete(f"/claims/{claim['id']}"))
    assert Api("kabid1").get("/racks/R01/elevation.svg?face=rear", If_None_Match=tag).status_code == 200


def test_the_register_is_filtered_and_one_line_is_found_by_number_or_id():
    case = office.bring_to(office.ask(), "completed")
    other = office.bring_to(office.ask(office.server(domain="lain.contoh.invalid")), "completed")
    listed = ok(Api("kabid1").get("/assets"))
    assert [line["case"] for line in listed["items"]] == [other.number, case.number]
    assert ok(Api("kabid1").get("/assets?agency=DISDIK"))["count"] == 0
    assert ok(Api("kabid1").get("/assets?q=lain.contoh&agency=DINKES"))["count"] == 1
    assert ok(Api("kabid1").get("/assets?q=SIMPUS&kind=colocation&state=active"))["count"] == 2
    assert ok(Api("kabid1").get("/assets?state=removed"))["count"] == 0
    line = listed["items"][1]
    assert (line["rack"], line["height_u"], line["watts"]) == (line["place"], 2, 575)
    for key in (line["number"], line["id"]):
        assert ok(Api("kabid1").get(f"/assets/{key}"))["serial"] == "CTH-0001"


def test_head_answers_like_get_without_a_body_and_a_wrong_method_is_a_problem():
    answer = Api("kabid1").call("HEAD", "/cases")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) > 10
    wrong = Api("kabid1").call("PUT", "/cases")
    refused(wrong, 405, "METHOD_NOT_ALLOWED")
    assert set(wrong["Allow"].split(", ")) == {"GET", "POST"}


def test_a_file_is_attached_and_comes_back_as_a_download():
    case = office.ask()
    made = ok(
        Api("dinkes1").upload(case.number, "lshw.json", b'{"id": "x", "class": "system"}', kind="inventory"),
        201,
    )
    assert (made["kind"], made["media_type"], made["size"]) == ("inventory", "application/json", 30)
    shown = ok(Api("kabid1").get(f"/cases/{case.number}"))
    assert [file["sha256"] for file in shown["files"]] == [made["sha256"]]
    down = Api("dinkes2").get(f"/files/{made['id']}")
    assert b"".join(down.streaming_content) == b'{"id": "x", "class": "system"}'
    assert down["Content-Disposition"] == 'attachment; filename="lshw.json"'
    assert ok(Api("dinkes1").get(f"/cases/{case.number}/events"))["items"][-1]["kind"] == "file_attached"


def test_errors_speak_the_language_that_is_asked_for():
    assert refused(Api("dinkes1").get("/cases/PMH-2026-9999"), 404, "NOT_FOUND")["detail"] != ""
    indonesian = refused(Api("dinkes1").get("/racks"), 403, "FORBIDDEN")["title"]
    assert indonesian == "Bukan wewenang Anda"
    assert (
        refused(Api("dinkes1").get("/racks", Accept_Language="id"), 403, "FORBIDDEN")["title"] == indonesian
    )
    assert Api("dinkes1").get("/racks", Accept_Language="en")["Content-Language"] == "en"
