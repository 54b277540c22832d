"""The page side of step 2: the letter in short, and what the officials before wrote on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.documents import read as papers
from sandar.steps.s2_disposition.forms import INSTRUCTIONS

ISSUES = {"accept": "disposition_sheet", "refuse": "refusal_letter"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """The hops so far with instruction and note; the scanned letter, when there is one."""
    hops = [
        {
            "who": event.person.get("title") or event.person.get("name", ""),
            "instruction": INSTRUCTIONS.get(event.payload.get("instruction", ""), ""),
            "note": event.payload.get("note", ""),
            "at": event.at,
        }
        for event in cases.journal(task.case).filter(kind="disposition_forwarded")
    ]
    return {
        "hops": hops,
        "letter": task.case.letter,
        "scans": [file for file in papers.files_of_case(task.case_id) if file.kind == "letter_scan"],
        "completed": cases.last_event(task.case, "letter_completed"),
    }
