"""The page side of step 9: what the probe saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.core import services
from sandar.records.assets import read as assets
from sandar.records.cases.models import Task
from sandar.steps import on_assets

ISSUES = {"report": "completion_report"}


def primary(task: Task, at: datetime) -> str:
    """First the evidence, then the report."""
    if task.state != "reporting":
        return ""
    return "report" if panel(task, at)["ready"] else "probe"


def panel(task: Task, at: datetime) -> dict[str, Any]:
    service = task.case.service
    found = on_assets.assets_of(task.case) if services.is_on_assets(service) else assets.of_case(task.case_id)
    if service in services.WITHOUT_PLACE:  # nothing to reach: it is reported as it is
        return {"rows": [], "ready": True, "plain": found}
    probes = assets.latest_probes([asset.pk for asset in found])
    rows: list[dict[str, Any]] = [{"asset": asset, "probe": probes.get(asset.pk)} for asset in found]
    return {
        "rows": rows,
        "ready": bool(rows) and all(row["probe"] and row["probe"].done_at for row in rows),
        "unreached": [
            row["asset"]
            for row in rows
            if row["probe"] and row["probe"].done_at and not row["probe"].reachable
        ],
        "waiting": any(row["probe"] and not row["probe"].done_at for row in rows),
    }
