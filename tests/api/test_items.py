"""Items with different fates by API: what a reader is told of each, and how the agency withdraws some."""

from __future__ import annotations

from typing import Any

from sandar.core import fates
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from tests import office
from tests.api.world import Api, ok

WHY = {"reason": "beyond_limit", "note": "Terlalu dalam untuk rak ini"}


def three(state: str) -> Case:
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2, 3)]
    return office.bring_to(office.ask(*items), state)


def told(case: Case, username: str = "dinkes1") -> list[dict[str, Any]]:
    found = ok(Api(username).get(f"/cases/{case.number}"))["fates"]
    assert isinstance(found, list)
    return found


def withdraw(
    case: Case, username: str, *numbers: int, version: int | None = None, key: str | None = None
) -> Any:
    case.refresh_from_db()
    body = {
        "data": {"item_nos": list(numbers), "note": "Batal dibeli"},
        "version": case.version if version is None else version,
    }
    return Api(username).post(f"/cases/{case.number}/actions/withdraw_item", body, key=key)


def test_every_item_says_what_became_of_it_since_when_by_whom_and_why():
    case = three("awaiting_approval")
    assert {(one["no"], one["fate"], one["at"]) for one in told(case)} == {
        (n, "asked", None) for n in (1, 2, 3)
    }
    office.act(case, "approve", {"refused": [{"item_no": 2, **WHY}]})
    office.bring_to(case, "completed")
    minutes = Document.objects.get(case=case, kind="handover_minutes")
    first, second, third = told(case)
    assert (first["fate"], first["minutes"], third["fate"]) == ("installed", minutes.number, "installed")
    assert first["asset"]
    assert (second["no"], second["fate"], second["minutes"], second["asset"]) == (2, "refused", "", "")
    assert (second["reason"], second["note"]) == (WHY["reason"], WHY["note"])
    assert second["by"] == "Kepala Bidang Infrastruktur"
    assert second["at"].startswith("2026-11-23T")
    assert told(case, "kabid1") == [first, second, third]


def test_the_agency_withdraws_some_by_api_once_and_the_places_are_free():
    case = three("awaiting_form")
    assert "withdraw_item" in ok(Api("dinkes1").get(f"/cases/{case.number}"))["actions"]
    before = case.version
    done = ok(withdraw(case, "dinkes1", 1, 3, key="cabut-1"))
    assert done["case"]["state"] == "awaiting_form"
    assert [one["fate"] for one in told(case)] == ["withdrawn", "asked", "withdrawn"]
    assert [one["note"] for one in told(case)] == ["Batal dibeli", "", "Batal dibeli"]
    assert {claim.item_no for claim in ledger.claims_for_case(case.pk)} == {2}
    again = withdraw(case, "dinkes1", 1, 3, version=before, key="cabut-1")
    assert ok(again) == done, "the same key and body is answered, not done twice"
    stale = withdraw(case, "dinkes1", 2, version=before)
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_VERSION")
    done = ok(withdraw(case, "dinkes1", 2))
    assert done["case"]["state"] == "withdrawn"
    case.refresh_from_db()
    assert {fates.of(case.fates, n) for n in (1, 2, 3)} == {"withdrawn"}


def test_who_may_not_withdraw_an_item_or_names_a_wrong_one_is_told_so():
    case = three("awaiting_delivery")
    office.act(case, "hand_in", {"deliveries": [{"item_no": 1, "serial": "CTH-0001"}]})
    for numbers in ((1,), (9,), ()):
        answer = withdraw(case, "dinkes1", *numbers)
        assert answer.status_code == 422, numbers
        assert any(name.startswith("item_nos") for name in answer.json()["fields"]), answer.json()
    assert withdraw(case, "kabid1", 2).status_code == 403
    assert withdraw(case, "disdik1", 2).status_code == 404
    assert [one["fate"] for one in told(case)] == ["delivered", "approved", "approved"]


def test_a_second_delivery_is_handed_in_and_received_by_api_while_the_first_is_inspected():
    case = three("awaiting_delivery")
    office.act(case, "hand_in", {"deliveries": [{"item_no": 1, "serial": "CTH-0001"}]})
    office.act(case, "check_in", {"received": [{"item_no": 1, "serial": "CTH-0001"}]})
    task = office.task_of(case).pk
    seen = ok(Api("dinkes2").get(f"/cases/{case.number}"))
    assert "hand_in_more" in seen["actions"]
    told = {one["name"]: one for one in ok(Api("dinkes2").get(f"/tasks/{task}"))["actions"]}
    assert set(told["hand_in_more"]["schema"]["properties"]) == {"deliveries", "brought_by", "note"}
    assert task not in [one["id"] for one in ok(Api("operator1").get("/tasks?mine=true"))["items"]]
    body = {"data": {"deliveries": [{"item_no": 3, "serial": "CTH-0003"}]}, "version": seen["version"]}
    done = ok(Api("dinkes2").post(f"/cases/{case.number}/actions/hand_in_more", body, key="antar-2"))
    assert (done["case"]["state"], done["event"]["payload"]["batch"]) == ("inspection", 2)
    assert ok(Api("dinkes2").post(f"/cases/{case.number}/actions/hand_in_more", body, key="antar-2")) == done
    (mine,) = [one for one in ok(Api("operator1").get("/tasks?mine=true"))["items"] if one["id"] == task]
    assert (mine["actions"], mine["mine"]) == (["check_in_more"], False)
    assert ok(Api("pemeriksa1").get(f"/tasks/{task}"))["mine"] is True
    names = [one["name"] for one in ok(Api("pemeriksa1").get(f"/tasks/{task}"))["actions"]]
    assert not {"check_in_more", "hand_in_more"} & set(names)
    version = done["case"]["version"]
    body = {"data": {"received": [{"item_no": 3, "serial": "CTH-0003"}]}, "version": version}
    refusal = Api("pemeriksa1").post(f"/tasks/{task}/actions/check_in_more", body)
    assert (refusal.status_code, refusal.json()["code"]) == (403, "NOT_YOUR_TURN")
    done = ok(Api("operator1").post(f"/tasks/{task}/actions/check_in_more", body))
    assert done["event"]["kind"] == "more_received"
    seen = ok(Api("dinkes1").get(f"/cases/{case.number}"))
    first, second = seen["batches"]
    assert (first["items"], first["waits"], second["items"], second["waits"]) == ([1], False, [3], True)
    assert second["received_at"]
    assert second["due_at"]
    assert [one["fate"] for one in seen["fates"]] == ["received", "approved", "received"]
    nothing = {"data": {"received": []}, "version": seen["version"]}
    answer = Api("operator1").post(f"/tasks/{task}/actions/check_in_more", nothing)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["received"])


def test_whoever_releases_the_capacity_refuses_one_by_api_and_the_letter_names_it():
    case = three("capacity_release")
    task = office.task_of(case).pk
    body = {"data": {"refused": [{"item_no": 1, **WHY}]}, "version": case.version}
    done = ok(Api("administrator1").post(f"/tasks/{task}/actions/confirm", body))
    assert done["case"]["state"] == "awaiting_form"
    assert [paper["kind"] for paper in done["event"]["payload"]["documents"]] == ["refusal_letter"]
    first, second, third = told(case)
    assert (first["fate"], first["reason"], first["note"]) == ("refused", WHY["reason"], WHY["note"])
    assert (second["fate"], third["fate"]) == ("asked", "asked")
    papers = ok(Api("dinkes1").get(f"/cases/{case.number}/documents"))
    assert "refusal_letter" in [paper["kind"] for paper in papers["items"]]
