"""Tables as offices hand them in: CSV in the encodings and separators Excel writes, and workbooks (XLSX).

Cells become text as a person reads them: Excel's 42.0 is "42". Formulas are never evaluated: a workbook brings the
value Excel last showed, and a CSV's "=1+1" stays these four letters.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandar.errors import SheetUnreadable

LARGEST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 5_000
_UNPACKED = 200_000_000
_SEPARATORS = (";", ",", "\t")
# Full-width twins too: some spreadsheets read them as their narrow ones.
_BEGINS_A_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_GUARDED = tuple(f"'{char}" for char in _BEGINS_A_FORMULA)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: its number as Excel or an editor shows it, cells by heading."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: headings as written, and its rows that are not wholly empty. name: "" for CSV."""

    file: str
    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def sheets(file: str, content: bytes) -> list[Sheet]:
    """Every table of a file. Raises SheetUnreadable (reason, file, and where known line or limit)."""
    if len(content) > LARGEST_BYTES:
        raise SheetUnreadable(file=file, reason="too_large", limit_bytes=LARGEST_BYTES)
    if not content.strip():
        raise SheetUnreadable(file=file, reason="empty")
    if content[:4] == b"PK\x03\x04":
        return _workbook(file, content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or content[:5] == b"%PDF-":
        raise SheetUnreadable(file=file, reason="not_a_table")
    found = _sheet(file, "", _csv(file, _text(file, content)))
    if found is None:
        raise SheetUnreadable(file=file, reason="empty")
    return [found]


# --- CSV


def _text(file: str, content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise SheetUnreadable(file=file, reason="encoding")


def _csv(file: str, text: str) -> list[tuple[int, list[str]]]:
    lines = text.splitlines()
    told = lines[0].strip().lower() if lines else ""
    separator = ""
    if told.startswith("sep=") and len(told) <= 5:  # Excel's own hint
        separator, skipped = (told[4:] or "\t"), 1
        text = text.split("\n", 1)[1] if "\n" in text else ""
    else:
        skipped = 0
    separator = separator or _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error as fault:
            raise SheetUnreadable(file=file, reason="quotes", line=reader.line_num + skipped) from fault
        found.append((line, [_unguarded(cell) for cell in cells]))
        if len(found) > MOST_ROWS + 1:
            raise SheetUnreadable(file=file, reason="too_many_rows", limit=MOST_ROWS)


def _separator(text: str) -> str:
    """The separator of the first line, outside of quotes."""
    counts, quoted = dict.fromkeys(_SEPARATORS, 0), False
    for char in text.lstrip("\r\n"):
        if char == '"':
            quoted = not quoted
        elif char == "\n" and not quoted:
            break
        elif char in counts and not quoted:
            counts[char] += 1
    return max(_SEPARATORS, key=lambda char: counts[char])


def _unguarded(cell: str) -> str:
    """Our own CSV writes '=x for a cell that Excel would run; read back it is =x."""
    return cell[1:] if cell.startswith(_GUARDED) else cell


def guarded(text: str) -> str:
    """A cell of a CSV that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] and text[:1] in _BEGINS_A_FORMULA else text


# --- workbooks


def _workbook(file: str, content: bytes) -> list[Sheet]:
    import python_calamine  # a compiled reader that loads only when a workbook comes

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _UNPACKED:
            raise SheetUnreadable(file=file, reason="too_large", limit_bytes=_UNPACKED)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [
            one.name for one in book.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        found = [_sheet(file, name, _grid(file, name, book)) for name in names]
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError) as fault:
        raise SheetUnreadable(file=file, reason="damaged") from fault
    kept = [one for one in found if one is not None]
    if not kept:
        raise SheetUnreadable(file=file, reason="empty")
    return kept


def _grid(file: str, name: str, book: object) -> list[tuple[int, list[str]]]:
    sheet = book.get_sheet_by_name(name)  # type: ignore[attr-defined]
    if sheet.height > MOST_ROWS + 1:
        raise SheetUnreadable(file=file, sheet=name, reason="too_many_rows", limit=MOST_ROWS)
    if sheet.width > MOST_COLUMNS:
        raise SheetUnreadable(file=file, sheet=name, reason="too_many_columns", limit=MOST_COLUMNS)
    first = (sheet.start or (0, 0))[0]
    grid = sheet.to_python(skip_empty_area=True)
    return [(first + index + 1, [_cell(value) for value in row]) for index, row in enumerate(grid)]


def _cell(value: object) -> str:
    """As Excel shows it: whole numbers without a tail, dates as ISO, TRUE as true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


# --- both


def _sheet(file: str, name: str, grid: Sequence[tuple[int, list[str]]]) -> Sheet | None:
    """The table of a grid: its first line that is not empty gives the headings. None without any."""
    filled = [(line, cells) for line, cells in grid if any(cell.strip() for cell in cells)]
    if not filled:
        return None
    headings = _headings(file, name, filled[0][1])
    rows = [Row(line, _named(file, name, line, headings, cells)) for line, cells in filled[1:]]
    return Sheet(file, name, headings, tuple(rows))


def _headings(file: str, name: str, cells: Iterable[str]) -> tuple[str, ...]:
    found = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise SheetUnreadable(file=file, sheet=name, reason="too_many_columns", limit=MOST_COLUMNS)
    named = [heading.casefold() for heading in found if heading]
    for heading in named:
        if named.count(heading) > 1:
            raise SheetUnreadable(file=file, sheet=name, reason="heading_twice", heading=heading[:80])
    return tuple(found)


def _named(file: str, name: str, line: int, headings: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(headings) :]):
        raise SheetUnreadable(file=file, sheet=name, reason="more_cells_than_headings", line=line)
    found = {}
    for heading, cell in zip(headings, cells, strict=False):
        text = cell.replace("\u00a0", " ").strip()
        if len(text) > LONGEST_CELL:
            raise SheetUnreadable(
                file=file, sheet=name, reason="cell_too_long", line=line, limit=LONGEST_CELL
            )
        if heading:
            found[heading] = text
    return found
