"""The asset register as a spreadsheet: the columns of the BMD register and those of the data centre.

Text stays text: no formula, link or number is made of what people typed, so a name that begins with "=" is
only a name (CSV/formula injection). Columns: design/domain.md 2.2, "Aset register (BMD)".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sandar.core import rack
from sandar.doors.web import figures, labels
from sandar.doors.web.corrections import difference
from sandar.records.assets import corrections
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.steps import words

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = 3  # rows above the table: title, office, blank
Value = str | int | float | date | None


def workbook(rows: QuerySet[Asset], *, office: str, at: datetime) -> bytes:
    """The register as XLSX. `at` goes into the title and the file's own data."""
    import xlsxwriter  # 40 modules that few requests need and no start has to wait for

    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    local = timezone.localtime(at)
    book.set_properties(
        {"title": _("Register aset"), "author": office, "created": local.replace(tzinfo=None)}
    )
    columns = _columns()
    page = book.add_worksheet(_("Register aset"))
    styles = _styles(book)
    for index, (_title, width, _value) in enumerate(columns):
        page.set_column(index, index, width)
    page.write_string(0, 0, _("Register aset titipan di pusat data"), styles["title"])
    page.write_string(1, 0, f"{office} · {_('keadaan')} {figures.moment(at)}")
    for index, (title, _width, _value) in enumerate(columns):
        page.write_string(HEAD, index, title, styles["head"])
    last = HEAD
    for last, asset in enumerate(rows.iterator(chunk_size=500), start=HEAD + 1):
        for index, (_title, _width, value) in enumerate(columns):
            _write(page, last, index, value(asset), styles)
    page.freeze_panes(HEAD + 1, 2)
    page.autofilter(HEAD, 0, max(last, HEAD + 1), len(columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(HEAD)
    page.fit_to_pages(1, 0)
    _corrected(book, corrections.done_in(rows), styles)
    book.close()
    return target.getvalue()


def _corrected(book: Any, rows: QuerySet[AssetCorrection], styles: dict[str, Any]) -> None:
    """A second page: what was corrected in these lines, one row a column, oldest first."""
    page = book.add_worksheet(_("Pembetulan"))
    titles = (
        (_("Tanggal"), 12), (_("Nomor aset"), 15), (_("Isian"), 18), (_("Semula"), 26), (_("Menjadi"), 26),
        (_("Alasan"), 40), (_("Diusulkan oleh"), 24), (_("Disetujui oleh"), 24),
    )  # fmt: skip
    for index, (title, width) in enumerate(titles):
        page.set_column(index, index, width)
        page.write_string(0, index, title, styles["head"])
    line = 0
    for one in rows.iterator(chunk_size=500):
        day = timezone.localtime(one.decided_at).date()
        by = (one.reason, one.proposed_by.name, one.decided_by.name if one.decided_by else "")
        for told in difference(one.was, one.now):
            line += 1
            cells: tuple[Value, ...] = (day, one.asset.number, told["label"], told["was"], told["now"], *by)
            for index, value in enumerate(cells):
                _write(page, line, index, value, styles)
    page.freeze_panes(1, 2)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)


def _styles(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#E3F0F1", "border": 1, "text_wrap": True}),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"}),
        "number": book.add_format({"valign": "top"}),
    }  # fmt: skip


def _write(page: Any, row: int, column: int, value: Value, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, styles["text"])
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), styles["date"])  # noqa: DTZ001
    elif isinstance(value, int | float):
        page.write_number(row, column, value, styles["number"])
    else:
        page.write_string(row, column, value, styles["text"])


def _columns() -> list[tuple[str, int, Callable[[Asset], Value]]]:
    """(title, width in characters, value of an asset). What the office does not keep is an empty column to fill in."""
    return [
        (_("Nomor aset"), 15, lambda a: a.number),
        (_("Nama barang"), 26, lambda a: a.name),
        (_("Kode barang"), 20, lambda a: a.item_code),
        (_("Nomor register"), 11, lambda a: a.register_no),
        (_("Merek/tipe"), 24, lambda a: f"{a.brand} {a.model}".strip()),
        (_("Ukuran/kapasitas"), 30, _size),
        (_("Bahan"), 9, lambda _a: None),
        (_("Tahun perolehan"), 10, lambda a: a.spec.get("year")),
        (_("Nomor pabrik/seri"), 18, lambda a: a.serial),
        (_("Asal-usul"), 12, lambda _a: None),
        (_("Harga/nilai perolehan (Rp)"), 14, lambda _a: None),
        (_("Kondisi"), 8, lambda a: a.condition),
        (_("OPD pemilik"), 32, lambda a: a.agency.name),
        (_("Ruang/lokasi"), 18, lambda a: a.claim.place.room or a.claim.place.name),
        (_("Pemegang"), 20, lambda a: str(a.case.contact.get("name", ""))),
        (_("Dokumen (BAST)"), 32, lambda a: a.handover.number),
        (_("Mutasi"), 12, lambda a: _("keluar") if a.removed_at else _("masuk")),
        (_("Jenis layanan"), 16, lambda a: labels.label(labels.SERVICES, a.kind)),
        (_("Rak"), 8, lambda a: a.claim.rack.name if a.claim.rack else None),
        (_("Posisi (U)"), 9, lambda a: None if a.claim.start is None else rack.position_of(a.claim.start)),
        (_("Tinggi (U)"), 9, lambda a: a.claim.height / 2 if a.claim.height else None),
        (_("Jalur daya (PDU)"), 10, lambda a: a.claim.cords),
        (_("Daya (W)"), 9, lambda a: a.claim.watts or None),
        (_("Nama host"), 26, lambda a: a.hostname),
        (_("Alamat IP"), 14, lambda a: a.address),
        (_("Tanggal masuk"), 12, lambda a: timezone.localtime(a.installed_at).date()),
        (_("Berlaku sampai"), 12, lambda a: a.valid_until),
        (
            _("Tanggal keluar"),
            12,
            lambda a: timezone.localtime(a.removed_at).date() if a.removed_at else None,
        ),
        (_("Titipan"), 8, lambda _a: _("ya")),
        (_("Permohonan"), 15, lambda a: a.case.number),
        (_("Keterangan"), 24, lambda _a: None),
    ]


def _size(asset: Asset) -> str:
    spec = asset.spec
    parts = [
        words.shown(spec.get("cpu_model")),
        f"{words.shown(spec['ram_gb'])} GB RAM" if spec.get("ram_gb") else "",
        words.shown(spec.get("disks")),
        f"{words.shown(spec['storage_gb'])} GB" if spec.get("storage_gb") else "",
    ]
    return ", ".join(part for part in parts if part)
