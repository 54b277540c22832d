"""Print a procedure as the official SOP AP sheet: HTML (fragment or page) and tagged PDF/A by Typst."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Literal

import typst

from sandar.sop.procedure import Procedure
from sandar.sop.sheet_data import Data, sheet_data

_HERE = Path(__file__).parent
_SHAPES = {
    "terminator": '<rect x="1" y="1" width="{w}" height="28" rx="14"/>',
    "process": '<rect x="1" y="1" width="{w}" height="28"/>',
    "decision": '<path d="M{mid} 1 {right} 19 {mid} 37 1 19Z"/>',
    "jump": '<path d="M1 1H{right}V19L{mid} 29 1 19Z"/>',
}
_WORD_WIDTH, _NUMBER_WIDTH = 70, 50
_LEGEND = (
    ("terminator", "Mulai / selesai"),
    ("process", "Kegiatan"),
    ("decision", "Keputusan"),
    ("jump", "Sambungan ke halaman atau kegiatan lain"),
)


Paper = Literal["a4", "f4"]
"""Paper sizes, landscape: A4 (Permendagri 1/2023), F4 of 215 by 330 mm (many local rules)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an activity took in truth, in words: median, 90th percentile, share within the standard."""

    median: str
    p90: str
    share: str
    count: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What an activity took in one case, in words. is_here: the case stands in it now."""

    time: str
    rounds: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Living:
    """The measured times of a revision's requests. by: by the key of an activity; told: until when they were taken."""

    by: Mapping[str, Measured]
    told: str


