"""Capacity: one consistent picture of every pool, and where something would fit. Officers of the SOP only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from sandar.core import capacity, placement, rack
from sandar.core.placement import Ask, Placement
from sandar.doors.api import shapes, words
from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.doors.api.verdict_shapes import Found
from sandar.doors.api.zone import moment
from sandar.records.ledger import read as ledger_read
from sandar.steps.claim_inputs import Addresses, ClaimHeightU, CordsIfAny, Depth, Draw, Face, Kilograms, Ports
from sandar.steps.inputs import Count, Input

router = Router(tags=["capacity"])


class Wanted(Input):
    """A device to place, `count` times. watts: real draw; height in U, half steps."""

    height_u: ClaimHeightU = Field(title="Tinggi (U)", description="0: a position on the rack's side")
    depth_mm: Depth = Field(0, title="Kedalaman (mm)", description="0 = not checked")
    weight_kg: Kilograms = Field(0, title="Berat (kg)")
    watts: Draw = Field(title="Daya nyata (W)")
    cords: CordsIfAny = Field(title="Jalur daya", description="empty only for what draws nothing")
    bandwidth_mbps: Count = Field(0, title="Lebar pita (Mbit/s)")
    ip_count: Addresses = Field(0, title="Jumlah alamat IP")
    ports: Ports = Field(0, title="Port jaringan", description="counted in racks that have declared theirs")
    face: Face = Field("full", title="Sisi")
    count: Annotated[int, Field(ge=1, le=40)] = Field(1, title="Jumlah")


@router.get("/capacity", response=shapes.CapacityOut)
def get_capacity(request: HttpRequest) -> HttpResponse:
    """Every pool at one moment: capacity, limit, what is held, reserved, installed, blocked, free; per failure state.

    `space` is counted in U per rack (a unit is taken when either face is); everything else in its own unit.
    """
    caller = caller_of(request)
    assert caller.office
    with ledger_read.consistent():
        pools = ledger_read.pools()
        space = list(_space())
    found = [*space, *(pool_line(pool) for pool in pools)]
    return answer({"at": moment(caller.at), "pools": found, "count": len(found)})


def pool_line(pool: capacity.PoolState) -> dict[str, Any]:
    return {
        "resource": pool.kind,
        "ref": pool.ref,
        "state": pool.state,
        "unit": capacity.UNITS.get(pool.kind, ""),
        "capacity": pool.capacity,
        "limit": pool.limit,
        "held": pool.held,
        "reserved": pool.reserved,
        "installed": pool.installed,
        "blocked": pool.blocked,
        "free": pool.left,
    }


def _space() -> Iterator[dict[str, Any]]:
    for name, total, taken in ledger_read.rack_space():
        used = sum(taken.values())
        yield {
            "resource": "space",
            "ref": name,
            "state": "normal",
            "unit": "U",
            "capacity": total / 2,
            "limit": total / 2,
            **{state: half / 2 for state, half in taken.items()},
            "free": (total - used) / 2,
        }


@router.post("/capacity/find", response=Found, openapi_extra=takes(Wanted))
def find(request: HttpRequest) -> HttpResponse:
    """Where would it fit? Ranked places with reasons for and against, or what is short and by how much.

    With `count` above one, `placements` are that many places that fit together, or none. Changes nothing.
    """
    assert caller_of(request).office
    given = body_of(request, Wanted)
    demand = capacity.Demand(
        watts=given.watts,
        cords=given.cords,
        weight_kg=-(-given.weight_kg // 1).__int__(),
        bandwidth_mbps=given.bandwidth_mbps,
        ip_count=given.ip_count,
        ports=given.ports,
    )
    ask = Ask(demand=demand, height=rack.half_units(given.height_u), face=given.face, depth_mm=given.depth_mm)
    found = placement.find(ledger_read.snapshot(), [ask] * given.count)
    shown = found.placements if given.count == 1 else found.plan
    return answer(
        {"placements": [_place(place) for place in shown], "short": [_short(gap) for gap in found.short]}
    )


def _place(found: Placement) -> dict[str, Any]:
    return {
        "rack": found.name,
        "position_u": words.position(found.start),
        "slot": found.slot,
        "face": found.face,
        "score": found.score,
        "pros": [words.reason(reason) for reason in found.pros],
        "cons": [words.reason(reason) for reason in found.cons],
    }


def _short(gap: capacity.Shortage) -> dict[str, Any]:
    share = 2 if gap.resource == "space" else 1
    return {
        "resource": gap.resource,
        "where": gap.where,
        "state": gap.state,
        "unit": "U" if gap.resource == "space" else capacity.UNITS.get(gap.resource, ""),
        "asked": gap.asked / share,
        "left": gap.left / share,
        "frees_at": moment(gap.frees_at),
    }
