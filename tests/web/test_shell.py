"""The shell around every page: policy, sessions, second factor, languages, the way out."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from sandar.doors import clockwatch
from sandar.doors.web.signin import MFAAdapter
from sandar.records.people.models import Person
from tests.web.people import PASSWORD, client_of, make_office, make_person

SOURCE = Path(__file__).resolve().parents[2] / "src" / "sandar"
pytestmark = pytest.mark.django_db


def aged(client: Client, *, began: int = 0, seen: int = 0) -> None:
    """Put the session's beginning and last sign of life that many seconds into the past."""
    now = int(timezone.now().timestamp())
    session = client.session
    session["began_at"], session["seen_at"] = now - began, now - seen
    session.save()


# --- the policy


def test_every_page_carries_a_strict_policy_also_refusals_and_downloads_of_nothing() -> None:
    for path in ("/akun/login/", "/tidak-ada", "/health/live", "/akun/password/reset/"):
        policy = Client().get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy


def test_no_template_writes_a_style_or_a_script_into_the_page() -> None:
    for template in SOURCE.rglob("templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        scripts = re.findall(r"<script\b[^>]*>", text)
        assert not re.search(r"\sstyle\s*=", text), f"{template.name}: style attribute"
        assert not re.search(r"<style\b", text), f"{template.name}: style element"
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), f"{template.name}: event attribute"
        assert not re.search(r"hx-on|javascript:|hx-vals=[\"']js", text), (
            f"{template.name}: evaluated attribute"
        )
        for script in scripts:
            assert "src=" in script or 'type="application/json"' in script, f"{template.name}: {script}"


def test_every_icon_of_the_templates_is_in_the_sprite_list() -> None:
    known = (SOURCE.parents[1] / "tools" / "icons.txt").read_text(encoding="utf-8").split()
    for template in SOURCE.rglob("templates/**/*.html"):
        used = re.findall(r'{% icon "([a-z0-9-]+)"', template.read_text(encoding="utf-8"))
        assert not set(used) - set(known), template.name


def test_the_stylesheet_stays_small_and_brings_nothing_from_elsewhere() -> None:
    text = (SOURCE / "doors/web/static/sandar/app.css").read_text(encoding="utf-8")
    assert text.count("\n") < 600
    assert "http" not in text.replace("http://www.w3.org", "")


# --- sessions


