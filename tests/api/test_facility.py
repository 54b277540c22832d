"""The facility by API: list, enter, change, remove, import; exactly once, never stale, never below use."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sandar.core import sheets
from sandar.records.facility.models import Rack, Site
from sandar.steps.facility.kinds import KINDS
from tests import netbox_export, office
from tests.api.world import Api, hold, ok, refused


def admin() -> Api:
    return Api("administrator1")


def send(*files: tuple[str, bytes], query: str = "", by: str = "administrator1", **more: Any) -> Any:
    boundary = "grenze"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    )
    kind = f"multipart/form-data; boundary={boundary}"
    raw = body + f"--{boundary}--\r\n".encode()
    return Api(by).post(f"/facility/import{query}", raw=raw, content_type=kind, **more)


def csv(text: str) -> bytes:
    return text.encode()


def test_every_kind_is_listed_and_each_thing_has_its_address():
    for code in KINDS:
        listed = ok(admin().get(f"/facility/{code}"))
        assert listed["count"] == len(KINDS[code].stock())
        for item in listed["items"][:3]:
            assert ok(admin().get(f"/facility/{code}/{item['name']}")) == item


def test_a_site_is_entered_changed_and_removed():
    made = ok(admin().post("/facility/site", {"fields": {"name": "Gedung B"}}, key="s1"), 201)
    again = admin().post("/facility/site", {"fields": {"name": "Gedung B"}}, key="s1")
    assert again["Idempotency-Replayed"] == "true"
    body = {"fields": {"address": "Jalan Contoh 1"}, "version": made["version"]}
    changed = ok(admin().patch("/facility/site/Gedung B", body))
    assert changed["fields"]["address"] == "Jalan Contoh 1"
    refused(admin().patch("/facility/site/Gedung B", body), 409, "FACILITY_CHANGED")
    refused(admin().delete(f"/facility/site/Gedung B?version={made['version']}"), 409, "FACILITY_CHANGED")
    ok(admin().delete(f"/facility/site/Gedung B?version={changed['version']}"))
    assert not Site.objects.filter(name="Gedung B").exists()


def test_a_rack_under_equipment_is_neither_shrunk_nor_renumbered_by_api():
    claim = ok(Api("operator1").post("/claims", hold(position_u=20, label="SIMPUS-1")), 201)
    assert claim["id"]
    shrunk = refused(
        admin().patch("/facility/rack/R01", {"fields": {"height_u": 12}}), 422, "LIMIT_BELOW_USE"
    )
    assert shrunk["ref"] == "R01"
    refused(admin().patch("/facility/rack/R01", {"fields": {"numbering": "top"}}), 422, "LIMIT_BELOW_USE")
    assert Rack.objects.get(name="R01").height_u == 42


def test_a_removed_rack_is_gone_from_every_list():
    for kind in ("block", "strip", "port", "rack"):
        listed = ok(admin().get(f"/facility/{kind}?q=R03"))["items"]
        assert listed
        for one in listed:
            ok(admin().delete(f"/facility/{kind}/{one['name']}?version={one['version']}"))
    officer = Api("operator1")
    assert {one["name"] for one in ok(officer.get("/racks"))["items"]}.isdisjoint({"R03"})
    assert not [one for one in ok(officer.get("/racks"))["items"] if "#" in one["name"]]
    refs = {pool["ref"] for pool in ok(officer.get("/capacity"))["pools"]}
    assert not [ref for ref in refs if ref.startswith("R03")]


def test_a_strip_below_its_use_names_node_amount_and_holder():
    ok(Api("operator1").post("/claims", hold(position_u=20, watts=1500, label="SIMPUS-1")), 201)
    body = {"fields": {"capacity_w": 1000, "derating": 100}}
    found = refused(admin().patch("/facility/strip/R01/A", body), 422, "LIMIT_BELOW_USE")
    assert (found["ref"], found["taken"], found["over"], found["holder"]) == ("R01-A", 1500, 500, "SIMPUS-1")


def test_fields_are_judged_as_json_and_named():
    wrong = refused(
        admin().post("/facility/rack", {"fields": {"name": "X", "height_u": "42"}}), 422, "INVALID_INPUT"
    )
    assert {"room", "height_u"} <= wrong["fields"].keys()
    refused(admin().post("/facility/rack", {"name": "X"}), 422, "INVALID_INPUT")
    refused(admin().get("/facility/kursi"), 422, "INVALID_INPUT")
    refused(admin().get("/facility/rack/tidak-ada"), 404, "NOT_FOUND")


def test_officers_read_administrators_change_agencies_see_nothing():
    ok(Api("operator1").get("/facility/rack"))
    ok(Api("admin").get("/facility/rack"))
    refused(Api("operator1").post("/facility/site", {"fields": {"name": "X"}}), 403, "FORBIDDEN")
    refused(Api("dinkes1").get("/facility/rack"), 403, "FORBIDDEN")
    refused(Api("dinkes1").get("/facility/templates.xlsx"), 403, "FORBIDDEN")
    refused(send(("site.csv", csv("name\nX\n")), by="operator1"), 403, "FORBIDDEN")


def test_the_filled_workbook_imports_as_all_the_same():
    book = admin().get("/facility/templates.xlsx?filled=true").content
    report = ok(send(("fasilitas.xlsx", book)))
    assert report["problems"] == []
    assert {count["kind"]: (count["new"], count["changed"]) for count in report["counts"]} == {
        code: (0, 0) for code in KINDS if KINDS[code].stock()
    }


@pytest.mark.parametrize("code", list(KINDS))
def test_every_csv_template_is_read_back(code: str):
    content = admin().get(f"/facility/templates/{code}.csv?filled=true").content
    [sheet] = sheets.sheets(f"{code}.csv", content)
    assert len(sheet.rows) == len(KINDS[code].stock())
    report = ok(send((f"{code}.csv", content)))
    assert report["problems"] == []
    assert [count for count in report["counts"] if count["new"] or count["changed"]] == []


def test_a_dry_run_reports_exactly_and_stores_nothing():
    table = csv("Nama;Alamat\nGedung B;Jalan 1\nGedung C;\n")
    dry = ok(send(("site.csv", table), query="?dry_run=true"))
    assert (dry["stored"], dry["counts"][0]["new"]) == (False, 2)
    assert not Site.objects.filter(name="Gedung B").exists()
    real = ok(send(("site.csv", table), key="i1"))
    assert real["counts"] == dry["counts"]
    assert send(("site.csv", table), key="i1")["Idempotency-Replayed"] == "true"
    assert ok(send(("site.csv", table)))["counts"][0]["same"] == 2


def test_one_wrong_row_and_nothing_is_stored_unless_it_is_wished():
    table = csv("site,name,capacity_w\nTidak Ada,B-1,1000\n")
    found = refused(send(("room.csv", table), ("site.csv", csv("name\nGedung B\n"))), 422, "IMPORT_REFUSED")
    [problem] = found["report"]["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("room.csv", 2, "site")
    assert not Site.objects.filter(name="Gedung B").exists()
    done = ok(send(("room.csv", table), ("site.csv", csv("name\nGedung B\n")), query="?skip_refused=true"))
    assert done["stored"]
    assert Site.objects.filter(name="Gedung B").exists()


def test_netbox_exports_come_in_by_api():
    found = netbox_export.build(racks=3, devices=30, dirt=False)
    report = ok(send(*netbox_export.export(found, racks=3), query="?default_watts=100"))
    counts = {count["kind"]: count["new"] for count in report["counts"]}
    assert (counts["rack"], counts["device"]) == (3, 30)
    assert {note["code"] for note in report["notes"]} >= {"tenant_unknown", "power_factor_assumed"}


def test_what_is_no_table_is_said():
    for name, content in [("a.pdf", b"%PDF-1.7"), ("a.xlsx", b"PK\x03\x04 kaputt"), ("a.csv", b"\x00\x01")]:
        report = refused(send((name, content)), 422, "IMPORT_REFUSED")["report"]
        assert report["problems"][0]["code"] == "SHEET_UNREADABLE"
    large = io.BytesIO(b"name\n" + b"x" * (sheets.LARGEST_BYTES + 1)).getvalue()
    assert refused(send(("a.csv", large)), 422, "IMPORT_REFUSED")["report"]["problems"]
    refused(Api("administrator1").post("/facility/import", {}), 415, "WRONG_TYPE")
    assert office.person("administrator1")


@pytest.mark.parametrize("prefix", ["10.20.30.128/25", "10.20.0.0/16"])
def test_networks_that_overlap_in_one_site_are_refused_for_their_addresses_would_count_twice(prefix: str):
    site = ok(admin().get("/facility/prefix"))["items"][0]["fields"]["site"]
    said = refused(
        admin().post("/facility/prefix", {"fields": {"site": site, "prefix": prefix}}), 422, "INVALID_INPUT"
    )
    assert said["fields"]["prefix"][0].startswith("Bertumpang tindih dengan jaringan lain")
    ok(admin().post("/facility/prefix", {"fields": {"site": site, "prefix": "10.20.31.0/24"}}), 201)
    ok(admin().post("/facility/prefix", {"fields": {"site": site, "prefix": "fd00::/64"}}), 201)


def test_a_no_is_told_of_the_rack_that_comes_nearest_and_not_of_one_without_any_strip():
    room = ok(admin().get("/facility/room"))["items"][0]["name"]
    ok(admin().post("/facility/rack", {"fields": {"room": room, "name": "A00"}}), 201)
    wish = {"height_u": 2, "watts": 9_000, "cords": "AB"}
    told = ok(Api("operator1").post("/capacity/find", wish))
    assert told["placements"] == []
    sides = {gap["resource"]: gap for gap in told["short"] if gap["resource"].startswith("rack_power")}
    assert sides.keys() == {"rack_power_a", "rack_power_b"}
    assert all(0 < gap["left"] < gap["asked"] and gap["where"] != "A00" for gap in sides.values())
