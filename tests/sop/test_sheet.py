"""The printed sheet: complete, escaped, drawn as the seed's chart, and a tagged PDF."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import cast

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from sandar.sop import flow, sheet
from sandar.sop.definition import Procedure, bundled, bundled_text, loads
from sandar.sop.sheet_data import additions, paragraphs, sheet_data

AT = datetime(2026, 11, 23, 9, 13, tzinfo=UTC)


class Text(HTMLParser):
    """The words of a page, and the balance of its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "style" not in dict(attrs)
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def __str__(self) -> str:
        return squeezed(" ".join(self.words))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def expected(procedure: Procedure) -> list[str]:
    texts = [basis.text for basis in procedure.legal_basis]
    texts += [*procedure.qualifications, *procedure.relations, *procedure.equipment, procedure.warning]
    texts += [*procedure.identity.office, *procedure.identity.address, procedure.identity.name]
    for step in procedure.steps:
        texts += [step.name, step.required_input, step.time_text, step.output, *step.notes]
    texts += [actor.name for actor in procedure.actors]
    texts += [one["note"] for one in additions(procedure)]
    texts += ["Nomor SOP", "Tanggal Efektif", "Disahkan Oleh", "Mutu Baku", "Pelaksana", "Dasar Hukum :"]
    texts += ["Pencatatan dan Pendataan :", "Tambahan atas lembar resmi", "Keadaan dasar hukum", "Dicabut"]
    return [text for text in texts if text]


def test_the_page_holds_every_text_of_the_sheet() -> None:
    page = Text(sheet.page(bundled()))
    assert page.open == []
    shown = str(page)
    assert [text for text in expected(bundled()) if squeezed(text) not in shown] == []


def test_the_fragment_needs_no_inline_style_or_script() -> None:
    fragment = sheet.fragment(bundled())
    assert fragment.startswith('<article class="sop-sheet"')
    assert "style=" not in fragment
    assert "<script" not in fragment
    assert "<style" not in fragment


def test_hostile_text_is_shown_and_not_run() -> None:
    evil = '<script>alert("x")</script> & #panic() \\" $x$ [*b*]'
    text = bundled_text().replace('short = "Disposisi"', f"short = '{evil}'")
    text = text.replace('output = "Peralatan"', f"output = '{evil}'")
    text = text.replace('label = "Kedaluwarsa"', f"label = '{evil}'")
    procedure = loads(text)
    page = sheet.page(procedure)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(sheet.pdf(procedure, at=AT))).pages)
    assert "#panic()" in words


@pytest.fixture(scope="module")
def document() -> bytes:
    return sheet.pdf(bundled(), at=AT)


def test_the_pdf_is_tagged_and_has_its_pages_in_landscape(document: bytes) -> None:
    reader = PdfReader(io.BytesIO(document))
    catalogue = reader.root_object
    assert cast(DictionaryObject, catalogue["/MarkInfo"])["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert str(catalogue["/Lang"]) == "id"
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A" in document
    assert reader.metadata is not None
    assert reader.metadata.title == bundled().identity.name
    assert len(reader.pages) == 7  # identity, activities 1-4, activities 5-9, four of additions and notes
    assert all(float(page.mediabox.width) > float(page.mediabox.height) for page in reader.pages)


def test_the_pdf_breaks_the_chart_where_the_seed_does_with_a_connector_on_both_sides(document: bytes) -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]
    assert "Mengisi form pengajuan" in squeezed(pages[1])
    assert "Persetujuan Kepala Bidang TIK" in squeezed(pages[2])
    assert "Tambahan atas lembar resmi" in pages[3]
    for page in pages[1:3]:
        assert re.search(r"^A$", page, re.MULTILINE)
        assert "Mutu Baku" in page


def test_the_pdf_holds_every_text_of_the_sheet(document: bytes) -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W+", "", text)

    words = bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages))
    assert [text for text in expected(bundled()) if bare(text) not in words] == []


def test_the_same_procedure_gives_the_same_bytes(document: bytes) -> None:
    assert sheet.pdf(bundled(), at=AT) == document


def test_a_filled_identity_block_is_printed_instead_of_the_blanks() -> None:
    procedure = bundled()
    person = replace(
        procedure.identity, approved_name="Pejabat Contoh", approved_id="000", made="5 Januari 2026"
    )
    page = sheet.page(replace(procedure, identity=person, number="SOP/1"))
    for text in ("Pejabat Contoh", "NIP. 000", "5 Januari 2026", "SOP/1"):
        assert text in page
    assert "diisi saat pemasangan)" not in page


def test_cutting_an_activity_into_lines_loses_nothing() -> None:
    for step in bundled().steps:
        assert " ".join(paragraphs(step.name)) == step.name
    assert len(paragraphs(bundled().steps[7].name)) == 3
    assert len(paragraphs(bundled().steps[2].name)) == 3


def marks(row: flow.Row) -> list[str]:
    return [f"{cell.mark}:{cell.text}" if cell.mark else "" for cell in row.cells]


