"""Every paper looks as reviewed. After an intended change: RECORD_PAPERS=1 ./test golden, then look at the files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from sandar.records.documents import fonts, samples
from tests.golden.paper_pictures import NAMES, pages_of, pdf_of, side_by_side, small

FOLDER = Path(__file__).parent / "papers"
DPI = 40
# Poppler versions smooth letters differently; a moved line or a lost word changes far more.
MOST_DIFFERENT = 0.004
CLEARLY = 110

pytestmark = [
    pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler-utils is missing"),
    pytest.mark.skipif(not fonts.installed(), reason="Arimo is missing: ./run --setup"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_looks_as_reviewed(name: str, tmp_path: Path) -> None:
    drawn = side_by_side(pages_of(pdf_of(name), dpi=DPI))
    kept = FOLDER / f"{name}.png"
    if os.environ.get("RECORD_PAPERS"):
        FOLDER.mkdir(exist_ok=True)
        kept.write_bytes(small(drawn))
    golden = Image.open(kept).convert("L")
    assert drawn.size == golden.size, "another number of pages or another page size"
    counts = ImageChops.difference(drawn, golden).histogram()
    share = sum(counts[CLEARLY:]) / sum(counts)
    if share > MOST_DIFFERENT:
        drawn.save(tmp_path / f"{name}.png")
    assert share <= MOST_DIFFERENT, f"{share:.2%} of the picture differs; drawn now: {tmp_path}/{name}.png"


def test_the_comparison_sees_one_lost_line(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = side_by_side(pages_of(pdf_of("notice"), dpi=DPI))
    changed = samples.sample("notice")
    changed["references"] = changed["references"][1:]
    monkeypatch.setattr(samples, "sample", lambda _kind, _variant="": changed)
    other = side_by_side(pages_of(pdf_of("notice"), dpi=DPI))
    counts = ImageChops.difference(drawn, other).histogram()
    assert sum(counts[CLEARLY:]) / sum(counts) > MOST_DIFFERENT
