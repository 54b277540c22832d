"""People in front of real browsers: each with an own context, a real sign-in, and a console that is listened to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from sandar.doors.cli.example.office import PASSWORD
from tools.look import CHROMIUM, FLAGS

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = ViewportSize(width=390, height=844)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


@dataclass
class Actor:
    """Somebody signed in, on one page. `said`: what the browser's console said, except failed loads of refusals."""

    name: str
    base: str
    context: BrowserContext
    page: Page
    said: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def fill(self, values: Mapping[str, str]) -> None:
        """Type into controls by their names; a select gets its value chosen."""
        for name, value in values.items():
            control = self.page.locator(f'[name="{name}"]').first
            if control.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def attach(self, name: str, file: str, data: bytes, *, kind: str) -> None:
        self.page.locator(f'[name="{name}"]').first.set_input_files(
            {"name": file, "mimeType": kind, "buffer": data}
        )

    def press(self) -> None:
        """The button of the act that is asked first, and the page that says it is stored."""
        self.page.locator("#tindakan .acts-sticky .btn-primary").click()
        expect(self.page.locator("#pesan .notice-ok")).to_be_visible(timeout=20_000)

    def state(self) -> str:
        return self.page.locator("#tindakan h2, .case-act h2").first.inner_text()


def enter(browser: Browser, base: str, username: str, **options: Any) -> Actor:
    """A new browser context in which `username` signed in with the password. options: of the context."""
    context = browser.new_context(locale="id-ID", reduced_motion="reduce", **options)
    page = context.new_page()
    actor = Actor(username, base, context, page)
    page.on("console", lambda message: actor.said.append(message.text))
    page.on("pageerror", lambda fault: actor.said.append(str(fault)))
    actor.open("/akun/login/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas saya")
    return actor


def complaints(said: list[str]) -> list[str]:
    """What the console must never say: anything but the note that a refused page had its status."""
    return [text for text in said if "Failed to load resource" not in text]


def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on the page as it is, by rule and place."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:120]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"][:3]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
