"""Typesetting: same facts same bytes, archivable and accessible, and every text printed as it was written."""

from __future__ import annotations

import io
import re
import subprocess
import time
from typing import Any

import pypdf
import pytest

from sandar import errors
from sandar.records.documents import books, fonts, freeze, present, samples, typeset

SYSTEM_WORDS = {
    "kind",
    "service",
    "decision",
    "result",
    "face",
    "cords",
    "acting",
    "time_zone",
    "page",
    "track_url",
}

HOSTILE = {
    "typst_code": '#read("/etc/passwd") #panic() #import "@preview/x:1.0.0"',
    "typst_markup": "$ sum_(i=0)^n $ *tebal* _miring_ `kode` @rujuk <label> = Judul // komentar /* x */",
    "html": "<script>alert(1)</script>&amp;<b>",
    "formula_and_crlf": "=1+1\r\nBcc: x@y.example",
    "direction_marks": "awal\u202eterbalik\u202cakhir\u200f",
    "emoji": "😀👩\u200d👩\u200d👧❤️",
    "javanese": "ꦲꦏ꧀ꦱꦫꦗꦮ",
    "arabic_and_hebrew": "السلام שלום",
    "controls": "bunyi\u0007 tab\t\u001b[31m",
    "quotes_and_escapes": '"kutip" \\ \\u{41} ~ -- --- ...',
    "long_word": "A" * 1_000,
    "long_address": "https://" + "a.b-c_d" * 60,
    "odd_points": "\ufffe\U0010ffff\ue000\u2028baris",
    "other_letters": "é ñ ü Ω ж ½ ×",
}


