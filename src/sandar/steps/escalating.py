"""One rung of an escalation ladder: claimed, and told to whom the SOP names, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import rungs
from sandar.records.clocks.models import Timer
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.sop.definition import SYSTEM
from sandar.sop.procedure import Rung
from sandar.steps import messages

HEAD = "office_head"


def fire(timer: Timer, rung: Rung, *, reached_at: datetime, at: datetime) -> bool:
    """Fire a rung of a running clock. False: the clock does not run so any more, or somebody else fired it."""
    assert connection.in_atomic_block, "a rung fires with its messages or not at all"
    if not rungs.still_runs(timer):
        return False
    taken = rungs.claim(timer, rung.name, label=rung.label, reached_at=reached_at, at=at)
    if taken is None:
        return False
    case = Case.objects.select_related("agency", "revision").get(pk=timer.case_id)
    told = recipients(case, rung, owner=timer.owner, at=at)
    key = f"rung.{timer.pk}.{rung.name}"
    messages.post(case, told, key=key, kind="escalated", what=rung.label, at=at)
    rungs.note_told(taken, [person.pk for person in told])
    return True


def recipients(case: Case, rung: Rung, *, owner: str, at: datetime) -> list[Person]:
    """Who is told: holders of the open task, who stands above them, the head of the office; each once.

    Of the agency's own time only the agency is reminded: its delay is no matter of the office's ladder.
    """
    task = cases.open_task(case)
    if task is None or task.role == SYSTEM:
        return []
    day = people.today(at)
    if task.role == "applicant":
        return people.applicants(case.agency_id, day) if "holder" in rung.to else []
    scope = cases.scope_of(case)
    asked = {
        "holder": lambda: people.acting(task.role, day, scope=scope),
        "superior": lambda: people.superiors_of(task.role, day, scope=scope),
        "head": lambda: people.acting(HEAD, day, scope=scope),
    }
    found: dict[int, Person] = {}
    for one in rung.to:
        for person in asked[one]():
            found.setdefault(person.pk, person)
    return list(found.values())
