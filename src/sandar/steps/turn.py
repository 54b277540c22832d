"""The frame of every act: one officer's turn on one case, all or nothing.

`taking` asks the rules on the locked case (does the SOP know the action here, does the person hold the role now,
is the person on one side of the case only), lets the act write, then grows the journal, moves the case where the
SOP says, hands the clock over, promises messages and enqueues the jobs. Either all of it happened or nothing did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection

from sandar.core import authority, fates
from sandar.core.services import is_on_assets
from sandar.errors import ActionNotAllowed, NotYourTurn, ReasonNeeded
from sandar.records.assets import changes as asset_changes
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event, Override, Task
from sandar.records.cases.read import Past, Viewer
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, DocumentStatus
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.models import Claim
from sandar.records.outbox.queue import enqueue
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person
from sandar.signing_errors import PasswordNeeded
from sandar.sop import route
from sandar.sop.definition import SYSTEM, Action, Procedure
from sandar.steps import ending, handover, letterhead, messages, separation, signatories
from sandar.steps.inputs import Input, parsed
from sandar.steps.signature import signed as signed

APPLICANT = "applicant"
_ENDED = (DocumentStatus.REPLACED, DocumentStatus.REVOKED)


def viewer_of(person: Person, at: datetime) -> Viewer:
    """The person with today's roles, for scoped reads."""
    return Viewer(person.pk, person.agency_id, people.grants_of(person, people.today(at)))


@dataclass(frozen=True)
class Standing:
    """What a person may do on one day, asked inside the transaction of the act."""

    person: Person
    day: date
    grants: tuple[authority.Grant, ...]
    roll: people.Roll

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.person.pk, self.person.agency_id, self.grants)

    def grant(self, role: str, scope: authority.Scope = authority.ANYWHERE) -> authority.Grant | None:
        """The grant by which the person acts as `role`: definitive before Plt/Plh before standing in."""
        return authority.grant_for(self.grants, role, self.day, scope=scope)


def standing(person: Person, day: date) -> Standing:
    """What the person may do, and keep it so until the transaction ends."""
    people.hold_still()
    return standing_now(person, day)


def standing_now(person: Person, day: date) -> Standing:
    """What the person may do as of now, for a page that only looks."""
    roll = people.Roll(day)
    return Standing(person, day, tuple(people.grants_of(person, day, roll=roll)), roll)


