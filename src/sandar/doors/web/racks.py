"""`/rak`: every rack with what is left in it; one rack with its elevations, its figures and what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_GET, require_POST

from sandar.core import placement
from sandar.core import rack as geometry
from sandar.core.capacity import Demand, PlaceState
from sandar.doors import refusals
from sandar.doors.web import drawing, figures, rack_list, resources
from sandar.doors.web.drawing import Frame, Look, Wish
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of
from sandar.doors.web.scope import may_claim, officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, PlaceOutsideRack, SandarError
from sandar.records.assets import read as assets_read
from sandar.records.facility import read as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.read import Block
from sandar.steps import claiming, verdicts
from sandar.steps.inputs import parsed

PAGE = 60


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
    }
    return render(request, "web/racks/list.html", context)


@officers
@require_GET
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One rack. `?u=20&t=2` draws the place somebody thinks of and says whether it is free."""
    return _page(request, facility.rack_named(name))


def _page(
    request: HttpRequest,
    rack: Rack,
    *,
    typed: Mapping[str, Any] | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    blocks = ledger_read.elevation(rack.pk)
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
        "elevations": _drawn(blocks, frame, wish, free=_free_link(rack) if holds else None),
        "rows": [_row(block, frame, assets.get(block.claim_id)) for block in reversed(blocks)],
        "lines": resources.lines(pools),
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
        "legend": ("installed", "reserved", "held", "blocked", *(["asked"] if wish else [])),
        "faces": [("full", _("Penuh")), ("front", _("Depan saja")), ("rear", _("Belakang saja"))],
        "cords": [("AB", _("Jalur A dan B")), ("A", _("Jalur A")), ("B", _("Jalur B"))],
    }
    return render(request, "web/racks/rack.html", context, status=error.status if error else 200)


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
    blocks: tuple[Block, ...], frame: Frame, wish: Wish | None, *, free: Any
) -> list[tuple[str, str, SafeString]]:
    links = {block.claim_id: f"#t{block.claim_id}" for block in blocks}
    wishes = [wish] if wish and wish.start + wish.height <= frame.half_units else []
    return [
        (
            face,
            drawing.face_name(face),
            # Everything of a person in it is escaped by drawing.
            mark_safe(  # noqa: S308
                drawing.elevation(
                    blocks, frame, face=face, wishes=wishes, look=Look(links=links, free=choose)
                )
            ),
        )
        for face, choose in (("front", free), ("rear", None))
    ]


def _free_link(rack: Rack) -> Any:
    here = reverse("rack", args=[rack.name])
    return lambda unit: f"{here}?u={unit}#tahan"


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


def _row(block: Block, frame: Frame, asset: str | None) -> Row:
    return Row(block, drawing.units_text(block.start, block.height, frame), asset)


# --- the place somebody thinks of


def _wished(query: QueryDict) -> dict[str, Any]:
    names = {
        "u": "position_u",
        "t": "height_u",
        "sisi": "face",
        "w": "watts",
        "jalur": "cords",
        "kg": "weight_kg",
    }
    return {name: query[key][:20] for key, name in names.items() if query.get(key)}


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
        given = parsed(claiming.Hold, _data(typed) | {"rack": "-"})
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


# --- the drawing alone


def _version(request: HttpRequest, name: str, face: str) -> str | None:
    place = ledger_read.place("rack", name)
    return f'"{place.pk}-{place.version}-{face}-{get_language()}-{drawing.style_source()[8:16]}"'


@officers
@require_GET
@condition(etag_func=_version)
def svg(request: HttpRequest, name: str, face: str) -> HttpResponse:
    """One face as a file; 304 while nothing in the rack has changed."""
    rack = facility.rack_named(name)
    blocks = ledger_read.elevation(rack.pk)
    frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
    drawn = drawing.elevation(blocks, frame, face=face, look=Look(alone=True))
    answer = HttpResponse(drawn, content_type="image/svg+xml")
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Security-Policy"] = f"default-src 'none'; style-src {drawing.style_source()}; sandbox"
    return answer


# --- acts


@officers
@require_POST
def hold(request: HttpRequest, name: str) -> HttpResponse:
    """Hold a place by hand. A refusal shows the rack with everything typed and who was first."""
    person = person_of(request)
    rack = facility.rack_named(name)
    try:
        given = parsed(claiming.Hold, _data(request.POST.dict()) | {"rack": name})

        def do() -> str:
            claim = claiming.hold(given, person=person, at=timezone.now())
            return f"{reverse('rack', args=[name])}#t{claim.pk}"

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403, 404):
            raise
        return _page(request, rack, typed=request.POST.dict(), error=error)
    messages.success(request, _("Tempat ditahan."))
    return redirect(url)


def _data(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the act's input. A date without a time means the end of that day."""
    query = QueryDict(mutable=True)
    for name, value in typed.items():
        query[name] = str(value)
    data = shaped(claiming.Hold, decode(query))
    for name in ("position_u", "height_u", "weight_kg"):
        if isinstance(data.get(name), str):
            data[name] = data[name].replace(",", ".")
    if len(str(data.get("expires_at", ""))) == len("2026-12-07"):
        data["expires_at"] = f"{data['expires_at']}T23:59"
    return data


@officers
@require_POST
def release(request: HttpRequest, name: str, claim_id: int) -> HttpResponse:
    """Give a place back that was held or blocked by hand."""
    person = person_of(request)
    rack = facility.rack_named(name)
    seen = request.POST.get("seen", "")
    try:

        def do() -> str:
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
            claiming.release(claim_id, person=person, at=timezone.now(), seen=version)
            return reverse("rack", args=[name])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403, 404):
            raise
        return _page(request, rack, error=error)
    messages.success(request, _("Tempat dilepas."))
    return redirect(url)


urlpatterns = [
    path("rak", listing, name="racks"),
    path("rak/<str:name>", detail, name="rack"),
    path("rak/<str:name>/depan.svg", svg, {"face": "front"}, name="rack_front"),
    path("rak/<str:name>/belakang.svg", svg, {"face": "rear"}, name="rack_rear"),
    path("rak/<str:name>/tahan", hold, name="rack_hold"),
    path("rak/<str:name>/lepas/<int:claim_id>", release, name="rack_release"),
]
