"""`/kapasitas/jalur-tunggal`: the servers that one failure turns off, with the reason; as a page, CSV and XLSX."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core import outage
from sandar.core.outage import Undiverse
from sandar.core.sheets import guarded
from sandar.doors.web import chain, drawing, figures, labels
from sandar.doors.web.person import office_of
from sandar.doors.web.scope import officers
from sandar.records.facility import read as facility
from sandar.records.ledger.read import Stander

PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Row:
    """One server that hangs on one thread."""

    stander: Stander
    units: str
    state: str
    reason: str


def rows() -> list[Row]:
    """All of them, by agency, rack and unit."""
    standers = {one.claim_id: one for one in chain.standers()}
    frames = {
        name: drawing.Frame(name, height * 2, numbering)
        for name, height, numbering in facility.racks().values_list("name", "height_u", "numbering")
    }
    found = [
        _row(one, standers[one.device.id], frames)
        for one in outage.undiverse(facility.topology(), chain.devices(standers.values()))
    ]
    return sorted(found, key=lambda row: (row.stander.agency or "", row.stander.rack, row.stander.start or 0))


def _row(one: Undiverse, stander: Stander, frames: dict[str, drawing.Frame]) -> Row:
    units = drawing.units_text(stander.start, stander.height, frames[stander.rack], extra=stander.extra)
    return Row(stander, units, labels.label(labels.CLAIMS, stander.state), reason(one))


def reason(one: Undiverse) -> str:
    """Why one failure is enough."""
    if one.reason == "single_cord":
        return _("hanya memakai jalur %(cord)s") % {"cord": one.device.cords}
    if one.reason == "side_missing":
        return _("rak tidak punya jalur yang dipakai perangkat (%(cords)s)") % {"cords": one.device.cords}
    return _("kedua jalurnya bergantung pada %(node)s") % {"node": ", ".join(one.nodes[:2])}


@officers
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """The report as a page."""
    found = rows()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    agencies: dict[str, int] = {}
    for row in found:
        name = row.stander.agency or _("tanpa instansi")
        agencies[name] = agencies.get(name, 0) + 1
    context = {
        "page": page,
        "count": len(found),
        "all": len(chain.standers()),
        "agencies": sorted(agencies.items(), key=lambda item: (-item[1], item[0])),
    }
    return render(request, "web/power/single.html", context)


def _columns() -> list[tuple[str, int]]:
    return [
        (_("Instansi"), 38), (_("Perangkat"), 26), (_("Rak"), 8), (_("Unit"), 12), (_("Keadaan"), 12),
        (_("Daya (W)"), 10), (_("Jalur"), 8), (_("Permohonan"), 16), (_("Sebab"), 46),
    ]  # fmt: skip


def _cells(row: Row) -> list[str | int]:
    one = row.stander
    return [
        one.agency or "", one.label, one.rack, row.units, row.state, one.watts, one.cords, one.case or "", row.reason,
    ]  # fmt: skip


@officers
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """The report as CSV with semicolons, as Indonesian spreadsheets expect; text never begins a formula."""
    target = StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([title for title, _width in _columns()])
    for row in rows():
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in _cells(row)])
    return _file("\ufeff" + target.getvalue(), "text/csv; charset=utf-8", "csv")


@officers
@require_GET
def as_xlsx(request: HttpRequest) -> HttpResponse:
    """The report as XLSX."""
    office = office_of(request)
    return _file(
        workbook(rows(), office=office.agency.name if office else "", at=timezone.now()), XLSX, "xlsx"
    )


def workbook(found: Sequence[Row], *, office: str, at: datetime) -> bytes:
    """The sheet. Text stays text: no formula, link or number is made of what people typed."""
    import xlsxwriter

    target = BytesIO()
    never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = xlsxwriter.Workbook(target, dict.fromkeys(never, False) | {"constant_memory": True})
    book.set_properties(
        {
            "title": _("Server tanpa dua jalur daya"),
            "author": office,
            "created": timezone.localtime(at).replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "bg_color": "#E3F0F1", "border": 1, "text_wrap": True})
    text = book.add_format({"valign": "top", "text_wrap": True})
    page = book.add_worksheet(_("Jalur tunggal"))
    for index, (_title, width) in enumerate(_columns()):
        page.set_column(index, index, width)
    page.write_string(
        0, 0, _("Server tanpa dua jalur daya yang terpisah"), book.add_format({"bold": True, "font_size": 14})
    )
    page.write_string(1, 0, f"{office} · {_('keadaan')} {figures.moment(at)}")
    for index, (title, _width) in enumerate(_columns()):
        page.write_string(3, index, title, head)
    for line, row in enumerate(found, start=4):
        for index, cell in enumerate(_cells(row)):
            if isinstance(cell, int):
                page.write_number(line, index, cell)
            else:
                page.write_string(line, index, cell, text)
    page.freeze_panes(4, 2)
    page.autofilter(3, 0, max(3 + len(found), 4), len(_columns()) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(3)
    page.fit_to_pages(1, 0)
    book.close()
    return target.getvalue()


def _file(content: str | bytes, media_type: str, ending: str) -> HttpResponse:
    name = f"jalur-tunggal-{timezone.localdate():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=media_type, headers=headers)


urlpatterns = [
    path("kapasitas/jalur-tunggal", report, name="single_feeds"),
    path("kapasitas/jalur-tunggal.csv", as_csv, name="single_feeds_csv"),
    path("kapasitas/jalur-tunggal.xlsx", as_xlsx, name="single_feeds_xlsx"),
]
