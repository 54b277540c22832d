"""`/aset`: the register of what stands and runs here, and one line of it with its place, papers and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core.services import ON_ASSETS
from sandar.doors.web import assets_sheet, corrections, drawing, figures, labels
from sandar.doors.web.drawing import Frame, Look
from sandar.doors.web.person import office_of, person_of, roles, signed_in, today, viewer_of
from sandar.errors import NotFound
from sandar.records.assets import changes as asset_changes
from sandar.records.assets import corrections as register_corrections
from sandar.records.assets import read as assets_read
from sandar.records.assets.models import Asset, AssetCorrection, Inspection, Probe
from sandar.records.cases import read as cases
from sandar.records.facility import read as facility
from sandar.records.ledger import read as ledger_read
from sandar.records.people import read as people
from sandar.steps import correcting, words

PAGE = 50
_COLUMNS = (
    "number", "name", "brand", "model", "serial", "kind", "condition", "hostname", "address",
    "agency__name", "agency__code", "claim__place__name", "claim__start", "claim__height", "claim__state",
    "installed_at", "valid_until", "removed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; all empty: everything one may see."""

    q: str
    agency: str
    kind: str
    rack: str
    state: str

    @property
    def used(self) -> bool:
        return any((self.q, self.agency, self.kind, self.rack, self.state))


def _scope(request: HttpRequest) -> int | None:
    """The agency one is limited to; None for officers. Raises NotFound for people who are neither."""
    viewer = viewer_of(request)
    if viewer.is_office:
        return None
    if viewer.is_applicant:
        return viewer.agency_id
    raise NotFound(what="asset")


