"""Take the pictures of the READMEs again: docs/pictures/{inbox,case}-{id,en}.png, from a fresh example office.

    .venv/bin/python tools/screenshots.py

Makes its own data in a temporary folder and leaves nothing behind; needs Chromium (Debian: apt install chromium).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.look import CHROMIUM, FLAGS, forged, served  # noqa: E402 (found by the line above)

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 200_000  # bytes of one picture in the repository
OFFICER = "operator1"
# name -> state whose case is opened (none: the inbox), height of the window
SHOTS = {"inbox": ("", 620), "case": ("capacity_check", 1240)}
WIDTH = 1440
LANGUAGES = {"id": "id-ID", "en": "en-GB"}


def example(data_dir: str) -> None:
    """A fresh example office with its cases in `data_dir`."""
    command = [sys.executable, "-m", "sandar.doors.cli.main", "demo", "--data-dir", data_dir]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def address(state: str) -> str:
    """The page of the newest case in a state; the inbox without one."""
    from sandar.records.cases.models import Case

    if not state:
        return "/"
    return f"/permohonan/{Case.objects.filter(state=state).latest('pk').number}"


def shoot(browser: Browser, base: str, language: str) -> None:
    from sandar.records.people.models import Person

    Person.objects.filter(username=OFFICER).update(language=language)
    context = browser.new_context(locale=LANGUAGES[language], color_scheme="light", reduced_motion="reduce")
    name, value = forged(OFFICER)
    context.add_cookies([{"name": name, "value": value, "url": base}])
    page = context.new_page()
    for name, (state, height) in SHOTS.items():
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.goto(base + address(state), wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        file = PICTURES / f"{name}-{language}.png"
        page.screenshot(path=str(file))
        size = file.stat().st_size
        print(f"{file.relative_to(ROOT)} {size} bytes")
        if size > LARGEST:
            raise SystemExit(f"{file.name} is larger than {LARGEST} bytes")
    context.close()


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sandar-pictures-") as data_dir:
        example(data_dir)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            with served(data_dir, gallery=False) as base:
                for language in LANGUAGES:
                    shoot(browser, base, language)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