@dataclass
class Turn:
    """One act in progress. Acts read it, write records, and say what happened with `says` and `issue`."""

    case: Case
    procedure: Procedure
    place: route.Place
    action: Action
    person: Person | None
    grant: authority.Grant | None
    office: Office
    at: datetime
    event: str
    duty: str
    past: list[Past] = field(default_factory=list)
    payload: dict[str, Any] = field(default_factory=dict)
    papers: list[Document] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    given: Any = None  # the act's input
    reason: str = ""
    more: Callable[[], str] | None = None  # further words of the messages, in the language of who reads them
    outcome: Event | None = None
    next_task: Task | None = None
    roll: people.Roll | None = None  # who is there today
    grants: tuple[authority.Grant, ...] = ()  # all that the person holds today
    overrides: list[Override] = field(default_factory=list)  # exceptions this act uses; printed on its papers
    proved: bool = True  # the person has just shown who it is, so the act may sign in that name
    turns_over: handover.TurnsOver | None = None  # the clock that stops with this act though its step goes on
    marked: list[dict[str, Any]] = field(default_factory=list)  # items that got another fate by this act

    @cached_property
    def day(self) -> date:
        """The date on papers: today in the office's zone."""
        return authority.local_day(self.at, self.office.time_zone)

    @property
    def person_id(self) -> int | None:
        return self.person.pk if self.person else None

    @cached_property
    def represents(self) -> tuple[int, ...]:
        """Everybody in whose name this is done."""
        return people.represented(self.grant, self.day) if self.grant else ()

    @cached_property
    def claims(self) -> list[Claim]:
        """The case's live places; whoever changes them puts the new ones here."""
        return ledger_read.claims_for_case(self.case.pk)

    @cached_property
    def earlier_papers(self) -> list[Document]:
        """Every paper issued before this act, in the order of issue, whatever became of it."""
        return papers_read.of_case(self.case.pk) if self.past else []

    @property
    def holding(self) -> list[Document]:
        """The papers that held before this act: neither replaced nor revoked."""
        return [row for row in self.earlier_papers if row.status not in _ENDED]

    @cached_property
    def known_papers(self) -> dict[str, Document]:
        """The newest paper of each kind that held before this act."""
        return {row.kind: row for row in self.holding}

    def holders(self, role: str) -> list[Person]:
        """Everybody who may act as `role` on this case today."""
        if self.roll is None:
            self.roll = people.Roll(self.day)
        return self.roll.acting(role, cases.scope_of(self.case))

    def last(self, *kinds: str) -> Past | None:
        """The newest line of the journal that is one of `kinds`."""
        return next((line for line in reversed(self.past) if line.kind in kinds), None)

    def says(self, **payload: Any) -> None:
        """Add facts to the event of this act."""
        self.payload.update(payload)

    def sets(self, **columns: Any) -> None:
        """Change columns of the case together with its move."""
        self.columns.update(columns)

    def fate(self, number: int) -> str:
        """The fate of an item now, what this act did included."""
        told = next((one for one in reversed(self.marked) if one["item_no"] == number), None)
        return told["fate"] if told else fates.of(self.case.fates, number)

    def items_with(self, *wanted: str) -> list[int]:
        """The numbers of the items whose fate is one of these."""
        return [n for n in range(1, len(self.case.items) + 1) if self.fate(n) in wanted]

    @property
    def open_items(self) -> list[int]:
        """The numbers of the items that have no end yet."""
        return [n for n in range(1, len(self.case.items) + 1) if self.fate(n) not in fates.ENDS]

    def mark(self, numbers: Iterable[int], fate: str, *, reason: str = "", note: str = "") -> None:
        """Give items another fate, with a coded reason and a note where there are some (ADR 0024)."""
        why = {name: text for name, text in (("reason", reason), ("note", note)) if text}
        self.marked += [{"item_no": number, "fate": fate, **why} for number in numbers]

    @property
    def knows_parts(self) -> bool:
        """Does the case's own SOP let some items go on before the others?"""
        return route.knows_parts(self.procedure)

    def becomes(self, action: str, *, event: str) -> None:
        """What was done counts as another action of this state: by what is left of the request.

        Raises ActionNotAllowed where the case's own SOP does not have it for the same role.
        """
        known = {one.name: one for one in route.actions(self.procedure, self.case.state)}
        if action not in known or known[action].by != self.action.by:
            raise ActionNotAllowed(action=action, state=self.case.state, allowed=sorted(known))
        self.action, self.event = known[action], event

    def issue(self, kind: str, facts: Mapping[str, Any], *, beside: bool = False) -> Document:
        """Issue a paper in this act, in place of an earlier one of its kind; the worker renders it after the commit.

        beside: the earlier one goes on to hold, because it is about other items.
        """
        revision, earlier = self.case.revision, None if beside else self.known_papers.get(kind)
        printed, signing = signatories.of(facts, actor_id=self.person_id)
        if not self.proved and signatories.consents(signing, self.person_id):
            raise PasswordNeeded(field="password", minutes=signatories.FRESH_MINUTES)
        document = papers.issue(
            kind,
            case_id=self.case.pk,
            facts=printed,
            at=self.at,
            day=self.day,
            sop=papers.SopStamp(number=revision.number, revision=revision.revision),
            issued_by=self.person_id,
            **letterhead.numbering_of(self.office, kind),
            signing=signing,
        )
        if earlier:
            papers.replace(earlier.pk, by=document.pk, at=self.at, reason=self.event)
        self.papers.append(document)
        return document

    def issued(self) -> list[dict[str, Any]]:
        """The papers of this act as the journal names them."""
        return [_paper(paper) for paper in self.papers]

    def signature(self) -> dict[str, Any]:
        """Who acts, in which capacity, as the journal keeps it."""
        return signed(self.person, self.grant, duty=self.duty, represents=self.represents)


def counts_as(turn: Turn, duty: str) -> None:
    """The act counts as this duty: for acts that either side may do. Raises SeparationOfDuties."""
    turn.duty = duty
    separation.check(turn)


@dataclass(frozen=True)
class Act:
    """What a step offers: the story, its input, the event it writes and the duty it counts as."""

    run: Callable[[Turn, Any], None]
    input: type[Input]
    event: str
    duty: str = ""
    after: Callable[[Turn], None] | None = None  # once the event is written: more messages
    derived: bool = False  # nobody chooses it: another act becomes it by what is left of the request
    searches: bool = False  # the whole ledger (`registry.foresee`)


