"""The SOP by API: drafts, publication by somebody else, and moving cases after a dry run."""

from __future__ import annotations

import tomllib

from django.utils import timezone

from sandar.sop import definition, writing
from tests import office
from tests.api.world import Api, ok, refused


def text_with(**top: object) -> str:
    return writing.write(tomllib.loads(definition.bundled_text()) | top)


def halved() -> str:
    values = tomllib.loads(definition.bundled_text())
    step = next(one for one in values["step"] if one["key"] == "capacity")
    step |= {"budget": "30 min", "time_text": "30 Menit"}
    return writing.write(values)


def test_a_revision_is_drafted_judged_checked_published_and_cases_are_moved():
    case = office.bring_to(office.ask(), "capacity_check")
    author, head = Api("pengawas1"), Api("kabid1")
    draft = ok(author.post("/sop/drafts", {"service": "colocation"}), 201)
    assert (draft["base"], draft["problems"], draft["checked"]) == (1, [], False)
    path = f"/sop/drafts/{draft['draft']}"
    broken = text_with(start="nirgends")
    draft = ok(author.patch(path, {"text": broken, "version": draft["version"]}))
    assert {one["code"] for one in draft["problems"]} >= {"START_UNKNOWN"}
    refused(author.post(f"{path}/check", {"version": draft["version"]}), 422, "DEFINITION_INVALID")
    refused(author.patch(path, {"text": "[[", "version": draft["version"]}), 422, "DEFINITION_INVALID")
    refused(author.patch(path, {"text": halved(), "version": 1}), 409, "DRAFT_CHANGED")
    draft = ok(author.patch(path, {"text": halved(), "version": draft["version"]}))
    draft = ok(author.post(f"{path}/check", {"version": draft["version"]}))
    assert draft["checked"]
    assert [one["draft"] for one in ok(head.get("/sop/drafts"))["items"]] == [draft["draft"]]
    given = {
        "version": draft["version"],
        "effective_on": timezone.localdate().isoformat(),
        "number": "065/1/2026",
    }
    refused(author.post(f"{path}/publish", given), 403, "FORBIDDEN")
    row = ok(head.post(f"{path}/publish", given, key="p1"), 201)
    assert head.post(f"{path}/publish", given, key="p1")["Idempotency-Replayed"] == "true"
    assert (row["revision"], row["number"]) == (2, "065/1/2026")
    assert definition.content_hash(row["text"]) == row["content_sha256"]
    refused(head.get(path), 404, "NOT_FOUND")
    listed = [one for one in ok(head.get("/sop/revisions"))["items"] if one["service"] == "colocation"]
    assert [(one["revision"], one["in_force"]) for one in listed] == [(2, True), (1, False)]
    moving = "/sop/revisions/colocation/2/cases"
    plan = ok(Api("operator1").get(moving))
    assert [(one["case"], one["may"]) for one in plan["items"]] == [(case.number, True)]
    given = {"token": plan["token"], "reason": "Keputusan kepala dinas"}
    refused(author.post(moving, given), 403, "FORBIDDEN")
    refused(head.post(moving, {"token": plan["token"]}), 422, "REASON_NEEDED")
    refused(head.post(moving, given | {"token": "0" * 64}), 409, "PLAN_CHANGED")
    assert ok(head.post(moving, given)) == plan
    case.refresh_from_db()
    assert case.revision.revision == 2
    assert ok(head.get(moving))["items"] == []


def test_what_is_not_there_is_not_found_and_what_no_database_counts_to_neither():
    head = Api("kabid1")
    for path in ("/sop/revisions/colocation/9", "/sop/revisions/x/1", f"/sop/drafts/{2**40}", "/sop/drafts/7777",
                 f"/sop/revisions/colocation/{2**40}/cases"):  # fmt: skip
        refused(head.get(path), 404, "NOT_FOUND")
    refused(head.post("/sop/drafts", {"service": "tidak-ada"}), 404, "NOT_FOUND")
