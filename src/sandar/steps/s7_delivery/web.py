"""The page side of step 7: every approved item, to be handed in and received."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.assets import read as assets
from sandar.records.cases.models import Task


def panel(task: Task, at: datetime) -> dict[str, Any]:
    handed = assets.deliveries(task.case_id)
    return {
        "window_start": task.case.window_start,
        "window_end": task.case.window_end,
        "rows": [
            {
                "no": index + 1,
                "deliver": f"deliveries.{index}",
                "receive": f"received.{index}",
                "item": item,
                "declared": handed[index + 1].declared if index + 1 in handed else {},
            }
            for index, item in enumerate(task.case.items)
        ],
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action == "hand_in":
        rows = [
            {"serial": item.get("serial", ""), "artefact": item.get("repository", "")}
            for item in task.case.items
        ]
        return {"deliveries": rows}
    return {}
