"""Destruction of what the schedule says is over: proposed by one person, decided by another, told in minutes.

PP 28/2012: destroyed is what has no use any more, is over by the schedule, is forbidden by no law and belongs to no
dispute; with the written approval of the head, a list, minutes and witnesses. What goes: the facts and every file of a
paper, the bytes of what was handed in. What stays: number, hashes, journal, public verification.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from sandar.core import numbering, retention
from sandar.core.authority import Grant, local_day
from sandar.errors import Conflict, Forbidden, InvalidInput, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.documents import archive, freeze
from sandar.records.documents import write as papers
from sandar.records.documents.models import Disposal
from sandar.records.facility import journal
from sandar.records.outbox.queue import enqueue
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import paper
from sandar.steps.archiving import due
from sandar.steps.inputs import Input, Named, ShortNamed
from sandar.steps.turn import signed

PROPOSES, DECIDES = "administrator", "division_head"
SUBJECT = "office:archive"
EVENT, PROPOSED, REFUSED = "archive_destroyed", "disposal_proposed", "disposal_refused"
PROPOSE, APPROVE = "disposal_propose", "disposal_approve"  # the two sides, as refusals name them
JOB = "sandar.doors.jobs.archive.run_now"
CODE, PATTERN = "BAPA", "{klasifikasi}/{urut:03}/{jenis}/{unit}/{bulan_romawi}/{tahun}"
CLASS = "000.5.6"  # Permendagri 83/2022: 000.5 kearsipan (general knowledge); shown, decides nothing
WITNESSES = 2


class Chosen(Input):
    """One thing on the list."""

    type: Literal["paper", "file"]
    id: Annotated[int, Field(ge=1, le=2**63 - 1)]


class Propose(Input):
    """What shall be destroyed."""

    items: Annotated[list[Chosen], Field(min_length=1, max_length=archive.MOST)] = Field(
        title="Daftar usul musnah"
    )


class Witness(Input):
    """Who watches: an official of law and one of supervision, by custom."""

    name: ShortNamed = Field(title="Nama saksi")
    title: ShortNamed = Field(title="Jabatan saksi")


class Approve(Input):
    """The decision of the second person."""

    approval: Named = Field(title="Surat persetujuan")
    witnesses: Annotated[list[Witness], Field(min_length=WITNESSES, max_length=4)] = Field(title="Saksi")


class Refuse(Input):
    reason: Annotated[Named, StringConstraints(max_length=300)] = Field(title="Alasan")


def may_propose(person: Person, *, at: datetime) -> None:
    """Asked before what was sent is looked at. Raises Forbidden."""
    _authority(person, PROPOSES, at)


def propose(given: Propose, *, person: Person, at: datetime) -> Disposal:
    """Put a list before the second person. Raises Forbidden, Conflict when something of it is not due (any more)."""
    with transaction.atomic():
        head = journal.lock()
        grant = _authority(person, PROPOSES, at)
        known = {(item["type"], item["id"]): item for item in due.items(at)}
        wanted = list(dict.fromkeys((one.type, one.id) for one in given.items))
        if not known.keys() >= set(wanted):
            raise Conflict(what="disposal")
        made = archive.proposed([known[one] for one in wanted], by=person.pk, at=at)
        _tell(head, PROPOSED, {"disposal": made.pk, "count": len(wanted)}, person=person, grant=grant, at=at)
    return made


def refuse(pk: int, given: Refuse, *, person: Person, at: datetime) -> None:
    """The second person says no, or whoever proposed takes it back. Raises Forbidden, NotFound, Conflict."""
    with transaction.atomic():
        head = journal.lock()
        disposal = archive.locked(pk)
        grant = _authority(person, PROPOSES if disposal.proposed_by_id == person.pk else DECIDES, at)
        disposal.state, disposal.reason = Disposal.REFUSED, given.reason
        disposal.decided_by, disposal.decided_at = person, at
        disposal.save()
        _tell(head, REFUSED, {"disposal": pk, "note": given.reason}, person=person, grant=grant, at=at)


def approve(pk: int, given: Approve, *, person: Person, at: datetime) -> Disposal:
    """Destroy what was proposed, all of it or nothing, and issue the minutes.

    Raises Forbidden, SeparationOfDuties (who proposed, or stands in for whoever did), NotFound, Conflict when something
    is not due any more (a hold, a changed schedule, a server that came back), BookHeld.
    """
    with transaction.atomic():
        # The cases first, as every act does; the office's journal is the last lock.
        for number in sorted({item["case"] for item in _items_of(pk)}):
            cases_write.lock_now(cases.id_of(number))
        head = journal.lock()
        disposal = archive.locked(pk)
        grant = _authority(person, DECIDES, at)
        day = people.today(at)
        first = disposal.proposed_by
        if first.pk == person.pk or first.pk in people.represented(grant, day):
            raise SeparationOfDuties(did=PROPOSE, wants=APPROVE)
        _still_due(disposal, at)
        disposal.state = Disposal.DONE
        _number(disposal, given, person, at)
        wanted = {kind: [i["id"] for i in disposal.items if i["type"] == kind] for kind in ("paper", "file")}
        disposal.save()
        scans = archive.destroy(disposal, papers=wanted["paper"], files=wanted["file"], at=at)
        _tell_cases(disposal, scans, person=person, grant=grant, at=at)
        told = {"disposal": pk, "minutes": disposal.number, "facts_sha256": disposal.facts_sha256,
                "count": len(disposal.items)}  # fmt: skip
        _tell(head, EVENT, told, person=person, grant=grant, at=at)
        enqueue(JOB, name=f"archive-{pk}", at=at)
    return disposal


def _items_of(pk: int) -> list[dict[str, Any]]:
    found = Disposal.objects.filter(pk=pk).values_list("items", flat=True).first()
    return list(found or [])


def _authority(person: Person, role: str, at: datetime) -> Grant:
    grant = people.authority(person, role, people.today(at))
    if grant is None:
        raise Forbidden(needed=role)
    return grant


def _still_due(disposal: Disposal, at: datetime) -> None:
    """Every line is due as it was shown, by the same rule, with the same bytes. Raises Conflict naming what is not."""
    now = {(item["type"], item["id"]): item for item in due.now(at, disposal.items)}
    other = [item for item in disposal.items if now.get((item["type"], item["id"])) != item]
    if other:
        names = [item["number"] or item["title"] for item in other[:5]]
        raise Conflict(what="disposal", changed=names)


def _number(disposal: Disposal, given: Approve, person: Person, at: datetime) -> None:
    office = people.office()
    day = local_day(at, office.time_zone)
    names = [witness.name.casefold() for witness in given.witnesses]
    if len(set(names)) != len(names):
        raise InvalidInput(fields={"witnesses": [_("Saksi harus orang yang berbeda.")]})
    disposal.sequence = papers.take_number(archive.BOOK, year=day.year)
    disposal.year = day.year
    disposal.number = numbering.format_number(
        PATTERN, urut=disposal.sequence, day=day, klasifikasi=CLASS, jenis=CODE, unit=office.unit_code
    )
    disposal.decided_by, disposal.decided_at = person, at
    disposal.facts, disposal.facts_sha256 = freeze.frozen(
        {
            "number": disposal.number,
            "issued_on": day,
            "at": at,
            "office": paper.office_facts(office),
            "approval": given.approval,
            "proposed_by": paper.person_facts(disposal.proposed_by),
            "decided_by": paper.person_facts(person),
            "witnesses": [witness.model_dump() for witness in given.witnesses],
            "items": disposal.items,
        }
    )


def _tell_cases(
    disposal: Disposal, scans: list[tuple[str, str]], *, person: Person, grant: Grant, at: datetime
) -> None:
    """A line in each case. left: a hash over what is left of each paper, for its facts bind nothing any more."""
    lines: dict[str, dict[str, Any]] = defaultdict(lambda: {"documents": [], "files": [], "left": {}})
    remains = archive.remains([item["id"] for item in disposal.items if item["type"] == "paper"])
    for item in disposal.items:
        if item["type"] == "paper":
            lines[item["case"]]["documents"].append(item["id"])
            lines[item["case"]]["left"][str(item["id"])] = retention.left(remains[item["id"]])
        else:
            lines[item["case"]]["files"].append(item["sha256"])
    for number, sha256 in scans:
        lines[number]["files"].append(sha256)
    for number, gone in sorted(lines.items()):
        case = cases_write.lock_now(cases.id_of(number))
        cases_write.record(
            case,
            EVENT,
            at=at,
            actor_id=person.pk,
            person=signed(person, grant),
            payload={"destroyed": {"minutes": disposal.number, **gone}},
        )


def _tell(
    head: Any, kind: str, payload: dict[str, Any], *, person: Person, grant: Grant, at: datetime
) -> None:
    journal.append(
        head, kind, subject=SUBJECT, payload=payload, at=at, by=person.pk, actor=signed(person, grant)
    )
