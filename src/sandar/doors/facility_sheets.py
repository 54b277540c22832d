"""Templates of the facility's kinds: one CSV a kind, or one workbook with a sheet a kind; empty or with what there is.

Headings are the fields' titles in the reader's language; the import knows them in every language. Text stays text:
nothing a person entered becomes a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from django.utils.translation import gettext as _

from sandar.core.sheets import guarded
from sandar.steps.facility import tables, words
from sandar.steps.facility.kinds import KINDS, Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS = 2_000  # how far down the lists of choices reach


def shown(kind: Kind, name: str, value: Any) -> str:
    """A field as a cell: choices by their word, yes and no."""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    known = words.choices(kind.code, name)
    return str(known[value]) if known and value in known else tables.text_of(value)


def titles(kind: Kind) -> dict[str, str]:
    return {name: _(field.title or name) for name, field in kind.shape.model_fields.items()}


def csv_of(kind: Kind, *, filled: bool) -> bytes:
    """UTF-8 with a mark, so that Excel reads it rightly; separated by semicolons as in Indonesia."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles(kind).values())
    for row in kind.stock().values() if filled else []:
        writer.writerow([guarded(shown(kind, name, row.get(name))) for name in titles(kind)])
    return out.getvalue().encode("utf-8-sig")


def workbook(kinds: Iterable[Kind], *, filled: bool) -> bytes:
    """A sheet a kind, with help on every heading, lists of choices, and a sheet that explains all columns."""
    import xlsxwriter  # 40 modules that few requests need

    target = io.BytesIO()
    never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = xlsxwriter.Workbook(target, {**dict.fromkeys(never, False), "in_memory": True})
    styles = {
        "must": book.add_format({"bold": True, "bg_color": "#0B5A68", "font_color": "#FFFFFF", "border": 1}),
        "may": book.add_format({"bold": True, "bg_color": "#E3F0F1", "border": 1}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    chosen = list(kinds)
    for kind in chosen:
        _sheet(book, kind, styles, filled=filled)
    _guide(book, chosen, styles)
    book.close()
    return target.getvalue()


def _sheet(book: Any, kind: Kind, styles: dict[str, Any], *, filled: bool) -> None:
    page = book.add_worksheet(str(kind.many)[:31])
    must = tables.required(kind)
    for column, (name, title) in enumerate(titles(kind).items()):
        page.write_string(0, column, title, styles["must" if name in must else "may"])
        page.set_column(column, column, max(len(title) + 2, 12))
        page.write_comment(0, column, help_of(kind, name), {"x_scale": 2})
        if listed := _choices(kind, name):
            rule = {"validate": "list", "source": listed, "error_type": "warning"}
            page.data_validation(1, column, _ROWS, column, rule)
    page.freeze_panes(1, 1)
    for line, row in enumerate(kind.stock().values() if filled else [], start=1):
        for column, name in enumerate(titles(kind)):
            value = row.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and not _choices(kind, name):
                page.write_number(line, column, value)
            else:
                page.write_string(line, column, shown(kind, name, value))


def _choices(kind: Kind, name: str) -> list[str]:
    base = tables.base_of(kind.shape.model_fields[name].annotation)
    if base is bool:
        return [_("ya"), _("tidak")]
    if get_origin(base) is not Literal:
        return []
    return [word for code in get_args(base) if (word := shown(kind, name, code))]


def help_of(kind: Kind, name: str) -> str:
    """What belongs into a column: help, choices, whether it must be filled."""
    field = kind.shape.model_fields[name]
    parts = [_(field.description) if field.description else ""]
    if listed := _choices(kind, name):
        parts.append(_("Pilihan: %(choices)s.") % {"choices": ", ".join(listed)})
    if name in tables.required(kind):
        parts.append(_("Wajib diisi."))
    elif (default := field.get_default(call_default_factory=True)) not in (None, "", []):
        parts.append(_("Bila kosong: %(value)s.") % {"value": shown(kind, name, default)})
    else:
        parts.append(_("Boleh kosong."))
    return " ".join(part for part in parts if part)


def _guide(book: Any, kinds: list[Kind], styles: dict[str, Any]) -> None:
    """The last sheet: one line a column. Its headings are of no kind, so an import passes it over."""
    page = book.add_worksheet(_("Petunjuk"))
    page.set_column(0, 1, 26)
    page.set_column(2, 2, 20)
    page.set_column(3, 3, 90)
    page.write_string(
        1,
        3,
        _("Isi satu lembar tiap jenis, kosongkan yang tidak dipakai, lalu unggah berkas ini utuh."),
        styles["wrap"],
    )
    for column, text in enumerate((_("Lembar"), _("Kolom"), _("Nama di API"), _("Isi"))):
        page.write_string(0, column, text, styles["may"])
    line = 2
    for kind in kinds:
        for name, title in titles(kind).items():
            for column, text in enumerate((str(kind.many), title, name, help_of(kind, name))):
                page.write_string(line, column, text, styles["wrap"])
            line += 1
    page.freeze_panes(1, 0)


def template(code: str, *, filled: bool) -> bytes:
    """The workbook of one kind, or of all for "". Raises KeyError for an unknown kind."""
    return workbook([KINDS[code]] if code else KINDS.values(), filled=filled)
