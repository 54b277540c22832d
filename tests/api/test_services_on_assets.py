"""The services for what stands in the register through the API alone."""

from __future__ import annotations

import pytest

from sandar.records.cases.models import Case
from sandar.steps import on_assets
from tests import office
from tests.api.world import Api, ok
from tests.steps import assets


@pytest.mark.parametrize("service", assets.SERVICES)
def test_a_request_goes_from_the_letter_to_the_report(service: str):
    asset = assets.installed()
    created = ok(Api("dinkes1").post("/cases", assets.letter(service, asset), key="surat-1"), 201)
    assert created["service"] == service
    [task], version = created["tasks"], created["version"]
    while True:
        case = Case.objects.get(number=created["number"])
        officer = Api(office.OFFICER_OF[task["role"]])
        names = [one["name"] for one in ok(officer.get(f"/tasks/{task['id']}"))["actions"]]
        action = assets.WAY[task["state"]]
        if task["state"] == "reporting" and "probe" in names:
            path = f"/tasks/{task['id']}/actions/probe"
            version = ok(officer.post(path, {"data": {}, "version": version}))["case"]["version"]
            office.answer_probes(case, at=office.MONDAY)
        data = assets.data(case, action)
        path = f"/tasks/{task['id']}/actions/{action}"
        done = ok(officer.post(path, {"data": data, "version": version}, key=f"k-{task['id']}"))
        version = done["case"]["version"]
        if not done["next_tasks"]:
            break
        [task] = done["next_tasks"]
    assert ok(Api("dinkes2").get(f"/cases/{case.number}"))["assets"] == [asset.number]
    line = ok(Api("dinkes1").get(f"/assets/{asset.number}"))
    assert [(one["case"], one["service"], one["state"]) for one in line["changes"]] == [
        (case.number, service, "completed")
    ]
    assert (line["removed_at"] is not None) == (service == "removal")


def test_refusals_say_which_case_and_never_whose_asset():
    asset = assets.installed()
    first = ok(Api("dinkes1").post("/cases", assets.letter("removal", asset), key="a"), 201)
    busy = Api("dinkes1").post("/cases", assets.letter("removal", asset), key="b")
    assert busy.status_code == 409
    assert (busy.json()["code"], busy.json()["case"]) == ("ASSET_BUSY", first["number"])
    theirs = Api("disdik1").post("/cases", assets.letter("removal", asset), key="c")
    unknown = Api("disdik1").post("/cases", assets.letter("removal", "AST-2026-0999"), key="d")
    assert theirs.status_code == unknown.status_code == 422
    plain = [one.json() | {"instance": "", "fields": ""} for one in (theirs, unknown)]
    assert plain[0] == plain[1]


def test_another_address_through_the_api_and_who_has_it_already():
    asset, other = assets.installed(), assets.installed()
    wish = {"network": {"prefix": "any"}, "items": [on_assets.item_of(asset)]}
    body = assets.letter("change", asset) | wish
    created = ok(Api("dinkes1").post("/cases", body, key="a"), 201)
    case = Case.objects.get(number=created["number"])
    assets.bring_to(case, "capacity_check")
    path, version = f"/tasks/{office.task_of(case).pk}/actions/report_available", case.version
    taken = Api("operator1").post(path, {"data": {"address": other.address}, "version": version})
    told = taken.json()
    assert (taken.status_code, told["code"], told["address"]) == (409, "ADDRESS_TAKEN", other.address)
    assert (told["asset"], told["case"], told["state"]) == (other.number, other.case.number, "used")
    wrong = Api("operator1").post(path, {"data": {"address": "192.0.2.1"}, "version": version})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["address"])
    ok(Api("operator1").post(path, {"data": {"address": "10.20.30.44"}, "version": version}))
    assets.bring_to(case, "change")
    path = f"/tasks/{office.task_of(case).pk}/actions/change"
    data = {"verified": True, "ports": [8443]}
    ok(Api("operator1").post(path, {"data": data, "version": case.version}))
    line = ok(Api("dinkes1").get(f"/assets/{asset.number}"))
    assert (line["address"], line["ports"]) == ("10.20.30.44", [8443])
    (change,) = line["changes"]
    assert (change["was"]["address"], change["now"]["address"]) == (asset.address, "10.20.30.44")
    assert change["wanted"] == {"network": {"prefix": "any"}}
