"""The page side of step 5: on one screen what is decided, what it rests on, and what follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import fates
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, FormVersion, Task
from sandar.sop import route
from sandar.steps import booking, differences, findings, items, on_assets, table

ISSUES = {"approve": "approval_form", "refuse": "refusal_letter"}
_TRAIL = ("disposition_forwarded", "capacity_reported", "capacity_confirmed", "form_submitted", "delivery_inspected",
          "reapproval_asked")  # fmt: skip


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """Items, places, capacity after approval, the form, differences to the letter and to the last version."""
    case = task.case
    field = "declined" if task.state == "awaiting_reapproval" else "refused"
    versions = list(
        FormVersion.objects.filter(case=case, submitted_at__isnull=False)
        .order_by("-n")
        .select_related("author")[:2]
    )
    form = versions[0] if versions else None
    questioned = fates.among(len(case.items), case.fates, {fates.QUESTIONED})
    seqs = {case.fates[str(number)]["seq"] for number in questioned}
    asked = cases.lines(case, seqs).get(max(seqs)) if seqs else None
    rows = table.standing(case)
    return {
        "rows": rows,
        "decided": questioned or fates.open_numbers(len(case.items), case.fates),
        "fits": all(row["ok"] for row in rows),
        "claims": booking.claim_facts(case) or on_assets.places_now(case),
        "form": form,
        "facts": _facts(form),
        "to_letter": differences.of_items(_letter_items(case), case.items),
        "to_last": _to_last(versions),
        "last_asked": cases.last_event(case, "revision_asked"),
        "trail": _trail(case),
        "inspections": [one for one in findings.of_case(case) if one["no"] in questioned],
        "choices": [
            {"no": number, "item": case.items[number - 1], "prefix": f"{field}.{index}"}
            for index, number in enumerate(questioned or fates.open_numbers(len(case.items), case.fates))
            if route.knows_parts(cases.procedure_of(case))
        ],
        "asked": asked,
        "until": on_assets.asked_until(case),
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    until = on_assets.asked_until(task.case) if action == "approve" else None
    return {"valid_until": until.isoformat()} if until else {}


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """Only the items that are ticked are turned down."""
    return items.ticked(nested, "refused", "declined")


def _letter_items(case: Case) -> list[dict[str, Any]]:
    """The items as the letter had them when its capacity was checked: of the letter, or of its completion."""
    for kind in ("letter_completed", "request_received"):
        event = cases.last_event(case, kind)
        if event and event.payload.get("items"):
            return list(event.payload["items"])
    return []


def _to_last(versions: list[FormVersion]) -> list[dict[str, str]]:
    if len(versions) < 2:
        return []
    return differences.of_forms(versions[1].data, versions[0].data, _titles())


def _titles() -> dict[str, str]:
    return {
        "admin_contact": _("Penanggung jawab administratif"),
        "technical_contact": _("Penanggung jawab teknis"),
        "access_people": _("Personil yang berhak akses"),
        "purpose": _("Keperluan"),
        "confidentiality": _("Kerahasiaan data"),
        "integrity": _("Keutuhan data"),
        "availability": _("Ketersediaan data"),
        "system_category": _("Kategori sistem elektronik"),
        "backup_plan": _("Rencana pencadangan"),
        "recovery_plan": _("Rencana pemulihan"),
        "recovery_time": _("Sasaran waktu pemulihan"),
        "maintenance": _("Jadwal pemeliharaan"),
        "vpn": _("Kebutuhan VPN"),
        "entry_on": _("Rencana tanggal masuk"),
        "valid_until_on": _("Berlaku sampai"),
    }


def _facts(form: FormVersion | None) -> list[tuple[str, str]]:
    """What the form says besides its items, in the form's order."""
    if form is None:
        return []
    return [(title, differences.in_words(form.data.get(name))) for name, title in _titles().items()]


def _trail(case: Case) -> list[dict[str, Any]]:
    """Who did what on the way here, the last of each kind."""
    last = {event.kind: event for event in cases.journal(case).filter(kind__in=_TRAIL)}
    return [
        {
            "kind": kind,
            "who": last[kind].person.get("title") or last[kind].person.get("name", ""),
            "at": last[kind].at,
            "note": last[kind].payload.get("note", ""),
        }
        for kind in _TRAIL
        if kind in last
    ]
