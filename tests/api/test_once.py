"""Exactly once, stale pages, lost races."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.records.cases.models import Case, Event, Submission
from sandar.records.documents.models import StoredFile
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from tests import office
from tests.api.world import Api, hold, ok, refused


def same(one: Any, two: Any) -> None:
    assert (one.status_code, one.content) == (two.status_code, two.content)
    assert two["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in one


def test_the_same_request_twice_is_one_case():
    first = Api("dinkes1").post("/cases", office.request(), key="k1")
    same(first, Api("dinkes1").post("/cases", office.request(), key="k1"))
    assert first.status_code == 201
    assert Case.objects.count() == 1


def test_the_same_act_twice_is_one_event_though_the_version_is_stale_by_then():
    case = office.ask()
    path, body = f"/tasks/{office.task_of(case).pk}/actions/forward", {"data": {}, "version": case.version}
    same(Api("kabid1").post(path, body, key="k1"), Api("kabid1").post(path, body, key="k1"))
    assert Event.objects.filter(case=case).count() == 2
    refused(Api("kabid1").post(path, body), 409, "STALE_VERSION")


def test_every_change_of_a_claim_happens_once():
    first = Api("operator1").post("/claims", hold(), key="h")
    same(first, Api("operator1").post("/claims", hold(), key="h"))
    claim = ok(first, 201)["id"]
    for method, path, body in [
        ("PATCH", f"/claims/{claim}", {"position_u": 10, "version": 1}),
        ("POST", "/claims/plan", {"moves": [{"claim": claim, "rack": "R02", "position_u": 3, "version": 2}]}),
        ("DELETE", f"/claims/{claim}", None),
    ]:
        api = Api("operator1")
        same(api.call(method, path, body, key=method + path), api.call(method, path, body, key=method + path))
    assert list(Claim.objects.filter(pk=claim).values_list("state", "version")) == [("released", 4)]
    assert ledger.recount() == []


def test_a_file_is_kept_once_whatever_the_boundary_of_the_second_try():
    case = office.ask()
    first = Api("dinkes1").upload(case.number, "a.json", b'{"id": "x"}', kind="inventory", key="f")
    same(first, Api("dinkes1").upload(case.number, "a.json", b'{"id": "x"}', kind="inventory", key="f"))
    assert StoredFile.objects.count() == 1
    other = Api("dinkes1").upload(case.number, "a.json", b'{"id": "z"}', kind="inventory", key="f")
    refused(other, 422, "SUBMISSION_REUSED")


def test_the_same_key_with_another_body_or_another_address_is_refused():
    ok(Api("operator1").post("/claims", hold(), key="k"), 201)
    refused(Api("operator1").post("/claims", hold(position_u=9), key="k"), 422, "SUBMISSION_REUSED")
    refused(Api("operator1").delete("/claims/1", key="k"), 422, "SUBMISSION_REUSED")
    assert Claim.objects.filter(state="held").count() == 1


def test_a_key_belongs_to_one_person():
    ok(Api("operator1").post("/claims", hold(), key="k"), 201)
    ok(Api("operator2").post("/claims", hold(position_u=9), key="k"), 201)


def test_a_refused_call_leaves_no_trace_so_the_mended_one_may_reuse_its_key():
    refused(Api("operator1").post("/claims", hold(position_u=43), key="k"), 422, "PLACE_OUTSIDE_RACK")
    assert not Submission.objects.exists()
    ok(Api("operator1").post("/claims", hold(position_u=40.5, height_u=0.5), key="k"), 201)


@pytest.mark.parametrize("key", ["x" * 181, "kunci\tku", "kunçi"])
def test_a_key_that_cannot_be_kept_is_refused(key: str):
    refused(Api("operator1").post("/claims", hold(), key=key), 422, "INVALID_INPUT")


def test_a_call_without_a_key_works_and_repeats():
    ok(Api("dinkes1").post("/cases", office.request()), 201)
    ok(Api("dinkes1").post("/cases", office.request()), 201)
    assert Case.objects.count() == 2


def test_a_stale_version_names_who_acted_when_and_how():
    case = office.ask()
    task = office.task_of(case)
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    problem = refused(
        Api("kabid2").post(f"/tasks/{task.pk}/actions/forward", {"data": {}, "version": 1}),
        409,
        "STALE_VERSION",
    )
    assert problem["actor"] == "Kepala Bidang Infrastruktur"
    assert problem["action"] == "completion_asked"
    assert problem["at"] == "2026-11-23T09:00:00.000+07:00"
    assert (problem["seen"], problem["version"]) == (1, 2)


def test_a_lost_race_names_the_holder_and_when_the_hold_ends():
    case = office.ask()
    first = ok(Api("operator1").post("/claims", hold(case=case.number)), 201)
    assert first["case"] == case.number
    problem = refused(Api("operator2").post("/claims", hold()), 409, "CAPACITY_TAKEN")
    assert (problem["holder"], problem["holder_state"], problem["resource"]) == (case.number, "held", "space")
    assert problem["expires_at"] == first["expires_at"]
    assert (problem["asked"], problem["left"], problem["unit"]) == (1, 31, "U")
    assert case.number in problem["detail"]
    [event] = Event.objects.filter(case=case, kind="claim_held")
    assert event.person["username"] == "operator1"


def test_the_last_watts_go_to_one():
    ok(Api("operator1").post("/claims", hold(watts=5_000)), 201)
    problem = refused(
        Api("operator1").post("/claims", hold(position_u=9, watts=1_000)), 409, "CAPACITY_TAKEN"
    )
    assert problem["resource"].startswith("rack_power")
    assert problem["asked"] > problem["left"]
    assert ledger.recount() == []


def test_a_claim_is_moved_converted_prolonged_and_refused_when_stale():
    api = Api("administrator1")
    claim = ok(api.post("/claims", hold()), 201)
    moved = ok(
        api.patch(f"/claims/{claim['id']}", {"rack": "R03", "position_u": 7.5, "version": claim["version"]})
    )
    assert (moved["rack"], moved["position_u"], moved["version"]) == ("R03", 7.5, 2)
    refused(api.patch(f"/claims/{claim['id']}", {"position_u": 1, "version": 1}), 409, "CLAIM_CHANGED")
    reserved = ok(api.patch(f"/claims/{claim['id']}", {"state": "reserved", "expires_at": None}))
    assert (reserved["state"], reserved["expires_at"]) == ("reserved", None)
    refused(api.patch(f"/claims/{claim['id']}", {"state": "held"}), 422, "ACTION_NOT_ALLOWED")
    installed = ok(api.patch(f"/claims/{claim['id']}", {"state": "installed", "watts": 400}))
    assert (installed["state"], installed["watts"]) == ("installed", 400)
    released = ok(api.delete(f"/claims/{claim['id']}"))
    assert released["state"] == "released"
    refused(api.delete(f"/claims/{claim['id']}"), 409, "CLAIM_CHANGED")
    assert ledger.recount() == []


def test_two_devices_swap_in_one_plan():
    api = Api("operator1")
    one = ok(api.post("/claims", hold(position_u=5)), 201)["id"]
    two = ok(api.post("/claims", hold(position_u=9)), 201)["id"]
    moves = [{"claim": one, "rack": "R01", "position_u": 9}, {"claim": two, "rack": "R01", "position_u": 5}]
    done = ok(api.post("/claims/plan", {"moves": moves}))
    assert [(claim["id"], claim["position_u"]) for claim in done["claims"]] == [(one, 9), (two, 5)]
    refused(api.post("/claims/plan", {"moves": [moves[0], moves[0]]}), 422, "INVALID_INPUT")


def test_a_place_that_a_step_booked_is_moved_but_not_taken_from_its_case():
    case = office.bring_to(office.ask(), "awaiting_approval")
    claim = Claim.objects.get(case=case)
    problem = refused(Api("operator1").delete(f"/claims/{claim.pk}"), 422, "CLAIM_IN_PROCEDURE")
    assert problem["case"] == case.number
    refused(Api("operator1").patch(f"/claims/{claim.pk}", {"state": "installed"}), 422, "CLAIM_IN_PROCEDURE")
    refused(Api("operator1").patch(f"/claims/{claim.pk}", {"expires_at": None}), 422, "CLAIM_IN_PROCEDURE")
    assert ok(Api("operator1").patch(f"/claims/{claim.pk}", {"rack": "R05"}))["rack"] == "R05"
    assert Event.objects.filter(case=case, kind="claim_changed").count() == 1
    office.bring_to(case, "completed")
    assert ledger.recount() == []


def test_an_expiry_must_be_ahead_and_within_a_year():
    for wrong in ("2020-01-01T00:00:00+07:00", "9999-12-31T23:59:59+07:00", "0001-01-01T00:00:00+14:00"):
        refused(Api("operator1").post("/claims", hold(expires_at=wrong)), 422, "INVALID_INPUT")
