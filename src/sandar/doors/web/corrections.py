"""`/aset/<number>/pembetulan`: one officer proposes other words for a line of the register, another one decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_http_methods

from sandar.doors import refusals
from sandar.doors.web import confirming, labels
from sandar.doors.web.person import person_of, signed_in
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError
from sandar.records.assets import corrections
from sandar.records.assets import read as assets
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.steps import correcting
from sandar.steps.inputs import parsed

LABELS: dict[str, str | Promise] = {
    "name": __("Nama"),
    "brand": __("Merek"),
    "model": __("Tipe/model"),
    "serial": __("Nomor seri"),
    "item_code": __("Kode barang"),
    "register_no": __("Nomor register"),
    "condition": __("Kondisi"),
    "hostname": __("Nama host"),
}
STATES: dict[str, tuple[str | Promise, str]] = {
    AssetCorrection.PROPOSED: (__("menunggu keputusan"), "attention"),
    AssetCorrection.DONE: (__("dibetulkan"), "ok"),
    AssetCorrection.REFUSED: (__("tidak disetujui"), "quiet"),
}


def word(column: str, value: str) -> str:
    """A value of the register as people read it."""
    return str(labels.choice("condition", value)) if column == "condition" else value or "—"


def difference(was: Mapping[str, str], now: Mapping[str, str]) -> list[dict[str, str]]:
    """Column by column, in the order of the form."""
    return [
        {"label": str(LABELS[name]), "was": word(name, was[name]), "now": word(name, now[name])}
        for name in corrections.COLUMNS
        if name in now
    ]


def shown(one: AssetCorrection) -> dict[str, Any]:
    """A correction as lists show it."""
    text, tone = STATES[one.state]
    return {"one": one, "rows": difference(one.was, one.now), "state": text, "tone": tone}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@officers
def correction(request: HttpRequest, number: str) -> HttpResponse:
    """The proposal that waits with its decision, or the form for a new one."""
    asset = assets.asset_for(None, number)
    if request.method != "POST":
        return _page(request, asset)
    turn = request.POST.get("turn", "")
    try:
        if turn == "accept" and confirming.is_stale(request):
            confirming.prove(request)
        url = once(request, person_of(request), lambda: _do(request, asset, turn))
    except SandarError as error:
        if error.status in (401, 404) or error.status >= 500:
            raise
        return _page(request, assets.asset_for(None, number), error=error, turn=turn)
    said = {
        "accept": _("Register dibetulkan. Surat yang sudah terbit tetap seperti semula."),
        "refuse": _("Usul ditutup; register tidak berubah."),
    }.get(turn, _("Usul dicatat dan menunggu keputusan pejabat lain."))
    messages.success(request, said)
    return redirect(url)


def _do(request: HttpRequest, asset: Asset, turn: str) -> str:
    who: dict[str, Any] = {"person": person_of(request), "at": timezone.now()}
    if turn in ("accept", "refuse"):
        key = request.POST.get("correction", "")
        pk = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
        if turn == "accept":
            given = parsed(correcting.Accept, {"note": request.POST.get("note", "")})
            correcting.accept(asset.number, pk, given, **who)
        else:
            why = parsed(correcting.RefuseCorrection, {"reason": request.POST.get("refusal", "")})
            correcting.refuse(asset.number, pk, why, **who)
        return reverse("asset", args=[asset.number])
    typed = {name: request.POST[name] for name in correcting.Correct.model_fields if name in request.POST}
    correcting.propose(asset.number, parsed(correcting.Correct, typed), **who)
    return reverse("asset", args=[asset.number])


def _page(
    request: HttpRequest, asset: Asset, *, error: SandarError | None = None, turn: str = ""
) -> HttpResponse:
    waiting = corrections.open_for(asset.pk)
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    if turn == "refuse" and "reason" in fields:
        fields = {"refusal": fields["reason"]}
    closed = _closed(request, asset, waiting)
    told = error if error and not fields else closed
    now = {name: getattr(asset, name) for name in corrections.COLUMNS}
    context = {
        "asset": asset,
        "waiting": shown(waiting) if waiting else None,
        "typed": _typed(request, now) if waiting and turn == "propose" else [],
        "own": waiting is not None and waiting.proposed_by_id == person_of(request).pk,
        "past": [
            shown(one) for one in corrections.history(asset.pk) if one.state != AssetCorrection.PROPOSED
        ],
        "columns": [(name, LABELS[name]) for name in corrections.COLUMNS if name != "condition"],
        "conditions": [(code, labels.choice("condition", code)) for code in ("B", "RR", "RB")],
        "values": now | request.POST.dict(),
        "errors": fields,
        "refused": refusals.parts(told) if told else None,
        "closed": closed is not None,
        "asks_password": confirming.is_stale(request),
    }
    status = (error or closed).status if error or closed else 200  # type: ignore[union-attr]
    return render(request, "web/assets/correction.html", context, status=status)


def _typed(request: HttpRequest, now: Mapping[str, str]) -> list[dict[str, str]]:
    """What was typed while somebody else's proposal came first: shown, so that it is not lost."""
    typed = {name: request.POST[name] for name in now if request.POST.get(name, now[name]) != now[name]}
    return difference(now, typed)


def _closed(request: HttpRequest, asset: Asset, waiting: AssetCorrection | None) -> SandarError | None:
    """Why this person can do nothing here now; whoever proposed may always take it back."""
    person = person_of(request)
    if waiting is not None and waiting.proposed_by_id == person.pk:
        return None
    try:
        correcting.expect(asset, person, deciding=waiting is not None, at=timezone.now())
    except SandarError as error:
        return error
    return None


urlpatterns = [path("aset/<str:number>/pembetulan", correction, name="asset_correction")]
