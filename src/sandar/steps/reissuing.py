"""Issuing a revoked paper again: the same facts under a new number, signed anew by whoever holds the post now.

The old one stays revoked and names its successor; the new one says in place of which number it stands. What the paper
decided is not decided again here: another content needs the act of its step. Whoever revoked it cannot issue it
again, nor who is tied to them by a mandate, and the act counts as the duty of the act that issued it (reliability.md
2.1, segregation).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext_noop
from pydantic import Field

from sandar.core import authority, disclosure
from sandar.errors import AdminApart, ArchiveDestroyed, DocumentEnded, NotYourTurn, SeparationOfDuties
from sandar.records.cases import behind
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, DocumentStatus, Signature
from sandar.records.outbox.queue import enqueue
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.signing_errors import NotRevoked
from sandar.sop import route
from sandar.sop.definition import STAY, SYSTEM, Action
from sandar.steps import messages, paper, separation, signatories
from sandar.steps.inputs import Input, Named
from sandar.steps.turn import APPLICANT, Standing, Turn, standing, standing_now

EVENT = "document_reissued"
# Papers of which several hold side by side, each about other items; of all others only the newest may come back.
BESIDE = ("handover_minutes",)


class Reissue(Input):
    """Why a revoked paper is issued again, for the office."""

    reason: Annotated[Named, Field(min_length=10, max_length=500)] = Field(title="Alasan")


def reissue(
    document_id: int, given: Reissue, *, person: Person, at: datetime, proved: bool = True
) -> Document:
    """Issue it again and return the new paper. proved: as in `turn.taking`.

    Raises NotFound, AdminApart, NotYourTurn (not the role that issued it), OwnGrant, SeparationOfDuties, NotRevoked,
    DocumentEnded (it has a successor), ArchiveDestroyed, PasswordNeeded, BookHeld.
    """
    with transaction.atomic():
        who = standing(person, people.today(at))
        old = papers_read.one(document_id, cases=cases.cases_for(who.viewer), office=who.viewer.is_office)
        case = cases_write.lock_now(old.case_id)
        old.refresh_from_db()  # as it is under the lock
        grant, duty = _authority(old, case, who)
        turn = _turn(case, who, grant, duty=duty, at=at, proved=proved)
        _may_come_back(old, turn.holding)
        separation.check(turn)
        new = turn.issue(old.kind, _facts(turn, old), beside=True)
        papers.name_successor(old.pk, by=new.pk)
        event = _tell(turn, old, given)
        enqueue("sandar.doors.jobs.after.act", case.pk, name=f"{case.number}#{event.seq}", at=at)
    return new


def allowed(old: Document, person: Person, *, at: datetime) -> None:
    """May this person issue it again at all? Asked before what was sent is looked at. Raises as `reissue`."""
    _authority(old, old.case, standing_now(person, people.today(at)))


def expect(old: Document, person: Person, *, at: datetime) -> None:
    """Would this person be let to, now? For the page, before it shows the form. Raises as `reissue`."""
    allowed(old, person, at=at)
    held = [one for one in papers_read.of_case(old.case_id) if one.status in _LIVE]
    _may_come_back(old, held)


def offered(documents: list[Document], person: Person, *, at: datetime) -> set[int]:
    """The ids of those revoked papers that the person may issue again. Asks nothing where none was revoked."""
    found = set()
    for one in documents:
        if one.status == DocumentStatus.REVOKED and one.replaced_by_id is None:
            try:
                expect(one, person, at=at)
            except (AdminApart, ArchiveDestroyed, DocumentEnded, NotYourTurn, SeparationOfDuties):
                continue
            found.add(one.pk)
    return found


_LIVE = (DocumentStatus.PREPARED, DocumentStatus.ISSUED)


def _authority(old: Document, case: Case, who: Standing) -> tuple[authority.Grant, str]:
    """The grant and the duty by which the paper is issued again: those of the act that issued it."""
    if any(grant.role == people.SYSTEM_ADMIN for grant in who.grants):
        raise AdminApart()
    issuing, revoking = behind.paper(case.pk, old.pk)
    role = issuing.get("role", "")
    grant = who.grant(role, cases.scope_of(case)) if role not in ("", APPLICANT, SYSTEM) else None
    if grant is None:
        raise NotYourTurn(role=role)
    mine = {who.person.pk, *people.represented(grant, who.day)}
    if old.ended_kind and mine & {old.ended_by_id, *revoking.get("represents", ())}:
        raise SeparationOfDuties(did="paper_revoked", wants="paper_reissued")
    return grant, issuing.get("duty", "")


def _may_come_back(old: Document, holding: list[Document]) -> None:
    """Only a revoked paper in whose place nothing stands."""
    if old.status != DocumentStatus.REVOKED:
        raise NotRevoked(number=old.number)
    if old.disposal_id:
        assert old.disposal is not None
        raise ArchiveDestroyed(minutes=old.disposal.number, at=old.disposal.decided_at)
    if old.replaced_by_id or any(_stands_for(one, old) for one in holding):
        raise DocumentEnded(document=old.number)


def _stands_for(one: Document, old: Document) -> bool:
    """Was this paper issued after the old one, about the same?"""
    if one.kind != old.kind or one.pk < old.pk or one.kind in BESIDE:
        return False
    about: list[Any] = [row.facts.get("activity", {}).get("key") for row in (one, old)]
    return bool(about[0] == about[1])


def _turn(
    case: Case, who: Standing, grant: authority.Grant, *, duty: str, at: datetime, proved: bool
) -> Turn:
    """The frame in which papers are issued, of an act that moves nothing; of an ended case its last state."""
    procedure = cases.procedure_of(case)
    state = case.state if case.closed_at is None else behind.last_state(case)
    return Turn(
        case=case,
        procedure=procedure,
        place=route.place(procedure, state),
        action=Action("reissue", "", STAY, grant.role, True, False, "", ""),
        person=who.person,
        roll=who.roll,
        grants=who.grants,
        grant=grant,
        office=people.office(),
        at=at,
        event=EVENT,
        duty=duty,
        past=cases.past(case.pk),
        proved=proved,
    )


def _facts(turn: Turn, old: Document) -> dict[str, Any]:
    """The frozen facts as they were, under today's letterhead, with the signatures to ask for again."""
    facts = {name: value for name, value in old.facts.items() if name not in ("document", "overrides")}
    facts |= {"office": paper.office_facts(turn.office), "agency": paper.agency_facts(turn.case)}
    facts["instead_of"] = {"number": old.number, "date": old.issued_on.isoformat()}
    facts["signers"], before = _signers(turn, old)
    assert turn.person is not None
    for party in ("first_party", "second_party"):  # the minutes name in their text who signs them
        if before and facts.get(party, {}).get("name") == before.get("name"):
            facts[party] = facts[party] | paper.person_facts(turn.person)
    return facts | paper.exceptions(turn)


