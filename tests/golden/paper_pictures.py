"""Pictures of every sample paper; the golden test and the gallery draw the same ones."""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from sandar.records.documents import books, freeze, present, samples, typeset
from tests.golden.sheets import SHEETS

PREVIEW = "notice-preview"
VERIFY_URL = "https://sandar.example/verify/k3jq7v5m2xw4c6n8p9r2t5y7a4"
NAMES = [
    *(
        name
        for kind in books.PAPERS
        for name in (kind, *(f"{kind}-{variant}" for variant in samples.VARIANTS.get(kind, ())))
    ),
    PREVIEW,
    *SHEETS,
]


def pdf_of(name: str) -> bytes:
    """The PDF of one sample, by its name: kind, kind-variant, or a sheet. Number, date and token are fixed.

    Signed as the office's own authority signs: a code stands where a hand would write.
    """
    if name in SHEETS:
        return SHEETS[name]()
    kind, _, variant = name.partition("-")
    stamp = {
        "kind": kind,
        "title": books.paper(kind).title,
        "number": f"500.12/151/{books.paper(kind).code}/DISKOMINFO-PS/XI/2026",
        "issued_on": "2026-11-26",
        "verify_url": VERIFY_URL,
        "sop_number": "500.12/01/2026",
        "sop_revision": 1,
    }
    if name == PREVIEW:
        kept, _ = freeze.frozen(
            {**samples.sample(kind), "document": stamp | {"number": "", "verify_url": ""}}
        )
        return typeset.typeset(kind, present.letter_data(kind, kept, preview=True))
    facts = samples.sample(kind, variant)
    facts["signers"] = [{**block, "signing": "electronic"} for block in facts["signers"]]
    kept, _ = freeze.frozen({**facts, "document": stamp})
    return typeset.typeset(kind, present.letter_data(kind, kept), facts=freeze.text(kept))


def pages_of(pdf: bytes, *, dpi: int) -> list[Image.Image]:
    """Each page as a grey picture, drawn by poppler."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["pdftoppm", "-r", str(dpi), "-gray", "-png", "-", f"{folder}/page"],
            input=pdf,
            check=True,
            capture_output=True,
        )
        return [Image.open(io.BytesIO(page.read_bytes())) for page in sorted(Path(folder).iterdir())]


def side_by_side(pages: list[Image.Image], gap: int = 6) -> Image.Image:
    """All pages in one row on grey."""
    width = sum(page.width for page in pages) + gap * (len(pages) - 1)
    sheet = Image.new("L", (width, max(page.height for page in pages)), 170)
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + gap
    return sheet


def small(picture: Image.Image, colours: int = 16) -> bytes:
    """A PNG of few greys: a reviewed file that stays small."""
    out = io.BytesIO()
    picture.quantize(colours).save(out, "PNG", optimize=True)
    return out.getvalue()
