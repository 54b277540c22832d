"""`/fasilitas`: what stands in the building, entered, changed and removed; one page for every kind.

Officers look; the administrator and the system administrator change. A refusal shows the form with everything that
was typed and what is true now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import facility_sheets, refusals
from sandar.doors.web import facility_form, figures
from sandar.doors.web.person import person_of, roles, viewer_of
from sandar.doors.web.submit import once
from sandar.errors import (
    Conflict,
    FacilityChanged,
    Forbidden,
    InvalidInput,
    LimitBelowUse,
    SandarError,
)
from sandar.records.facility import journal
from sandar.records.facility import read as facility
from sandar.steps.facility import act, tables, words
from sandar.steps.facility.kinds import KINDS, Kind, kind_of
from sandar.steps.facility.stock import Fields

P = ParamSpec("P")
PAGE = 60
_PASSED_ON = (401, 403, 404)
# Columns of a kind's list, beside its name. Only figures that tell things apart; the rest is on the form.
COLUMNS: dict[str, tuple[str, ...]] = {
    "site": ("address",),
    "room": ("site", "capacity_w", "derating", "policy", "keep_free"),
    "cooling": ("room", "capacity_w", "derating"),
    "uplink": ("site", "bandwidth_mbps", "derating"),
    "prefix": ("site", "usable", "derating", "is_public"),
    "power": ("kind", "side", "parents", "capacity_w", "capacity_va", "derating"),
    "rack": ("room", "row", "position", "height_u", "numbering", "depth_mm", "load_kg"),
    "strip": ("parents", "capacity_w", "volts", "amps", "phases", "derating"),
    "port": ("rack", "count", "gbps", "derating"),
    "compute": ("site", "cores", "overcommit", "ram_gb", "storage_gb"),
    "state": ("site", "kind", "node", "must_survive"),
    "block": ("rack", "position_u", "height_u", "face", "reason"),
}


def readers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For officers of the SOP and the system administrator. Others get Forbidden."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person_of(request)
        if not (viewer_of(request).is_office or may_change(request)):
            raise Forbidden()
        return view(request, *args, **kwargs)

    return guarded


def may_change(request: HttpRequest) -> bool:
    return bool(roles(request) & set(act.MAY))


# --- looking


@readers
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The building as a tree: sites, rooms, rows, racks; the power chain; what else there is."""
    counts = {code: len(kind.stock()) for code, kind in KINDS.items()}
    context = {
        "sites": [
            {
                "site": site,
                "nodes": [
                    (node, words.choices("power", "kind")[node.kind]) for node in site.nodes if not node.rack
                ],
            }
            for site in facility.tree()
        ],
        "kinds": [(kind, counts[code]) for code, kind in KINDS.items()],
        "empty": not counts["site"],
        "editing": may_change(request),
        "changes": _changes(journal.events()[:8]),
    }
    return render(request, "web/facility/overview.html", context)


def _changes(events: Any) -> list[dict[str, Any]]:
    """Entries of the journal in words: who, when, what, from what to what."""
    return [_told(event) for event in events]


def _told(event: Any) -> dict[str, Any]:
    payload: Mapping[str, Any] = event.payload
    kind = KINDS.get(str(payload.get("kind", "")))
    verbs = {
        "facility_created": _("memasukkan"),
        "facility_changed": _("mengubah"),
        "facility_removed": _("menghapus"),
        "facility_imported": _("mengimpor"),
        "sop_draft_begun": _("memulai rancangan SOP"),
        "sop_draft_saved": _("menyimpan rancangan SOP"),
        "sop_draft_checked": _("memeriksa rancangan SOP"),
        "sop_draft_dropped": _("membatalkan rancangan SOP"),
        "sop_published": _("menerbitkan SOP"),
        "sop_cases_moved": _("memindahkan permohonan ke revisi SOP lain"),
        "person_erased": _("menghapus data pribadi seseorang"),
        "calendar_changed": _("mengubah kalender kerja"),
    }
    files = ", ".join(str(file["name"]) for file in payload.get("files", []))
    if files:
        entered = sum(counter.get("new", 0) for counter in payload.get("counts", {}).values())
        files = _("%(files)s: %(count)s baru") % {"files": files, "count": figures.number(entered)}
    return {
        "at": event.at,
        "who": event.actor.get("name") or (_("Data dihapus") if event.by_id else _("Perintah di server")),
        "verb": verbs.get(event.kind, event.kind),
        "kind": str(kind.one).lower() if kind else "",
        "name": payload.get("name") or files,
        "url": _url("facility_change", kind, str(payload["name"]))
        if kind and event.kind in ("facility_created", "facility_changed")
        else "",
        "details": _details(kind, payload) if kind and event.kind == "facility_changed" else [],
    }


