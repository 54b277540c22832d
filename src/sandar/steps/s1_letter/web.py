"""The page side of step 1: the letter as it was sent, to be completed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.core.services import is_on_assets
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """What was asked for, by whom, and the items to go through."""
    asked = cases.last_event(task.case, "completion_asked")
    return {
        "asked": asked,
        "rows": [
            {"index": index, "prefix": f"items.{index}", "kind": item["kind"]}
            for index, item in enumerate([] if is_on_assets(task.case.service) else task.case.items)
        ],
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action != "resubmit":
        return {}
    letter = dict(task.case.letter)
    if isinstance(letter.get("signatory"), str):
        letter["signatory"] = {"name": letter["signatory"]}
    if is_on_assets(task.case.service):  # the assets stay as they were named
        return {"letter": letter}
    return {"letter": letter, "items": task.case.items}
