"""The page side of step 6: the window and rules that will be in the notice, to be changed if need be."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandar.core import worktime
from sandar.core.services import is_on_assets
from sandar.records.cases.models import Task
from sandar.records.clocks import read as clocks
from sandar.records.people import read as people
from sandar.steps.s6_notice.act import WINDOW_DAYS
from sandar.steps.s6_notice.forms import bring, rules

ISSUES = {"notify": "notice"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    return {"on_assets": is_on_assets(task.case.service)}


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    if action != "notify":
        return {}
    office = people.office()
    zone, calendar = ZoneInfo(office.time_zone), clocks.calendar()
    first = worktime.add_working_days(calendar, at.astimezone(zone).date(), 1)
    start = worktime.next_working_instant(calendar, datetime.combine(first, time(0), zone)).astimezone(zone)
    last = worktime.add_working_days(calendar, first, WINDOW_DAYS)
    return {
        "window_start": start.strftime("%Y-%m-%dT%H:%M"),
        "window_end": f"{last.isoformat()}T16:00",
        "place": f"{office.address}, {office.city}".strip(", "),
        "bring": "\n".join(bring(task.case.service)),
        "rules": "\n".join(rules(task.case.service)),
    }