def _details(kind: Kind, payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    before, after = payload.get("before", {}), payload.get("after", {})
    shown = facility_sheets.shown
    return [
        (
            facility_form.labels(kind)[name],
            shown(kind, name, before.get(name)),
            shown(kind, name, after[name]),
        )
        for name in after
        if name in kind.shape.model_fields
    ]


def _url(view: str, kind: Kind, key: str) -> str:
    return f"{reverse(view, args=[kind.code])}?{urlencode({'nama': key})}"


@readers
@require_GET
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """Everything of one kind; `?q=` part of the name."""
    kind = kind_of(code)
    wanted = request.GET.get("q", "").strip()[:80]
    stock = kind.stock()
    keys = [key for key in stock if wanted.casefold() in key.casefold()]
    page = Paginator(keys, PAGE).get_page(request.GET.get("page"))
    labels = facility_form.labels(kind)
    rows = [
        {
            "key": key,
            "url": _url("facility_change", kind, key),
            "cells": [
                {
                    "label": labels[name],
                    "text": _cell(kind, name, stock[key].get(name)),
                    "num": _is_number(kind, name),
                }
                for name in COLUMNS[code]
            ],
        }
        for key in page.object_list
    ]
    context = {
        "kind": kind,
        "columns": [{"label": labels[name], "num": _is_number(kind, name)} for name in COLUMNS[code]],
        "rows": rows,
        "page": page,
        "total": len(stock),
        "q": wanted,
        "editing": may_change(request),
    }
    return render(request, "web/facility/listing.html", context)


def _is_number(kind: Kind, name: str) -> bool:
    return tables.base_of(kind.shape.model_fields[name].annotation) in (int, float)


def _cell(kind: Kind, name: str, value: Any) -> str:
    unit = kind.about(name).get("x-unit", "")
    if value == 0 and kind.shape.model_fields[name].default == 0:
        return "—"  # 0 = not given
    if isinstance(value, int | float) and not isinstance(value, bool) and not words.choices(kind.code, name):
        return figures.quantity(value, unit) if unit else figures.number(value)
    return facility_sheets.shown(kind, name, value)


# --- changing


@readers
def create(request: HttpRequest, code: str) -> HttpResponse:
    """The form of something new; POST enters it."""
    kind = kind_of(code)
    if request.method != "POST":
        act.granted(person_of(request), timezone.now())
        return _form(request, kind, facility_form.defaults(kind, request.GET))
    person = person_of(request)
    given = facility_form.posted(kind, request.POST, editing=False)

    def do() -> str:
        key = act.create(kind, given, person=person, at=timezone.now())
        return (
            _url("facility_change", kind, key) if "lagi" not in request.POST else _again(kind, request.POST)
        )

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in _PASSED_ON:
            raise
        return _form(request, kind, request.POST.dict(), error=error)
    messages.success(request, _("%(kind)s dimasukkan.") % {"kind": kind.one})
    return redirect(url)


def _again(kind: Kind, posted: Any) -> str:
    """The next of the same: all fields but those that name it."""
    keep = {
        name: posted[name] for name in kind.shape.model_fields if posted.get(name) and name != kind.naming
    }
    return f"{reverse('facility_create', args=[kind.code])}?{urlencode(keep)}"


@readers
def change(request: HttpRequest, code: str) -> HttpResponse:
    """One thing: its figures for everybody, its form for administrators, and what became of it."""
    kind, key = kind_of(code), request.GET.get("nama", "")[:200]
    fields = act.one(kind, key)
    if request.method != "POST":
        return _form(request, kind, facility_form.values(kind, fields), key=key, fields=fields)
    person = person_of(request)
    seen = request.POST.get("seen", "")[: act.VERSION_LENGTH]
    given = facility_form.posted(kind, request.POST, editing=True)

    def do() -> str:
        now = act.change(kind, key, given, person=person, at=timezone.now(), seen=seen)
        return _url("facility_change", kind, now)

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in _PASSED_ON:
            raise
        return _form(request, kind, request.POST.dict(), key=key, fields=fields, error=error)
    messages.success(request, _("Perubahan disimpan."))
    return redirect(url)


@readers
@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take it away; what still uses it is named."""
    kind, key = kind_of(code), request.GET.get("nama", "")[:200]
    person, seen = person_of(request), request.POST.get("seen", "")[: act.VERSION_LENGTH]

    def do() -> str:
        act.remove(kind, key, person=person, at=timezone.now(), seen=seen)
        return reverse("facility_list", args=[code])

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in _PASSED_ON:
            raise
        fields = act.one(kind, key)
        return _form(request, kind, facility_form.values(kind, fields), key=key, fields=fields, error=error)
    messages.success(request, _("%(name)s dihapus.") % {"name": key})
    return redirect(url)


def _form(
    request: HttpRequest,
    kind: Kind,
    typed: Mapping[str, Any],
    *,
    key: str = "",
    fields: Fields | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    editing = fields is not None
    now = facility_form.values(kind, fields) if fields else {}
    wrong = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    controls = facility_form.controls(
        kind, editing=editing, site=str(typed.get("site") or now.get("site", ""))
    )
    for one in controls:
        one["value"] = now.get(one["name"], "") if one["fixed"] else typed.get(one["name"], "")
        one["shown"] = facility_sheets.shown(kind, one["name"], fields.get(one["name"])) if fields else ""
        one["now"] = (
            one["shown"]
            if error and editing and str(typed.get(one["name"], "")) != now.get(one["name"])
            else ""
        )
    context = {
        "kind": kind,
        "key": key,
        "controls": controls,
        "errors": wrong,
        "labels": facility_form.labels(kind),
        "refused": _refused(error) if error and not wrong else None,
        "version": act.version_of(fields) if fields else "",
        "may": may_change(request),
        "changes": _changes(journal.events(f"{kind.code}:{key}")[:10]) if editing else [],
        "around": _around(kind, key) if editing else [],
        "action": request.get_full_path(),
        "back": reverse("facility_list", args=[kind.code]),
        "remove_url": _url("facility_remove", kind, key) if editing else "",
    }
    return render(request, "web/facility/form.html", context, status=error.status if error else 200)


def _refused(error: SandarError) -> dict[str, str]:
    """Title, what and todo of a refusal."""
    said = refusals.parts(error)
    tone = "attention" if isinstance(error, FacilityChanged | Conflict | LimitBelowUse) else "late"
    return {"title": said.title, "what": said.what, "todo": said.todo, "tone": tone}


def _around(kind: Kind, key: str) -> list[dict[str, Any]]:
    """What belongs to this thing: of a rack its strips, ports and blocked units, of a room its racks ..."""
    found = []
    for code in (
        "room",
        "cooling",
        "uplink",
        "prefix",
        "power",
        "rack",
        "strip",
        "port",
        "compute",
        "state",
        "block",
    ):
        other = KINDS[code]
        if kind.code not in ("site", "room", "rack") or kind.code not in other.shape.model_fields:
            continue
        mine = {one: fields for one, fields in other.stock().items() if fields.get(kind.code) == key}
        found.append(
            {
                "kind": other,
                "items": [
                    (_short(key, one, mine[one]), _url("facility_change", other, one))
                    for one in list(mine)[:40]
                ],
                "more": max(len(mine) - 40, 0),
                "add": f"{reverse('facility_create', args=[code])}?{urlencode({kind.code: key})}",
            }
        )
    return found


def _short(key: str, name: str, fields: Fields) -> str:
    """The name of something that belongs to `key`, without it; of blocked units with the reason."""
    if "reason" in fields:
        return f"U{figures.number(fields['position_u'])} {fields['reason']}"
    return name.removeprefix(f"{key}/")


urlpatterns = [
    path("fasilitas", overview, name="facility"),
    path("fasilitas/<str:code>", listing, name="facility_list"),
    path("fasilitas/<str:code>/baru", create, name="facility_create"),
    path("fasilitas/<str:code>/ubah", change, name="facility_change"),
    path("fasilitas/<str:code>/hapus", remove, name="facility_remove"),
]
