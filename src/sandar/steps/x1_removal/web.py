"""The page side of the removal: the assets as the register has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.records.assets import changes as asset_changes
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.steps import on_assets, words

ISSUES = {"hand_back": "return_minutes"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """Each asset with its place, and what the inspector found of it."""
    checked = cases.last_event(task.case, "assets_checked")
    found = {one["item_no"]: one for one in checked.payload["items"]} if checked else {}
    return {
        "rows": [
            {
                "no": change.item_no,
                "prefix": f"items.{index}",
                "asset": change.asset,
                "place": on_assets.place_words(change.asset.claim),
                "found": found.get(change.item_no, {}),
                "condition": _(words.CONDITIONS[found.get(change.item_no, {}).get("condition", "B")]),
            }
            for index, change in enumerate(asset_changes.of_case(task.case_id))
        ],
        "checked": checked,
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action != "check":
        return {}
    rows = asset_changes.of_case(task.case_id)
    return {"items": [{"serial": row.asset.serial, "condition": row.asset.condition} for row in rows]}
