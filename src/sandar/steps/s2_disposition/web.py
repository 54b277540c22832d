"""The page side of step 2: the letter in short, what the officials before wrote on it, and the sheet's boxes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.dispositions import read as dispositions
from sandar.records.documents import read as papers
from sandar.records.people import read as people
from sandar.steps.s2_disposition import hops as way
from sandar.steps.s2_disposition.act import STEP

ISSUES = {"accept": "disposition_sheet", "refuse": "refusal_letter"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """The letter with its scans, the boxes, and the officers who may get the disposition beside the lead."""
    found = {
        "letter": task.case.letter,
        "scans": [file for file in papers.files_of_case(task.case_id) if file.kind == "letter_scan"],
        "completed": cases.last_event(task.case, "letter_completed"),
        "hops": way.of_case(task.case),
    }
    if task.step == STEP and task.state != "disposition_staff":
        found |= {
            "boxes": [(box.code, box.words) for box in dispositions.instructions()],
            "officers": [
                {"at": f"others.{index}", "person": officer}
                for index, officer in enumerate(people.officers(people.today(at)))
            ],
        }
    return found


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    """The hop begins as the one before: the same urgency, the same day."""
    if action != "forward":
        return {}
    day = task.case.ordered_until
    return {
        "urgency": task.case.nature,
        "instructions": dispositions.instructions()[0].code,
        "due_on": day.isoformat() if day and day >= people.today(at) else "",
    }


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """Of the table of officers only those who were given a part; no box ticked is none, not the usual one."""
    if action == "forward":
        nested.setdefault("instructions", [])
    if isinstance(rows := nested.get("others"), list):
        nested["others"] = [row for row in rows if not isinstance(row, dict) or row.get("part")]
    return nested