def _signers(turn: Turn, old: Document) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """The blocks, each with whom to ask; whoever issues it again stands in place of who issued it, whose block is
    the second answer."""
    rows = [row for row in signatures.of_documents([old.pk]) if row.person_id]
    blocks: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {}
    issuer = old.issued_by.name if old.issued_by else ""
    for printed in old.facts["signers"]:
        block = {name: value for name, value in printed.items() if name != "signing"}
        row = _row_of(block, rows)
        mine = row.person_id == old.issued_by_id if row else block.get("name") == issuer
        if row:
            rows.remove(row)
        if mine and not before:
            before, signed = block, paper.signer(turn, caption=block.get("caption", ""))
            asked = signed.pop("signs")
            block = signed | ({"signs": asked | {"order": row.order}} if row else {})
        elif row and row.person:
            block = paper.signs(block, row.person, order=row.order)
        blocks.append(block)
    return blocks, before


def _row_of(block: Mapping[str, Any], rows: list[Signature]) -> Signature | None:
    """The signature that was asked for under this block, by its title and the name."""
    titled = [row for row in rows if row.title == signatories.title_of(block)[:200]]
    named = [row for row in titled if row.person and row.person.name == block.get("name")]
    return next(iter(named or titled), None)


def _tell(turn: Turn, old: Document, given: Reissue) -> Event:
    """The journal: no move of the case, so no state. The agency hears of a paper that is meant for it."""
    event = cases_write.record(
        turn.case,
        EVENT,
        at=turn.at,
        actor_id=turn.person_id,
        person=turn.signature(),
        payload=turn.payload
        | {
            "documents": turn.issued(),
            "reissued": {"id": old.pk, "kind": old.kind, "number": old.number},
            "note": given.reason,
        },
    )
    if disclosure.paper_is_open(old.kind):
        what = gettext_noop("sebuah dokumen yang dicabut diterbitkan kembali")
        told = messages.agency(turn.case, turn.day)
        messages.tell(turn.case, told, event=event, kind="reissued", what=what, at=turn.at)
    return event
