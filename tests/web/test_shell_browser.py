"""The shell in a real Chromium: nothing is blocked by the policy, and the comforts of app.js work."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.e2e import actors
from tests.web.people import PASSWORD, make_office, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this file; every test has a context of its own in it."""
    with actors.chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console must stay silent: a blocked script, style or picture is said there."""
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    yield page
    page.context.close()
    assert not [text for text in said if "Failed to load resource" not in text]


def enter(page: Page, base: str, username: str) -> None:
    page.goto(f"{base}/akun/login/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


def test_an_officer_signs_in_and_sets_up_the_second_factor(page: Page, live_server: LiveServer) -> None:
    make_office(is_example=False)
    person = make_person("kabid", "division_head")
    enter(page, live_server.url, "kabid")
    expect(page.get_by_text("Pasang pengaman kedua lebih dahulu")).to_be_visible()
    page.get_by_role("link", name="Pasang autentikator").click()
    page.get_by_label("Kata sandi").fill(PASSWORD)  # setting up asks once more who it is
    page.get_by_role("button", name="Lanjutkan").click()
    secret = page.locator(".copy code").inner_text()
    counter = int(time.time()) // 30  # now: the first that allauth still takes ends with this half minute
    page.get_by_label("Kode", exact=True).fill(f"{hotp_value(secret, counter):06d}")
    page.get_by_role("button", name="Aktifkan autentikator").click()
    expect(page.get_by_text("Autentikator sudah aktif")).to_be_visible()
    expect(page.get_by_role("heading", name="Kode pemulihan")).to_be_visible()
    assert Authenticator.objects.filter(user=person).count() == 2


def test_what_was_typed_survives_leaving_and_a_refused_sending(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.DEBUG = True
    make_office()
    make_person("kabid", "division_head")
    enter(page, live_server.url, "kabid")
    page.wait_for_url(lambda url: "login" not in url)
    # The gallery's form without its sample error: a marked form shows what the server gave back instead.
    page.goto(f"{live_server.url}/_gaya?bersih=1")
    note = page.get_by_label("Catatan")
    note.fill("Kabel jalur B masih dipesan.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{live_server.url}/akun/2fa/")
    assert asked == ["beforeunload"]
    page.goto(f"{live_server.url}/_gaya?bersih=1")
    expect(note).to_have_value("Kabel jalur B masih dipesan.")
    expect(page.get_by_text("Isian yang belum terkirim dipulihkan.")).to_be_visible()


def test_a_phone_reaches_everything_with_the_thumb(browser: Browser, live_server: LiveServer) -> None:
    make_office()
    make_person("kabid", "division_head")
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    enter(page, live_server.url, "kabid")
    page.goto(f"{live_server.url}/akun/2fa/")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Lainnya").click()
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    for target in page.locator("main .btn, .tabbar a").all():
        box = target.bounding_box()
        assert box is None or box["height"] >= 44
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keluar")).to_be_hidden()


def test_it_works_without_javascript(browser: Browser, live_server: LiveServer) -> None:
    make_office()
    make_person("opd1", "applicant", agency="DINKES")
    page = browser.new_context(java_script_enabled=False).new_page()
    enter(page, live_server.url, "opd1")
    page.goto(f"{live_server.url}/akun/2fa/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("form[action='/akun/logout/'] button").click()
    page.wait_for_url("**/akun/login/**")
