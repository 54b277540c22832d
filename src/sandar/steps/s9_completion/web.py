"""The page side of step 9: what the probe saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.assets import read as assets
from sandar.records.cases.models import Task


def panel(task: Task, at: datetime) -> dict[str, Any]:
    found = assets.of_case(task.case_id)
    probes = assets.latest_probes([asset.pk for asset in found])
    rows: list[dict[str, Any]] = [{"asset": asset, "probe": probes.get(asset.pk)} for asset in found]
    return {
        "rows": rows,
        "ready": all(row["probe"] and row["probe"].done_at for row in rows),
        "waiting": any(row["probe"] and not row["probe"].done_at for row in rows),
    }