def _filtered(request: HttpRequest) -> tuple[QuerySet[Asset], Filter]:
    scope = _scope(request)
    keys = ("q", "instansi", "jenis", "rak", "keadaan")
    wanted = Filter(*(request.GET.get(key, "").strip()[:80] for key in keys))
    rows = assets_read.searched(
        assets_read.assets_for(scope),
        q=wanted.q,
        rack=wanted.rack,
        agency=wanted.agency if scope is None else "",
        kind=wanted.kind,
        state=wanted.state,
    )
    return rows.order_by("-pk"), wanted


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The register, newest first, 50 a page."""
    rows, wanted = _filtered(request)
    page = Paginator(rows.values(*_COLUMNS), PAGE).get_page(request.GET.get("page"))
    officers = viewer_of(request).is_office
    context = {
        "page": page,
        "rows": [row | {"place": _place(row)} for row in page],
        "wanted": wanted,
        "query": request.GET.urlencode(),
        "officers": officers,
        "agencies": people.agencies().values_list("code", "name") if officers else [],
        "racks": facility.racks().values_list("name", flat=True) if officers else [],
        "kinds": [("colocation", labels.label(labels.SERVICES, "colocation")),
                  ("hosting", labels.label(labels.SERVICES, "hosting"))],
        "waiting": list(register_corrections.waiting()[:20]) if roles(request) & set(correcting.DECIDES) else [],
        "states": [("active", _("Masih di sini")), ("removed", _("Sudah diambil"))],
    }  # fmt: skip
    return render(request, "web/assets/list.html", context)


def _place(row: dict[str, Any]) -> str:
    """Rack and units, or the compute pool."""
    name = str(row["claim__place__name"])
    if row["claim__start"] is None:
        return name
    return f"{name} · {drawing.units_text(row['claim__start'], row['claim__height'], Frame(name, 0))}"


@signed_in
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The same list as a spreadsheet with the columns of the BMD register."""
    rows, _wanted = _filtered(request)
    office = office_of(request)
    data = assets_sheet.workbook(
        rows, office=" ".join(office.name_lines) if office else "", at=timezone.now()
    )
    answer = HttpResponse(data, content_type=assets_sheet.MEDIA_TYPE)
    answer["Content-Disposition"] = (
        f'attachment; filename="register-aset-{timezone.localdate().isoformat()}.xlsx"'
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- one asset


@signed_in
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One asset: what it is, where it stands by the ledger, how it was accepted, whether it answers."""
    scope = _scope(request)
    asset = assets_read.asset_for(scope, number)
    inspections = assets_read.rounds(asset.case_id, asset.item_no)
    probes = assets_read.probes(asset.pk)
    context = {
        "asset": asset,
        "officers": scope is None,
        "rack": asset.claim.rack,
        "units": _units(asset),
        "drawn": _drawn(asset, scope),
        "facts": _facts(asset),
        "register": _register(asset),
        "spec": _spec(asset.spec),
        "inspection": _inspected(inspections[0]) if inspections else None,
        "rounds": len(inspections),
        "probes": [_probed(probe) for probe in probes],
        "history": _history(asset, named=scope is None),
        "changes": asset_changes.history(asset.pk),
        "asks": _asks(request, asset),
        "corrections": _corrections(asset, officers=scope is None),
        "may_correct": bool(roles(request) & set(correcting.PROPOSES + correcting.DECIDES)),
    }
    return render(request, "web/assets/asset.html", context)


def _corrections(asset: Asset, *, officers: bool) -> list[dict[str, Any]]:
    """What was corrected; proposals only for officers."""
    rows = register_corrections.history(asset.pk)
    return [corrections.shown(one) for one in rows if officers or one.state == AssetCorrection.DONE]


def _asks(request: HttpRequest, asset: Asset) -> list[dict[str, str]]:
    """What may be asked about it now, by its agency or at the front desk; nothing while a request is open."""
    mine = "applicant" in roles(request) and person_of(request).agency_id == asset.agency_id
    desk = "administrator" in roles(request)  # who enters a paper letter for the agency
    if not (mine or desk) or asset.removed_at is not None or asset_changes.open_for(asset.pk):
        return []
    known = cases.services_in_force(today(request))
    return [
        {
            "label": str(labels.label(labels.SERVICES, service)),
            "url": f"{reverse('apply')}?layanan={service}&aset={asset.number}",
        }
        for service in ON_ASSETS
        if service in known and (service != "relocation" or asset.kind == "colocation")
    ]


def _units(asset: Asset) -> str:
    rack = asset.claim.rack
    if rack is None:
        return asset.claim.place.name
    frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
    return drawing.units_text(asset.claim.start, asset.claim.height, frame)


def _drawn(asset: Asset, scope: int | None) -> SafeString:
    """The rack with this device lit; other agencies' devices are not shown to an agency."""
    rack = asset.claim.rack
    if rack is None or asset.removed_at is not None:
        return SafeString("")
    blocks = ledger_read.elevation(rack.pk)
    if scope is not None:
        blocks = tuple(block for block in blocks if block.agency_id == scope)
    frame = Frame(rack.name, rack.height_u * 2, rack.numbering)
    face = "rear" if asset.claim.face == "rear" else "front"
    drawn = drawing.elevation(blocks, frame, face=face, look=Look(here=asset.claim_id))
    return mark_safe(drawn)  # noqa: S308 - drawing escapes


def _facts(asset: Asset) -> list[tuple[str, Any]]:
    claim = asset.claim
    return [
        (_("Jenis layanan"), labels.label(labels.SERVICES, asset.kind)),
        (_("Pemilik"), asset.agency.name),
        (_("Merek dan tipe"), f"{asset.brand} {asset.model}".strip()),
        (_("Nomor seri"), asset.serial),
        (_("Daya nyata"), figures.watts(claim.watts) if claim.watts else ""),
        (_("Jalur daya"), labels.choice("cords", claim.cords) if claim.cords else ""),
        (_("Berat"), figures.quantity(claim.weight_kg, "kg") if claim.weight_kg else ""),
        (_("vCPU"), figures.number(claim.vcpu) if claim.vcpu else ""),
        (_("Memori"), figures.quantity(claim.ram_gb, "GB") if claim.ram_gb else ""),
        (_("Penyimpanan"), figures.quantity(claim.storage_gb, "GB") if claim.storage_gb else ""),
        (_("Bandwidth"), figures.quantity(claim.bandwidth_mbps, "Mbit/s") if claim.bandwidth_mbps else ""),
        (_("Nama host"), asset.hostname),
        (_("Alamat IP"), asset.address),
        (_("Port yang dibuka"), ", ".join(str(port) for port in asset.ports)),
    ]


def _until(day: date | None) -> str:
    return figures.day(day) if day else _("tanpa batas")


def _register(asset: Asset) -> list[dict[str, Any]]:
    return [
        {"label": _("Nomor aset"), "value": asset.number},
        {"label": _("Kode barang"), "value": asset.item_code or "—"},
        {"label": _("Nomor register"), "value": asset.register_no or "—"},
        {"label": _("Kondisi"), "value": labels.choice("condition", asset.condition)},
        {"label": _("Hak milik"), "value": _("tetap pada instansi (titipan)")},
        {"label": _("Dipasang"), "value": figures.day(asset.installed_at)},
        {"label": _("Berlaku sampai"), "value": _until(asset.valid_until)},
        {"label": _("Diambil"), "value": figures.day(asset.removed_at) if asset.removed_at else ""},
        {"label": _("Permohonan"), "value": asset.case.number, "url": reverse("case", args=[asset.case.number])},
    ]  # fmt: skip


_SPEC = ("cpu_model", "cpu_cores", "ram_gb", "disks", "nics", "psu_count", "height_u", "depth_mm", "os")
_HOSTED = ("purpose", "language", "framework", "database", "os")


def _spec(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """What was approved, in the words of the checklist."""
    named = words.field_labels() | {
        "purpose": _("Keperluan"),
        "language": _("Bahasa pemrograman"),
        "framework": _("Kerangka kerja"),
        "database": _("Basis data"),
    }
    fields = _HOSTED if spec.get("kind") == "hosting" else _SPEC
    found = [(named.get(field, field), words.shown(spec.get(field))) for field in fields]
    return [*found, (_("Aplikasi di dalamnya"), ", ".join(spec.get("applications", [])))]


def _inspected(inspection: Inspection) -> dict[str, Any]:
    tones = {"conform": "ok", "more": "info", "less": "late", "different": "late", "unknown": "quiet"}
    labels = words.field_labels()
    rows = [
        words.finding_facts(row, labels)
        | {
            "verdict": words.verdict_labels()[row["verdict"]],
            "tone": tones[row["verdict"]],
            "code": row["verdict"],
        }
        for row in inspection.findings
    ]
    told = sum(row["code"] == "conform" for row in rows)
    return {
        "at": inspection.at,
        "by": inspection.inspector.name,
        "note": inspection.note,
        "rows": sorted(rows, key=lambda row: ("late", "info", "ok", "quiet").index(str(row["tone"]))),
        "summary": _("%(told)s dari %(all)s sesuai") % {"told": told, "all": len(rows)},
        "overall": {"conform": _("sesuai"), "mismatch": _("tidak sesuai")}.get(
            inspection.overall, _("belum seluruhnya diketahui")
        ),
        "tone": {"conform": "ok", "mismatch": "late"}.get(inspection.overall, "quiet"),
    }


def _probed(probe: Probe) -> dict[str, Any]:
    return {
        "at": probe.done_at or probe.asked_at,
        "done": probe.done_at is not None,
        "reachable": probe.reachable,
        "checks": probe.evidence.get("checks", []),
    }


def _history(asset: Asset, *, named: bool) -> list[dict[str, Any]]:
    """The movements of its place, newest first; an agency reads the office, not the officer."""
    told = {
        "held": _("menahan tempat"),
        "reserved": _("memesan tempat"),
        "installed": _("memasang perangkat"),
        "released": _("melepas tempat"),
        "expired": _("membiarkan tempat lepas karena batas waktu"),
    }
    found = []
    before: dict[str, Any] = {}
    names = dict(ledger_read.places("rack").values_list("pk", "name"))
    for row in ledger_read.history(asset.claim_id):
        facts, text = row["facts"], told.get(row["to_state"], row["to_state"])
        was, note = _stood(before, names), _stood(facts, names)
        if row["from_state"] == row["to_state"]:
            text = _("memindahkan atau mengubah tempat")
            if was and was != note:
                note = f"{was} → {note}"
            elif _drawn_watts(before) != _drawn_watts(facts):
                text = _("mengubah daya atau jalur daya")
                note = f"{_drawn_watts(before)} → {_drawn_watts(facts)}"
        who = row["by__name"] if named else _("Pusat data")
        found.append({"who": who or _("Sistem"), "text": text, "at": row["at"], "note": note})
        before = facts
    return found[::-1]


def _drawn_watts(facts: dict[str, Any]) -> str:
    """What it draws after a movement, and from which side: "575 W, Jalur A"."""
    cords = labels.choice("cords", facts["cords"]) if facts.get("cords") else ""
    return ", ".join(filter(None, [figures.watts(facts.get("watts", 0)), cords]))


def _stood(facts: dict[str, Any], names: dict[int, str]) -> str:
    """Where it stood after a movement: "R02 U5–U6"."""
    rack = names.get(facts.get("place_id", 0), "")
    if facts.get("height"):
        return f"{rack} {drawing.units_text(facts.get('start', 0), facts['height'], Frame('', 0))}".strip()
    if facts.get("slot"):
        where = _("slot %(slot)s") if facts.get("host_id") else _("sisi rak %(slot)s")
        return f"{rack} {where % {'slot': facts['slot']}}".strip()
    return ""


urlpatterns = [
    path("aset", listing, name="assets"),
    path("aset/register.xlsx", sheet, name="assets_sheet"),
    path("aset/<str:number>", detail, name="asset"),
]
