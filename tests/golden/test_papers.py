"""Every paper looks as reviewed. After an intended change: RECORD_PAPERS=1 ./test golden, then look at the files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from sandar.records.documents import fonts, samples
from sandar.records.signing import authority, judge, pades
from tests import office
from tests.golden.paper_pictures import NAMES, VERIFY_URL, pages_of, pdf_of, side_by_side, small

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
    compare(side_by_side(pages_of(pdf_of(name), dpi=DPI)), name, tmp_path)


def compare(drawn: Image.Image, name: str, tmp_path: Path) -> None:
    """With the reviewed picture of this name, which RECORD_PAPERS makes anew."""
    kept = FOLDER / f"{name}.png"
    if os.environ.get("RECORD_PAPERS"):
        FOLDER.mkdir(exist_ok=True)
        kept.write_bytes(small(drawn))
    drawn, golden = drawn.convert("L"), Image.open(kept).convert("L")
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


@pytest.mark.parametrize("name", ["notice", "disposition_sheet", "handover_minutes-many"])
def test_a_phone_reads_the_code_at_the_foot_of_every_page(name: str) -> None:
    for page in pages_of(pdf_of(name), dpi=200):
        assert VERIFY_URL in codes(page.crop((0, page.height * 9 // 10, page.width, page.height)))


def test_a_phone_reads_where_to_follow_a_request() -> None:
    (page,) = pages_of(pdf_of("receipt"), dpi=200)
    assert "https://sandar.example/track/PMH-2026-0151" in codes(page)


def codes(picture: Image.Image) -> set[str]:
    """The texts of all codes a reader finds in a picture."""
    return {found.text for found in zxingcpp.read_barcodes(picture)}


@pytest.mark.django_db
def test_the_block_of_a_signed_paper_looks_as_reviewed_and_its_signature_is_not_seen(tmp_path: Path) -> None:
    pdf = pdf_of("handover_minutes")
    signed, seals = pdf, ("TandaTangan1", "TandaTangan2")
    signer = authority.office_seal(office="Dinas Contoh", at=office.MONDAY)
    for field in seals:
        signed = pades.sign(signed, signer, pades.About(field, "Serah terima", "Tembilahan", office.MONDAY))
    looked = judge.look(signed, authority.roots(), base_length=len(pdf))
    assert not looked.redrawn
    assert [(seen.field, seen.holds, seen.trusted) for seen in looked.signatures] == [
        (field, True, True) for field in seals
    ]
    pages = pages_of(signed, dpi=100)
    assert [page.tobytes() for page in pages] == [page.tobytes() for page in pages_of(pdf, dpi=100)]
    block = pages[-1].crop((0, 0, pages[-1].width, pages[-1].height * 3 // 5))
    assert codes(block.resize((block.width * 2, block.height * 2))) == {VERIFY_URL}
    compare(block, "signature_block", tmp_path)
