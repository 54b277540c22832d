"""The page side of step 8: approved against seen, then the place and address of every item."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import rack
from sandar.records.assets import read as assets
from sandar.records.cases.models import Task
from sandar.records.documents import read as papers
from sandar.records.facility import read as facility
from sandar.records.ledger import read as ledger
from sandar.steps.s8_installation.inspection import HOSTING_CHECKS
from sandar.steps.s8_installation.words import field_labels, shown, verdict_labels

SEEN = ("serial", "height_u", "depth_mm", "weight_kg", "psu_count", "os")
TICKED = ("rail_kit", "cables", "asset_label", "power_on")


def panel(task: Task, at: datetime) -> dict[str, Any]:
    labels = field_labels()
    deliveries = assets.deliveries(task.case_id)
    inspections = assets.inspections(task.case_id)
    claims = {claim.item_no: claim for claim in ledger.claims_for_case(task.case_id)}
    rows = []
    for index, item in enumerate(task.case.items):
        number = index + 1
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
                "findings": _findings(inspections[number].findings) if number in inspections else [],
                "place": claim.place.name if claim else "",
                "position_u": rack.position_of(claim.start) if claim and claim.start is not None else None,
                "cords": item.get("cords", ""),
            }
        )  # fmt: skip
    return {
        "rows": rows,
        "tick_options": [("", _("tidak diperiksa")), ("pass", _("ya, sesuai")), ("fail", _("tidak"))],
        "prefixes": facility.prefixes(),
        "inventories": [file for file in papers.files_of_case(task.case_id) if file.kind == "inventory"],
    }


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


def _findings(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    labels, words = field_labels(), verdict_labels()
    return [
        {
            "label": labels.get(row["field"], row["field"]),
            "approved": shown(row["approved"]),
            "detected": shown(row["detected"]),
            "tolerance": row.get("tolerance", ""),
            "verdict": row["verdict"],
            "word": words[row["verdict"]],
        }
        for row in rows
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
