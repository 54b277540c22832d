"""`/ajukan`: the letter of request, typed or scanned, with what is brought or what it names of the asset register.

No JavaScript needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sandar.core.services import ON_ASSETS, is_on_assets
from sandar.doors import refusals
from sandar.doors.web.forms import decode, flat, shaped, titles
from sandar.doors.web.person import person_of, roles, signed_in, today, viewer_of
from sandar.doors.web.submit import Upload, once, tokens, uploads
from sandar.errors import Forbidden, InvalidInput, NotFound, SandarError
from sandar.records.assets import changes as asset_changes
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.facility import read as facility
from sandar.records.people import read as people
from sandar.sop import route
from sandar.steps import addressing, on_assets
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request

MOST_ITEMS = 20
# What a new row begins with: the usual server has two cords, a network port and an address.
NEW_ROWS: dict[str, dict[str, Any]] = {
    "colocation": {"kind": "colocation", "cords": "AB", "psu_count": 2, "bandwidth_mbps": 10, "ip_count": 1},
    "hosting": {"kind": "hosting", "bandwidth_mbps": 10, "https": True},
}


@signed_in
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Show the form, add or drop a row, or send the request."""
    if not roles(request) & {"applicant", "administrator"}:
        raise Forbidden(needed="applicant")
    if request.method == "GET":
        return _page(request, _first(request))
    nested = decode(request.POST)
    if change := nested.pop("rows", ""):
        _change_rows(nested, str(change))
        return _page(request, nested, files=uploads(request))
    person = person_of(request)
    files: list[Upload] = []
    try:
        uploads(request, files)
        data = shaped(Request, nested)
        if not is_on_assets(str(data.get("service", ""))):  # follows from the rows, so it is not asked twice
            data["service"] = _service(data.get("items", []))
        given = parsed(Request, data)

        def do() -> str:
            case = receive(person, given, at=timezone.now(), files=[upload.file for upload in files])
            return reverse("case", args=[case.number])

        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403):
            raise
        return _page(request, nested, error=error, files=files)
    messages.success(request, _("Permohonan diterima. Tanda terimanya ada di bawah."))
    return redirect(url)


def _first(request: HttpRequest) -> dict[str, Any]:
    """A new form: today's letter, one server or application, or assets to be chosen."""
    asked = request.GET.get("layanan", "")
    if is_on_assets(asked):
        named = [request.GET["aset"][:24]] if request.GET.get("aset") else []
        what = _as_registered(request, asked, named) if named else {}
        return what | {
            "letter": {"date": timezone.localdate().isoformat()},
            "service": asked,
            "assets": named,
        }
    if before := request.GET.get("dari", ""):
        return again(cases.case_for(viewer_of(request), before))
    kind = "hosting" if asked == "hosting" else "colocation"
    return {"letter": {"date": timezone.localdate().isoformat()}, "items": [dict(NEW_ROWS[kind])]}


def again(case: Case) -> dict[str, Any]:
    """A form that begins as an ended request: everything but the letter's number and date. Raises NotFound."""
    end = route.end(cases.procedure_of(case), case.state)
    if end is None or end.finished:
        raise NotFound(what="case")
    letter = {key: value for key, value in case.letter.items() if key not in ("number", "date") and value}
    signatory = letter.get("signatory")
    if isinstance(signatory, str):
        letter["signatory"] = {"name": signatory}
    what: dict[str, Any] = {"items": [dict(item) for item in case.items]}
    if is_on_assets(case.service):
        named = asset_changes.of_case(case.pk)
        what = {"service": case.service, "assets": [change.asset.number for change in named]}
        if case.service == "change":
            what["items"] = [dict(item) for item in case.items]
            what["network"] = dict(named[0].wanted.get("network") or {})
        if named and named[0].wanted.get("valid_until"):
            what["until"] = named[0].wanted["valid_until"]
    return {
        "letter": letter | {"date": timezone.localdate().isoformat()},
        **what,
        "contact": dict(case.contact),
        "previous": case.number,
        "agency": case.agency.code,
    }


