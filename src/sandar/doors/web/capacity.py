"""`/kapasitas`: what is left of every resource in its worst failure state, and where something would still fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from pydantic import Field

from sandar.core import placement
from sandar.core import rack as geometry
from sandar.core.capacity import Demand, Pending, Snapshot
from sandar.core.placement import Answer, Ask, Placement
from sandar.doors.web import drawing, rack_list, resources, sources, trends
from sandar.doors.web.drawing import Frame
from sandar.doors.web.scope import may_claim, officers
from sandar.errors import InvalidInput
from sandar.records.facility import read as facility
from sandar.records.ledger import read as ledger_read
from sandar.steps import booking, verdicts
from sandar.steps.claim_inputs import Cords, Depth, Draw, Kilograms
from sandar.steps.inputs import Count, HeightU, Input, parsed

FIELDS = ("u", "w", "jalur", "kg", "mbps", "dalam", "jumlah")
SHOWN = 6  # ranked places
SOON = 8  # holds that end next


class Search(Input):
    """What shall find a place: the same units as everywhere."""

    u: HeightU = Field(title="Tinggi (U)")
    w: Draw = Field(title="Daya nyata (W)")
    jalur: Cords = Field("AB", title="Jalur daya")
    kg: Kilograms = Field(0, title="Berat (kg)")
    mbps: Count = Field(0, title="Lebar pita (Mbit/s)")
    dalam: Depth = Field(0, title="Kedalaman (mm)")
    jumlah: Annotated[int, Field(ge=1, le=20)] = Field(1, title="Jumlah")


@officers
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every resource, the holds that end next, and with a question in the address its answer."""
    snapshot = ledger_read.snapshot()
    rooms = list(facility.rooms().values_list("name", flat=True))
    room = request.GET.get("ruang", "")
    if room in rooms:
        snapshot = sources.in_room(snapshot, room)
    values = {name: request.GET[name][:20].replace(",", ".") for name in FIELDS if request.GET.get(name)}
    found: Found | None = None
    errors: Mapping[str, Any] = {}
    if values:
        try:
            found = find(snapshot, parsed(Search, values), holds=may_claim(request))
        except InvalidInput as error:
            errors = error.facts["fields"]
    sections = resources.sections(snapshot)
    courses = trends.courses(
        snapshot, [line for lines in sections.values() for line in lines], at=timezone.now()
    )
    context = {
        "sections": [
            (
                word,
                [
                    (line, courses[line.kind, line.ref], sources.address(line, room))
                    for line in sections[name]
                ],
            )
            for name, word in _section_names()
            if sections[name]
        ],
        "soonest": _soonest(sections, courses),
        "rooms": rooms,
        "chosen": room if room in rooms else "",
        "room": next((line for line in sections["room"] if line.kind == "space"), None),
        "longest": rack_list.longest_run(snapshot),
        "power": _tightest_power(sections["power"]),
        "network": next((line for line in sections["network"] if line.kind == "bandwidth"), None),
        "compute": next((line for line in sections["compute"] if line.kind == "vcpu"), None),
        "pending": _pending(snapshot),
        "pending_count": len(snapshot.pending),
        "values": {"u": "1", "jalur": "AB", "jumlah": "1"} | values,
        "errors": errors,
        "found": found,
        "cords": [("AB", _("A dan B")), ("A", "A"), ("B", "B")],
    }
    return render(request, "web/capacity/overview.html", context, status=422 if errors else 200)


def _section_names() -> list[tuple[str, str]]:
    return [
        ("room", _("Ruang, beban, pendingin")),
        ("power", _("Listrik")),
        ("network", _("Jaringan")),
        ("compute", _("Komputasi untuk hosting")),
    ]


