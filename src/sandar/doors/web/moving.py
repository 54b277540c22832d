"""`/pindah`: two devices change places, a rack is pushed together, racks of a room are emptied, in one plan.

The page shows the racks before and after, the verdict on every move and the order of work for hands; then all is
carried out as one act or not at all. Also the verdict while something is dragged, for the pages of a rack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from sandar.core import rack as geometry
from sandar.core.moves import Work
from sandar.core.standing import Stand
from sandar.doors import refusals
from sandar.doors.api import words
from sandar.doors.web import drawing, figures
from sandar.doors.web.drawing import Frame, Look
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of
from sandar.doors.web.racks import faces_drawn
from sandar.doors.web.scope import may_claim, officers
from sandar.doors.web.submit import once
from sandar.errors import Forbidden, InvalidInput, SandarError
from sandar.records.facility import read as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.models import Claim
from sandar.records.ledger.read import Block
from sandar.steps import claiming, rearranging, trying, verdicts
from sandar.steps.inputs import Input, parsed
from sandar.steps.rearranging import Proposal

T = TypeVar("T", bound=Input)
SWAP, COMPACT, EMPTY = "tukar", "padat", "kosongkan"
MOST_DRAWN = 8  # racks drawn before and after


@officers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Choose what shall be rearranged, and see what would come of it."""
    if not may_claim(request):
        raise Forbidden(needed=claiming.MAY[0])
    kind = request.GET.get("cara", "")
    kind = kind if kind in (SWAP, COMPACT, EMPTY) else SWAP
    found, error = None, None
    try:
        found = _asked(request, kind)
    except SandarError as refusal:
        if refusal.status in (401, 403) or refusal.status >= 500:
            raise
        error = refusal
    return _shown(request, kind, found, error=error)


def _asked(request: HttpRequest, kind: str) -> Proposal | None:
    """The proposal for what the address asks; None while something is still to be chosen."""
    query, person, at = request.GET, person_of(request), timezone.now()
    if kind == COMPACT and query.get("rak"):
        return rearranging.compact(query["rak"][:80], person=person, at=at)
    if kind == EMPTY and query.get("ruang"):
        return rearranging.empty(query["ruang"][:80], person=person, at=at)
    one, two = query.get("satu", ""), query.get("dua", "")
    if kind == SWAP and _whole(one) and _whole(two):
        return rearranging.swap(int(one), int(two), person=person, at=at)
    return None


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 18


def _shown(
    request: HttpRequest, kind: str, found: Proposal | None, *, error: SandarError | None = None
) -> HttpResponse:
    racks = list(facility.racks())
    chosen = [name for name in (request.GET.get("rak"), request.GET.get("rak2")) if name]
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "kind": kind,
        "kinds": [
            (SWAP, _("Tukar tempat"), _("Dua perangkat bertukar tempat.")),
            (
                COMPACT,
                _("Rapatkan rak"),
                _("Semua perangkat satu rak diturunkan agar ruang kosong menyambung."),
            ),
            (EMPTY, _("Kosongkan rak"), _("Rak yang paling lapang di satu ruang dikosongkan ke rak lain.")),
        ],
        "racks": [(rack.name, rack.name) for rack in racks],
        "rooms": [(name, name) for name in sorted({rack.room.name for rack in racks})],
        "devices": _devices(chosen) if kind == SWAP else [],
        "values": request.GET.dict(),
        "errors": errors,
        "refused": refusals.parts(error) if error and not errors else None,
        "found": found,
        "asked": found is not None,
        "fields": _fields(found) if found else [],
        "lines": list(_lines(found, racks)) if found else [],
        "drawn": list(_drawn(found, racks)) if found else [],
        "refusals": [refusals.parts(one.refusal) for one in found.verdicts if one.refusal] if found else [],
        "warnings": _warnings(found) if found else [],
    }
    return render(request, "web/moving/plan.html", context, status=error.status if error else 200)


def _devices(racks: list[str]) -> list[tuple[str, str]]:
    """What may change its place in these racks: (claim, rack, units and name)."""
    places = ledger_read.places("rack").filter(name__in=racks)
    found = []
    for claim in ledger_read.claims_in(places.values_list("pk", flat=True)):
        if claim.start is not None and claim.state in rearranging.MOVABLE:
            units = drawing.units_text(
                claim.start, claim.height, Frame(claim.place.name, claim.place.half_units)
            )
            found.append((str(claim.pk), f"{claim.place.name} {units} · {claim.label or claim.pk}"))
    return found


