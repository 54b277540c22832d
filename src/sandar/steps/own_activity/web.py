"""The page side of an office's own activity: what is asked, and what went before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.documents import read as papers
from sandar.sop import route

ISSUES = {
    "refuse": "refusal_letter",
    "finish": "activity_minutes",
}  # for the password: `finish` may sign a paper


def issues(task: Task) -> dict[str, str]:
    """What the activity issues under the case's own revision."""
    gives = route.place(cases.procedure_of(task.case), task.state).step.gives
    return {"refuse": "refusal_letter", "finish": next(iter(gives), "")}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """The activity as the case's own revision has it, the attached files, and the results of such activities."""
    events = cases.journal(task.case).filter(kind__in=["activity_finished", "activity_returned"])
    return {
        "step": route.place(cases.procedure_of(task.case), task.state).step,
        "files": papers.files_of_case(task.case_id),
        "before": [
            {
                "who": event.person.get("title") or event.person.get("name", ""),
                "at": event.at,
                "activity": event.payload["activity"],
                "finding": event.payload.get("finding", ""),
                "note": event.payload.get("note", ""),
            }
            for event in events
        ],
    }