def frozen(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Facts as `write.issue` freezes them."""
    stamp = {
        "kind": kind,
        "title": books.paper(kind).title,
        "number": f"500.12/151/{books.paper(kind).code}/DISKOMINFO-PS/XI/2026",
        "issued_on": "2026-11-26",
        "verify_url": "https://sandar.example/verify/k3jq7v5m2xw4c6n8p9r2t5y7a4",
        "sop_number": "500.12/01/2026",
        "sop_revision": 1,
    }
    return freeze.frozen({**given, "document": stamp})[0]


def pdf_of(kind: str, given: dict[str, Any] | None = None, variant: str = "") -> bytes:
    kept = frozen(kind, given or samples.sample(kind, variant))
    return typeset.typeset(kind, present.letter_data(kind, kept), facts=freeze.text(kept))


def poisoned(value: Any, text: str) -> Any:
    """The same facts with `text` in every free field."""
    if isinstance(value, dict):
        return {k: v if k in SYSTEM_WORDS else poisoned(v, text) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, text) for v in value]
    return text if isinstance(value, str) else value


def words_of(pdf: bytes) -> str:
    """Everything a reader finds, without spaces, line ends, and the hyphens that stand at some line ends."""
    out = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return re.sub(r"[\s\u200b-]", "", out.decode())


@pytest.mark.parametrize("kind", books.PAPERS)
def test_same_facts_give_the_same_bytes_in_another_process(kind: str) -> None:
    first = pdf_of(kind)
    typeset._child._drop()
    assert pdf_of(kind) == first


def claims(pdf: bytes) -> tuple[str, str, str]:
    """PDF/A part and level, PDF/UA part, as the file's own metadata says."""
    metadata: Any = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Metadata"]
    text = metadata.get_data().decode()
    found = [
        re.search(rf"{name}>(\w)<", text) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")
    ]
    assert all(found)
    return found[0][1], found[1][1], found[2][1]  # type: ignore[index]


@pytest.mark.parametrize("kind", books.PAPERS)
def test_every_paper_is_tagged_archivable_and_carries_its_facts(kind: str) -> None:
    pdf = pdf_of(kind)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    catalogue: Any = reader.trailer["/Root"]
    # Level A would not outlive the signature that a signer is to add.
    assert claims(pdf) == ("3", "B" if samples.sample(kind)["signers"] else "A", "1")
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "id"
    assert books.paper(kind).title in reader.metadata.title  # type: ignore[union-attr, operator]
    assert {"/OpenAction", "/AA"} & set(catalogue) == set()
    [attached] = reader.attachments["fakta.json"]
    assert attached.decode() == freeze.text(frozen(kind, samples.sample(kind)))
    assert list(reader.attachments) == ["fakta.json"]


def test_what_nobody_signs_claims_more_and_a_preview_carries_nothing() -> None:
    given = frozen("receipt", {**samples.sample("receipt"), "signers": []})
    unsigned = typeset.typeset("receipt", present.letter_data("receipt", given), facts=freeze.text(given))
    assert claims(unsigned) == ("3", "A", "1")
    shown = typeset.typeset("receipt", present.letter_data("receipt", given, preview=True))
    assert claims(shown) == ("2", "A", "1")
    assert not pypdf.PdfReader(io.BytesIO(shown)).attachments


@pytest.mark.parametrize("page", ["a4", "f4", "f4-210"])
@pytest.mark.parametrize("kind", books.PAPERS)
def test_every_paper_and_its_preview_can_be_set_on_every_page(kind: str, page: str) -> None:
    """Where a page breaks decides what PDF/UA sees: a watermark behind a broken list once refused every preview."""
    given = samples.sample(kind)
    margins = {"top": 20, "bottom": 45, "left": 30, "right": 20}
    given["office"] = {**given["office"], "page": page, "font_size_pt": 12, "margins": margins}
    kept = frozen(kind, given)
    assert pypdf.PdfReader(io.BytesIO(pdf_of(kind, given))).pages
    shown = typeset.typeset(kind, present.letter_data(kind, kept, preview=True))
    first = pypdf.PdfReader(io.BytesIO(shown)).pages[0]
    assert round(float(first.mediabox[3]) / 72 * 25.4) == (297 if page == "a4" else 330)


@pytest.mark.parametrize("kind", books.PAPERS)
def test_every_paper_prints_number_case_office_and_the_way_to_prove_it(kind: str) -> None:
    text = words_of(pdf_of(kind))
    for expected in (
        f"500.12/151/{books.paper(kind).code}/DISKOMINFOPS/XI/2026",
        "PMH20260151",
        "PEMERINTAHKABUPATENINDRAGIRIHILIR",
        "https://sandar.example/verify/k3jq7v5m2xw4c6n8p9r2t5y7a4",
        "Halaman1dari",
    ):
        assert expected in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_every_field_is_printed_literally(name: str) -> None:
    text = HOSTILE[name]
    expected = re.sub(r"[\s\u200b\ue000-]", "", fonts.literal(text))
    for kind in ("receipt", "refusal_letter"):
        found = words_of(pdf_of(kind, poisoned(samples.sample(kind), text)))
        if name == "arabic_and_hebrew":  # covered letters run right to left; the order of extraction varies
            assert all(letter in found for letter in expected)
        elif name == "long_word":
            assert found.count("A") >= 20 * 1_000
        else:
            assert expected[:1500] in found or expected in found


def test_one_word_of_ten_thousand_letters_runs_over_the_lines_it_needs() -> None:
    given = samples.sample("refusal_letter")
    given["letter"] = {**given["letter"], "subject": "A" * 10_000}
    assert words_of(pdf_of("refusal_letter", given)).count("A" * 1_000) >= 1


def outside_the_page(pdf: bytes, *, right: float = 0) -> list[str]:
    """Words that begin or end beyond the paper's edge, or nearer to its right edge, by poppler's boxes (points)."""
    command = ["pdftotext", "-bbox", "-", "-"]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    found: list[str] = []
    width = height = 0.0
    page = r'<page width="([\d.]+)" height="([\d.]+)"'
    word = r'xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<'
    for match in re.finditer(f"{page}|{word}", drawn):
        if match[1]:
            width, height = float(match[1]), float(match[2])
        elif (
            float(match[5]) > width - right
            or float(match[6]) > height
            or float(match[3]) < 0
            or float(match[4]) < 0
        ):
            found.append(match[7])
    return found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((kind, "kata " * 320) for kind in books.PAPERS),
        ("capacity_report", "CTH1020B" * 150),
        ("handover_minutes", "CTH1020B" * 150),
    ],
)
def test_long_text_in_every_field_stays_on_the_paper(kind: str, text: str) -> None:
    assert outside_the_page(pdf_of(kind, poisoned(samples.sample(kind), text))) == []


def test_no_paper_fails_on_text_of_any_kind() -> None:
    mixed = " ".join(text[:25] for text in HOSTILE.values())
    for kind in books.PAPERS:
        assert pdf_of(kind, poisoned(samples.sample(kind), mixed)).startswith(b"%PDF-")


