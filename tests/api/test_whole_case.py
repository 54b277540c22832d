"""The whole SOP through the API alone, by nobody but token holders."""

from __future__ import annotations

from typing import Any

from sandar.records.cases.models import Case
from sandar.records.ledger import read as ledger
from tests import office
from tests.api.world import Api, ok


def carry(request: dict[str, Any]) -> str:
    """One case from the letter to the report; returns its number."""
    created = ok(Api("dinkes1").post("/cases", request, key="surat-1"), 201)
    number = created["number"]
    [task] = created["tasks"]
    version = created["version"]
    passed = []
    while True:
        case = Case.objects.get(number=number)
        officer = Api(office.OFFICER_OF[task["role"]])
        shown = ok(officer.get(f"/tasks/{task['id']}"))
        assert (shown["mine"], shown["version"]) == (True, version)
        action = office.WAY[task["state"]]
        assert action in [offer["name"] for offer in shown["actions"]]
        if task["state"] == "reporting":
            path = f"/tasks/{task['id']}/actions/probe"
            asked = ok(officer.post(path, {"data": {}, "version": version}))
            office.answer_probes(case, at=office.MONDAY)
            version = asked["case"]["version"]
        path = f"/tasks/{task['id']}/actions/{action}"
        data = office.default_data(case, action)
        done = ok(officer.post(path, {"data": data, "version": version}, key=f"{number}-{task['id']}"))
        passed.append(task["state"])
        version = done["case"]["version"]
        if not done["next_tasks"]:
            assert passed == list(office.WAY)
            return str(number)
        [task] = done["next_tasks"]


def test_a_colocation_case_goes_from_the_letter_to_the_report_by_api():
    number = carry(office.request())
    applicant = Api("dinkes2")
    case = ok(applicant.get(f"/cases/{number}"))
    assert case["state"] == "completed"
    assert [step["status"] for step in case["steps"]] == ["done"] * 9
    events = ok(applicant.get(f"/cases/{number}/events"))
    assert [event["seq"] for event in events["items"]] == list(range(1, 17))
    for before, after in zip(events["items"], events["items"][1:], strict=False):
        assert after["prev"] == before["hash"]
    papers = ok(applicant.get(f"/cases/{number}/documents"))
    assert papers["count"] == 7  # without the two that pass between officers
    assert ok(Api("kabid1").get(f"/cases/{number}/documents"))["count"] == 9
    register = ok(applicant.get("/assets"))
    assert [line["number"] for line in register["items"]] == case["assets"]
    assert register["items"][0]["case"] == number
    assert ok(applicant.get(f"/assets/{case['assets'][0]}"))["probe"]["reachable"] is True
    assert ledger.recount() == []


def test_a_hosting_case_goes_the_same_way_by_api():
    number = carry(office.request(office.application()))
    [asset] = ok(Api("dinkes1").get("/assets?kind=hosting"))["items"]
    assert (asset["case"], asset["rack"], asset["place"]) == (number, None, "KLUSTER-1")


def test_the_pdf_of_a_paper_is_rendered_when_it_is_asked_for():
    case = office.ask()
    [paper] = ok(Api("dinkes1").get(f"/cases/{case.number}/documents"))["items"]
    assert (paper["kind"], paper["sha256"], paper["status"]) == ("receipt", None, "prepared")
    answer = Api("dinkes1").get(f"/documents/{paper['id']}.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    [paper] = ok(Api("dinkes1").get(f"/cases/{case.number}/documents"))["items"]
    assert (answer["ETag"], paper["status"]) == (f'"{paper["sha256"]}"', "issued")
    again = Api("dinkes1").get(f"/documents/{paper['id']}.pdf", If_None_Match=answer["ETag"])
    assert again.status_code == 304