def _fields(found: Proposal) -> list[tuple[str, str]]:
    """The plan as hidden fields: what is carried out is what was shown."""
    fields = []
    for index, move in enumerate(found.moves):
        for name, value in move.model_dump(exclude_none=True).items():
            fields.append((f"moves.{index}.{name}", str(value)))
    return fields


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do with the hands."""

    kind: str
    device: str
    agency: str
    was: str
    to: str


def _lines(found: Proposal, racks: list[Rack]) -> Iterator[Line]:
    frames = _frames(racks)
    for step in found.work:
        claim = (found.claims or {})[step.claim]
        yield Line(step.kind, claim.label or f"#{claim.pk}", _whose(claim), *_ends(step, frames))


def _whose(claim: Claim) -> str:
    return claim.agency.name if claim.agency else ""


def _ends(step: Work, frames: Mapping[int, Frame]) -> tuple[str, str]:
    return _where(step.was, frames), _where(step.to, frames)


def _where(stand: Stand | None, frames: Mapping[int, Frame]) -> str:
    if stand is None:
        return _("di luar rak")
    frame = frames[stand.place_id]
    return f"{frame.name} {drawing.units_text(stand.start, stand.height, frame)}"


def _frames(racks: list[Rack]) -> dict[int, Frame]:
    """Place id -> how its rack is printed."""
    known = {rack.pk: rack for rack in racks}
    places = ledger_read.places("rack").values_list("pk", "rack_id")
    return {
        pk: Frame(known[rack].name, known[rack].height_u * 2, known[rack].numbering)
        for pk, rack in places
        if rack in known
    }


@dataclass(frozen=True, slots=True)
class Stage:
    """A rack before or after the plan: the word for it, its longest free run, and both faces as drawings."""

    word: str
    run: str
    drawn: list[tuple[str, str, SafeString]]


def _drawn(found: Proposal, racks: list[Rack]) -> Iterator[tuple[str, list[Stage]]]:
    """(rack, before and after) of the racks that change, front and rear; what moves is outlined."""
    to = {verdict.claim: verdict.to for verdict in found.verdicts}
    names = {move.rack for move in found.moves} | {v.was.name for v in found.verdicts if v.was}
    shown = sorted((rack for rack in racks if rack.name in names), key=lambda rack: rack.name)[:MOST_DRAWN]
    inside = ledger_read.elevations(rack.pk for rack in shown)
    before = {rack.name: list(inside[rack.pk]) for rack in shown}
    after: dict[str, list[Block]] = {rack.name: [] for rack in racks}
    for name, blocks in before.items():
        for block in blocks:
            spot = to.get(block.claim_id)
            # What stands on a shelf or in a chassis goes where its host goes.
            host = to.get(block.host) if block.host else None
            moved = replace(block, start=spot.start, face=spot.face) if spot else block
            after[spot.name if spot else host.name if host else name].append(moved)

    def outlined(block: Block) -> str:
        return " is-moved" if block.claim_id in to or block.host in to else ""

    for rack in shown:
        frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
        stages = []
        for word, blocks in ((_("Sebelum"), before[rack.name]), (_("Sesudah"), after[rack.name])):
            low = tuple(sorted(blocks, key=lambda block: block.start or 0))
            drawn = faces_drawn(low, frame, faces=("front", "rear"), look=Look(tint=outlined))
            stages.append(Stage(word, _run(blocks, frame), drawn))
        yield rack.name, stages


def _warnings(found: Proposal) -> list[str]:
    """What speaks against single moves, each said once; the free run is told of the whole plan instead."""
    cons = (con for verdict in found.verdicts for con in verdict.cons if con.code != "shortens_longest_run")
    return sorted({verdicts.reason(con) for con in cons})


def _run(blocks: Sequence[Block], frame: Frame) -> str:
    """The longest run free on both faces."""
    taken = drawing.covered(block for block in blocks if block.start is not None)
    free = geometry.longest_run(~taken & ((1 << frame.half_units) - 1))
    return f"{figures.number(free / 2)} U"


# --- acts, and the verdict while something is dragged


@officers
@require_POST
def try_hold(request: HttpRequest) -> HttpResponse:
    """The verdict on a place that somebody thinks of (fields of claiming.Hold), as JSON. Writes nothing."""
    given = _read(request.POST, claiming.Hold)
    verdict = trying.hold(given, person=person_of(request), at=timezone.now())
    return JsonResponse(words.verdict_line(verdict))


@officers
@require_POST
def try_moves(request: HttpRequest) -> HttpResponse:
    """The verdict on every move of a plan (`moves.0.claim`, `.rack`, `.position_u`, `.face`), as JSON."""
    given = _read(request.POST, claiming.Plan)
    found = trying.plan(given, person=person_of(request), at=timezone.now())
    moves = [words.verdict_line(verdict) for verdict in found]
    return JsonResponse({"fits": all(verdict.fits for verdict in found), "moves": moves})


@officers
@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Do all moves of the plan or none, once for this submission; back to the rack of the last move.

    Refused: the plan as it looks now, with what is in the way. A stale plan is made anew from the page.
    """
    person = person_of(request)
    given = _read(request.POST, claiming.Plan)

    def do() -> str:
        claiming.plan(given, person=person, at=timezone.now())
        return reverse("rack", args=[given.moves[-1].rack])

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status not in (409, 422):
            raise
        found = rearranging.reread(given, person=person, at=timezone.now())
        return _shown(request, request.POST.get("cara", SWAP), found, error=error)
    count = len(given.moves)
    texts = ngettext("%(count)s perangkat dipindahkan.", "%(count)s perangkat dipindahkan.", count)
    messages.success(request, texts % {"count": figures.number(count)})
    return redirect(url)


def _read(post: QueryDict, shape: type[T]) -> T:
    """The form as an act's input; a comma in a figure is a decimal point, as on paper."""
    data = _pointed(decode(post))
    data.pop("cara", None)
    return parsed(shape, shaped(shape, data))


def _pointed(value: Any) -> Any:
    if isinstance(value, dict):
        decimal = ("position_u", "height_u", "weight_kg")
        return {
            name: inner.replace(",", ".") if name in decimal and isinstance(inner, str) else _pointed(inner)
            for name, inner in value.items()
        }
    return [_pointed(one) for one in value] if isinstance(value, list) else value


urlpatterns = [
    path("pindah", page, name="moving"),
    path("tahan/coba", try_hold, name="try_hold"),
    path("pindah/coba", try_moves, name="try_moves"),
    path("pindah/laksanakan", carry_out, name="move_carry_out"),
]
