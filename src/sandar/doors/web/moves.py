"""Acts on the places of one rack, by form: hold, release, move. Dragging (static/sandar/rack.js) sends these forms.

A refusal shows the rack as it is now with everything that was typed. Plans of several moves are in moving.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sandar.core import rack as geometry
from sandar.doors import refusals
from sandar.doors.web import drawing, labels, racks, side_by_side
from sandar.doors.web.drawing import Frame
from sandar.doors.web.person import person_of
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import ClaimChanged, InvalidInput, NotFound, SandarError
from sandar.records.facility import read as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.models import LIVE, Claim
from sandar.steps import claiming, trying, verdicts
from sandar.steps.inputs import parsed

_PASSED_ON = (401, 403, 404)  # refusals of the page itself, not of the act


@officers
@require_POST
def hold(request: HttpRequest, name: str) -> HttpResponse:
    """Hold a place by hand. A refusal shows the rack with everything typed and who was first."""
    person = person_of(request)
    rack = facility.rack_named(name)
    try:
        given = parsed(claiming.Hold, racks.posted(request.POST.dict()) | {"rack": name})

        def do() -> str:
            claim = claiming.hold(given, person=person, at=timezone.now())
            return side_by_side.landing(request, name, claim.pk)

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in _PASSED_ON:
            raise
        return racks.page(request, rack, typed=request.POST.dict(), error=error)
    messages.success(request, _("Tempat ditahan."))
    return redirect(url)


@officers
@require_POST
def release(request: HttpRequest, name: str, claim_id: int) -> HttpResponse:
    """Give a place back that was held or blocked by hand. The button's one-time id begins with the version seen."""
    person = person_of(request)
    told = request.POST.get("submission", "").removeprefix("v").partition("-")[0]
    seen = _whole(request.POST.get("seen", told))
    rack = facility.rack_named(name)
    try:

        def do() -> str:
            claiming.release(claim_id, person=person, at=timezone.now(), seen=seen)
            return reverse("rack", args=[name])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in _PASSED_ON:
            raise
        return racks.page(request, rack, error=error)
    messages.success(request, _("Tempat dilepas."))
    return redirect(url)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# --- moving


@officers
def move(request: HttpRequest, name: str, claim_id: int) -> HttpResponse:
    """GET: the form to move what stands here. POST: move it, or with `periksa` only say what would become of it."""
    rack = facility.rack_named(name)
    claim = ledger_read.claim(claim_id)
    if claim.place.name != name and request.method != "POST":
        raise NotFound(what="claim", id=claim_id)
    typed = {key: str(value)[:40] for key, value in (request.POST or request.GET).items()}
    if request.method == "POST" and "periksa" not in request.POST:
        try:
            return _moved(request, rack, claim, typed)
        except SandarError as error:
            if error.status >= 500 or error.status in _PASSED_ON:
                raise
            return _form(request, rack, claim, typed, error=error)
    return _form(request, rack, claim, typed)


def _moved(request: HttpRequest, rack: Rack, claim: Claim, typed: Mapping[str, str]) -> HttpResponse:
    person = person_of(request)
    given = _change(claim, typed)

    def do() -> str:
        moved = claiming.change(claim.pk, given, person=person, at=timezone.now())
        return side_by_side.landing(request, given.rack or rack.name, moved.pk)

    url = once(request, person, do)
    messages.success(
        request, _("Perangkat dipindahkan.") if given.state in (None, claim.state) else _("Tempat diubah.")
    )
    return redirect(url)


def _change(claim: Claim, typed: Mapping[str, str]) -> claiming.Change:
    """The form as the act's input; the version is the one the page was drawn with."""
    data: dict[str, Any] = {"rack": typed.get("rack") or claim.place.name}
    if unit := typed.get("position_u", "").replace(",", "."):
        data["position_u"] = unit
    for name in ("face", "state"):
        if chosen := typed.get(name):
            data[name] = chosen
    for name in ("height_u", "watts"):
        if figure := typed.get(name, "").replace(",", "."):
            data[name] = figure
    if seen := _whole(typed.get("seen", "")):
        data["version"] = seen
    return parsed(claiming.Change, data)


def _form(
    request: HttpRequest,
    rack: Rack,
    claim: Claim,
    typed: Mapping[str, str],
    *,
    error: SandarError | None = None,
) -> HttpResponse:
    if claim.state not in LIVE and error is None:
        error = ClaimChanged(claim=claim.pk, state=claim.state)
    by_hand = claim.case_id is None or claim.item_no is None
    values = {
        "rack": claim.place.name,
        "state": claim.state,
        "height_u": f"{claim.height / 2:g}",
        "watts": str(claim.watts),
        "position_u": "" if claim.start is None else f"{geometry.position_of(claim.start):g}",
        "face": claim.face,
    }
    verdict = None
    fields: Mapping[str, Any] = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    if error is None and typed.get("position_u"):
        try:
            verdict = _said(
                trying.change(claim.pk, _change(claim, typed), person=person_of(request), at=timezone.now())
            )
        except InvalidInput as refused:
            fields = refused.facts["fields"]
        except SandarError as refused:
            verdict = {"fits": False, "text": refusals.sentence(refused), "pros": [], "cons": []}
    moving = {
        "claim": claim,
        # A stale form shows what is true now and is sent with what is true now; what was typed stays.
        "version": claim.version,
        "values": values | {key: value for key, value in typed.items() if key in values and value},
        "errors": fields,
        "racks": [(one, one) for one in facility.racks().values_list("name", flat=True)],
        "verdict": verdict,
        # What a step booked is converted and resized by the steps of its request alone.
        "states": [(code, labels.CLAIMS[code]) for code in claiming.NEXT.get(claim.state, ())]
        if by_hand
        else [],
        "back": request.POST.get("jajaran", "")[:400],
    }
    return racks.page(request, rack, error=error, moving=moving)


def _said(found: trying.Verdict) -> dict[str, Any]:
    """The verdict in words: where, yes or no, and why."""
    rack = facility.rack_named(found.to.name)
    frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
    where = f"{found.to.name} {drawing.units_text(found.to.start, found.to.height, frame)}"
    if found.refusal is not None:
        return {"fits": False, "text": f"{where}: {_reason(found.refusal)}", "pros": [], "cons": []}
    return {
        "fits": True,
        "text": _("%(where)s: cocok") % {"where": where},
        "pros": [verdicts.reason(one) for one in found.pros],
        "cons": [verdicts.reason(one) for one in found.cons],
    }


def _reason(error: SandarError) -> str:
    """One sentence; for a form that is not complete, the first field's."""
    if isinstance(error, InvalidInput):
        for said in error.facts.get("fields", {}).values():
            return str(said[0] if isinstance(said, list | tuple) else said)
    return refusals.parts(error).what


urlpatterns = [
    path("rak/<str:name>/tahan", hold, name="rack_hold"),
    path("rak/<str:name>/lepas/<int:claim_id>", release, name="rack_release"),
    path("rak/<str:name>/pindah/<int:claim_id>", move, name="rack_move"),
]
