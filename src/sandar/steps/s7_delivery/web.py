"""The page side of step 7: every approved item, to be handed in and received."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.core import fates
from sandar.records.assets import read as assets
from sandar.records.cases.models import Task

SHOWN_AT = {"returned": ("received", {"reason": "back"})}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    case, handed = task.case, assets.deliveries(task.case_id)
    wanted = fates.AWAITED if task.state == "awaiting_delivery" else {fates.DELIVERED}
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
    if action == "hand_in":
        return {
            "deliveries": [
                {
                    "serial": row["item"].get("serial", ""),
                    "artefact": row["item"].get("repository", ""),
                }
                for row in panel(task, at)["rows"]
            ]
        }
    return {}


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """What is brought later is not handed in now; what goes back is apart from what is received."""
    if action == "hand_in" and isinstance(rows := nested.get("deliveries"), list):
        nested["deliveries"] = [row for row in rows if not (isinstance(row, dict) and row.pop("later", ""))]
    if action == "check_in" and isinstance(rows := nested.get("received"), list):
        taken: list[Any] = []
        back: list[Any] = []
        for row in rows:
            if isinstance(row, dict) and (reason := row.pop("back", "")):
                back.append({"item_no": row.get("item_no"), "reason": reason, "note": row.get("note", "")})
            else:
                taken.append(row)
        nested |= {"received": taken} | ({"returned": back} if back else {})
    return nested
