"""Take the pictures of the capacity pages again: docs/gallery/capacity-*.png, at the width of a desk and of a phone.

    .venv/bin/python tools/gallery_capacity.py [NAME...]

Makes a fresh example office in a temporary folder, fills its room with most of a year (tools/gallery_room.py) and
leaves nothing behind; needs Chromium (Debian: apt install chromium).
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.look import CHROMIUM, FLAGS, forged, served  # noqa: E402 (found by the line above)
from tools.screenshots import example  # noqa: E402

PICTURES = ROOT / "docs" / "gallery"
LARGEST = 300_000  # bytes of one picture in the repository
OFFICER = "operator1"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: address, what is scrolled to the top of a phone, height of both windows, colours."""

    path: str
    top: str = ""
    desk: int = 1200
    phone: int = 1400
    scheme: str = "light"


SHOTS = {
    "elevation": Shot("/rak/R01?warna=instansi", "#tampak", desk=1360),
    "elevation-power": Shot("/rak/R02?warna=daya", "#tampak", desk=1360),
    "elevation-dark": Shot("/rak/R01", "#tampak", desk=1360, scheme="dark"),
    "row": Shot("/jajaran?sisi=depan&warna=instansi", "#tampak", desk=1360),
    "floor-plan": Shot("/denah?ukur=daya"),
    "power-tree": Shot("/kapasitas/listrik", ".tree-card"),
    "power-tree-utility-lost": Shot("/kapasitas/listrik?keadaan=utility_lost", ".tree-card"),
    "who-goes-dark": Shot("/kapasitas/bagaimana-jika?keadaan=a_lost"),
    "dashboard": Shot("/kapasitas", desk=1500),
}


def fill() -> None:
    """Most of a year in the room of the office that is served."""
    from django.db import transaction
    from django.utils import timezone

    from tools import gallery_room

    with transaction.atomic():
        gallery_room.fill(timezone.now())


def shoot(browser: Browser, base: str, name: str, shot: Shot) -> None:
    for width, height in ((1440, shot.desk), (390, shot.phone)):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="id-ID",
            color_scheme="dark" if shot.scheme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=width < 761,
            is_mobile=width < 761,
        )
        cookie, value = forged(OFFICER)
        context.add_cookies([{"name": cookie, "value": value, "url": base}])
        page = context.new_page()
        page.goto(base + shot.path, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        if shot.top and width < 761:
            page.locator(shot.top).evaluate("one => one.scrollIntoView({block: 'start'})")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        file = PICTURES / f"capacity-{name}-{width}.png"
        page.screenshot(path=str(file))
        size = file.stat().st_size
        print(f"{file.relative_to(ROOT)} {size} bytes")
        if wide > 0:
            raise SystemExit(f"{shot.path} is {wide} px wider than a window of {width} px")
        if size > LARGEST:
            raise SystemExit(f"{file.name} is larger than {LARGEST} bytes")
        context.close()


def main() -> int:
    wanted = sys.argv[1:] or list(SHOTS)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sandar-pictures-") as data_dir:
        example(data_dir)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            with served(data_dir, gallery=False) as base:
                fill()
                for name in wanted:
                    shoot(browser, base, name, SHOTS[name])
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
