"""Who may reach what: every call x nobody, another agency, another role; second ids in nested addresses too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from sandar.doors.api import openapi
from sandar.records.cases.models import Case
from sandar.records.documents.models import Signature, StoredFile
from sandar.records.ledger.models import Claim
from sandar.records.people import write as people
from sandar.records.people.models import RoleGrant
from sandar.steps import correcting
from sandar.steps.revising import drafts
from tests import office
from tests.api.world import Api, hold, ok, refused

OTHER = "disdik1"  # an applicant of another agency
OFFICERS = ("kabid1", "pengawas1", "administrator1", "operator1", "pemeriksa1")


@dataclass
class Mine:
    """A finished case of DINKES with something under every address."""

    case: Case
    ids: dict[str, str]


@pytest.fixture(scope="module")
def mine(built: None, django_db_blocker: Any) -> Mine:
    """Made once; every test is rolled back to it."""
    with django_db_blocker.unblock():
        return _mine()


def _correction(number: str) -> int:
    given = correcting.Correct(serial="SN-LAIN", reason="Salah ketik pada BAST.")
    return correcting.propose(number, given, person=office.person("operator2"), at=timezone.now()).pk


def _mine() -> Mine:
    case = office.bring_to(office.ask(), "completed")
    open_case = office.ask()
    ok(Api("dinkes1").upload(open_case.number, "a.json", b'{"id": "x"}', kind="inventory"), 201)
    ids = {
        "number": open_case.number,
        "task_id": str(office.task_of(open_case).pk),
        "document_id": str(case.documents.earliest("pk").pk),
        "file_id": str(StoredFile.objects.get().pk),
        "asset": case.assets.get().number,
        "claim_id": str(Claim.objects.get(case=case).pk),
        "name": "R01",
        "kind": "rack",
        "action": "withdraw",
        "first": "2027-02-08",
        "day": "2026-12-01",
        "service": "colocation",
        "revision": "1",
        "signature_id": str(Signature.objects.earliest("pk").pk),
        "username": "dinkes1",
        "grant": str(RoleGrant.objects.earliest("pk").pk),
        "absence": "1",
        "certificate_id": "1",
        "code": "DINKES",
        "book": "surat_keluar",
        "disposal_id": "1",
        "correction": str(_correction(case.assets.get().number)),
        "draft": str(drafts.begin("colocation", person=office.person("pengawas1"), at=timezone.now()).pk),
    }
    return Mine(case, ids)


def calls() -> list[tuple[str, str]]:
    """Every call of the API, from its own description."""
    paths = openapi.document()["paths"]
    return [
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in paths.items()
        for method in methods
    ]


def sent(api: Api, method: str, path: str, mine: Mine) -> Any:
    address = re.sub(r"{(\w+)}", lambda found: mine.ids[found[1]], path)
    if path.endswith("/files"):
        return api.upload(mine.ids["number"], "b.json", b'{"id": "y"}', kind="inventory")
    bodies: dict[str, Any] = {
        "/claims": hold(),
        "/claims/plan": {"moves": [{"claim": int(mine.ids["claim_id"]), "rack": "R02", "position_u": 20}]},
        "/claims/{claim_id}": {"label": "lain"},
        "/capacity/find": {"height_u": 1, "watts": 100, "cords": "A"},
        "/cases": office.request(),
        "/signatures/sign": {"ids": [int(mine.ids["signature_id"])]},
        "/signatures/otp": {"ids": [int(mine.ids["signature_id"])]},
    }
    body = bodies.get(path, {"data": {}, "version": 1}) if method in ("POST", "PATCH") else None
    return api.call(method, address, body)


@pytest.mark.parametrize(("method", "path"), calls())
def test_nobody_gets_anything_without_a_token(method: str, path: str, mine: Mine):
    for api in (
        Api(None),
        Api(None, Authorization="Bearer sandar_" + "x" * 43),
        Api(None, Authorization="Basic eDp5"),
    ):
        answer = sent(api, method, path, mine)
        refused(answer, 401, "NOT_SIGNED_IN")
        assert answer["WWW-Authenticate"].startswith("Bearer")


# What an applicant of another agency gets: 404 for what is DINKES's, 403 for what is the office's alone, else empty.
NOT_THEIRS = {
    "/cases/{number}", "/cases/{number}/actions/{action}", "/cases/{number}/events", "/cases/{number}/documents",
    "/cases/{number}/files", "/cases/{number}/file.pdf", "/documents/{document_id}.pdf",
    "/files/{file_id}", "/tasks/{task_id}",
    "/tasks/{task_id}/actions/{action}", "/assets/{asset}", "/cases/{number}/disposition",
    "/cases/{number}/time", "/cases/{number}/overrides",
    "/cases/{number}/disposition/read", "/cases/{number}/disposition/answer", "/documents/{document_id}/revoke",
    "/documents/{document_id}/reissue",
    "/signatures/{signature_id}", "/signatures/{signature_id}/scan",
}  # fmt: skip
NOTHING_TO_SIGN = {"/signatures/sign", "/signatures/otp"}  # a paper of others is no paper to sign
SIGNERS_ONLY = {"/signatures/{signature_id}"}  # who is not to sign it finds nothing, whoever that is
BETWEEN_OFFICERS = {"/cases/{number}/disposition"}  # of one's own case too it does not exist for the agency
OFFICE_ONLY = {
    "/capacity", "/capacity/find", "/claims", "/claims/plan", "/claims/{claim_id}", "/racks", "/racks/{name}",
    "/racks/{name}/elevation.svg", "/power", "/power/dark", "/facility/templates.xlsx",
    "/facility/templates/{kind}.csv", "/facility/import", "/facility/{kind}", "/facility/{kind}/{name}",
    "/settings/papers", "/settings/papers/arms", "/settings/papers/arms/remove", "/settings/retention",
    "/settings/separation",
    "/people", "/people/{username}", "/people/{username}/close", "/people/{username}/reopen",
    "/people/{username}/password", "/people/{username}/factor-reset", "/people/{username}/grants",
    "/people/{username}/grants/{grant}/end", "/people/{username}/absences",
    "/people/{username}/absences/{absence}/end", "/people/{username}/data", "/people/{username}/erase",
    "/contacts/search", "/contacts/erase",
    "/agencies", "/agencies/{code}", "/agencies/{code}/close", "/agencies/{code}/reopen",
    "/archive/due", "/archive/holds", "/archive/disposals", "/archive/disposals/{disposal_id}.pdf",
    "/archive/disposals/{disposal_id}/approve", "/archive/disposals/{disposal_id}/refuse",
    "/cases/{number}/hold", "/cases/{number}/hold/lift",
    "/books", "/books/held", "/books/confirm", "/books/skip", "/books/{book}/numbers", "/books/{book}/skipped",
    "/calendar", "/calendar/changes", "/calendar/week", "/calendar/seasons", "/calendar/seasons/{first}",
    "/calendar/days", "/calendar/days/{day}", "/calendar/import",
    "/instructions", "/sop/revisions", "/sop/revisions/{service}/{revision}", "/sop/drafts", "/sop/drafts/{draft}",
    "/sop/revisions/{service}/{revision}/cases", "/sop/drafts/{draft}/check", "/sop/drafts/{draft}/publish",
    "/certificates", "/certificates/{certificate_id}/revoke",
    "/register/corrections", "/assets/{asset}/corrections", "/assets/{asset}/corrections/{correction}/approve",
    "/assets/{asset}/corrections/{correction}/refuse",
}  # fmt: skip
# What the office sets, and who its people are: its heads and the system administrator.
HEADS_ONLY = {
    "/settings/papers", "/settings/papers/arms", "/settings/retention", "/settings/separation",
    "/people", "/people/{username}", "/agencies", "/agencies/{code}",
}  # fmt: skip
ADMIN_ONLY = {"/people/{username}/data", "/books/held", "/certificates"}
NOT_THERE = {"/settings/papers/arms", "/archive/disposals/{disposal_id}.pdf"}  # this office has neither
OWN_LISTS = {"/cases", "/tasks", "/waiting", "/assets", "/signatures"}


def test_the_scope_of_every_call_is_decided_here():
    assert {path for _, path in calls()} == NOT_THEIRS | OFFICE_ONLY | OWN_LISTS | NOTHING_TO_SIGN


@pytest.mark.parametrize(("method", "path"), calls())
def test_another_agency_finds_nothing_and_changes_nothing(method: str, path: str, mine: Mine):
    before = (
        Case.objects.get(number=mine.ids["number"]).version,
        Claim.objects.count(),
        StoredFile.objects.count(),
    )
    answer = sent(Api(OTHER), method, path, mine)
    if path in NOT_THEIRS:
        refused(answer, 404, "NOT_FOUND")
    elif path in OFFICE_ONLY:
        refused(answer, 403, "FORBIDDEN")
    elif path in NOTHING_TO_SIGN:
        assert refused(answer, 422, "INVALID_INPUT")["fields"].keys() == {"id"}
    elif method == "GET":
        assert (ok(answer)["items"], answer.json()["count"]) == ([], 0)
    else:
        assert ok(answer, 201)["agency"]["code"] == "DISDIK"
    after = (
        Case.objects.get(number=mine.ids["number"]).version,
        Claim.objects.count(),
        StoredFile.objects.count(),
    )
    assert after == before


ADMINISTRATION = (
    "/facility", "/settings", "/calendar", "/people", "/contacts", "/agencies", "/instructions",
    "/books/held", "/books/confirm", "/certificates",
)  # fmt: skip


def readers(path: str) -> tuple[str, ...]:
    if path in ADMIN_ONLY:
        return ("admin",)
    return ("kabid1", "pengawas1", "admin") if path in HEADS_ONLY else OFFICERS


@pytest.mark.parametrize(("method", "path"), [call for call in calls() if call[0] == "GET"])
def test_every_officer_and_the_own_agency_may_read(method: str, path: str, mine: Mine):
    for officer in readers(path):
        there = 404 if path in NOT_THERE | SIGNERS_ONLY else 200
        assert sent(Api(officer), method, path, mine).status_code == there
    expected = (
        403
        if path in OFFICE_ONLY or path.endswith("/overrides")
        else 404
        if path in BETWEEN_OFFICERS | SIGNERS_ONLY
        else 200
    )
    assert sent(Api("dinkes2"), method, path, mine).status_code == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [call for call in calls() if not call[1].startswith(ADMINISTRATION)],
)
def test_the_system_administrator_has_no_part_in_the_sop(method: str, path: str, mine: Mine):
    answer = sent(Api("admin"), method, path, mine)
    if method == "GET" and path in ("/cases", "/tasks", "/signatures"):
        assert ok(answer)["items"] == []
    elif path in NOTHING_TO_SIGN:
        refused(answer, 422, "INVALID_INPUT")
    else:
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("officer", ["kabid1", "pengawas1", "pemeriksa1"])
def test_places_are_given_only_by_the_data_centre(officer: str, mine: Mine):
    for method, path in [("POST", "/claims"), ("POST", "/claims/plan"), ("PATCH", "/claims/{claim_id}"),
                         ("DELETE", "/claims/{claim_id}")]:  # fmt: skip
        assert refused(sent(Api(officer), method, path, mine), 403, "FORBIDDEN")["needed"] == "dc_operator"


def test_an_officer_acts_only_in_the_own_turn():
    case = office.ask()
    task = office.task_of(case)
    for officer in ("pengawas1", "administrator1", "operator1", "pemeriksa1", "dinkes1"):
        answer = Api(officer).post(f"/tasks/{task.pk}/actions/forward", {"data": {}, "version": case.version})
        refused(answer, 403, "NOT_YOUR_TURN")


def test_nobody_is_on_both_sides_of_a_case():
    case = office.bring_to(office.ask(), "capacity_release")
    RoleGrant.objects.create(person=office.person("operator1"), role="administrator", valid_from="2020-01-01")
    task = office.task_of(case)
    answer = Api("operator1").post(f"/tasks/{task.pk}/actions/confirm", {"data": {}, "version": case.version})
    assert refused(answer, 403, "SEPARATION_OF_DUTIES")["did"] == "capacity_checked"


def test_a_token_dies_with_the_account_with_the_token_and_with_time():
    assert Api("operator1").get("/racks").status_code == 200
    people.close_account(office.person("operator1"), at=timezone.now())
    refused(Api("operator1").get("/racks"), 401, "NOT_SIGNED_IN")
    office.person("operator2").tokens.update(revoked_at=timezone.now())
    refused(Api("operator2").get("/racks"), 401, "NOT_SIGNED_IN")
    office.person("kabid1").tokens.update(expires_at=timezone.now())
    refused(Api("kabid1").get("/racks"), 401, "NOT_SIGNED_IN")


def test_a_lapsed_role_opens_nothing_any_more():
    RoleGrant.objects.filter(person=office.person("operator1")).update(valid_until="2020-12-31")
    refused(Api("operator1").get("/racks"), 403, "FORBIDDEN")
    refused(Api("operator1").post("/claims", hold()), 403, "FORBIDDEN")


def test_a_session_cookie_counts_nothing():
    api = Api(None)
    api.client.force_login(office.person("kabid1"))
    refused(api.get("/cases"), 401, "NOT_SIGNED_IN")
    refused(api.post("/claims", hold()), 401, "NOT_SIGNED_IN")
