"""The page side of step 8: approved against seen, then the place and address of every item."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import fates, rack
from sandar.records.assets import read as assets
from sandar.records.cases.models import Task
from sandar.records.documents import read as papers
from sandar.records.facility import read as facility
from sandar.records.ledger import read as ledger
from sandar.steps import batches, findings
from sandar.steps.s8_installation.inspection import HOSTING_CHECKS
from sandar.steps.words import field_labels, shown

SEEN = ("serial", "height_u", "depth_mm", "weight_kg", "psu_count", "os")
TICKED = ("rail_kit", "cables", "asset_label", "power_on")
INSIDE = {"reapprove": "inspect", "reject": "inspect"}  # they send the same findings, so they share its form
SHOWN_AT = {
    "set_aside": (
        "inspections",
        {"result": "aside_result", "reason": "aside_reason", "note": "aside_note"},
    )
}
ISSUES = {
    "inspect": "conformity_checklist",
    "reapprove": "conformity_checklist",
    "reject": "conformity_checklist",
    "hand_over": "handover_minutes",
}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    labels = field_labels()
    deliveries = assets.deliveries(task.case_id)
    inspections = assets.inspections(task.case_id)
    claims = {claim.item_no: claim for claim in ledger.claims_for_case(task.case_id)}
    case = task.case
    rows = []
    for index, number in enumerate(_shown(task)):
        item = case.items[number - 1]
        delivery, claim = deliveries.get(number), claims.get(number)
        hosting = item["kind"] == "hosting"
        rows.append(
            {
                "no": number,
                "item": item,
                "inspect": f"inspections.{index}",
                "install": f"items.{index}",
                "hosting": hosting,
                "declared": delivery.declared if delivery else {},
                "received": delivery.received if delivery else {},
                "seen": [] if hosting else _seen(index, item, labels),
                "ticks": [
                    {"name": f"inspections.{index}.manual.{name}", "label": labels[name]}
                    for name in (HOSTING_CHECKS if hosting else TICKED)
                ],
                "findings": findings.in_words(inspections[number].findings) if number in inspections else [],
                "place": claim.place.name if claim else "",
                "position_u": rack.position_of(claim.start) if claim and claim.start is not None else None,
                "cords": item.get("cords", ""),
            }
        )  # fmt: skip
    return {
        "rows": rows,
        "several": len(rows) > 1,
        "alone": len(rows) == 1,  # of several, what comes later may stay empty
        "results": [
            ("", _("lulus")),
            ("reapprove", _("minta persetujuan ulang")),
            ("reject", _("dibawa kembali")),
        ],
        "rest": [
            case.items[number - 1]["name"]
            for number in fates.open_numbers(len(case.items), case.fates)
            if number not in {row["no"] for row in rows}
        ],
        "tick_options": [("", _("tidak diperiksa")), ("pass", _("ya, sesuai")), ("fail", _("tidak"))],
        "prefixes": facility.prefixes(),
        "inventories": [file for file in papers.files_of_case(task.case_id) if file.kind == "inventory"],
    }


def _shown(task: Task) -> list[int]:
    """Of several deliveries at the office the earliest is looked at; what may be installed is of one anyway."""
    case = task.case
    wanted = {fates.RECEIVED} if task.state == "inspection" else {fates.PASSED}
    return batches.earliest(case.pk, fates.among(len(case.items), case.fates, wanted))


def _seen(index: int, item: dict[str, Any], labels: dict[str, str]) -> list[dict[str, str]]:
    """What the inspector reads by eye, each beside what was approved."""
    return [
        {
            "name": f"inspections.{index}.manual.{name}",
            "label": labels[name],
            "approved": shown(item.get(name)),
        }
        for name in SEEN
    ]


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action == "hand_over":
        places = panel(task, at)["rows"]
        return {
            "items": [
                {"rack": row["place"], "position_u": row["position_u"], "hostname": row["item"].get("domain", ""),
                 "ports": row["item"].get("ports") or ([443] if row["hosting"] else [])}
                for row in places
            ]
        }  # fmt: skip
    return {}


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """What is installed later is not handed over now; what does not pass is set aside."""
    if action.startswith("hand_over") and isinstance(rows := nested.get("items"), list):
        nested["items"] = [row for row in rows if not (isinstance(row, dict) and row.pop("later", ""))]
    if isinstance(rows := nested.get("inspections"), list):
        aside = []
        for row in rows:
            if not isinstance(row, dict):
                continue
            result, reason, note = (row.pop(f"aside_{name}", "") for name in ("result", "reason", "note"))
            if result and action == "inspect":
                told = {"item_no": row.get("item_no"), "result": result, "reason": reason, "note": note}
                aside.append({name: value for name, value in told.items() if value})
        if aside:
            nested["set_aside"] = aside
    return nested
