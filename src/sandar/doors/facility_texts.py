"""What an import or a change of the facility was refused for, in one sentence that names node, amount and holder."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sandar.doors import refusals
from sandar.doors.web import figures
from sandar.errors import SandarError, SheetUnreadable
from sandar.steps.facility.kinds import KINDS
from sandar.steps.facility.report import Problem, Report

SHEETS: dict[str, str | Promise] = {
    "too_large": _("Berkas lebih besar dari %(limit)s."),
    "empty": _("Berkas ini kosong."),
    "not_a_table": _("Ini bukan tabel. Simpan sebagai CSV atau XLSX, lalu unggah lagi."),
    "encoding": _("Huruf di berkas ini tidak terbaca. Simpan sebagai CSV UTF-8 atau XLSX."),
    "quotes": _("Tanda kutipnya tidak berpasangan sehingga kolomnya tidak dapat dipisahkan."),
    "too_many_rows": _("Lebih dari %(limit)s baris. Bagi menjadi beberapa berkas."),
    "too_many_columns": _("Lebih dari %(limit)s kolom."),
    "heading_twice": _("Judul kolom “%(heading)s” muncul dua kali."),
    "more_cells_than_headings": _("Baris ini berisi lebih banyak kolom daripada judulnya."),
    "cell_too_long": _("Satu sel berisi lebih dari %(limit)s huruf."),
    "damaged": _("Berkas XLSX ini rusak atau terkunci."),
    "unknown_table": _("Judul kolomnya bukan milik templat mana pun dan bukan ekspor NetBox yang dikenal."),
}
NOTES: dict[str, str | Promise] = {
    "power_factor_assumed": _("Faktor daya jalur NetBox dianggap %(about)s karena NetBox hanya mencatat VA."),
    "depth_from_outside": _("Kedalaman rak diambil dari ukuran luar karena kedalaman pasang tidak disebut."),
    "depth_not_said": _("Kedalaman rak tidak disebut; dipakai 1.000 mm."),
    "load_not_said": _("Batas beban rak tidak disebut; dipakai 800 kg."),
    "face_not_said": _("Sisi perangkat tidak disebut; dianggap memakai depan dan belakang."),
    "power_not_counted": _("Rak tanpa jalur daya: daya perangkatnya belum dihitung."),
    "cords_assumed": _("Perangkat dianggap tersambung ke semua jalur daya raknya."),
    "watts_stated": _("Daya diambil dari angka bawaan yang Anda nyatakan."),
    "passive": _("Perangkat tanpa daya menurut perannya (PDU, panel tambal): 0 W."),
    "weight_not_said": _("Berat tipe perangkat tidak disebut: 0 kg."),
    "tenant_empty": _("Tanpa penyewa (tenant): dicatat sebagai milik kantor sendiri."),
    "tenant_unknown": _(
        "Penyewa (tenant) yang bukan instansi terdaftar: dicatat sebagai milik kantor sendiri."
    ),
}


def sentence(error: SandarError) -> str:
    """One sentence: what, where, by how much, who."""
    if isinstance(error, SheetUnreadable):
        facts = error.facts
        limit = (
            figures.size(facts["limit_bytes"])
            if "limit_bytes" in facts
            else figures.number(facts.get("limit", 0))
        )
        return str(SHEETS[facts["reason"]]) % {"limit": limit, "heading": facts.get("heading", "")}
    return refusals.parts(error).what


def problem(found: Problem) -> str:
    return found.text or (sentence(found.error) if found.error else "")


def where(found: Problem) -> str:
    """devices.csv, baris 12, kolom Rak"""
    origin = found.origin
    parts = [origin.file]
    if origin.sheet:
        parts.append(gettext("lembar %(sheet)s") % {"sheet": origin.sheet})
    if origin.line:
        parts.append(gettext("baris %(line)s") % {"line": origin.line})
    if found.column:
        parts.append(gettext("kolom %(column)s") % {"column": found.column})
    return ", ".join(part for part in parts if part)


def note(code: str, counts: dict[str, int]) -> str:
    """One assumption with how often it was made and about what."""
    about = ", ".join(
        f"{name} ({figures.number(n)})" if n > 1 else name for name, n in list(counts.items())[:12] if name
    )
    text = str(NOTES[code])
    if "%(about)s" in text:
        return text % {"about": ", ".join(counts)}
    times = sum(counts.values())
    said = f"{figures.number(times)}\u00d7"
    return f"{text} ({said}{': ' + about if about else ''})"


def kind_word(code: str) -> str:
    others = {
        "file": gettext("Berkas"),
        "device": gettext("Perangkat"),
        "device_type": gettext("Tipe perangkat"),
    }
    return str(KINDS[code].many) if code in KINDS else others.get(code, code)


def ordered(found: list[Problem]) -> list[Problem]:
    """In the order of files and lines."""
    files = list(dict.fromkeys(one.origin.file for one in found))
    return sorted(found, key=lambda one: (files.index(one.origin.file), one.origin.sheet, one.origin.line))


def told(report: Report) -> dict[str, Any]:
    """The report as the API and the command line tell it."""
    return {
        "dry_run": report.dry_run,
        "stored": report.stored,
        "counts": [
            {
                "kind": code,
                **{name: counter[name] for name in ("new", "changed", "same", "refused", "left_out")},
            }
            for code, counter in report.counts.items()
        ],
        "problems": [_told(one) for one in ordered(report.problems)],
        "left_out": [_told(one) for one in ordered(report.left_out)],
        "notes": [
            {"code": code, "text": note(code, counts), "count": sum(counts.values())}
            for code, counts in report.notes.items()
        ],
    }


def _told(one: Problem) -> dict[str, Any]:
    return {
        "file": one.origin.file,
        "sheet": one.origin.sheet,
        "line": one.origin.line,
        "column": one.column,
        "what": one.what,
        "text": problem(one),
        "code": one.error.code if one.error else "INVALID_INPUT",
    }
