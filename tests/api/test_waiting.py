"""Offers and the waiting list by API: the agency answers, officers see the order, nobody sees another agency's line."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.doors.jobs import care, waiting
from sandar.records.cases.models import Case
from tests import office
from tests.api.world import Api, ok, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def holder() -> Case:
    """400 of the example cluster's 614 vCPU are held, so that 214 are left."""
    return office.bring_to(office.ask(office.application(vcpu=400)), "awaiting_form")


def short(vcpu: int, *, by: str = "dinkes1") -> Case:
    case = office.bring_to(office.ask(office.application(vcpu=vcpu), by=by), "capacity_check")
    office.act(case, "report_short", {"note": "vCPU"})
    return case


def act(api: Api, case: Case, action: str, data: dict[str, Any] | None = None) -> Any:
    case.refresh_from_db()
    task = office.task_of(case)
    body = {"data": data or {}, "version": case.version}
    return api.post(f"/tasks/{task.pk}/actions/{action}", body, key=f"{case.number}-{action}-{case.version}")


def test_an_offer_is_made_read_and_accepted_by_api():
    case = short(500)
    data = {"items": [{"item_no": 1, "vcpu": 8}], "note": "Sisanya nanti"}
    made = ok(act(Api("administrator1"), case, "propose", data))
    assert made["case"]["state"] == "capacity_offer"
    agency = Api("dinkes1")
    seen = ok(agency.get(f"/cases/{case.number}"))["offer"]
    assert (seen["kind"], seen["note"], seen["answer"]) == ("less", "Sisanya nanti", "")
    rows = {row["what"]: (row["asked"], row["offered"]) for row in seen["rows"] if row["differs"]}
    assert rows["vcpu"] == (500, 8)
    task = ok(agency.get(f"/tasks/{office.task_of(case).pk}"))
    assert {"accept", "queue", "decline"} <= {action["name"] for action in task["actions"]}
    assert ok(act(agency, case, "accept"))["case"]["state"] == "awaiting_form"
    after = ok(agency.get(f"/cases/{case.number}"))
    assert (after["items"][0]["vcpu"], after["offer"]["answer"]) == (8, "accept")


def test_the_waiting_list_shows_officers_everybody_and_an_agency_its_own_position():
    ok(act(Api("administrator1"), mine := short(500), "queue", {"note": "Surat"}))
    ok(act(Api("administrator1"), theirs := short(501, by="disdik1"), "queue", {"note": "Surat"}))
    small = short(450)
    ok(act(Api("administrator1"), small, "queue", {"note": "Surat"}))
    everybody = ok(Api("operator1").get("/waiting"))
    assert [line["case"]["number"] for line in everybody["items"]] == [
        mine.number,
        theirs.number,
        small.number,
    ]
    assert [line["position"] for line in everybody["items"]] == [1, 2, 3]
    own = ok(Api("disdik1").get("/waiting"))
    assert [(line["position"], line["task_id"]) for line in own["items"]] == [(2, None)]
    assert own["count"] == 3
    assert ok(Api("disdik1").get(f"/cases/{theirs.number}"))["waiting"]["position"] == 2
    refused(Api("admin").get("/waiting"), 403, "FORBIDDEN")
    data = {"priority": 3, "note": "Layanan darurat"}
    refused(act(Api("administrator1"), small, "prioritise", data), 403, "NOT_YOUR_TURN")
    ok(act(Api("kabid1"), small, "prioritise", data))
    assert ok(Api("operator1").get("/waiting"))["items"][0]["case"]["number"] == small.number


def test_who_was_passed_over_reads_when_and_why_but_not_by_whom():
    ok(act(Api("administrator1"), big := short(500), "queue", {"note": "Surat"}))
    ok(act(Api("administrator1"), small := short(415), "queue", {"note": "Surat"}))
    small.items[0]["vcpu"] = 100  # what it would ask after some of it went elsewhere
    small.save(update_fields=["items"])
    assert waiting.run(office.MONDAY, care.Shift()) == 1
    line = ok(Api("operator1").get("/waiting"))["items"][0]
    assert (line["passed"]["count"], line["passed"]["why"], line["passed"]["by"]) == (
        1,
        "short",
        small.number,
    )
    assert line["short"][0]["short_by"] > 0
    own = ok(Api("dinkes1").get("/waiting"))["items"]
    assert own[0]["case"]["number"] == big.number
    assert own[0]["passed"]["by"] is None
    assert own[1]["offer"]["kind"] == "queue"


def test_no_names_what_is_short_by_how_much_and_when_a_hold_on_it_ends():
    case = short(300)
    ok(act(Api("administrator1"), case, "refuse"))
    events = ok(Api("dinkes1").get(f"/cases/{case.number}/events"))["items"]
    told = events[-1]["payload"]["shortages"]
    assert [(line["resource"], line["short_by"], line["frees_on"]) for line in told] == [
        ("vcpu", 86, "2026-12-07")
    ]
