"""The browsable page in a real Chromium: nothing is blocked by the policy, and a call can be tried."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sandar.doors.api import openapi
from tools.look import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _in_the_office() -> None:
    """Only the description is looked at."""


def test_the_page_lists_every_call_and_the_policy_blocks_nothing(live_server: LiveServer):
    said: list[str] = []
    calls = sum(len(methods) for methods in openapi.document()["paths"].values())
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.goto(f"{live_server.url}/api/v1/docs")
        expect(page.locator(".opblock")).to_have_count(calls, timeout=30_000)
        page.locator("#operations-claims-hold").click()
        expect(page.get_by_text("CAPACITY_TAKEN").first).to_be_visible()
        browser.close()
    assert said == []
