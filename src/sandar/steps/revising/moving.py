"""Open cases to another revision: first told without doing it, then done as one transaction with a line each.

Dry run and apply ask the same question; the apply carries the token of the dry run it was decided on, and is refused
when anything of it has changed since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sandar.core import chain
from sandar.core.authority import Grant
from sandar.errors import Forbidden, NotFound, PlanChanged, ReasonNeeded, Refused
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, SopRevision, Task
from sandar.records.clocks.models import Timer
from sandar.records.clocks.write import Clocks
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.sop import moving, route
from sandar.sop.definition import Procedure
from sandar.sop.moving import Obstacle, Stand
from sandar.steps import batches
from sandar.steps.handover import promised
from sandar.steps.turn import signed

MOVED, CASE_MOVED = "sop_cases_moved", "revision_changed"
ROLE = "division_head"


@dataclass(frozen=True)
class Verdict:
    """One open case and what keeps it from moving; empty: it may."""

    case: Case
    label: str
    why: tuple[Obstacle, ...]

    @property
    def may(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Plan:
    """The verdict on every open case under other revisions. token: names exactly this plan."""

    verdicts: tuple[Verdict, ...]
    token: str

    @property
    def movable(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.may]


def plan(target: SopRevision) -> Plan:
    """What moving the open cases of earlier revisions to `target` would do. Nothing is written."""
    procedure = cases.procedure_of_revision(target)
    rows = cases.open_cases(target.service, before=target.revision)
    return _plan(rows, procedure, aim=f"{target.pk}:{target.content_sha256}")


def judged_by(procedure: Procedure) -> Plan:
    """The same for a procedure that is not published: what it would mean for every open case of its service."""
    return _plan(cases.open_cases(procedure.service), procedure, aim=procedure.hash)


def _plan(rows: Iterable[Case], procedure: Procedure, *, aim: str) -> Plan:
    found = list(rows)
    finished, begun = _clocks([case.pk for case in found])
    visited: dict[int, set[str]] = defaultdict(set)
    for case_id, state in Task.objects.filter(case__in=[c.pk for c in found]).values_list("case_id", "state"):
        visited[case_id].add(state)
    verdicts = []
    for case in found:
        old = cases.procedure_of(case)
        stand = Stand(
            case.state,
            case.returned_from,
            finished[case.pk] | {old.steps[0].key},
            begun[case.pk],
            visited[case.pk],
        )
        label = route.place(old, case.state).stage.label
        why = moving.obstacles(old, procedure, stand)
        if not batches.known(procedure) and batches.overlap(case):
            why += (Obstacle("DELIVERIES_OVERLAP", label),)
        verdicts.append(Verdict(case, label, why))
    told = [
        [one.case.number, one.case.version, [[why.code, why.about] for why in one.why]] for one in verdicts
    ]
    return Plan(tuple(verdicts), chain.sha256({"aim": aim, "cases": told}))


def _clocks(case_ids: list[int]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """(finished, begun) step keys by case: a clock that stopped and does not run again, and one that runs or waits."""
    begun: dict[int, set[str]] = defaultdict(set)
    stopped: dict[int, set[str]] = defaultdict(set)
    rows = Timer.objects.filter(case_id__in=case_ids).values_list("case_id", "step", "stopped_at")
    for case_id, step, at in rows:
        (begun if at is None else stopped)[case_id].add(step)
    finished: dict[int, set[str]] = defaultdict(set)
    for case_id, steps in stopped.items():
        finished[case_id] = steps - begun[case_id]
    return finished, begun


def move(service: str, revision: int, *, token: str, reason: str, person: Person, at: datetime) -> Plan:
    """Move every case that may; who cannot stays. One transaction, one line in each case's journal.

    Raises NotFound, Forbidden, ReasonNeeded, Refused for a revision that is not in force, PlanChanged when the
    dry run with this token would say something else by now.
    """
    with transaction.atomic():
        head = journal.lock()
        day = people.today(at)
        grant = people.authority(person, ROLE, day)
        if grant is None:
            raise Forbidden(needed=ROLE)
        if not reason.strip():
            raise ReasonNeeded(action="move", field="reason")
        target = cases.revisions().filter(service=service, revision=revision).first()
        if target is None:
            raise NotFound(what="sop")
        if target.effective_on > day:
            raise Refused(reason="not_in_force", field="revision")
        cases_write.lock_open(service, before=revision)
        found = plan(target)
        if found.token != token:
            raise PlanChanged(revision=revision)
        for verdict in found.movable:
            _move(verdict.case, target, by=(person, grant), reason=reason.strip(), at=at)
        journal.append(
            head,
            MOVED,
            subject=f"sop:{service}",
            payload={
                "name": service,
                "revision": revision,
                "moved": [one.case.number for one in found.movable],
                "stayed": [one.case.number for one in found.verdicts if not one.may],
                "note": reason.strip(),
            },
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )
    return found


def _move(case: Case, target: SopRevision, *, by: tuple[Person, Grant], reason: str, at: datetime) -> None:
    """One case: its revision, the budgets of its open clocks, the holder of its task; then its journal."""
    before, procedure = case.revision, cases.procedure_of_revision(target)
    place = route.place(procedure, case.state)
    clocks = Clocks(case.pk)
    budgets = {step.key: step.budget for step in procedure.steps}
    for timer in clocks.running():
        clocks.give(timer.step, **promised(budgets[timer.step]))
    cases_write.hand_task(case, role=place.stage.by)
    cases_write.save(case, revision_id=target.pk)
    cases_write.record(
        case,
        CASE_MOVED,
        at=at,
        actor_id=by[0].pk,
        person=signed(by[0], by[1]),
        payload={
            "state": case.state,
            "sop": {
                "from": {"number": before.number, "revision": before.revision},
                "to": {"number": target.number, "revision": target.revision},
            },
            "procedure": target.pinned,
            "note": reason,
        },
    )