@contextmanager
def taking(
    case: Case,
    action: str,
    act: Act,
    *,
    who: Standing | None,
    office: Office,
    at: datetime,
    data: Mapping[str, Any],
    strict: bool = False,
    proved: bool = True,
) -> Iterator[Turn]:
    """Take the turn on a locked case. `who` None is the system itself (expiry); `data` is read as the act's input.

    proved: has the person shown who it is within `signatories.FRESH_MINUTES`? Else an act that signs is refused.

    Runs inside the caller's transaction, which must not outlive a refusal. Raises ActionNotAllowed, NotYourTurn,
    InvalidInput, ReasonNeeded, SeparationOfDuties, PasswordNeeded.
    """
    assert connection.in_atomic_block, "an act is one transaction"
    procedure = cases.procedure_of(case)
    chosen = _chosen(case, procedure, action)
    grant = _authority(case, chosen, who)
    given = parsed(act.input, data, strict=strict)
    turn = Turn(
        case=case,
        procedure=procedure,
        place=route.place(procedure, case.state),
        action=chosen,
        person=who.person if who else None,
        roll=who.roll if who else None,
        grants=who.grants if who else (),
        grant=grant,
        office=office,
        at=at,
        event=act.event,
        duty=act.duty,
        past=cases.past(case.pk),
        given=given,
        proved=proved,
        reason=getattr(given, "reason", ""),
    )
    if chosen.reason and not turn.reason:
        raise ReasonNeeded(action=action, field="reason")
    separation.check(turn)
    yield turn
    _finish(turn)
    if act.after is not None:
        act.after(turn)


def _chosen(case: Case, procedure: Procedure, action: str) -> Action:
    if case.closed_at is not None:
        raise ActionNotAllowed(action=action, state=case.state, allowed=[])
    allowed = {known.name: known for known in route.actions(procedure, case.state)}
    if action not in allowed:
        raise ActionNotAllowed(action=action, state=case.state, allowed=sorted(allowed))
    return allowed[action]


def _authority(case: Case, action: Action, who: Standing | None) -> authority.Grant | None:
    if who is None:
        if action.by != SYSTEM:
            raise NotYourTurn(role=action.by)
        return None
    grant = who.grant(action.by, cases.scope_of(case))
    if grant is None or (action.by == APPLICANT and who.person.agency_id != case.agency_id):
        raise NotYourTurn(role=action.by)
    return grant


def _finish(turn: Turn) -> None:
    """Journal, move, clock, messages, jobs: in this order, in the act's transaction."""
    case = turn.case
    way = route.follow(turn.procedure, case.state, turn.action.name, returned_from=case.returned_from or None)
    columns = dict(turn.columns)
    if way.is_end:
        columns |= {"closed_at": turn.at, "reason": turn.reason}
        if is_on_assets(case.service):
            asset_changes.close(case.pk, at=turn.at)
        ending.end_items(turn, way)
        ending.give_back(turn, way)
    if way.to != case.state:
        columns["returned_from"] = case.state if _comes_back(turn.procedure, way) else ""
    if turn.reason:
        turn.says(reason=turn.reason)
    if turn.marked:
        turn.says(fates=turn.marked)
        columns["fates"] = ending.fated(turn)
    turn.outcome = tell_journal(turn, state=way.to)
    cases_write.save(case, state=way.to, **columns)
    turn.next_task = handover.move(
        turn.procedure,
        case,
        before=turn.place,
        way=way,
        action=turn.action.name,
        by_id=turn.person_id,
        at=turn.at,
        turns_over=turn.turns_over,
        beside=handover.beside(turn.procedure, way, at_the_door=turn.items_with(fates.DELIVERED)),
    )
    follow_up(turn, way)


def tell_journal(turn: Turn, *, state: str) -> Event:
    """Write the event of this act, with its papers and the state the case is in now."""
    if turn.papers:
        turn.says(documents=turn.issued())
    turn.says(state=state)
    last = turn.past[-1] if turn.past else None
    return cases_write.record(
        turn.case,
        turn.event,
        at=turn.at,
        actor_id=turn.person_id,
        person=turn.signature(),
        payload=turn.payload,
        after=(last.seq, last.hash) if last else None,
    )


def _paper(paper: Document) -> dict[str, Any]:
    return {
        "id": paper.pk,
        "kind": paper.kind,
        "number": paper.number,
        "facts_sha256": paper.facts_sha256,
    }


def follow_up(turn: Turn, way: route.Route) -> None:
    """Messages and the job that renders, sends and probes; promised now, done after the commit."""
    assert turn.outcome is not None
    case = turn.case
    messages.after(
        case, way, event=turn.outcome, holders=turn.holders, day=turn.day, at=turn.at, more=turn.more
    )
    name = f"{case.number}#{turn.outcome.seq}"
    enqueue("sandar.doors.jobs.after.act", case.pk, name=name, at=turn.at)


def _comes_back(procedure: Procedure, way: route.Route) -> bool:
    """Does the state we go to know an action that leads back to its sender?"""
    return not way.is_end and any(known.to.startswith("return") for known in route.actions(procedure, way.to))
