"""`/rak`: every rack with what is left in it; one rack with its elevations, its figures and what stands there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_GET

from sandar.core import placement
from sandar.core import rack as geometry
from sandar.core.capacity import Demand, PlaceState
from sandar.doors import refusals
from sandar.doors.web import drawing, figures, rack_list, rack_rows, resources, tints
from sandar.doors.web.drawing import Frame, Look, Wish
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import viewer_of
from sandar.doors.web.scope import may_claim, officers
from sandar.errors import InvalidInput, PlaceOutsideRack, SandarError
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases
from sandar.records.facility import read as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.read import Block
from sandar.steps import claiming, verdicts
from sandar.steps.inputs import parsed

PAGE = 24  # a list stays below 60 kB
NO_CORD = "-"  # chosen for what draws nothing; an empty control would count as not given
_SHAPING = ("host", "slot", "slots", "depth_mm", "bandwidth_mbps", "ip_count", "ports")
WAITING = 10  # requests whose devices are offered beside a rack


@officers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All racks, or those in which something of the asked height and power still finds a place."""
    wish = rack_list.wish_of(request.GET)
    rows = rack_list.rows(wish)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wish": wish,
        "rooms": list(facility.rooms().values_list("name", flat=True)),
        "totals": rack_list.totals(rows),
        "holds": may_claim(request),
    }
    return render(request, "web/racks/list.html", context)


@officers
@require_GET
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One rack. `?u=20&t=2` draws the place somebody thinks of and says whether it is free."""
    return page(request, facility.rack_named(name))


def page(
    request: HttpRequest,
    rack: Rack,
    *,
    typed: Mapping[str, Any] | None = None,
    error: SandarError | None = None,
    moving: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The rack, as it is or with what was typed and refused. moving: the form of moves.py that is open."""
    blocks = ledger_read.elevation(rack.pk)
    mode = tints.mode_of(request.GET.get("warna"))
    place = _state_of(rack)
    pools = ledger_read.pools_of_place(place.id)
    frame = Frame(rack.name, place.half_units, rack.numbering)
    assets = assets_read.of_claims(block.claim_id for block in blocks)
    values = dict(typed) if typed is not None else _wished(request.GET)
    wish = _wish(values)
    holds = may_claim(request)
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "rack": rack,
        "place": place,
        "elevations": _drawn(blocks, frame, wish, look=_look(blocks, mode, rack if holds else None)),
        "mode": mode,
        "half_units": place.half_units,
        "step": drawing.HALF,
        "edge": drawing.EDGE,
        "modes": tints.words(),
        "standing": rack_rows.standing(rows_of(blocks, frame, assets), rack.name, holds=holds),
        "meters": rack_rows.meters(resources.lines(pools), rack.name),
        "figures": rack_list.row_of(
            place, [pool for pool in pools if pool.own == place.id], _pending(blocks)
        ),
        "wish": wish,
        "wish_free": wish is not None and _is_free(place, wish),
        "holds": holds,
        "values": _defaults(values),
        "errors": errors,
        "refused": refusals.parts(error) if error and not errors else None,
        "refused_case": error.facts.get("holder") if error else None,
        "elsewhere": _elsewhere(typed) if error and typed and not errors else [],
        "legend": tints.legend(blocks, mode, asked=wish is not None),
        "moving": moving,
        "waiting": waiting(request, rack) if holds else [],
        **_words(),
        "hosts": _hosts(blocks, frame),
        "shaped": any(values.get(name) for name in _SHAPING),
    }
    return render(request, "web/racks/rack.html", context, status=error.status if error else 200)


def _words() -> dict[str, Any]:
    """The choices of the form to hold, and what its controls are called beside a refusal."""
    sides = [("AB", _("Jalur A dan B")), ("A", _("Jalur A")), ("B", _("Jalur B"))]
    return {
        "faces": [("full", _("Penuh")), ("front", _("Depan saja")), ("rear", _("Belakang saja"))],
        "cords": [*sides, (NO_CORD, _("Tanpa daya"))],
        "labels": {
            "label": _("Untuk apa"), "position_u": _("Mulai unit"), "height_u": pgettext("ukuran", "Tinggi"),
            "watts": _("Daya nyata"), "cords": _("Jalur daya"), "weight_kg": _("Berat"), "face": _("Sisi"),
            "case": _("Permohonan"), "expires_at": _("Berlaku sampai"), "host": _("Di atas"), "slot": _("Slot"),
            "slots": _("Jumlah slot"), "depth_mm": _("Kedalaman"), "bandwidth_mbps": _("Bandwidth"),
            "ip_count": _("Alamat IP"), "ports": _("Port jaringan"), "rack": _("Rak tujuan"), "state": _("Keadaan"),
        },
    }  # fmt: skip


