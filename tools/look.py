"""Look at pages: save pictures of them at the width of a desk and of a phone.

    .venv/bin/python tools/look.py --data-dir data --user kabid / /permohonan
    .venv/bin/python tools/look.py --base http://127.0.0.1:8000 --user kabid --password ... / --dark

Without --base it serves the data dir itself, in this process, and signs in without a password. Needs Chromium
(Debian: apt install chromium). Prints every file it wrote, and what the browser's console said.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

WIDTHS = {1440: 940, 390: 844}
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", help="addresses such as / or /permohonan")
    parser.add_argument("--data-dir", default=os.environ.get("SANDAR_DATA_DIR", "data"))
    parser.add_argument("--base", default="", help="a server that is running; else one is started here")
    parser.add_argument("--user", default="", help="username; nobody is signed in without")
    parser.add_argument("--password", default="", help="only with --base")
    parser.add_argument("--widths", default="1440,390")
    parser.add_argument("--dark", action="store_true", help="also in dark colours")
    parser.add_argument("--language", default="", choices=["", "id", "en"])
    parser.add_argument("--viewport", action="store_true", help="only what is seen without scrolling")
    parser.add_argument("--out", default="/tmp/look")
    return parser.parse_args()


@contextmanager
def served(data_dir: str, *, gallery: bool) -> Iterator[str]:
    """This code base on a free loopback port; DEBUG only where the gallery of pieces is asked for."""
    os.environ["SANDAR_DATA_DIR"] = data_dir
    os.environ["SANDAR_DEBUG"] = "1" if gallery else "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandar.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import WSGIServer
    from django.db import connections
    from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]

    class Server(LiveServerThread):
        server_class = WSGIServer  # type: ignore[assignment]  # one request after the other: SQLite in one thread

        def _create_server(self, connections_override: Any = None) -> WSGIServer:
            return WSGIServer((self.host, self.port), QuietWSGIRequestHandler, allow_reuse_address=False)

    thread = Server("localhost", StaticFilesHandler, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()
        connections.close_all()


def forged(username: str) -> tuple[str, str]:
    """A session cookie of `username`, made in the database that is served."""
    from django.conf import settings
    from django.test import Client

    from sandar.records.people.models import Person

    client = Client()
    client.force_login(Person.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(context: BrowserContext, base: str, username: str, password: str) -> None:
    page = context.new_page()
    page.goto(f"{base}/akun/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.click("form button.btn-primary")
    page.wait_for_load_state("networkidle")
    page.close()


def shoot(browser: Browser, base: str, asked: argparse.Namespace, cookie: tuple[str, str] | None) -> None:
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    for width in (int(text) for text in asked.widths.split(",")):
        for scheme in ("light", "dark") if asked.dark else ("light",):
            context = browser.new_context(
                viewport={"width": width, "height": WIDTHS.get(width, 900)}, color_scheme=scheme, locale="id-ID",
                has_touch=width < 761, reduced_motion="reduce",
            )  # fmt: skip
            cookies = [cookie] if cookie else []
            if asked.language:
                cookies.append(("django_language", asked.language))
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies])
            if asked.base and asked.user:
                sign_in(context, base, asked.user, asked.password)
            for path in asked.paths:
                page = context.new_page()
                page.on("console", lambda said: print(f"  console {said.type}: {said.text}"))
                page.on("pageerror", lambda fault: print(f"  script fault: {fault}"))
                answer = page.goto(base + path, wait_until="networkidle")
                name = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-") or "home"
                file = out / f"{name}-{width}{'-dark' if scheme == 'dark' else ''}.png"
                page.screenshot(path=str(file), full_page=not asked.viewport)
                print(f"{file} {answer.status if answer else '?'} {page.title()}")
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    print(f"  wider than the window by {wide} px")
                page.close()
            context.close()


def main() -> int:
    asked = arguments()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            if asked.base:
                shoot(browser, asked.base.rstrip("/"), asked, None)
            else:
                with served(asked.data_dir, gallery=any("_gaya" in path for path in asked.paths)) as base:
                    shoot(browser, base, asked, forged(asked.user) if asked.user else None)
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