def test_no_paper_fails_on_empty_texts_and_lists() -> None:
    def emptied(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v if k in SYSTEM_WORDS else emptied(v) for k, v in value.items()}
        if isinstance(value, list):
            return []
        return "" if isinstance(value, str) else value

    for kind in books.PAPERS:
        given = emptied(samples.sample(kind))
        given["office"] = samples.OFFICE
        assert pdf_of(kind, given).startswith(b"%PDF-")


def test_hidden_letters_are_made_visible() -> None:
    assert fonts.literal("a\u202eb \u200bc") == "a[U+202E]b [U+200B]c"
    assert fonts.literal("baris satu\r\nbaris dua\tx") == "baris satu\nbaris dua x"
    assert fonts.literal("Kepala Dinas é") == "Kepala Dinas é"


def test_units_come_from_the_names_of_fields() -> None:
    given = samples.sample("capacity_report")
    data = present.letter_data("capacity_report", frozen("capacity_report", given))
    assert data["placements"][0]["watts"] == "575\u00a0W"
    assert data["placements"][0]["position_u"] == "U17"
    assert data["hold_until_on"] == "7\u00a0Desember\u00a02026"
    assert data["checked_at"] == "23\u00a0November\u00a02026 pukul 10.05\u00a0WIB"
    assert data["rows"][2]["installed"] == "24.000"
    assert present.number(38.5) == "38,5"
    assert present._quantity(90, "budget_minutes") == "1 jam 30 menit"
    assert present._quantity(8443, "ports") == "8443"


def test_a_paper_of_a_forty_server_handover_repeats_its_table_head() -> None:
    pdf = pdf_of("handover_minutes", variant="many")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) >= 4
    for page in reader.pages[1:4]:
        assert "Barang milik daerah" in page.extract_text()
    assert words_of(pdf).count("CTH1020B0") == 40


@pytest.mark.parametrize("page", ["a4", "f4", "f4-210"])
def test_the_page_profile_of_the_office_is_used(page: str) -> None:
    given = samples.sample("receipt")
    given["office"] = {**given["office"], "page": page}
    box = pypdf.PdfReader(io.BytesIO(pdf_of("receipt", given))).pages[0].mediabox
    size = (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4))
    assert size == {"a4": (210, 297), "f4": (215, 330), "f4-210": (210, 330)}[page]


def test_a_preview_says_so_and_carries_no_code() -> None:
    kept = frozen("receipt", samples.sample("receipt"))
    kept["document"].update(number="", verify_url="")
    text = words_of(typeset.typeset("receipt", present.letter_data("receipt", kept, preview=True)))
    assert "Pratinjau.Bukandokumenresmi" in text
    assert "/verify/" not in text


def test_a_child_that_hangs_is_killed_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf_of("receipt")
    assert typeset._child._process
    typeset._child._process.send_signal(19)  # SIGSTOP: it will never answer
    monkeypatch.setattr(typeset, "TIMEOUT", 0.5)
    began = time.monotonic()
    with pytest.raises(errors.RenderFailed) as failed:
        pdf_of("receipt")
    assert failed.value.facts["reason"] == "timeout"
    assert time.monotonic() - began < 15
    monkeypatch.undo()
    assert pdf_of("receipt").startswith(b"%PDF-")


def test_a_child_that_died_in_between_is_replaced() -> None:
    pdf_of("receipt")
    assert typeset._child._process
    typeset._child._process.kill()
    typeset._child._process.wait()
    assert pdf_of("receipt").startswith(b"%PDF-")


def test_a_child_without_work_is_sent_home_and_another_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "IDLE_SECONDS", 0.2)
    pdf_of("receipt")
    deadline = time.monotonic() + 10
    while typeset._child._process and time.monotonic() < deadline:
        time.sleep(0.05)
    assert typeset._child._process is None
    assert pdf_of("receipt").startswith(b"%PDF-")


@pytest.mark.parametrize("kind", books.PAPERS)
def test_nothing_stands_in_the_right_margin(kind: str) -> None:
    """20 mm; a comma may hang out of a justified line."""
    for variant in ("", *samples.VARIANTS.get(kind, ())):
        assert outside_the_page(pdf_of(kind, variant=variant), right=20 / 25.4 * 72 - 4) == []
