"""`/kapasitas/rincian`: where a figure comes from: nameplate, failure states, and every claim that draws on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core.capacity import PoolState, Snapshot
from sandar.doors.web import drawing, figures, labels, resources
from sandar.doors.web.drawing import Frame
from sandar.doors.web.resources import Line
from sandar.doors.web.scope import officers
from sandar.errors import NotFound
from sandar.records.facility.models import ComputePool, IpPrefix, PowerNode, Room, Uplink
from sandar.records.ledger import history
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.history import Drawn
from sandar.steps import verdicts

PAGE = 100
_TABLES: dict[str, type[Model]] = {
    "cooling": Room,
    "bandwidth": Uplink,
    "ip": IpPrefix,
    "vcpu": ComputePool,
    "ram_gb": ComputePool,
    "storage_gb": ComputePool,
}


def address(line: Line, room: str = "") -> str:
    """Where the page of a line is."""
    query = {"jenis": line.kind, "ref": line.ref, "keadaan": line.state} | ({"ruang": room} if room else {})
    return f"{reverse('capacity_source')}?{urlencode({key: value for key, value in query.items() if value})}"


def in_room(snapshot: Snapshot, room: str) -> Snapshot:
    """Only the racks of a room and the pools they draw from. Shared nodes keep the figures of everything on them."""
    places = tuple(place for place in snapshot.places if place.kind == "rack" and place.room == room)
    ids = {place.id for place in places}
    drawn = {pool for place in places for _share, pool in place.routes}
    pools = {pk: pool for pk, pool in snapshot.pools.items() if pk in drawn}
    pending = tuple(claim for claim in snapshot.pending if claim.place_id in ids)
    return Snapshot(places, pools, pending, snapshot.near & ids)


@dataclass(frozen=True, slots=True)
class Row:
    """One claim and its share, in the unit people read."""

    drawn: Drawn
    units: str
    amount: str
    tone: str


@officers
@require_GET
def source(request: HttpRequest) -> HttpResponse:
    """One resource: what is installed and who says so, and what takes from it."""
    asked = {key: request.GET.get(key, "")[:80] for key in ("jenis", "ref", "keadaan", "ruang")}
    snapshot = ledger_read.snapshot()
    if asked["ruang"]:
        snapshot = in_room(snapshot, asked["ruang"])
    pools = [
        pool for pool in snapshot.pools.values() if pool.kind == asked["jenis"] and _meant(pool, asked["ref"])
    ]
    if asked["jenis"] == "space":
        line = resources.space(snapshot)
        drawn = history.standing(place.id for place in snapshot.places if place.kind == "rack")
    else:
        line = next((one for one in resources.lines(pools, together=True)), None)
        states = {pool.state for pool in pools}
        state = asked["keadaan"] if asked["keadaan"] in states else line.state if line else ""
        chosen = [pool for pool in pools if pool.state == state]
        drawn = history.drawn(pool.id for pool in chosen)
        line = _line_in(chosen, state)
    if line is None:
        raise NotFound(what="pool")
    page = Paginator(drawn, PAGE).get_page(request.GET.get("page"))
    context = {
        "line": line,
        "states": _states(pools, line),
        "phases": _phases(snapshot, line),
        "facts": _facts(line),
        "sums": _sums(drawn, line),
        "agencies": _agencies(drawn, line),
        "page": page,
        "rows": [_row(one, line) for one in page],
        "count": len(drawn),
        "room": asked["ruang"],
    }
    return render(request, "web/capacity/source.html", context)


def _meant(pool: PoolState, ref: str) -> bool:
    """Without a name all racks together are meant, as on the page before."""
    return pool.ref == ref if ref else pool.own is not None


def _line_in(pools: Sequence[PoolState], state: str) -> Line | None:
    found = resources.lines(pools, together=len({pool.ref for pool in pools}) > 1)
    return next((line for line in found if line.state == state), None)


def _states(pools: Sequence[PoolState], line: Line) -> list[dict[str, Any]]:
    """Every failure state of the node with what it leaves, as links."""
    codes = sorted({pool.state for pool in pools})
    if len(codes) < 2:
        return []
    found = []
    for code in codes:
        seen = _line_in([pool for pool in pools if pool.state == code], code)
        found.append(
            {
                "word": verdicts.state(code),
                "line": seen,
                "here": code == line.state,
                "url": f"?{_query(line.kind, line.ref, code)}",
            }
        )
    return found


def _phases(snapshot: Snapshot, line: Line) -> list[dict[str, Any]]:
    """The phases of a three-phase node in the same state, as links."""
    found = []
    for pool in sorted(snapshot.pools.values(), key=lambda one: one.ref):
        node, _slash, phase = pool.ref.partition("/")
        if phase and (pool.kind, node, pool.state) == (line.kind, line.ref, line.state):
            seen = _line_in([pool], pool.state)
            found.append({"phase": phase, "line": seen, "url": f"?{_query(line.kind, pool.ref, pool.state)}"})
    return found


def _query(kind: str, ref: str, state: str) -> str:
    return urlencode({"jenis": kind, "ref": ref, "keadaan": state})


def _facts(line: Line) -> list[tuple[str, str]]:
    """The nameplate in the facility: capacity, share that may be used, and the text of its source."""
    table = _TABLES.get(line.kind, PowerNode)
    key = "prefix" if table is IpPrefix else "name"
    name = line.ref.partition("/")[0] if table is PowerNode else line.ref
    row = table._default_manager.filter(**{key: name}).first() if name else None
    derating = getattr(row, "derating", None)
    return [
        (_("Kapasitas terpasang"), figures.quantity(line.capacity, line.unit)),
        (_("Boleh dipakai"), figures.percent(derating) if derating else ""),
        (_("Batas aman"), figures.quantity(line.limit, line.unit)),
        (_("Sumber angka"), getattr(row, "source", "") or ""),
    ]


def _sums(drawn: Iterable[Drawn], line: Line) -> list[tuple[str, str]]:
    scale = resources.unit_of(line.kind)[1]
    sums: dict[str, int] = {}
    for one in drawn:
        sums[one.state] = sums.get(one.state, 0) + one.amount
    order = ("installed", "blocked", "reserved", "held")
    return [
        (labels.label(labels.CLAIMS, state), figures.quantity(sums[state] / scale, line.unit))
        for state in order
        if state in sums
    ]


def _agencies(drawn: Iterable[Drawn], line: Line) -> list[tuple[str, str, float]]:
    """(agency, amount, percent of all that is drawn), the largest first."""
    scale = resources.unit_of(line.kind)[1]
    sums: dict[str, int] = {}
    for one in drawn:
        name = one.agency or _("tanpa instansi")
        sums[name] = sums.get(name, 0) + one.amount
    whole = sum(sums.values()) or 1
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [
        (name, figures.quantity(amount / scale, line.unit), amount / whole * 100) for name, amount in ordered
    ]


def _row(one: Drawn, line: Line) -> Row:
    scale = resources.unit_of(line.kind)[1]
    units = (
        drawing.units_text(one.start, one.height, Frame(one.place, one.half_units))
        if one.kind == "rack"
        else ""
    )
    tone = {"installed": "ok", "reserved": "info", "held": "attention"}.get(one.state, "quiet")
    amount = (
        figures.watts(one.amount) if line.unit == "kW" else figures.quantity(one.amount / scale, line.unit)
    )
    return Row(one, units, amount, tone)


urlpatterns = [path("kapasitas/rincian", source, name="capacity_source")]
