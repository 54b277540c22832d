"""The frame of every act: one officer's turn on one case, all or nothing.

`taking` opens the transaction, locks the case at the version the officer saw, asks the rules (is the task open
and theirs, does the SOP know the action, is the person on one side of the case only), lets the act write, then
grows the journal, moves the case where the SOP says, hands the clock over, promises messages and enqueues the
jobs. Either all of it happened or nothing did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django_q.tasks import async_task

from sandar.core import authority
from sandar.errors import ActionNotAllowed, NotYourTurn, ReasonNeeded, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event, Task
from sandar.records.cases.read import Viewer
from sandar.records.clocks import write as clocks
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person
from sandar.sop import route
from sandar.sop.definition import Action, Procedure
from sandar.steps import messages
from sandar.steps.inputs import Input

SYSTEM = "system"
WORKING_DAY = timedelta(minutes=450)  # Perpres 21/2023: 37 h 30 m a week over five days


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def viewer_of(person: Person, at: datetime) -> Viewer:
    """The person with today's roles, for scoped reads."""
    roles = people.roles_of(person, local_day(at, "Asia/Jakarta"))
    return Viewer(person.pk, person.agency_id, roles)


@dataclass
class Turn:
    """One act in progress. Acts read it, write records, and say what happened with `says` and `issue`."""

    case: Case
    procedure: Procedure
    place: route.Place
    action: Action
    person: Person | None
    grant: authority.Grant | None
    at: datetime
    event: str
    duty: str
    payload: dict[str, Any] = field(default_factory=dict)
    papers: list[Document] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    outcome: Event | None = None
    next_task: Task | None = None

    @cached_property
    def office(self) -> Office:
        return people.office()

    @property
    def day(self) -> date:
        """The date on papers: today in the office's zone."""
        return local_day(self.at, self.office.time_zone)

    @property
    def person_id(self) -> int | None:
        return self.person.pk if self.person else None

    def says(self, **payload: Any) -> None:
        """Add facts to the event of this act."""
        self.payload.update(payload)

    def sets(self, **columns: Any) -> None:
        """Change columns of the case together with its move."""
        self.columns.update(columns)

    def issue(self, kind: str, facts: Mapping[str, Any]) -> Document:
        """Issue a paper in this act; it is rendered by the worker after the commit."""
        revision = self.case.revision
        document = papers.issue(
            kind,
            case_id=self.case.pk,
            facts=facts,
            at=self.at,
            day=self.day,
            sop=papers.SopStamp(number=revision.number, revision=revision.revision),
            issued_by=self.person_id,
        )
        self.papers.append(document)
        return document

    def signature(self) -> dict[str, Any]:
        """Who acts, in which capacity, as the journal keeps it."""
        return signed(self.person, self.grant, duty=self.duty)


def signed(person: Person | None, grant: authority.Grant | None, *, duty: str = "") -> dict[str, Any]:
    """A person in a capacity as the journal keeps it; without a person it is the system itself."""
    if person is None:
        return {"username": SYSTEM, "name": "", "role": SYSTEM}
    found: dict[str, Any] = {
        "username": person.username,
        "name": person.name,
        "title": person.title,
        "role": grant.role if grant else "",
        "duty": duty,
    }
    if grant and grant.acting_for:
        principal = Person.objects.get(pk=grant.acting_for)
        found |= {
            "kind": grant.kind,
            "mandate": grant.mandate,
            "acting_for": principal.username,
            "acting_for_id": principal.pk,
        }
    return found


def _check(turn: Turn) -> None:
    """Separation of duties, inside the commit, for the person and whoever is represented."""
    if not turn.duty or turn.person is None:
        return
    past = cases.duties(turn.case)
    for person_id in filter(None, (turn.person.pk, turn.grant.acting_for if turn.grant else None)):
        if found := authority.conflict(past, person_id, turn.duty):
            raise SeparationOfDuties(did=found.did, wants=turn.duty)


@dataclass(frozen=True)
class Act:
    """What a step offers: the story, its input, the event it writes and the duty it counts as."""

    run: Callable[[Turn, Any], None]
    input: type[Input]
    event: str
    duty: str = ""
    after: Callable[[Turn], None] | None = None  # once the event is written: more messages


@contextmanager
def taking(
    case_id: int,
    action: str,
    *,
    person: Person | None,
    seen: int | None,
    at: datetime,
    event: str,
    duty: str = "",
    reason: str = "",
    task_id: int | None = None,
) -> Iterator[Turn]:
    """Take the turn on a case. `person` None is the system itself (expiry).

    Raises StaleVersion, ActionNotAllowed, NotYourTurn, ReasonNeeded, SeparationOfDuties; then nothing is stored.
    """
    with transaction.atomic():
        case = cases_write.lock(case_id, seen=seen) if seen is not None else cases_write.lock_now(case_id)
        procedure = cases.procedure_of(case)
        chosen = _chosen(case, procedure, action, task_id)
        grant = _authority(case, chosen, person, at)
        if chosen.reason and not reason:
            raise ReasonNeeded(action=action, field="reason")
        turn = Turn(
            case=case,
            procedure=procedure,
            place=route.place(procedure, case.state),
            action=chosen,
            person=person,
            grant=grant,
            at=at,
            event=event,
            duty=duty,
            reason=reason,
        )
        _check(turn)
        yield turn
        _finish(turn)


