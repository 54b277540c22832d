"""Step 1: the letter comes in, gets its number and its agenda number, and the clock of the office starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from sandar.errors import InvalidInput, NotYourTurn, Refused
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.documents import write as papers
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.people import read as people
from sandar.records.people.models import Agency, Person
from sandar.sop import route
from sandar.steps import messages, paper
from sandar.steps.s1_letter.forms import Request, Resubmit, Withdraw
from sandar.steps.turn import Act, Turn, enter, local_day

STEP = "letter"
ANYTIME = ("withdraw",)


def receive(person: Person, request: Request, *, at: datetime, files: Sequence[AcceptedFile] = ()) -> Case:
    """Receive a letter: case, numbers, first event, receipt, and the task of the division head.

    `files` were accepted (and are durable) before. Raises NotYourTurn, InvalidInput, NotFound; then nothing is stored.
    """
    items_match_service(request)
    with transaction.atomic():
        office = people.office()
        day = local_day(at, office.time_zone)
        agency = _agency(person, request, at=at)
        revision = cases.current_revision()
        procedure_start = _first_state(revision.text)
        case = cases_write.create(
            revision=revision,
            year=day.year,
            agency=agency,
            requester=person,
            service=request.service,
            state=procedure_start,
            title=request.letter.subject,
            letter=request.letter.model_dump(mode="json"),
            contact=request.contact.model_dump(mode="json"),
            items=[item.model_dump(mode="json") for item in request.items],
            received_at=at,
            previous=_previous(request.previous, agency),
        )
        turn = _turn(case, person, at)
        for file in files:
            papers.keep_file(file, at=at, case_id=case.pk, uploaded_by=person.pk)
        turn.issue("receipt", _receipt(turn, files))
        _start(turn, files)
    return case


def items_match_service(request: Request) -> None:
    """The service named in the letter and the kinds of its items must agree. Raises InvalidInput."""
    kinds = {item.kind for item in request.items}
    wanted = {"both": {"colocation", "hosting"}}.get(request.service, {request.service})
    if kinds != wanted:
        from django.utils.translation import gettext as _

        raise InvalidInput(
            fields={"service": [_("Layanan tidak cocok dengan daftar perangkat dan aplikasi di bawahnya.")]}
        )


def _agency(person: Person, request: Request, *, at: datetime) -> Agency:
    """The asking agency: one's own; the front desk (administrator) may enter another agency's paper letter."""
    roles = people.roles_of(person, local_day(at, "Asia/Jakarta"))
    if "applicant" in roles and request.agency in ("", person.agency.code):
        return person.agency
    if "administrator" in roles and request.agency:
        return people.agency_by_code(request.agency)
    raise NotYourTurn(role="applicant")


def _previous(number: str, agency: Agency) -> Case | None:
    """The ended request this one follows; of the same agency."""
    if not number:
        return None
    found = Case.objects.filter(number=number, agency=agency, closed_at__isnull=False).first()
    if found is None:
        raise Refused(field="previous", reason="previous_unknown")
    return found


def _first_state(text: str) -> str:
    from sandar.sop import definition

    procedure = definition.loads(text)
    return route.follow(procedure, procedure.start, "submit").to


def _turn(case: Case, person: Person, at: datetime) -> Turn:
    procedure = cases.procedure_of(case)
    start = route.place(procedure, procedure.start)
    action = next(known for known in start.stage.actions if known.name == "submit")
    role = "applicant" if person.agency_id == case.agency_id else "administrator"
    grant = people.authority(person, role, local_day(at, "Asia/Jakarta"))
    return Turn(
        case=case,
        procedure=procedure,
        place=start,
        action=action,
        person=person,
        grant=grant,
        at=at,
        event="request_received",
        duty="requested",
    )


def _receipt(turn: Turn, files: Sequence[AcceptedFile]) -> dict[str, Any]:
    case = turn.case
    clerk = people.holders("administrator", turn.day).first()
    block = paper.person_facts(clerk) if clerk else {"name": turn.office.agency.name}
    return {
        **paper.common(turn, signers=[block]),
        "items": case.items,
        "contact": paper.official(case.contact),
        "files": [
            {"name": file.name, "size": f"{max(1, round(file.size / 1000))} kB", "sha256": file.sha256}
            for file in files
        ],
    }


def _start(turn: Turn, files: Sequence[AcceptedFile]) -> None:
    """First event, first task, first clock, first messages."""
    case, at = turn.case, turn.at
    receipt = turn.papers[0]
    turn.outcome = cases_write.record(
        case,
        turn.event,
        at=at,
        actor_id=turn.person_id,
        person=turn.signature(),
        payload={
            "letter": {key: case.letter[key] for key in ("number", "date", "subject")},
            "agenda_no": case.agenda_no,
            "service": case.service,
            "items": case.items,
            "files": [file.sha256 for file in files],
            "documents": [
                {
                    "id": receipt.pk,
                    "kind": receipt.kind,
                    "number": receipt.number,
                    "facts_sha256": receipt.facts_sha256,
                }
            ],
            "state": case.state,
        },
    )
    way = route.follow(turn.procedure, turn.procedure.start, "submit")
    assert way.step is not None
    assert way.stage is not None
    cases_write.open_task(case, state=way.to, step=way.step.key, role=way.stage.by, at=at)
    enter(turn.procedure, case.pk, way.to, at=at)
    messages.after(case, way, event=turn.outcome, at=at)
    async_task("sandar.doors.jobs.after.act", case.pk, q_options={"task_name": f"{case.number}#1"})


def resubmit(turn: Turn, given: Resubmit) -> None:
    """Send the completed letter: it goes back to whoever asked, and only the agency's time had stopped theirs."""
    if given.letter is not None:
        turn.sets(letter=given.letter.model_dump(mode="json"), title=given.letter.subject)
    if given.items is not None:
        turn.sets(items=[item.model_dump(mode="json") for item in given.items])
        turn.says(items=turn.columns["items"])
    turn.says(note=given.note)


def withdraw(turn: Turn, given: Withdraw) -> None:
    """Withdraw the request; held places are released with it."""
    turn.says(note=given.note)


ACTS = {
    "resubmit": Act(resubmit, Resubmit, event="letter_completed", duty="requested"),
    "withdraw": Act(withdraw, Withdraw, event="request_withdrawn", duty="requested"),
}
