"""People, roles, absences, agencies and the office's lists by API: the pages' acts, the pages' refusals, once."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.doors import proof
from sandar.records.facility.journal_models import FacilityEvent
from sandar.records.people.models import Absence, Agency, Person, RoleGrant
from tests import office
from tests.api.world import Api, ok, refused

PASSWORD = "kata-sandi-pertama-9"
NEW = {"username": "Rini", "name": "Rini Contoh", "agency": "DISKOMINFO", "password": PASSWORD, "why": "Uji"}
GRANT = {"role": "supervisor", "valid_from": "2026-01-01", "why": "Uji"}
LETTER = {"mandate": "800/17/2026", "mandate_date": "2026-11-20"}
PLH = GRANT | LETTER | {"role": "division_head", "kind": "plh", "acting_for": "kabid1"}
DAYS = {"valid_from": "2026-11-20", "valid_until": "2027-11-01"}
WHY = {"why": "Uji"}


def admin() -> Api:
    return Api("admin")


def put(api: Api, path: str, body: Any, **more: Any) -> Any:
    return api.call("PUT", path, body, **more)


READ = ("/people", "/people/kabid1", "/agencies", "/agencies/DINKES", "/settings/separation")
CHANGE = (
    ("POST", "/people"), ("PUT", "/people/operator1"), ("POST", "/people/operator1/close"),
    ("POST", "/people/operator1/reopen"), ("POST", "/people/operator1/password"),
    ("POST", "/people/operator1/factor-reset"), ("POST", "/people/operator1/grants"),
    ("POST", "/people/operator1/grants/1/end"), ("POST", "/people/operator1/absences"),
    ("POST", "/people/operator1/absences/1/end"), ("POST", "/agencies"), ("PUT", "/agencies/DINKES"),
    ("POST", "/agencies/DINKES/close"), ("POST", "/agencies/DINKES/reopen"), ("PUT", "/settings/separation"),
    ("PUT", "/instructions"),
)  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_the_heads_and_the_system_administrator_read_nobody_else(path: str):
    for name in ("admin", "kabid1", "pengawas1"):
        ok(Api(name).get(path))
    for name in ("operator1", "administrator1", "dinkes1"):
        refused(Api(name).get(path), 403, "FORBIDDEN")


@pytest.mark.parametrize(("method", "path"), CHANGE)
@pytest.mark.parametrize("name", ["kabid1", "administrator1", "dinkes1"])
def test_who_may_not_change_is_told_so_before_the_input_is_judged(method: str, path: str, name: str):
    events = FacilityEvent.objects.count()
    for raw in (b"", b"{", b'{"why": 1, "warna": 2}'):
        problem = refused(Api(name).call(method, path, raw=raw), 403, "FORBIDDEN")
        assert problem["needed"] == "system_admin"
    assert FacilityEvent.objects.count() == events


@pytest.mark.parametrize(("method", "path"), CHANGE)
def test_who_may_is_told_every_wrong_field_and_nothing_changes(method: str, path: str):
    events = FacilityEvent.objects.count()
    problem = refused(admin().call(method, path, {"why": "", "warna": 2}), 422, "INVALID_INPUT")
    assert "warna" in problem["fields"]
    assert FacilityEvent.objects.count() == events


def test_an_account_is_opened_once_changed_closed_and_opened_again():
    made = ok(admin().post("/people", NEW, key="rini"), 201)
    assert (made["username"], made["agency"], made["grants"]) == ("rini", "DISKOMINFO", [])
    assert ok(admin().post("/people", NEW, key="rini"), 201) == made
    assert Person.objects.filter(username="rini").count() == 1
    problem = refused(admin().post("/people", NEW), 422, "INVALID_INPUT")
    assert problem["fields"]["username"] == ["Nama pengguna ini sudah dipakai."]
    particulars = {"name": "Rini Contoh, S.Kom.", "title": "Pranata Komputer", "why": "Gelar"}
    assert ok(put(admin(), "/people/rini", particulars))["title"] == "Pranata Komputer"
    assert ok(admin().post("/people/operator1/close", WHY))["is_active"] is False
    refused(Api("operator1").get("/tasks"), 401, "NOT_SIGNED_IN")
    assert [one["username"] for one in ok(admin().get("/people?side=closed"))["items"]] == ["operator1"]
    ok(admin().post("/people/operator1/reopen", WHY | {"password": PASSWORD}))
    refused(Api("operator1").get("/tasks"), 401, "NOT_SIGNED_IN")
    assert office.person("operator1").check_password(PASSWORD)
    ok(admin().post("/people/kabid1/password", WHY | {"password": PASSWORD}))
    ok(admin().post("/people/kabid1/factor-reset", WHY))
    refused(admin().post("/people/tidak-ada/close", WHY), 404, "NOT_FOUND")
    assert "admin" in office.person("admin").username
    refused(admin().post("/people/admin/close", WHY), 422, "INVALID_INPUT")
    kinds = set(FacilityEvent.objects.values_list("kind", flat=True))
    assert kinds >= {"account_opened", "account_changed", "account_closed", "account_reopened", "password_reset",
                     "factor_reset"}  # fmt: skip
    assert proof.everything().flaws == []


def test_a_plh_is_given_with_letter_and_dates_and_ended_where_it_was_given():
    wrong = refused(admin().post("/people/pengawas1/grants", GRANT | {"kind": "plt"}), 422, "INVALID_INPUT")
    assert set(wrong["fields"]) == {"mandate", "mandate_date", "valid_until"}
    given = ok(admin().post("/people/pengawas1/grants", PLH | DAYS, key="plh"), 201)
    [mandate] = [one for one in given["grants"] if one["kind"] == "plh"]
    assert (mandate["mandate"], mandate["mandate_date"], mandate["acting_for"], mandate["granted_by"]) == (
        "800/17/2026", "2026-11-20", "kabid1", "admin",
    )  # fmt: skip
    assert mandate["state"] == "in_force"
    assert ok(admin().post("/people/pengawas1/grants", PLH | DAYS, key="plh"), 201) == given
    end = f"grants/{mandate['id']}/end"
    refused(admin().post(f"/people/operator1/{end}", WHY), 404, "NOT_FOUND")  # not of this person
    told = ok(admin().post(f"/people/pengawas1/{end}", WHY))
    assert [one["id"] for one in told["past"]] == [mandate["id"]]
    refused(admin().post(f"/people/pengawas1/{end}", WHY), 422, "INVALID_INPUT")
    assert proof.everything().flaws == []


def test_what_a_page_refuses_of_grants_the_api_refuses():
    before = RoleGrant.objects.count()
    refused(admin().post("/people/admin/grants", GRANT | {"role": "system_admin"}), 403, "OWN_GRANT")
    refused(admin().post("/people/kabid1/grants", GRANT | {"role": "system_admin"}), 403, "ADMIN_APART")
    wrong = refused(admin().post("/people/dinkes1/grants", GRANT), 422, "INVALID_INPUT")
    assert set(wrong["fields"]) == {"role"}
    assert RoleGrant.objects.count() == before


def test_an_absence_makes_the_substitute_plh_and_both_end_together():
    days = {"first_day": "2026-11-30", "last_day": "2036-12-04", "substitute": "pengawas1"}
    refused(admin().post("/people/kabid1/absences", days | WHY | LETTER), 422, "INVALID_INPUT")
    days["last_day"] = "2027-11-01"
    refused(admin().post("/people/kabid1/absences", days | WHY), 422, "INVALID_INPUT")  # no letter
    assert not Absence.objects.exists()
    told = ok(admin().post("/people/kabid1/absences", days | WHY | LETTER), 201)
    [absence] = told["absences"]
    mandate = RoleGrant.objects.get(kind="plh")
    assert (mandate.person.username, mandate.mandate) == ("pengawas1", "800/17/2026")
    refused(admin().post(f"/people/kabid2/absences/{absence['id']}/end", WHY), 404, "NOT_FOUND")
    assert ok(admin().post(f"/people/kabid1/absences/{absence['id']}/end", WHY))["absences"][0]["ended_at"]
    mandate.refresh_from_db()
    assert mandate.revoked_at is not None
    assert proof.everything().flaws == []


def test_agencies_are_opened_changed_closed_and_opened_again():
    fields = {"code": "dpmptsp", "name": "DPMPTSP", "why": "Baru"}
    assert ok(admin().post("/agencies", fields), 201)["code"] == "DPMPTSP"
    refused(admin().post("/agencies", fields), 422, "INVALID_INPUT")
    told = ok(
        put(
            admin(),
            "/agencies/DPMPTSP",
            {"name": "DPMPTSP Contoh", "email": "a@dinas.example", "why": "Pos-el"},
        )
    )
    assert (told["name"], told["email"], told["applicants"]) == ("DPMPTSP Contoh", "a@dinas.example", 0)
    assert ok(admin().post("/agencies/DPMPTSP/close", WHY))["is_active"] is False
    assert ok(admin().post("/agencies/DPMPTSP/reopen", WHY))["is_active"] is True
    provider = Agency.objects.get(is_provider=True).code
    refused(admin().post(f"/agencies/{provider}/close", WHY), 422, "INVALID_INPUT")
    refused(admin().get("/agencies/TIDAK-ADA"), 404, "NOT_FOUND")
    assert "DINKES" in [one["code"] for one in ok(admin().get("/agencies"))["items"]]
    assert proof.everything().flaws == []


def test_the_office_chooses_which_warned_pairs_it_forbids():
    before = ok(admin().get("/settings/separation"))
    assert ["requested", "approved"] in before["forbidden"]
    assert (before["chosen"], before["warned"]) == ([], ["disposed+approved", "inspected+installed"])
    told = ok(put(admin(), "/settings/separation", {"forbidden": ["disposed+approved"], "why": "Perbup"}))
    assert told["chosen"] == ["disposed+approved"]
    refused(
        put(admin(), "/settings/separation", {"forbidden": ["requested+approved"], "why": "x"}),
        422,
        "INVALID_INPUT",
    )
    assert FacilityEvent.objects.filter(kind="pairs_changed").count() == 1


def test_the_boxes_of_the_disposition_sheet_are_the_offices_own_and_keep_their_codes():
    usual = ok(admin().get("/instructions"))["items"]
    lines = ["Segera periksa", usual[0]["words"]]
    told = ok(put(admin(), "/instructions", {"lines": lines}, key="kotak"))
    assert [one["words"] for one in told["items"]] == lines
    assert told["items"][1]["code"] == usual[0]["code"]
    assert ok(put(admin(), "/instructions", {"lines": lines}, key="kotak")) == told
    refused(put(admin(), "/instructions", {"lines": ["Sama", "Sama"]}), 422, "INVALID_INPUT")
    assert ok(Api("kabid1").get("/instructions")) == told
    refused(Api("dinkes1").get("/instructions"), 403, "FORBIDDEN")
