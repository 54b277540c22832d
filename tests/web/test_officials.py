"""People, roles, mandates and absences by page: who may, what is refused, what the journal keeps."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client

from sandar.doors import proof
from sandar.records.facility.journal_models import FacilityEvent
from sandar.records.people.models import Absence, Agency, Person, RoleGrant
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db

PEOPLE = "/pengaturan/orang"
FIRST = "kata-sandi-pertama-9"
PLH = {"kind": "plh", "role": "division_head"}
LETTER = {"mandate": "800/17/2026", "mandate_date": "2026-01-01"}
UNTIL = {"valid_until": "2026-02-01"}


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def as_(username: str) -> Client:
    return client_of(office.person(username))


def post(client: Client, path: str, **data: Any) -> HttpResponse:
    return client.post(path, {"submission": str(uuid.uuid4()), "why": "Uji", **data})


def give(username: str, *, by: str = "admin", **data: Any) -> HttpResponse:
    role = {"role": "supervisor", "kind": "definitif", "valid_from": "2026-01-01", **data}
    return post(as_(by), f"{PEOPLE}/{username}/wewenang", **role)


def new(username: str = "rini", agency: str = "DISKOMINFO") -> HttpResponse:
    fields = {"username": username, "name": "Rini Contoh", "agency": agency, "password": FIRST}
    return post(as_("admin"), f"{PEOPLE}/baru", **fields)


def test_the_heads_look_only_the_system_administrator_changes() -> None:
    for path in (PEOPLE, f"{PEOPLE}/kabid1", "/pengaturan/instansi", "/pengaturan/instansi/DINKES"):
        found = {
            name: as_(name).get(path).status_code
            for name in ("admin", "kabid1", "pengawas1", "operator1", "dinkes1")
        }
        assert found == {"admin": 200, "kabid1": 200, "pengawas1": 200, "operator1": 403, "dinkes1": 403}, (
            path
        )
    assert as_("kabid1").get(f"{PEOPLE}/baru").status_code == 403
    assert give("operator1", by="kabid1").status_code == 403
    assert post(as_("kabid1"), f"{PEOPLE}/operator1/tutup").status_code == 403
    assert (
        '<form method="post"'
        not in as_("kabid1").get(f"{PEOPLE}/operator1").content.decode().split("<main")[1]
    )
    assert proof.everything().flaws == []


def test_a_new_officer_is_opened_given_a_role_and_chooses_an_own_password() -> None:
    assert new()["Location"] == f"{PEOPLE}/rini"
    assert give("rini").status_code == 302
    rini = office.person("rini")
    assert rini.must_change_password
    client = client_of(rini)
    assert client.get("/")["Location"] == "/akun/password/change/?wajib=1"
    chosen = {"oldpassword": FIRST, "password1": "empat kuda di sawah", "password2": "empat kuda di sawah"}
    assert client.post("/akun/password/change/", chosen).status_code == 302
    assert not office.person("rini").must_change_password
    assert client.get("/").status_code == 200
    assert proof.everything().flaws == []


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed_but_no_password() -> None:
    answer = new("kabid1")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nama pengguna ini sudah dipakai." in page
    assert "Rini Contoh" in page
    assert FIRST not in page
    assert new("lain", agency="TIDAK-ADA").status_code == 422
    short = {"username": "x1", "name": "X", "agency": "DINKES", "password": "pendek"}
    assert post(as_("admin"), f"{PEOPLE}/baru", **short).status_code == 422


@pytest.mark.parametrize(
    ("username", "data", "said"),
    [
        ("pengawas1", PLH, "tulis nomornya"),
        ("pengawas1", PLH | LETTER, "tulis hari terakhirnya"),
        ("pengawas1", PLH | LETTER | UNTIL, "Tulis siapa yang digantikan"),
        ("pengawas1", PLH | LETTER | UNTIL | {"acting_for": "operator1"}, "tidak memegang peran itu"),
        ("pengawas1", {"role": "applicant"}, "Pemohon adalah orang instansi"),
        ("dinkes1", {"role": "administrator"}, "Pemohon adalah orang instansi"),
        ("pengawas1", {"role": "administrator", "site": "Entah"}, "Lokasi ini tidak dikenal"),
        ("pengawas1", {"role": "administrator", "valid_until": "2025-01-01"}, "mendahului"),
    ],
)  # fmt: skip
def test_a_grant_that_cannot_stand_is_refused_beside_its_field(
    username: str, data: dict[str, str], said: str
) -> None:
    before = RoleGrant.objects.count()
    answer = give(username, **data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert RoleGrant.objects.count() == before


def test_nobody_gives_a_role_to_oneself_and_the_system_administrator_stays_out_of_the_sop() -> None:
    assert give("admin", role="system_admin").status_code == 403
    new("admin2")
    assert give("admin2", role="system_admin").status_code == 302
    assert give("admin2", role="administrator", by="admin").status_code == 403
    assert give("kabid1", role="system_admin").status_code == 403
    assert RoleGrant.objects.filter(person__username="kabid1").count() == 1


def test_a_plh_is_given_with_letter_and_dates_and_ends_when_the_administrator_says_so() -> None:
    letter = {"mandate": "800/17/2026", "mandate_date": "2026-11-20", "acting_for": "kabid1"}
    dates = {"valid_from": "2026-11-20", "valid_until": "2030-11-01"}
    assert (
        give("pengawas1", role="division_head", kind="plh", **letter, **dates).status_code == 422
    )  # over a year
    dates["valid_until"] = "2027-11-01"
    assert give("pengawas1", role="division_head", kind="plh", **letter, **dates).status_code == 302
    grant = RoleGrant.objects.get(kind="plh")
    assert (grant.granted_by, grant.acting_for) == (office.person("admin"), office.person("kabid1"))
    assert (
        "menggantikan Kepala Bidang Infrastruktur Contoh Satu" in as_("kabid1").get(PEOPLE).content.decode()
    )
    event = FacilityEvent.objects.get(kind="role_granted")
    assert event.payload["grant"]["mandate"] == "800/17/2026"
    assert event.actor["role"] == "system_admin"
    assert post(as_("admin"), f"{PEOPLE}/pengawas1/wewenang/{grant.pk}/akhiri").status_code == 302
    grant.refresh_from_db()
    assert grant.revoked_at is not None
    assert proof.everything().flaws == []


def test_closing_an_account_ends_sessions_and_tokens_at_once_and_for_good() -> None:
    client = as_("operator1")
    token = {"HTTP_AUTHORIZATION": f"Bearer {office.office.token_of('operator1')}"}
    assert client.get("/").status_code == Client().get("/api/v1/tasks", **token).status_code == 200
    post(as_("admin"), f"{PEOPLE}/operator1/tutup")
    assert client.get("/").status_code == 302
    assert Client().get("/api/v1/tasks", **token).status_code == 401
    assert post(as_("admin"), f"{PEOPLE}/operator1/buka", password=FIRST).status_code == 302
    assert client.get("/").status_code == 302, "an old session must not come back"
    assert Client().get("/api/v1/tasks", **token).status_code == 401
    assert Client().login(username="operator1", password=FIRST) or office.person("operator1").check_password(
        FIRST
    )
    assert proof.everything().flaws == []


def test_a_new_password_or_a_lost_second_factor_ends_every_session() -> None:
    for form, data in (("kata-sandi", {"password": FIRST}), ("pengaman", {})):
        Authenticator.objects.create(user=office.person("operator1"), type="totp", data={})
        client = as_("operator1")
        assert client.get("/bahasa").status_code == 405
        assert post(as_("admin"), f"{PEOPLE}/operator1/{form}", **data).status_code == 302
        assert client.get("/")["Location"].startswith("/akun/login/")
        assert Authenticator.objects.filter(user=office.person("operator1")).exists() == (
            form == "kata-sandi"
        )
        Authenticator.objects.all().delete()


def test_the_last_system_administrator_is_not_closed_and_nobody_closes_the_own_account() -> None:
    assert post(as_("admin"), f"{PEOPLE}/admin/tutup").status_code == 422
    grant = RoleGrant.objects.get(role="system_admin")
    assert post(as_("admin"), f"{PEOPLE}/admin/wewenang/{grant.pk}/akhiri").status_code == 422
    assert office.person("admin").is_active


def test_an_absence_makes_the_substitute_plh_of_every_role_and_ends_with_it() -> None:
    days = {"first_day": "2026-11-30", "last_day": "2026-12-04"}
    assert (
        post(as_("admin"), f"{PEOPLE}/kabid1/absen", **days, substitute="pengawas1").status_code == 422
    )  # no letter
    assert not Absence.objects.exists()
    letter = {"mandate": "800/18/2026", "mandate_date": "2026-11-27"}
    assert (
        post(as_("admin"), f"{PEOPLE}/kabid1/absen", **days, **letter, substitute="pengawas1").status_code
        == 302
    )
    mandate = RoleGrant.objects.get(kind="plh")
    assert (mandate.person.username, mandate.role, mandate.mandate) == (
        "pengawas1",
        "division_head",
        "800/18/2026",
    )
    absence = Absence.objects.get()
    assert post(as_("admin"), f"{PEOPLE}/kabid1/absen/{absence.pk}/akhiri").status_code == 302
    mandate.refresh_from_db()
    assert mandate.revoked_at is not None
    assert proof.everything().flaws == []


def test_a_role_that_nobody_gave_and_a_quietly_opened_account_are_found() -> None:
    RoleGrant.objects.create(person=office.person("operator1"), role="division_head", valid_from="2026-01-01")
    RoleGrant.objects.filter(person__username="kabid1").update(role="administrator")
    Person.objects.filter(username="kabid2").update(is_active=False)
    found = sorted(flaw.code for flaw in proof.everything().flaws)
    assert found == [
        "ACCOUNT_DIFFERS_FROM_JOURNAL",
        "GRANT_DIFFERS_FROM_JOURNAL",
        "GRANT_DIFFERS_FROM_JOURNAL",
    ]


def test_an_agency_is_opened_changed_closed_and_opened_again() -> None:
    admin = as_("admin")
    data = {"code": "dispora", "name": "Dinas Pemuda Contoh"}
    assert post(admin, "/pengaturan/instansi", **data)["Location"] == "/pengaturan/instansi/DISPORA"
    assert post(admin, "/pengaturan/instansi", **data).status_code == 422
    assert (
        post(admin, "/pengaturan/instansi/DISPORA", name="Dinas Pemuda dan Olahraga Contoh").status_code
        == 302
    )
    assert post(admin, "/pengaturan/instansi/DISPORA", turn="tutup").status_code == 302
    agency = Agency.objects.get(code="DISPORA")
    assert (agency.name, agency.is_active) == ("Dinas Pemuda dan Olahraga Contoh", False)
    assert post(admin, "/pengaturan/instansi/DISPORA", turn="buka").status_code == 302
    kinds = (
        FacilityEvent.objects.filter(subject="agency:DISPORA").order_by("seq").values_list("kind", flat=True)
    )
    assert list(kinds) == ["agency_opened", "agency_changed", "agency_closed", "agency_reopened"]


def test_the_list_says_which_posts_are_empty_and_where_their_tasks_are() -> None:
    for username in ("operator1", "operator2"):
        post(as_("admin"), f"{PEOPLE}/{username}/tutup")
    page = as_("admin").get(PEOPLE).content.decode()
    assert "Jabatan tanpa pemegang hari ini" in page
    assert "tugasnya berada pada Administrator TIK" in page


def test_particulars_are_changed_with_a_reason_and_the_journal_names_no_value() -> None:
    fields = {"name": "Kartini Contoh", "title": "Kepala Bidang Aplikasi"}
    assert post(as_("admin"), f"{PEOPLE}/kabid1/ubah", **fields).status_code == 302
    event = FacilityEvent.objects.get(kind="account_changed")
    assert {"name", "title"} <= set(event.payload["changed"])
    assert "Kartini" not in str(event.payload)
