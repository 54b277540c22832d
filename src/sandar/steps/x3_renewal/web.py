"""The page side of the renewal: the last day as it is and as it was approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.assets import changes as asset_changes
from sandar.records.cases.models import Task
from sandar.steps import on_assets


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """Each asset with its last day now; and the new one."""
    return {
        "rows": [change.asset for change in asset_changes.of_case(task.case_id)],
        "until": on_assets.approved_until(task.case),
    }
