"""The page side of the relocation: from where to where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.assets import changes as asset_changes
from sandar.records.cases.models import Task
from sandar.records.ledger import read as ledger
from sandar.steps import on_assets

ISSUES = {"move": "relocation_minutes"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """Each device with its place now and the one reserved for it."""
    booked = {claim.item_no: claim for claim in ledger.claims_for_case(task.case_id)}
    return {
        "rows": [
            {
                "no": change.item_no,
                "prefix": f"items.{index}",
                "asset": change.asset,
                "was": on_assets.place_words(change.asset.claim),
                "now": on_assets.place_words(booked[change.item_no]) if change.item_no in booked else "",
            }
            for index, change in enumerate(asset_changes.of_case(task.case_id))
        ]
    }
