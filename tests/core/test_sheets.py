"""Tables as offices write them: encodings, separators, Excel's habits; what is no table is named."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import sheets
from sandar.core.sheets import guarded
from sandar.errors import SheetUnreadable

NAMES = "Nama;Catatan\r\nMüller;größer als 3\r\n"


def only(content: bytes, name: str = "a.csv") -> Any:
    [found] = sheets.sheets(name, content)
    return found


def rows(content: bytes) -> list[dict[str, str]]:
    return [row.cells for row in only(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_umlauts_survive_every_encoding_excel_writes(encoding: str):
    assert rows(NAMES.encode(encoding)) == [{"Nama": "Müller", "Catatan": "größer als 3"}]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_seen_from_the_headings(separator: str):
    text = f'Nama{separator}"Judul, dengan; tanda"\nR01{separator}"a{separator}b ""c"""\n'
    assert rows(text.encode()) == [{"Nama": "R01", "Judul, dengan; tanda": f'a{separator}b "c"'}]


def test_excels_own_hint_of_the_separator_counts():
    assert rows(b"sep=;\nNama;B\nx,y;2\n") == [{"Nama": "x,y", "B": "2"}]
    assert only(b"sep=;\nNama;B\nx;2\n").rows[0].line == 3


def test_lines_are_numbered_as_an_editor_shows_them():
    found = only(b'Nama,B\n\nR01,"zwei\nZeilen"\n,\nR02,x\n')
    assert [row.line for row in found.rows] == [3, 6]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 alt", "not_a_table"),
        (b"PK\x03\x04 kaputt", "damaged"),
        (b"a,b\x00\n1,2\n", "encoding"),
        (b'a,b\n"1,2\n', "quotes"),
        (b"a,A\n1,2\n", "heading_twice"),
        (b"a,b\n1,2,3\n", "more_cells_than_headings"),
        (b"a\n" + b"x" * 6_000 + b"\n", "cell_too_long"),
        (b"a\n" + b"x\n" * 20_010, "too_many_rows"),
        (b"x" * 10_000_001, "too_large"),
        ((",".join(f"c{n}" for n in range(201)) + "\n").encode(), "too_many_columns"),
    ],
)
def test_what_is_no_table_says_why(content: bytes, reason: str):
    with pytest.raises(SheetUnreadable) as refused:
        sheets.sheets("a.csv", content)
    assert refused.value.facts["reason"] == reason


def book(*cells: tuple[int, int, Any], formula: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        page = made.add_worksheet("Rak")
        made.add_worksheet("leer")
        for row, column, value in cells:
            if formula and isinstance(value, str) and value.startswith("="):
                page.write_formula(row, column, value, None, "")
            else:
                page.write(row, column, value)
    return out.getvalue()


def test_numbers_of_a_workbook_are_what_a_person_reads():
    [found] = sheets.sheets(
        "a.xlsx",
        book(
            (0, 0, "Nama"), (0, 1, "U"), (0, 2, "ja"), (1, 0, 42), (1, 1, 12.5), (1, 2, True), (3, 0, "007")
        ),
    )
    assert found.name == "Rak"
    assert [(row.line, row.cells) for row in found.rows] == [
        (2, {"Nama": "42", "U": "12.5", "ja": "true"}),
        (4, {"Nama": "007", "U": "", "ja": ""}),
    ]


def test_a_formula_is_never_evaluated():
    [found] = sheets.sheets(
        "a.xlsx", book((0, 0, "Nama"), (1, 0, "=1+1"), (1, 1, ""), (2, 0, "x"), formula=True)
    )
    assert [row.cells["Nama"] for row in found.rows] == ["x"]
    assert rows(b"Nama\n=1+1\n") == [{"Nama": "=1+1"}]


@given(st.text(max_size=40))
def test_a_guarded_cell_comes_back_as_it_was_or_is_no_formula(text: str):
    assert not guarded(text).startswith(("=", "+", "-", "@"))
    if text.startswith(("=", "+", "-", "@")):
        assert sheets._unguarded(guarded(text)) == text


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(content: bytes):
    try:
        found = sheets.sheets("a", content)
    except SheetUnreadable:
        return
    assert all(sheet.headings for sheet in found)
