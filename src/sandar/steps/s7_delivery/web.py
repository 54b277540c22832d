"""The page side of step 7: every approved item, to be handed in and received."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sandar.core import fates
from sandar.records.assets import read as assets
from sandar.records.cases.models import Task
from sandar.steps import batches

TEMPLATES = {batches.HAND_IN: "s7_delivery/hand_in.html", batches.CHECK_IN: "s7_delivery/check_in.html"}
SHOWN_AT = {"returned": ("received", {"reason": "back"})}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    return _rows(task, fates.AWAITED if task.state == "awaiting_delivery" else {fates.DELIVERED})


def beside(task: Task, action: str) -> dict[str, Any]:
    """The same for what is brought or received while another holds the task."""
    return _rows(task, batches.BESIDE[action]) | {
        "note_id": f"{action}_note",
        "photos_id": f"{action}_photos",
    }


def _rows(task: Task, wanted: Collection[str]) -> dict[str, Any]:
    case, handed = task.case, assets.deliveries(task.case_id)
    numbers = fates.among(len(case.items), case.fates, wanted)
    return {
        "window_start": case.window_start,
        "window_end": case.window_end,
        "several": len(numbers) > 1,
        "alone": len(numbers) == 1,  # of several, what comes later may stay empty
        "rows": [
            {
                "no": number,
                "deliver": f"deliveries.{index}",
                "receive": f"received.{index}",
                "item": case.items[number - 1],
                "declared": handed[number].declared if number in handed else {},
            }
            for index, number in enumerate(numbers)
        ],
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action in ("hand_in", batches.HAND_IN):
        rows = _rows(task, fates.AWAITED)["rows"]
        return {
            "deliveries": [
                {
                    "serial": row["item"].get("serial", ""),
                    "artefact": row["item"].get("repository", ""),
                }
                for row in rows
            ]
        }
    return {}


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """What is brought later is not handed in now; what goes back is apart from what is received."""
    if action in ("hand_in", batches.HAND_IN) and isinstance(rows := nested.get("deliveries"), list):
        nested["deliveries"] = [row for row in rows if not (isinstance(row, dict) and row.pop("later", ""))]
    if action in ("check_in", batches.CHECK_IN) and isinstance(rows := nested.get("received"), list):
        taken: list[Any] = []
        back: list[Any] = []
        for row in rows:
            if isinstance(row, dict) and (reason := row.pop("back", "")):
                back.append({"item_no": row.get("item_no"), "reason": reason, "note": row.get("note", "")})
            else:
                taken.append(row)
        nested |= {"received": taken} | ({"returned": back} if back else {})
    return nested
