"""The page side of the change: every figure as it was and as it shall be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.assets import changes as asset_changes
from sandar.records.cases.models import Task
from sandar.steps import addressing, altering, differences

ISSUES = {"change": "change_minutes"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """The differences between the register and what was approved."""
    changes = asset_changes.of_case(task.case_id)
    return {
        "rows": [row for one in changes for row in altering.told(one, task.case.items[one.item_no - 1])],
        "device": any(one.asset.kind == "colocation" for one in changes),
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    """The ports that shall answer, as asked."""
    if action != "change":
        return {}
    (one,) = asset_changes.of_case(task.case_id)
    return {"ports": differences.numbers(addressing.ports_of(one, task.case.items[0]))}
