"""The page side of step 4: the form, prefilled from the letter or from the last draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.steps.booking import asked_of
from sandar.steps.s4_application.forms import statements

INSIDE = {"save": "submit"}  # the second button of the same form
ISSUES = {"submit": "application_form"}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    form = cases.latest_form(task.case)
    asked = cases.last_event(task.case, "revision_asked")
    return {
        "statements": statements(task.case.service),
        "draft": form if form and form.submitted_at is None else None,
        "asked": asked if form and asked and form.submitted_at else None,
        "rows": [
            {"index": index, "prefix": f"items.{index}", "kind": item["kind"], "name": item["name"]}
            for index, item in enumerate(asked_of(task.case).values())
        ],
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    """The last version, draft or submitted; the first time the letter's own items and contact."""
    if action not in ("submit", "save"):
        return {}
    form, asked = cases.latest_form(task.case), list(asked_of(task.case).values())
    if form is not None:
        data = dict(form.data)
        if len(data.get("items") or []) > len(asked):  # some of it was withdrawn since
            data["items"] = asked
        return data
    return {
        "items": asked,
        "technical_contact": task.case.contact,
        "purpose": task.case.letter.get("purpose", ""),
    }