def _soonest(
    sections: Mapping[str, list[resources.Line]], courses: Mapping[tuple[str, str], trends.Course]
) -> tuple[resources.Line, trends.Course] | None:
    """What will be full first, when anything is growing towards its limit at all."""
    found = [
        (line, courses[line.kind, line.ref])
        for lines in sections.values()
        for line in lines
        if courses[line.kind, line.ref].outlook.likely is not None
    ]
    return min(found, key=lambda pair: pair[1].outlook.likely or 0, default=None)


def _tightest_power(lines: list[resources.Line]) -> resources.Line | None:
    """The node every rack shares that has least left: what the building can still feed."""
    shared = [line for line in lines if line.kind in ("utility", "genset", "ups")]
    return min(shared, key=lambda line: line.left, default=None)


# --- where something fits


@dataclass(frozen=True, slots=True)
class Option:
    """One ranked place: the rack, the units, the reasons, and where it can be held."""

    name: str
    units: str
    score: int
    pros: list[str]
    cons: list[str]
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search. `plan` tells where all of several devices go together."""

    fits: bool
    count: int
    plan: list[Option]
    options: list[Option]
    short: list[dict[str, Any]]


def find(snapshot: Snapshot, given: Search, *, holds: bool) -> Found:
    """Ask the rules; the answer in words. Raises nothing that a valid Search can cause."""
    demand = Demand(
        watts=given.w,
        cords=given.jalur if given.w else "",
        weight_kg=math.ceil(given.kg),
        bandwidth_mbps=given.mbps,
    )
    ask = Ask(demand=demand, height=geometry.half_units(given.u), depth_mm=given.dalam)
    answer: Answer = placement.find(snapshot, [ask] * given.jumlah, limit=SHOWN)
    totals = {place.id: place.half_units for place in snapshot.places}
    options = [_option(one, ask, given, totals, holds=holds) for one in answer.placements if one.ask == 0]
    return Found(
        fits=answer.fits,
        count=given.jumlah,
        plan=[_option(one, ask, given, totals, holds=holds) for one in answer.plan],
        options=options,
        short=[
            booking.shortage_facts(gap) | {"frees": gap.frees_at, "state": booking.state_label(gap.state)}
            for gap in answer.short
        ],
    )


def _option(one: Placement, ask: Ask, given: Search, totals: Mapping[int, int], *, holds: bool) -> Option:
    start = one.start or 0
    query = {
        "u": f"{geometry.position_of(start):g}",
        "t": given.u,
        "w": given.w,
        "jalur": given.jalur,
        "kg": given.kg,
    }
    return Option(
        name=one.name,
        units=drawing.units_text(one.start, ask.height, Frame(one.name, totals[one.place_id])),
        score=one.score,
        pros=verdicts.pros(one),
        cons=verdicts.cons(one),
        url=f"{reverse('rack', args=[one.name])}?{urlencode(query)}{'#tahan' if holds else '#tampak'}",
    )


# --- what ends next


@dataclass(frozen=True, slots=True)
class Ending:
    """A hold or reservation with its end."""

    claim: Pending
    place: str
    is_rack: bool
    units: str

    @property
    def case(self) -> str:
        return self.claim.holder if self.claim.holder.startswith("PMH-") else ""

    @property
    def ends(self) -> datetime | None:
        return self.claim.expires_at


def _end(one: Pending) -> tuple[bool, float, int]:
    return one.expires_at is None, one.expires_at.timestamp() if one.expires_at else 0.0, one.claim_id


def _pending(snapshot: Snapshot) -> list[Ending]:
    places = {place.id: place for place in snapshot.places}
    ordered = sorted(snapshot.pending, key=_end)
    found = []
    for one in ordered[:SOON]:
        place = places[one.place_id]
        is_rack = place.kind == "rack"
        units = (
            drawing.units_text(one.start, one.height, Frame(place.name, place.half_units)) if is_rack else ""
        )
        found.append(Ending(one, place.name, is_rack, units))
    return found


urlpatterns = [path("kapasitas", overview, name="capacity"), *sources.urlpatterns]
