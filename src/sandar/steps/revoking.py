"""Revoking an issued paper: a second officer says it no longer holds, why, and since when.

The paper and its bytes stay as they are, its number stays used; the book and `/verify` say "dicabut". Whoever issued
or signed it cannot revoke it, nor who is tied to them by a mandate: as with every pair of the office, two persons
stand behind what undoes a decision (reliability.md 2.1, segregation).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from sandar.core import authority, disclosure
from sandar.errors import AdminApart, DocumentEnded, NotYourTurn, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import messages
from sandar.steps.inputs import Input, Named
from sandar.steps.turn import Standing, signed, standing, standing_now

EVENT = "document_revoked"
MAY = ("division_head", "supervisor")
Kind = Literal["wrong_content", "wrong_addressee", "no_basis", "issued_twice", "signature_misused", "other"]
# Public: they stand on the page behind the QR code.
KINDS: dict[str, str | Promise] = {
    "wrong_content": _("isi dokumen salah"),
    "wrong_addressee": _("salah alamat"),
    "no_basis": _("dasar penerbitannya tidak ada lagi"),
    "issued_twice": _("terbit dua kali"),
    "signature_misused": _("tanda tangan disalahgunakan"),
    "other": _("alasan lain"),
}


class Revoke(Input):
    """Why a paper no longer holds: a kind for everybody to read, and the circumstances for the office."""

    kind: Kind = Field(title="Jenis alasan")
    reason: Annotated[Named, Field(min_length=10, max_length=500)] = Field(title="Uraian")


def revoke(document_id: int, given: Revoke, *, person: Person, at: datetime) -> Document:
    """Revoke it, tell the journal of its case, and the agency where the paper is meant for it.

    Raises NotFound, NotYourTurn (not one of MAY), AdminApart, SeparationOfDuties (issued or signed it, or bound to
    who did), DocumentEnded.
    """
    with transaction.atomic():
        who = standing(person, people.today(at))
        known = papers_read.one(document_id, cases=cases.cases_for(who.viewer), office=who.viewer.is_office)
        case = cases_write.lock_now(known.case_id)
        grant = _authority(known, case, who)
        papers.revoke(known.pk, kind=given.kind, reason=given.reason, by=person.pk, at=at)
        event = _tell(case, known, given, who=who, grant=grant, at=at)
        if disclosure.paper_is_open(known.kind):
            what = gettext_noop("sebuah dokumen dicabut dan tidak berlaku lagi")
            messages.tell(case, messages.agency(case, who.day), event=event, kind="revoked", what=what, at=at)
    known.refresh_from_db()
    return known


def expect(paper: Document, person: Person, *, at: datetime) -> None:
    """Would this person be let to revoke this paper now? For the page, before it shows the form. Raises as `revoke`."""
    allowed(paper, person, at=at)
    if paper.status not in ("prepared", "issued"):
        raise DocumentEnded(document=paper.number)


def allowed(paper: Document, person: Person, *, at: datetime) -> None:
    """May this person revoke it at all? Asked before what was sent is looked at. Raises as `revoke`."""
    _authority(paper, paper.case, standing_now(person, people.today(at)))


def _authority(paper: Document, case: Case, who: Standing) -> authority.Grant:
    """By which role the person revokes. Nobody who issued or signs the paper, nor whoever stands in for them."""
    if any(grant.role == people.SYSTEM_ADMIN for grant in who.grants):
        raise AdminApart()
    grants = (who.grant(role, cases.scope_of(case)) for role in MAY)
    grant = next((one for one in grants if one), None)
    if grant is None:
        raise NotYourTurn(role=MAY[0])
    signers = {row.person_id for row in signatures.of_documents([paper.pk])} | {paper.issued_by_id}
    if signers & {who.person.pk, *people.represented(grant, who.day)}:
        raise SeparationOfDuties(did="paper_issued", wants="paper_revoked")
    return grant


def _tell(
    case: Case, paper: Document, given: Revoke, *, who: Standing, grant: authority.Grant, at: datetime
) -> Event:
    return cases_write.record(
        case,
        EVENT,
        at=at,
        actor_id=who.person.pk,
        person=signed(who.person, grant, represents=people.represented(grant, who.day)),
        payload={
            "revoked": {"id": paper.pk, "kind": paper.kind, "number": paper.number},
            "reason": given.kind,
            "note": given.reason,
        },
    )