def _hosts(blocks: tuple[Block, ...], frame: Frame) -> list[tuple[str, str]]:
    """Shelves and chassis of the rack, on which something may be held."""
    carrying = [block for block in blocks if block.slots and block.state in ("held", "reserved", "installed")]
    return [("", "—")] + [
        (
            str(block.claim_id),
            f"{block.label or f'#{block.claim_id}'} · "
            f"{drawing.units_text(block.start, block.height, frame)} · "
            + _("%(count)s slot")
            % {"count": block.slots},
        )
        for block in carrying
    ]


def _state_of(rack: Rack) -> PlaceState:
    known = ledger_read.place_of_rack(rack.pk)
    return PlaceState(
        known.pk, "rack", known.name, known.room, rack.pk, known.half_units, known.depth_mm,
        int(known.front, 16), int(known.rear, 16),
    )  # fmt: skip


def _pending(blocks: tuple[Block, ...]) -> int:
    """Mask of the half-units that are held or reserved."""
    waiting = (block for block in blocks if block.state in ("held", "reserved") and block.start is not None)
    return reduce(or_, (geometry.mask(block.start or 0, block.height) for block in waiting), 0)


def _drawn(
    blocks: tuple[Block, ...], frame: Frame, wish: Wish | None, *, look: Look
) -> list[tuple[str, str, SafeString]]:
    wishes = [wish] if wish and wish.start + wish.height <= frame.half_units else []
    return faces_drawn(blocks, frame, faces=("front", "rear"), look=look, wishes=wishes)


def faces_drawn(
    blocks: tuple[Block, ...], frame: Frame, *, faces: Sequence[str], look: Look, wishes: Sequence[Wish] = ()
) -> list[tuple[str, str, SafeString]]:
    """(face, its word, the drawing) of these faces; a free unit is taken from the front where that is drawn."""
    looks = {face: look if face == faces[0] else replace(look, free=None) for face in faces}
    return [
        (
            face,
            drawing.face_name(face),
            # Everything of a person in it is escaped by drawing.
            mark_safe(drawing.elevation(blocks, frame, face=face, wishes=wishes, look=seen)),  # noqa: S308
        )
        for face, seen in looks.items()
    ]


def _look(blocks: tuple[Block, ...], mode: str, rack: Rack | None) -> Look:
    """rack: given to those who may hold and move in it."""
    links = {block.claim_id: f"#t{block.claim_id}" for block in blocks}
    free = None
    if rack is not None:
        here = f"{reverse('rack', args=[rack.name])}?u="
        free = lambda unit: f"{here}{unit}#tahan"  # noqa: E731
    return Look(links=links, free=free, tint=tints.tint(blocks, mode), moves=rack is not None)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands, is held or blocked: one line of the table beside the drawing."""

    block: Block
    units: str
    asset: str | None

    @property
    def face(self) -> str:
        return drawing.face_name(self.block.face)

    @property
    def tone(self) -> str:
        return {"installed": "ok", "reserved": "info", "held": "attention"}.get(self.block.state, "quiet")

    @property
    def by_hand(self) -> bool:
        """Not booked by a step for a line item, so it may be released here."""
        return self.block.case is None or self.block.item_no is None

    @property
    def release_key(self) -> str:
        """The one-time id of its button, with the version that is seen: one form serves all rows."""
        return f"v{self.block.version}-{uuid.uuid4()}"

    @property
    def movable(self) -> bool:
        return self.block.state != "blocked" and (self.block.start is not None or self.by_hand)


def rows_of(blocks: tuple[Block, ...], frame: Frame, assets: Mapping[int, str]) -> list[Row]:
    """From the top down; what stands on a shelf or in a chassis below what carries it, the rack's sides last."""
    hosts = {block.claim_id: block for block in blocks if block.slots}

    def order(block: Block) -> tuple[int, int, int]:
        host = hosts.get(block.host or 0, block)
        return -1 if host.start is None else host.start, -(block.slot or 0), -block.claim_id

    return [
        Row(
            block,
            drawing.slot_text(block, hosts[block.host], frame)
            if block.host in hosts
            else drawing.units_text(block.start, block.height, frame, extra=block.extra),
            assets.get(block.claim_id),
        )
        for block in sorted(blocks, key=order, reverse=True)
    ]


# --- the place somebody thinks of


def _wished(query: QueryDict) -> dict[str, Any]:
    names = {
        "u": "position_u",
        "t": "height_u",
        "sisi": "face",
        "w": "watts",
        "jalur": "cords",
        "kg": "weight_kg",
        "untuk": "label",
        "kasus": "case",
    }
    return {name: query[key][:200] for key, name in names.items() if query.get(key)}


def _defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"height_u": "1", "face": "full", "cords": "AB"} | dict(values)


