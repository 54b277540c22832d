"""`/jajaran`: racks side by side, front and rear; equipment and holds are dragged between them (static/sandar/rack.js).

Without a script every device has its button to move in the table below, and every free unit its address to hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.doors.web import drawing, rack_rows, racks, tints
from sandar.doors.web.drawing import Frame, Look
from sandar.doors.web.scope import may_claim, officers
from sandar.records.assets import read as assets_read
from sandar.records.facility import read as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.read import Block

MOST = 6  # racks on one page; one more may be put beside them
FACES = {"semua": ("front", "rear"), "depan": ("front",), "belakang": ("rear",)}


@dataclass(frozen=True, slots=True)
class Column:
    """One rack of the page: its drawings (face, word, svg) and what stands in it as rows of a table."""

    rack: Rack
    free: int
    drawn: list[tuple[str, str, SafeString]]
    standing: SafeString

    @property
    def half_units(self) -> int:
        return self.rack.height_u * 2


@officers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One row of racks: `?baris=` its name, `?dekat=` a rack in it; `?tambah=` one rack more from anywhere."""
    query = request.GET
    known = sorted(facility.racks(), key=lambda rack: (rack.room.name, rack.row, rack.position, rack.name))
    rows: dict[str, list[Rack]] = {}
    for rack in known:
        rows.setdefault(_row_of(rack), []).append(rack)
    near = next((rack for rack in known if rack.name == query.get("dekat")), None)
    name = query.get("baris", "")
    if name not in rows:
        name = _row_of(near) if near else next(iter(rows), "")
    row = rows.get(name, [])
    wanted = 1 + row.index(near) // MOST if near in row and near else query.get("page")
    shown = Paginator(row, MOST).get_page(wanted)
    more = [rack for rack in known if rack.name == query.get("tambah") and rack not in shown.object_list]
    faces = query.get("sisi", "") if query.get("sisi") in FACES else "semua"
    mode = tints.mode_of(query.get("warna"))
    holds = may_claim(request)
    columns, legend = _columns([*shown, *more], FACES[faces], mode, holds=holds)
    here = {"baris": name, "sisi": faces, "warna": mode, "page": shown.number}
    context = {
        "columns": columns,
        "rows": [(one, f"{one} ({len(inside)})") for one, inside in rows.items()],
        "others": [
            ("", _("tidak ada")),
            *((rack.name, rack.name) for rack in known if rack not in shown.object_list),
        ],
        "values": {"baris": name, "tambah": more[0].name if more else "", "sisi": faces},
        "faces": [("semua", _("Depan dan belakang")), ("depan", _("Depan")), ("belakang", _("Belakang"))],
        "page": shown,
        "modes": tints.words(),
        "mode": mode,
        "legend": legend,
        "holds": holds,
        "step": drawing.HALF,
        "edge": drawing.EDGE,
        "here": _query({**here, **({"tambah": more[0].name} if more else {})}),
        "waiting": racks.waiting(request, columns[0].rack) if holds and columns else [],
    }
    return render(request, "web/racks/side_by_side.html", context)


def _row_of(rack: Rack) -> str:
    """The row as it is asked for: room, and the row's name when it has one."""
    return f"{rack.room.name} / {rack.row}" if rack.row else rack.room.name


def _columns(
    shown: Sequence[Rack], faces: Sequence[str], mode: str, *, holds: bool
) -> tuple[list[Column], list[tuple[str, str, str]]]:
    """The racks as columns, and one legend for all: an agency has one colour on the whole page."""
    inside = ledger_read.elevations(rack.pk for rack in shown)
    everything = [block for blocks in inside.values() for block in blocks]
    tint = tints.tint(everything, mode)
    links = {block.claim_id: f"#t{block.claim_id}" for block in everything}
    assets = assets_read.of_claims(links)
    columns = []
    for rack in shown:
        frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
        address = f"{reverse('rack', args=[rack.name])}?u="
        free = (lambda unit, address=address: f"{address}{unit}#tahan") if holds else None
        blocks = inside[rack.pk]
        drawn = racks.faces_drawn(
            blocks, frame, faces=faces, look=Look(links=links, free=free, tint=tint, moves=holds)
        )
        rows = racks.rows_of(blocks, frame, assets)
        standing = rack_rows.standing(rows, rack.name, holds=holds)
        columns.append(Column(rack, _free(blocks, frame), drawn, standing))
    return columns, tints.legend(everything, mode)


def _free(blocks: Sequence[Block], frame: Frame) -> int:
    """Half-units that are free on both faces."""
    taken = drawing.covered([block for block in blocks if block.start is not None])
    return frame.half_units - taken.bit_count()


def _query(values: dict[str, object]) -> str:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in values.items() if value})
    return query.urlencode()


def landing(request: HttpRequest, rack: str, claim_id: int) -> str:
    """Where an act on a place ends: the page it was dragged on (its query is sent along), else the rack."""
    if told := request.POST.get("jajaran"):
        return f"{reverse('side_by_side')}?{QueryDict(told[:400]).urlencode()}#t{claim_id}"
    return f"{reverse('rack', args=[rack])}#t{claim_id}"


urlpatterns = [path("jajaran", page, name="side_by_side")]
