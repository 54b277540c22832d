"""No input is answered with a stack trace or a 500: each wrong one gets a clear problem with a stable code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandar.doors.api import openapi
from sandar.records.assets.models import Asset
from sandar.records.cases.models import Case, Event, Task
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Person
from tests import office
from tests.api.world import Api, hold, ok, refused

BODIES = {
    "/cases": office.request(),
    "/claims": hold(),
    "/capacity/find": {"height_u": 1, "watts": 1, "cords": "A"},
}
WHO = {"/cases": "dinkes1", "/claims": "operator1", "/capacity/find": "operator1"}
EVERY = pytest.mark.parametrize("path", list(BODIES))


@EVERY
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "MALFORMED"),
        (b"{", "MALFORMED"),
        (b"{'a': 1}", "MALFORMED"),
        (b'{"a": 1} {"b": 2}', "MALFORMED"),
        (b"\xff\xfe\x00", "MALFORMED"),
        (b'{"a": "' + b"\x00" + b'"}', "MALFORMED"),
        (b"1" * 5000, "MALFORMED"),
        (b'{"a": "\\u0000"}', "NOT_STORABLE"),
        (b'{"\\u0000": 1}', "NOT_STORABLE"),
        (b'{"a": "\\ud800"}', "NOT_STORABLE"),
        (b'{"a": NaN}', "NOT_STORABLE"),
        (b'{"a": -Infinity}', "NOT_STORABLE"),
        (b'{"a": 1e999}', "NOT_STORABLE"),
        (b'{"a": 9223372036854775808}', "NOT_STORABLE"),
        (b"[" * 100 + b"]" * 100, "NOT_STORABLE"),
        (b"[" * 200_000, "NOT_STORABLE"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "NOT_STORABLE"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read_or_kept_is_400(path: str, raw: bytes, code: str):
    problem = refused(Api(WHO[path]).post(path, raw=raw), 400, code)
    assert "API" in problem["detail"] or "simpan" in problem["detail"]


@EVERY
@pytest.mark.parametrize("raw", [b"null", b"[]", b'"a"', b"1", b"true"])
def test_json_that_is_no_object_is_refused(path: str, raw: bytes):
    assert Api(WHO[path]).post(path, raw=raw).status_code in (400, 422)


@EVERY
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_415(path: str, kind: str):
    refused(
        Api(WHO[path]).post(path, raw=json.dumps(BODIES[path]).encode(), content_type=kind), 415, "WRONG_TYPE"
    )


@EVERY
def test_every_wrong_field_is_named(path: str):
    problem = refused(Api(WHO[path]).post(path, {"sandi": 1}), 422, "INVALID_INPUT")
    assert problem["fields"]["sandi"] == ["Isian ini tidak dikenal."]
    assert len(problem["fields"]) > 2


def test_types_count_as_they_are_written():
    for wrong in (
        {"watts": "300"},
        {"watts": True},
        {"watts": 300.5},
        {"height_u": "1"},
        {"rack": 1},
        {"cords": None},
    ):
        problem = refused(Api("operator1").post("/claims", hold(**wrong)), 422, "INVALID_INPUT")
        assert list(problem["fields"]) == list(wrong)
    ok(Api("operator1").post("/claims", raw=json.dumps(hold()).replace(": 300", ": 300.0").encode()), 201)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"watts": -1}, "INVALID_INPUT"),
        ({"position_u": 43}, "PLACE_OUTSIDE_RACK"),
        ({"position_u": 0}, "PLACE_OUTSIDE_RACK"),
        ({"position_u": -4}, "PLACE_OUTSIDE_RACK"),
        ({"position_u": 42, "height_u": 4}, "PLACE_OUTSIDE_RACK"),
        ({"position_u": 1.25}, "INVALID_INPUT"),
        ({"position_u": 1e300}, "INVALID_INPUT"),
        ({"height_u": 0}, "PLACE_OUTSIDE_RACK"),
        ({"height_u": -1}, "INVALID_INPUT"),
        ({"height_u": 1e300}, "INVALID_INPUT"),
        ({"depth_mm": 1500}, "DEVICE_TOO_DEEP"),
        ({"rack": "R99"}, "INVALID_INPUT"),
        ({"face": "side"}, "INVALID_INPUT"),
        ({"expires_at": "besok"}, "INVALID_INPUT"),
        ({"label": "x" * 201}, "INVALID_INPUT"),
    ],
)
def test_a_place_that_cannot_be_is_422(wrong: dict[str, Any], code: str):
    problem = refused(Api("operator1").post("/claims", hold(**wrong)), 422, code)
    assert problem["detail"]
    assert not Claim.objects.filter(state="held").exists()


def test_a_case_that_is_not_there_to_hold_for_is_404():
    refused(Api("operator1").post("/claims", hold(case="PMH-2026-9999")), 404, "NOT_FOUND")


HUGE = "9" * 30


@pytest.mark.parametrize(
    "path",
    [
        f"/tasks/{HUGE}", "/tasks/0", "/tasks/abc", "/tasks/-1", f"/documents/{HUGE}.pdf", f"/claims/{HUGE}",
        f"/files/{HUGE}", f"/assets/{HUGE}", "/assets/%00", "/cases/%00", "/cases/%ed%a0%80", "/racks/%00",
        "/racks/" + "R" * 300, "/cases/" + "9" * 300, "/cases/..%2f..", "/assets/%F0%9F%92%A9", "/nowhere",
        "/tasks/" + "9" * 5000, "/cases/%0a",
    ],
)  # fmt: skip
def test_an_address_of_nothing_is_404(path: str):
    refused(Api("kabid1").get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=abc", f"page={HUGE}", "page=1.5", "page=", "q=%00", "q=a%0ab", "q=" + "x" * 500,
        "state=%00", "agency=%00",
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_is_422(query: str):
    problem = refused(Api("kabid1").get(f"/cases?{query}"), 422, "INVALID_INPUT")
    assert list(problem["fields"]) == [query.split("=")[0]]


def test_a_lone_surrogate_or_broken_percent_in_a_query_finds_nothing():
    for query in ("q=%ed%a0%80", "q=%", "q=%zz", "q=\\", "q='%22--", "q=%25_"):
        assert ok(Api("kabid1").get(f"/cases?{query}"))["count"] == 0
        assert ok(Api("kabid1").get(f"/assets?{query}"))["count"] == 0


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_claim_beyond_all_numbers_is_404(method: str):
    refused(Api("operator1").call(method, f"/claims/{HUGE}", {"label": "x"}), 404, "NOT_FOUND")
    refused(Api("operator1").call(method, "/claims/999999", {"label": "x"}), 404, "NOT_FOUND")


def test_a_plan_with_an_unknown_claim_is_404_and_moves_nothing():
    one = ok(Api("operator1").post("/claims", hold()), 201)["id"]
    moves = [{"claim": one, "rack": "R02", "position_u": 1}, {"claim": 2**62, "rack": "R02", "position_u": 9}]
    refused(Api("operator1").post("/claims/plan", {"moves": moves}), 404, "NOT_FOUND")
    assert ok(Api("operator1").get(f"/claims/{one}"))["rack"] == "R01"


def test_an_unknown_action_or_one_of_another_step_is_refused():
    case = office.ask()
    task = office.task_of(case).pk
    for action in ("approve", "expire", "submit", "nonsense", "__class__", "%00"):
        answer = Api("kabid1").post(f"/tasks/{task}/actions/{action}", {"data": {}, "version": 1})
        assert answer.status_code in (403, 404, 422), (action, answer.content)
    assert office.task_of(case).pk == task


def test_data_of_an_act_is_judged_by_its_schema():
    case = office.ask()
    path = f"/tasks/{office.task_of(case).pk}/actions/forward"
    for data in (
        {"instructions": 1},
        {"instructions": ["lari"]},
        {"note": ["x"]},
        {"state": "completed"},
        {"note": "\x07"},
    ):
        refused(Api("kabid1").post(path, {"data": data, "version": 1}), 422, "INVALID_INPUT")
    for body in (
        {"data": []},
        {"data": {}},
        {"data": {}, "version": "1"},
        {"data": {}, "version": 0},
        {"version": 2**40},
    ):
        refused(Api("kabid1").post(path, body), 422, "INVALID_INPUT")


def test_reasons_are_asked_for():
    case = office.ask()
    path = f"/tasks/{office.task_of(case).pk}/actions/refuse"
    assert refused(Api("kabid1").post(path, {"data": {}, "version": 1}), 422, "INVALID_INPUT")["fields"][
        "reason"
    ]


@pytest.mark.parametrize("path", ["/cases", "/claims", "/capacity/find", "/claims/plan", "action"])
def test_nobody_sets_what_is_not_asked(path: str):
    """Every column of every record, sent to every call: each is refused by name, none is taken."""
    case = office.ask()
    columns = {
        field.name
        for model in (Case, Task, Event, Claim, Document, Asset, Person)
        for field in model._meta.get_fields()
    }
    good = BODIES.get(path) or {"moves": []}
    address = path
    if path == "action":
        good, address = {"data": {}, "version": 1}, f"/tasks/{office.task_of(case).pk}/actions/forward"
    who = "kabid1" if path == "action" else WHO.get(path, "operator1")
    shape = {"action": "ActionIn", "/cases": "Request", "/claims": "Hold", "/claims/plan": "Plan"}.get(
        path, "Wanted"
    )
    extra = columns - openapi.document()["components"]["schemas"][shape]["properties"].keys()
    problem = refused(Api(who).post(address, {**good, **dict.fromkeys(extra, 1)}), 422, "INVALID_INPUT")
    assert extra <= problem["fields"].keys()
    case.refresh_from_db()
    assert (case.state, case.version) == ("disposition_head", 1)


def test_an_upload_is_judged_by_its_content():
    case = office.ask()
    api = Api("dinkes1")
    refused(
        api.upload(case.number, "surat.pdf", b"MZ\x90\x00 not a pdf", kind="letter_scan"),
        415,
        "UPLOAD_WRONG_TYPE",
    )
    refused(api.upload(case.number, "surat.pdf", b'{"id": 1}', kind="inventory"), 415, "UPLOAD_WRONG_TYPE")
    refused(api.upload(case.number, "a.json", b'{"id": ', kind="inventory"), 422, "UPLOAD_UNSAFE")
    refused(api.upload(case.number, "a.json", b"", kind="inventory"), 415, "UPLOAD_WRONG_TYPE")
    refused(
        api.upload(case.number, "a.json", b"{" + b" " * 5_000_001 + b"}", kind="inventory"),
        413,
        "UPLOAD_TOO_LARGE",
    )
    refused(api.upload(case.number, "a.json", b"{}", kind="signed_scan"), 422, "INVALID_INPUT")
    refused(api.post(f"/cases/{case.number}/files", {"kind": "photo"}), 415, "WRONG_TYPE")
    broken = api.post(
        f"/cases/{case.number}/files", raw=b"--x", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code in (400, 422)
    assert not case.files.exists()


def test_a_body_beyond_the_limit_is_413_before_it_is_read():
    answer = Api("dinkes1").client.generic(
        "POST",
        "/api/v1/cases",
        b"{}",
        content_type="application/json",
        headers=Api("dinkes1").headers,
        CONTENT_LENGTH=str(3 * 1024**3),
    )
    refused(answer, 413, "TOO_LARGE")


def test_an_ended_case_takes_no_more_files():
    case = office.ask()
    office.act(case, "refuse", {"reason": "duplicate"})
    refused(Api("dinkes1").upload(case.number, "a.json", b"{}", kind="inventory"), 422, "ACTION_NOT_ALLOWED")