def pdf(
    procedure: Procedure,
    *,
    at: datetime,
    fonts: Path | None = None,
    paper: Paper = "a4",
    living: Living | None = None,
) -> bytes:
    """The sheet as tagged PDF/A-2a, landscape; the same arguments give the same bytes.

    at: the date written into the document's data. fonts: a folder that holds Arimo; without it the
    fonts inside Typst are used. living: writes measured times under the standard, and on each page that they are.
    Raises typst.TypstError: a fault of Sandar, not of the reader.
    """
    data = sheet_data(procedure) | {
        "date": [at.year, at.month, at.day],
        "paper": paper,
        "living": living.told if living else "",
    }
    for row, step in zip(data["rows"], procedure.steps, strict=True):
        found = living.by.get(step.key) if living else None
        row["real"] = _told(found) if found else []
    document = typst.compile(
        _HERE / "sheet.typ",
        format="pdf",
        font_paths=[fonts] if fonts else [],
        ignore_system_fonts=True,
        pdf_standards=["a-2a"],
        timestamp=int(at.timestamp()),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if not isinstance(document, bytes):  # several files only for picture formats
        raise TypeError("one PDF expected")
    return document


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The style of `fragment`, for a page that may not use inline styles."""
    return (_HERE / "sheet.css").read_text("utf-8")


def page(procedure: Procedure) -> str:
    """The sheet as one self-contained HTML document."""
    title = escape(procedure.identity.name)
    return (
        f'<!doctype html>\n<html lang="id"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{stylesheet()}</style></head>\n<body>\n{fragment(procedure)}\n</body></html>\n"
    )


def fragment(procedure: Procedure, measured: Mapping[str, Measured | Taken] | None = None) -> str:
    """The sheet as one `<article class="sop-sheet">`, to stand in a page that has `stylesheet`.

    measured: by the key of an activity; makes it the living sheet, with measured times under the standard: of a
    revision's requests, or of one case, where the sheet also marks the activity in which it stands.
    """
    data = sheet_data(procedure)
    for row, step in zip(data["rows"], procedure.steps, strict=True):
        row["measured"] = (measured or {}).get(step.key)
    parts = [_identity(data), _chart(data), _legend(), _additions(data), _legal(data), _notes(data)]
    body = "\n".join(part for part in parts if part)
    return f'<article class="sop-sheet" lang="id">\n{body}\n</article>'


def _text(value: str) -> str:
    return escape(value).replace("\n", "<br>")


def _breaks(lines: Iterable[str]) -> str:
    return "<br>".join(escape(line) for line in lines)


def _identity(data: Data) -> str:
    block = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{_breaks(value)}</td></tr>'
        for name, value in data["block"]
    )
    person = "<br>".join(_text(part) for part in (data["approved_name"], data["approved_id"]) if part)
    return (
        '<section class="sop-id"><div class="sop-office"><div class="sop-arms" role="img" '
        'aria-label="Tempat lambang daerah">Lambang<br>daerah</div>'
        f'<p class="sop-office-name">{_breaks(data["office"])}</p>'
        f'<p class="sop-address">{_breaks(data["address"])}</p></div>'
        f'<table class="sop-block"><tbody>{block}'
        '<tr><th scope="row">Disahkan Oleh</th><td class="sop-approval">'
        f'<p>{_breaks(data["approved_by"])}</p><p class="sop-person">{person}</p></td></tr>'
        f'<tr><th scope="row">Nama SOP</th><td><h1>{_text(data["title"])}</h1></td></tr>'
        "</tbody></table></section>"
        f'<section class="sop-boxes">{"".join(_box(data, *box) for box in data["boxes"])}</section>'
    )


def _box(data: Data, name: str, items: list[str]) -> str:
    if len(items) > 1:
        body = "<ol>" + "".join(f"<li>{_text(item)}</li>" for item in items) + "</ol>"
    else:
        body = "".join(f"<p>{_text(item)}</p>" for item in items)
    if name == data["boxes"][0][0] and data["legal_mark"]:
        body += '<p class="sop-small">* lihat Keadaan dasar hukum di bawah lembar ini.</p>'
    return f'<div class="sop-box"><h2>{escape(name)} :</h2>{body}</div>'


def _chart(data: Data) -> str:
    columns = "".join(f'<th scope="col" class="sop-actor">{_text(name)}</th>' for name in data["columns"])
    rows = "\n".join(_row(row) for row in data["rows"])
    return (
        '<div class="sop-scroll" tabindex="0"><table class="sop-chart">'
        '<caption class="sop-hidden">Diagram alir prosedur</caption>'
        '<thead><tr><th scope="col" rowspan="2">No</th><th scope="col" rowspan="2">Kegiatan / Aktivitas</th>'
        f'<th scope="colgroup" colspan="{len(data["columns"])}">Pelaksana</th>'
        '<th scope="colgroup" colspan="3">Mutu Baku</th><th scope="col" rowspan="2">Ket</th></tr>'
        f'<tr>{columns}<th scope="col">Persyaratan / Perlengkapan</th><th scope="col">Waktu</th>'
        f'<th scope="col">Output</th></tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'
    )


def _row(row: Data) -> str:
    cells = "".join(_cell(cell) for cell in row["cells"])
    tail = "".join(
        f"<td>{_text(row[key])}{_real(row['measured']) if key == 'time' else ''}</td>"
        for key in ("required_input", "time", "output", "remark")
    )
    found = row["measured"]
    here = ' aria-current="step"' if isinstance(found, Taken) and found.is_here else ""
    return (
        f'<tr{here}><td class="sop-no">{escape(row["no"])}</td>'
        f'<th scope="row" class="sop-name">{_breaks(row["name"])}</th>{cells}{tail}</tr>'
    )


def _real(measured: Measured | Taken | None) -> str:
    if measured is None:
        return ""
    first, *rest = (escape(line).replace("\u00a0", "&nbsp;") for line in _told(measured))
    return f'<p class="sop-real"><b>{first.replace(" ", "</b> ", 1)}{"".join(f"<br>{line}" for line in rest)}</p>'


def _told(measured: Measured | Taken) -> list[str]:
    """The lines under a standard time; a quantity is not torn from its unit."""
    if isinstance(measured, Taken):
        time = measured.time.replace(" ", "\u00a0")
        told = [f"Nyata {time}" + (f" ({measured.rounds}×)" if measured.rounds > 1 else "")] if time else []
        return [*told, "Sekarang di sini"] if measured.is_here else told
    median, p90, share = (
        value.replace(" ", "\u00a0") for value in (measured.median, measured.p90, measured.share or "")
    )
    told = [f"Nyata ({measured.count}×)", f"median {median}", f"p90 {p90}"]
    return [*told, f"{share} tepat waktu"] if share else told


def _cell(cell: Data) -> str:
    lines = "".join(f'<i class="sop-l sop-{line.replace("_", "-")}"></i>' for line in cell["lines"])
    labels = "".join(
        f'<b class="sop-t sop-{kind}-label">{escape(cell[f"{kind}_label"])}</b>'
        for kind in ("band", "cross", "foot")
        if cell[f"{kind}_label"]
    )
    mark = (
        f'<span class="sop-m">{_symbol(cell["mark"], cell["text"], says=cell["says"])}</span>'
        if cell["mark"]
        else ""
    )
    size = " sop-tall" if cell["mark"] == "decision" else " sop-wide" if len(cell["text"]) > 2 else ""
    return f'<td class="sop-flow{size}">{lines}{labels}{mark}</td>'


def _symbol(kind: str, text: str, *, says: str) -> str:
    if kind == "report":
        return f'<span class="sop-report">{escape(text)}</span>'
    width = _NUMBER_WIDTH if len(text) <= 2 else _WORD_WIDTH
    height = 38 if kind == "decision" else 30
    shape = _SHAPES[kind].format(w=width - 2, mid=width // 2, right=width - 1)
    return (
        f'<svg class="sop-symbol" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{escape(says)}">{shape}'
        f'<text x="{width // 2}" y="{height // 2 + 5}" text-anchor="middle">{escape(text)}</text></svg>'
    )


def _legend() -> str:
    items = "".join(f"<li>{_symbol(kind, '', says=words)} {words}</li>" for kind, words in _LEGEND)
    items += '<li><i class="sop-arrow"></i> Arah proses</li>'
    return f'<ul class="sop-legend" aria-label="Arti simbol">{items}</ul>'


def _additions(data: Data) -> str:
    if not data["additions"]:
        return ""
    head = ("Keg.", "Tambahan", "Pada tahap", "Oleh", "Menuju", "Sebab")
    return (
        '<section class="sop-more"><h2>Tambahan atas lembar resmi</h2>'
        "<p>Lembar resmi tidak mengatur hal-hal berikut. Sandar menjalankannya sebagai tambahan; "
        "teks lembar resmi di atas tidak berubah.</p>"
        + _table(head, [_addition_row(addition) for addition in data["additions"]])
        + "</section>"
    )


def _addition_row(addition: Data) -> tuple[str, ...]:
    kind = {"stage": "Tahap: ", "end": "Akhir: "}.get(addition["kind"], "")
    needs = " (wajib alasan)" if addition["reason"] else ""
    at, by = "; ".join(addition["at"]), ", ".join(addition["by"])
    row = (addition["step"], kind + addition["text"] + needs, at, by, addition["to"], addition["note"])
    return tuple(value or "–" for value in row)


def _legal(data: Data) -> str:
    if not data["legal"]:
        return ""
    rows = [(str(e["no"]), e["text"], e["status"], e["cite"] or "–", e["note"]) for e in data["legal"]]
    head = ("No", "Tertulis pada lembar", "Keadaan", "Yang dirujuk", "Catatan")
    return f'<section class="sop-more"><h2>Keadaan dasar hukum</h2>{_table(head, rows)}</section>'


def _notes(data: Data) -> str:
    if not data["notes"]:
        return ""
    table = _table(("Bagian", "Catatan"), data["notes"])
    return (
        f'<section class="sop-more"><h2>Catatan pembacaan lembar resmi</h2>{table}'
        f'<p class="sop-small">Revisi {data["revision"]} · sidik isi {data["hash"][:16]}</p></section>'
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    table = f'<table class="sop-list"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="sop-scroll" tabindex="0">{table}</div>'