def _chosen(case: Case, procedure: Procedure, action: str, task_id: int | None) -> Action:
    if case.closed_at is not None:
        raise ActionNotAllowed(action=action, state=case.state, allowed=[])
    allowed = {known.name: known for known in route.actions(procedure, case.state)}
    still_open = task_id is None or Task.objects.filter(pk=task_id, closed_at__isnull=True).exists()
    if action not in allowed or not still_open:
        raise ActionNotAllowed(action=action, state=case.state, allowed=sorted(allowed))
    return allowed[action]


def _authority(case: Case, action: Action, person: Person | None, at: datetime) -> authority.Grant | None:
    if person is None:
        if action.by != SYSTEM:
            raise NotYourTurn(role=action.by)
        return None
    day = local_day(at, "Asia/Jakarta")
    grant = people.authority(person, action.by, day)
    if grant is None or not person.is_active:
        raise NotYourTurn(role=action.by)
    if action.by == "applicant" and person.agency_id != case.agency_id:
        raise NotYourTurn(role=action.by)
    return grant


def _finish(turn: Turn) -> None:
    """Journal, move, clock, messages, jobs: in this order, in the act's transaction."""
    case = turn.case
    before = turn.place
    way = route.follow(turn.procedure, case.state, turn.action.name, returned_from=case.returned_from or None)
    if turn.papers:
        turn.says(
            documents=[
                {
                    "id": paper.pk,
                    "kind": paper.kind,
                    "number": paper.number,
                    "facts_sha256": paper.facts_sha256,
                }
                for paper in turn.papers
            ]
        )
    if turn.reason:
        turn.says(reason=turn.reason)
    turn.says(state=way.to)
    turn.outcome = cases_write.record(
        case, turn.event, at=turn.at, actor_id=turn.person_id, person=turn.signature(), payload=turn.payload
    )
    columns = dict(turn.columns)
    if way.is_end:
        columns |= {"closed_at": turn.at, "reason": turn.reason}
        _give_back(turn, way)
    if way.to != case.state:
        columns["returned_from"] = case.state if _comes_back(turn.procedure, way) else ""
    cases_write.save(case, state=way.to, **columns)
    _move(turn, before, way)
    messages.after(turn.case, way, event=turn.outcome, at=turn.at)
    async_task(
        "sandar.doors.jobs.after.act", case.pk, q_options={"task_name": f"{case.number}#{turn.outcome.seq}"}
    )


def _give_back(turn: Turn, way: route.Route) -> None:
    """A case that ends without service leaves nothing booked."""
    if way.end is not None and way.end.finished:
        return
    if claims := ledger_read.claims_for_case(turn.case.pk):
        ledger.release_all(claims, at=turn.at, by=turn.person_id)


def _comes_back(procedure: Procedure, way: route.Route) -> bool:
    """Does the state we go to know an action that leads back to its sender?"""
    return not way.is_end and any(known.to.startswith("return") for known in route.actions(procedure, way.to))


def _move(turn: Turn, before: route.Place, way: route.Route) -> None:
    """Hand the task and the clock over. Rules of the clock, by the SOP's step numbers:

    same step: it goes on, paused while the other party is waited for; forward: the finished step's clock stops;
    back: the later step's clock pauses until the case returns to it; an end stops every clock.
    """
    case, at = turn.case, turn.at
    if way.stays:
        return
    cases_write.close_task(case, outcome=turn.action.name, by_id=turn.person_id, at=at)
    if way.is_end or way.step is None or way.stage is None:
        clocks.stop(case.pk, None, at=at)
        return
    turn.next_task = cases_write.open_task(case, state=way.to, step=way.step.key, role=way.stage.by, at=at)
    old = clocks.running(case.pk, before.step.key)
    if way.step.key != before.step.key:
        if way.step.no > before.step.no:
            clocks.stop(case.pk, before.step.key, at=at)
        elif old:
            clocks.pause(old, at=at, waiting_for=way.stage.waits_for, reason=way.stage.label)
        enter(turn.procedure, case.pk, way.to, at=at)
    elif old and way.stage.waits_for != old.owner:
        clocks.pause(old, at=at, waiting_for=way.stage.waits_for, reason=way.stage.label)
    elif old:
        clocks.resume(old, at=at)


def enter(procedure: Procedure, case_id: int, state: str, *, at: datetime) -> None:
    """Start the clock of the step that `state` belongs to, with the SOP's budget."""
    place = route.place(procedure, state)
    budget = place.step.budget
    clocks.start(
        case_id,
        place.step.key,
        owner=place.step.stages[0].waits_for,
        budget=None if budget is None else budget_time(budget.amount, budget.unit),
        at=at,
    )


def budget_time(amount: int, unit: str) -> timedelta:
    """A standard time of the sheet as working time: minutes as they are, a day as 450 minutes."""
    return WORKING_DAY * amount if unit == "day" else timedelta(minutes=amount)
