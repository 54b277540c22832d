"""Draw every sample paper into docs/gallery/, one small PNG each. Run: .venv/bin/python tools/gallery_documents.py

Look at the pictures afterwards: this is what citizens and auditors hold in their hands.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 150_000
DPI = (72, 60, 48)


def main() -> int:
    """Draw all; 1 when a picture stays larger than 150 kB."""
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    os.environ.setdefault("SANDAR_SECRET_KEY", "only-for-pictures")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandar.settings")
    import django

    django.setup()
    from tests.golden.paper_pictures import NAMES, pages_of, pdf_of, side_by_side, small

    folder = ROOT / "docs" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in NAMES:
        pdf = pdf_of(name)
        pictures = (small(side_by_side(pages_of(pdf, dpi=dpi))) for dpi in DPI)
        picture = next((found for found in pictures if len(found) <= LARGEST), None)
        if picture is None:
            failed += 1
            print(f"{name}: larger than {LARGEST} bytes at {DPI[-1]} dpi")
            continue
        (folder / f"{name}.png").write_bytes(picture)
        print(f"{name}: {len(picture)} bytes")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
