"""Racks: list, one rack with what stands in it, its drawing. Officers of the SOP only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from sandar.core import rack as geometry
from sandar.doors.api import shapes
from sandar.doors.api.auth import caller_of
from sandar.doors.api.capacity import pool_line
from sandar.doors.api.documents import content
from sandar.doors.api.once import answer
from sandar.doors.api.paging import PageNo, Word, page_of
from sandar.doors.api.reading import name_in_path
from sandar.doors.api.zone import moment
from sandar.doors.web import drawing
from sandar.errors import NotFound
from sandar.records.ledger import read as ledger_read

router = Router(tags=["racks"])
COLUMNS = (
    "id", "rack_id", "name", "half_units", "front", "rear", "version", "rack__row", "rack__depth_mm", "rack__load_kg",
    "rack__numbering", "rack__room__name", "rack__room__site__name",
)  # fmt: skip


@router.get("/racks", response=shapes.RackList)
def list_racks(request: HttpRequest, room: Word = "", q: Word = "", page: PageNo = 1) -> HttpResponse:
    """Racks by name, with the room left in them."""
    assert caller_of(request).office
    rows = ledger_read.places("rack")
    if room:
        rows = rows.filter(rack__room__name=room)
    if q:
        rows = rows.filter(name__icontains=q)
    return answer(page_of(rows, page, columns=COLUMNS, line=_line))


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    free = geometry.free_for(int(row["front"], 16), int(row["rear"], 16), "full", total=row["half_units"])
    return {
        "name": row["name"],
        "site": row["rack__room__site__name"],
        "room": row["rack__room__name"],
        "row": row["rack__row"],
        "height_u": row["half_units"] // 2,
        "depth_mm": row["rack__depth_mm"],
        "load_kg": row["rack__load_kg"],
        "numbering": row["rack__numbering"],
        "free_u": free.bit_count() / 2,
        "longest_free_u": geometry.longest_run(free) / 2,
        "version": row["version"],
    }


def _rack(name: str) -> dict[str, Any]:
    row: dict[str, Any] | None = (
        ledger_read.places("rack").filter(name=name_in_path(name, "rack")).values(*COLUMNS).first()
    )
    if row is None:
        raise NotFound(what="rack")
    return row


@router.get("/racks/{name}", response=shapes.RackOut)
def get_rack(request: HttpRequest, name: str) -> HttpResponse:
    """One rack: what it draws from, and what stands or is held in it, from the floor up."""
    assert caller_of(request).office
    with ledger_read.consistent():
        row = _rack(name)
        pools = ledger_read.pools_of_place(row["id"])
        blocks = ledger_read.elevation(row["rack_id"])
    return answer(
        _line(row)
        | {
            "pools": [pool_line(pool) for pool in pools],
            "blocks": [_block(block) for block in blocks],
            "elevation_url": f"/api/v1/racks/{row['name']}/elevation.svg",
        }
    )


def _block(block: ledger_read.Block) -> dict[str, Any]:
    return {
        "claim": block.claim_id,
        "state": block.state,
        "position_u": block.position_u,
        "height_u": block.height / 2,
        "face": block.face,
        "host": block.host,
        "slot": block.slot,
        "slots": block.slots,
        "label": block.label,
        "watts": block.watts,
        "cords": block.cords,
        "weight_kg": block.weight_kg,
        "agency": block.agency,
        "case": block.case,
        "item_no": block.item_no,
        "expires_at": moment(block.expires_at),
        "version": block.version,
    }


Face = Annotated[Literal["front", "rear"], Query(description="side that is looked at")]


@router.get("/racks/{name}/elevation.svg", openapi_extra=content("image/svg+xml"))
def get_elevation(request: HttpRequest, name: str, face: Face = "front") -> HttpResponse:
    """The elevation of one face of a rack, from the floor up, with its colours inside."""
    assert caller_of(request).office
    row = ledger_read.framed(name_in_path(name, "rack"))
    if row is None:
        raise NotFound(what="rack")
    frame = drawing.Frame(row.name, row.half_units, row.numbering)
    look = drawing.style_source()[8:16]
    tag = (
        f'"{row.place_id}-{row.version}-{frame.half_units}-{frame.numbering}-{face}-{get_language()}-{look}"'
    )
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    blocks = ledger_read.elevation(row.rack_id)
    drawn = drawing.elevation(blocks, frame, face=face, look=drawing.Look(alone=True))
    headers["Content-Security-Policy"] = f"default-src 'none'; style-src {drawing.style_source()}; sandbox"
    return HttpResponse(drawn, content_type="image/svg+xml", headers=headers)