def _wish(values: Mapping[str, Any]) -> Wish | None:
    """The place in the address or in the refused form, when it is one at all."""
    try:
        start = geometry.start_of(str(values.get("position_u") or "").replace(",", "."))
        height = geometry.half_units(str(values.get("height_u") or "1").replace(",", "."))
    except PlaceOutsideRack:
        return None
    face = str(values.get("face") or "full")
    if height < 1 or face not in geometry.FACES:
        return None
    return Wish(start, height, face, str(values.get("label") or "") or _("tempat yang diminta"))


def _is_free(place: PlaceState, wish: Wish) -> bool:
    if wish.start + wish.height > place.half_units:
        return False
    free = geometry.free_for(place.front, place.rear, wish.face, total=place.half_units)
    bits = geometry.mask(wish.start, wish.height)
    return free & bits == bits


def _elsewhere(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Up to three other places for what was refused, each as a link that fills the form there."""
    try:
        given = parsed(claiming.Hold, posted(typed) | {"rack": "-"})
        ask = placement.Ask(
            demand=Demand(watts=given.watts, cords=given.cords, weight_kg=round(given.weight_kg)),
            height=geometry.half_units(given.height_u),
            face=given.face,
        )
        found = placement.find(ledger_read.snapshot(), [ask], limit=3).placements
    except SandarError:
        return []
    query = {
        "t": given.height_u,
        "sisi": given.face,
        "w": given.watts,
        "jalur": given.cords,
        "kg": given.weight_kg,
    }
    return [
        {
            "name": choice.name,
            "unit": figures.number(geometry.position_of(choice.start or 0)),
            "pros": verdicts.pros(choice)[:2],
            "url": f"{reverse('rack', args=[choice.name])}?"
            f"{urlencode({'u': geometry.position_of(choice.start or 0), **query})}#tahan",
        }
        for choice in found
    ]


def posted(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the act's input. A date without a time means the end of that day."""
    query = QueryDict(mutable=True)
    for name, value in typed.items():
        if name != "jajaran":  # where the form was sent from (side_by_side.landing)
            query[name] = str(value)
    data = shaped(claiming.Hold, decode(query))
    for name in ("position_u", "height_u", "weight_kg"):
        if isinstance(data.get(name), str):
            data[name] = data[name].replace(",", ".")
    if data.get("cords") == NO_CORD:
        data["cords"] = ""
    if len(str(data.get("expires_at", ""))) == len("2026-12-07"):
        data["expires_at"] = f"{data['expires_at']}T23:59"
    return data


def waiting(request: HttpRequest, rack: Rack) -> list[dict[str, Any]]:
    """Devices whose request waits for this person's capacity check: each fills the form to hold a place."""
    tasks = cases.open_tasks_for(viewer_of(request)).filter(case__state="capacity_check")
    tasks = tasks.exclude(case__service="change")[:WAITING]  # that stays where it stands
    here = reverse("rack", args=[rack.name])
    found = []
    for task in tasks:
        for item in task.case.items:
            if item["kind"] != "colocation":
                continue
            query = {
                "t": item["height_u"], "w": item["watts"], "jalur": item["cords"], "kg": item["weight_kg"],
                "untuk": item["name"], "kasus": task.case.number,
            }  # fmt: skip
            found.append(
                item
                | {
                    "case": task.case.number,
                    "agency": task.case.agency.name,
                    "half_units": geometry.half_units(item["height_u"]),
                    "url": f"{here}?{urlencode(query)}#tahan",
                }
            )
    return found


# --- the drawing alone


def _version(request: HttpRequest, name: str, face: str) -> str | None:
    place = ledger_read.place("rack", name)
    mode = tints.mode_of(request.GET.get("warna"))
    return f'"{place.pk}-{place.version}-{face}-{mode}-{get_language()}-{drawing.style_source()[8:16]}"'


@officers
@require_GET
@condition(etag_func=_version)
def svg(request: HttpRequest, name: str, face: str) -> HttpResponse:
    """One face as a file; 304 while nothing in the rack has changed."""
    rack = facility.rack_named(name)
    blocks = ledger_read.elevation(rack.pk)
    frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
    tint = tints.tint(blocks, tints.mode_of(request.GET.get("warna")))
    drawn = drawing.elevation(blocks, frame, face=face, look=Look(alone=True, tint=tint))
    answer = HttpResponse(drawn, content_type="image/svg+xml")
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Security-Policy"] = f"default-src 'none'; style-src {drawing.style_source()}; sandbox"
    return answer


urlpatterns = [
    path("rak", listing, name="racks"),
    path("rak/<str:name>", detail, name="rack"),
    path("rak/<str:name>/depan.svg", svg, {"face": "front"}, name="rack_front"),
    path("rak/<str:name>/belakang.svg", svg, {"face": "rear"}, name="rack_rear"),
]