def test_the_chart_carries_the_symbols_where_the_seed_has_its_numbers() -> None:
    assert [marks(row) for row in flow.rows(bundled())] == [
        ["terminator:1", "", "", "", ""],
        ["", "process:2", "process:2", "process:2", "process:2"],
        ["terminator:Selesai", "", "", "decision:3", "process:3"],
        ["process:4", "", "", "", ""],
        ["", "process:5", "", "", ""],
        ["", "", "", "process:6", ""],
        ["process:7", "", "", "", ""],
        ["", "", "", "", "process:8"],
        ["terminator:Laporan", "report:Laporan", "report:Laporan", "process:9", "process:9"],
    ]


def test_the_answers_of_the_decision_stand_in_the_column_where_the_seed_has_them() -> None:
    rows = flow.rows(bundled())
    assert [cell.cross_label for cell in rows[2].cells] == ["", "", "TIDAK", "", ""]
    assert [cell.band_label for cell in rows[3].cells] == ["", "", "YA", "", ""]


def test_lines_join_at_every_edge_of_the_chart() -> None:
    rows = flow.rows(bundled())
    for row in rows:
        for left, right in pairwise(row.cells):
            assert ("band_right" in left.lines) is ("band_left" in right.lines)
            goes = bool(left.lines & {"out_right", "in_right", "cross"})
            assert goes is bool(right.lines & {"out_left", "in_left", "cross"})
    for above, below in pairwise(rows):
        for upper, lower in zip(above.cells, below.cells, strict=True):
            assert ("foot" in upper.lines) is ("top" in lower.lines)
    assert [row.leaves for row in rows] == [0, 4, 3, 0, 1, 3, 0, 4, None]


def test_a_flow_that_skips_an_activity_is_told_by_its_number() -> None:
    text = bundled_text().replace('notify = { to = "awaiting_delivery"', 'notify = { to = "inspection"')
    row = flow.rows(loads(text))[5]
    assert row.leaves is None
    assert row.cells[3].foot_label == "→ 8"


def test_a_decision_that_leads_on_by_both_answers_draws_a_jump() -> None:
    text = bundled_text().replace('to = "refused_capacity"', 'to = "awaiting_notice"')
    text = text.replace('[[end]]\nstate = "refused_capacity"', '[[end]]\nstate = "spare"')
    text = text.replace(
        'refuse = { to = "refused", label = "Tolak permohonan"', 'refuse = { to = "spare", label = "T"', 1
    )
    row = flow.rows(loads(text))[2]
    assert marks(row)[0] == "jump:6"


def test_a_long_procedure_is_printed_with_more_connectors() -> None:
    procedure = bundled()
    steps = tuple(
        replace(step, no=no) for no, step in enumerate((*procedure.steps[:5], *procedure.steps[3:]), 1)
    )
    pages = PdfReader(io.BytesIO(sheet.pdf(replace(procedure, steps=steps), at=AT))).pages
    assert len(pages) >= 6


def test_withdrawal_anywhere_is_told_once() -> None:
    told = [one for one in sheet_data(bundled())["additions"] if one["text"] == "Cabut permohonan"]
    assert len(told) == 1


def test_the_sheet_is_printed_on_f4_as_well_with_every_text() -> None:
    longer = sheet.pdf(bundled(), at=AT, paper="f4")
    pages = PdfReader(io.BytesIO(longer)).pages
    sizes = {
        (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4))
        for page in pages
    }
    assert sizes == {(330, 215)}
    words = re.sub(r"\W+", "", "".join(page.extract_text() for page in pages))
    assert [text for text in expected(bundled()) if re.sub(r"\W+", "", text) not in words] == []


def test_the_living_sheet_shows_measured_times_beside_the_standard() -> None:
    real = {"capacity": sheet.Measured("42 mnt", "58 mnt", "97 %", 12)}
    living = sheet.fragment(bundled(), real)
    times = "median 42&nbsp;mnt<br>p90 58&nbsp;mnt<br>97&nbsp;% tepat waktu"
    assert f'<td>1 Jam<p class="sop-real"><b>Nyata</b> (12×)<br>{times}</p></td>' in living
    assert living.count("sop-real") == 1
    assert "sop-real" not in sheet.fragment(bundled())


def test_the_living_pdf_shows_them_too_says_on_every_page_that_it_is_not_the_official_one(
    document: bytes,
) -> None:
    real = {"capacity": sheet.Measured("42 mnt", "58 mnt", "97 %", 12), "s": sheet.Measured("x", "x", "", 1)}
    told = "Lembar hidup: waktu nyata sampai 30 November 2026"
    for paper in ("a4", "f4"):
        pages = PdfReader(
            io.BytesIO(sheet.pdf(bundled(), at=AT, paper=paper, living=sheet.Living(real, told)))  # type: ignore[arg-type]
        ).pages
        words = [re.sub(r"\s+", " ", page.extract_text()) for page in pages]
        assert all(told in one for one in words)
        assert sum("Nyata (12×)" in one for one in words) == 1
        [page] = [one for one in words if "Nyata (12×)" in one]
        assert all(line in page for line in ("1 Jam", "median 42 mnt", "p90 58 mnt", "97 % tepat waktu"))
    assert b"Nyata" not in document
    assert "Lembar hidup" not in "".join(one.extract_text() for one in PdfReader(io.BytesIO(document)).pages)