def _as_registered(request: HttpRequest, service: str, named: list[str]) -> dict[str, Any]:
    """Of a change the asset's specification, to be edited; at the front desk its agency. Raises NotFound."""
    desk = "administrator" in roles(request)
    if not desk and service != "change":
        return {}
    asset = assets_read.asset_for(None if desk else person_of(request).agency_id, named[0])
    items = {"items": [on_assets.item_of(asset)]} if service == "change" else {}
    return {"agency": asset.agency.code, **items}


def _services(day: date) -> list[str]:
    """The services for what stands in the register that have a procedure in force, in their order."""
    known = cases.services_in_force(day)
    return [service for service in ON_ASSETS if service in known]


def _choices(request: HttpRequest, nested: dict[str, Any]) -> list[dict[str, Any]]:
    """The agency's assets that may be named now; what was chosen stays chosen."""
    given = nested.get("assets", [])
    chosen = {given} if isinstance(given, str) else set(given)
    return [
        {"asset": asset, "chosen": asset.number in chosen}
        for asset in asset_changes.free_for(person_of(request).agency_id)
        if nested.get("service") != "relocation" or asset.kind == "colocation"
    ]


def _networks() -> list[tuple[str, str]]:
    """Where another address may be asked for."""
    found = [
        (prefix, _("alamat lain dalam %(prefix)s") % {"prefix": prefix}) for prefix in facility.prefixes()
    ]
    return [("", _("tetap alamat sekarang")), (addressing.ANY, _("alamat lain, dipilih kantor")), *found]


def _address(request: HttpRequest, nested: dict[str, Any]) -> str:
    """The present address of the asset that is to be changed, if the sender may see it."""
    named = nested.get("assets") or [""]
    number = named if isinstance(named, str) else str(named[0])
    try:
        desk = "administrator" in roles(request)
        return assets_read.asset_for(None if desk else person_of(request).agency_id, number).address
    except NotFound:
        return ""


def _service(items: Any) -> str:
    """The service follows from the rows, so it is not asked twice."""
    kinds = (
        {item.get("kind") for item in items if isinstance(item, dict)} if isinstance(items, list) else set()
    )
    return "both" if len(kinds) > 1 else str(kinds.pop()) if kinds else "colocation"


def _change_rows(nested: dict[str, Any], change: str) -> None:
    items = nested.setdefault("items", [])
    if not isinstance(items, list):
        items = nested["items"] = []
    dropped = change.removeprefix("drop-")
    if dropped in map(str, range(len(items))):
        del items[int(dropped)]
    elif change in ("colocation", "hosting") and len(items) < MOST_ITEMS:
        items.append(dict(NEW_ROWS[change]))


def _page(
    request: HttpRequest,
    nested: dict[str, Any],
    *,
    error: SandarError | None = None,
    files: Sequence[Upload] = (),
) -> HttpResponse:
    items = nested.get("items") if isinstance(nested.get("items"), list) else []
    service = str(nested.get("service", ""))
    desk = "administrator" in roles(request)
    context = {
        "service": service if is_on_assets(service) else "",
        "services": _services(today(request)),
        "choices": [] if desk or not is_on_assets(service) else _choices(request, nested),
        "values": flat(nested),
        "rows": [{"index": index, "prefix": f"items.{index}", "kind": item.get("kind", "colocation")}
                 for index, item in enumerate(items or [{"kind": "colocation"}]) if isinstance(item, dict)]
                if not is_on_assets(service) or (service == "change" and items) else [],
        "errors": error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {},
        "labels": titles(Request, error.facts.get("fields", {})) if error else {},
        "networks": _networks() if service == "change" else [],
        "address": _address(request, nested) if service == "change" else "",
        "kept": tokens(files),
        "refused": error,
        "refused_text": refusals.sentence(error) if error else "",
        "agencies": list(people.agencies()) if desk else [],
        "person": person_of(request),
    }  # fmt: skip
    return render(request, "web/apply.html", context, status=error.status if error else 200)


urlpatterns = [path("ajukan", apply, name="apply")]