def test_an_idle_session_ends_after_thirty_minutes_and_says_why() -> None:
    make_office()
    client = client_of(make_person("kabid", "division_head"))
    assert client.get("/akun/2fa/").status_code in (200, 302)
    aged(client, began=1900, seen=1801)
    answer = client.get("/akun/2fa/?x=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/akun/login/?sebab=diam&next=%2Fakun%2F2fa%2F%3Fx%3D1"
    page = client.get(answer["Location"])
    assert "30 menit" in page.content.decode()


def test_a_session_ends_after_ten_hours_however_busy_it_is() -> None:
    make_office()
    client = client_of(make_person("kabid", "division_head"))
    aged(client, began=36_001, seen=1)
    assert "sebab=batas" in client.get("/akun/2fa/")["Location"]


def test_activity_keeps_a_session_alive_and_is_written_once_a_minute_at_most() -> None:
    make_office()
    client = client_of(make_person("kabid", "division_head"))
    aged(client, began=1700, seen=1700)
    client.get("/akun/2fa/")
    first = client.session["seen_at"]
    assert int(timezone.now().timestamp()) - first < 5
    aged(client, began=1700, seen=30)
    before = client.session["seen_at"]
    client.get("/akun/2fa/")
    assert client.session["seen_at"] == before


def test_an_ended_session_answers_a_fragment_with_a_redirect_of_the_whole_page() -> None:
    make_office()
    client = client_of(make_person("kabid", "division_head"))
    aged(client, began=1900, seen=1801)
    answer = client.post(
        "/bahasa", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/permohonan/PMH-1"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/akun/login/?sebab=diam&next=%2Fpermohonan%2FPMH-1"


def test_signing_in_changes_the_session_id_and_signing_out_clears_the_browser() -> None:
    make_office()
    make_person("opd1", "applicant", agency="DINKES")
    client = Client()
    client.get("/akun/login/")
    before = client.session.session_key
    answer = client.post("/akun/login/", {"login": "opd1", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert client.session["began_at"]
    out = client.post("/akun/logout/")
    assert out["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_and_an_unknown_name_read_the_same() -> None:
    make_office()
    make_person("opd1", "applicant", agency="DINKES")
    sentence = "Nama pengguna atau kata sandi tidak cocok."
    for name in ("opd1", "tidak-ada"):
        page = (
            Client().post("/akun/login/", {"login": name, "password": "salah-salah-salah"}).content.decode()
        )
        assert sentence in page


def test_a_closed_account_loses_its_session_at_once() -> None:
    make_office()
    person = make_person("kabid", "division_head")
    client = client_of(person)
    Person.objects.update(is_active=False)
    assert client.get("/akun/2fa/").status_code == 302


# --- the second factor


def test_an_officer_without_a_second_factor_is_led_to_set_it_up() -> None:
    make_office(is_example=False)
    client = client_of(make_person("kabid", "division_head"))
    answer = client.get("/permohonan-apa-saja")
    assert (answer.status_code, answer["Location"]) == (302, "/akun/2fa/?wajib=1")
    page = client.get(answer["Location"]).content.decode()
    assert "Pasang pengaman kedua" in page


def test_an_applicant_and_the_example_office_need_none() -> None:
    make_office(is_example=False)
    assert client_of(make_person("opd1", "applicant", agency="DINKES")).get("/x").status_code == 404
    make_office(is_example=True)
    assert client_of(make_person("kabid", "division_head")).get("/x").status_code == 404


def test_a_factor_that_is_installed_opens_the_pages_under_a_new_session_id() -> None:
    make_office(is_example=False)
    person = make_person("kabid", "division_head")
    client = client_of(person)
    before = client.session.session_key
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/x").status_code == 404
    assert client.session.session_key != before


def test_an_officer_keeps_one_strong_factor() -> None:
    make_office(is_example=False)
    person = make_person("kabid", "division_head")
    only = Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert not MFAAdapter().can_delete_authenticator(only)
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={})
    assert MFAAdapter().can_delete_authenticator(only)


def test_second_factor_secrets_are_not_readable_in_the_database(settings: Settings) -> None:
    adapter = MFAAdapter()
    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3" not in kept
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-key-after-a-change-" + "y" * 40
    assert MFAAdapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"


# --- languages, doors that are closed, the shell itself


def test_pages_are_indonesian_whatever_the_browser_guesses_until_somebody_chooses() -> None:
    make_office()
    page = Client().get("/akun/login/", headers={"Accept-Language": "en-US"})
    assert '<html lang="id">' in page.content.decode()
    person = make_person("opd1", "applicant", agency="DINKES")
    client = client_of(person)
    answer = client.post("/bahasa", {"language": "en", "next": "/akun/2fa/"})
    assert (answer.status_code, answer["Location"]) == (302, "/akun/2fa/")
    assert Person.objects.get(pk=person.pk).language == "en"
    assert '<html lang="en">' in client.get("/akun/2fa/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_language_switch_leads_nowhere_else(target: str) -> None:
    assert Client().post("/bahasa", {"language": "id", "next": target})["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["signup/", "password/reset/", "password/set/", "email/", "confirm-email/x/"]
)
def test_nobody_signs_up_or_resets_a_password_by_mail(path: str) -> None:
    assert "administrator kantor" in Client().get(f"/akun/{path}").content.decode()
    assert Client().post(f"/akun/{path}", {"email": "a@example.org"}).status_code == 403


def test_the_shell_says_who_acts_in_which_capacity() -> None:
    make_office()
    client = client_of(make_person("admin1", "administrator", mandate="ST/114/2026"))
    page = client.get("/akun/2fa/").content.decode()
    assert "Plh. Administrator TIK, ST/114/2026" in page
    assert 'href="#isi"' in page


def test_the_gallery_of_pieces_exists_for_developers_only(settings: Settings) -> None:
    make_office()
    client = client_of(make_person("admin1", "administrator"))
    assert client.get("/_gaya").status_code == 404
    settings.DEBUG = True
    page = client.get("/_gaya").content.decode()
    assert "12 mnt lagi" in page
    assert "lewat 8 mnt" in page
    assert "Kegiatan 3 dari 9 · Cek kapasitas" in page


def test_account_pages_are_ours_and_indonesian() -> None:
    make_office()
    client = client_of(make_person("admin1", "administrator"))
    english = re.compile(
        r"\b(Sign In|Password:|Two-Factor|Authenticator App|Security Key|Activate|Recovery Codes)\b"
    )
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    paths = ["", "totp/activate/", "webauthn/", "webauthn/add/"]
    for path in [*(f"/akun/2fa/{path}" for path in paths), "/akun/password/change/", "/akun/reauthenticate/"]:
        page = client.get(path)
        assert page.status_code == 200, path
        assert not english.search(page.content.decode()), path


def test_officers_are_told_that_the_clock_of_the_machine_jumped_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_office(is_example=True)  # officers need no second factor
    officer, applicant = make_person("petugas-jam", "dc_operator"), make_person("pemohon-jam", "applicant")
    now, steady = time.time(), time.monotonic()
    for ahead, words in ((7200, "2,0 jam"), (-3 * 86400, "72,0 jam"), (60, "")):
        monkeypatch.setattr(clockwatch, "WATCH", clockwatch.Watch(now - ahead, steady))
        page = client_of(officer).get("/").content.decode()
        assert ("Jam mesin bergeser" in page) == bool(words)
        assert words in page
        assert "Jam mesin bergeser" not in client_of(applicant).get("/").content.decode()
