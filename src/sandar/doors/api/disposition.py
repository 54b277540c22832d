"""The disposition of a case: its hops, who got and read them, answers of those beside the lead."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.doors.api import disposition_shapes as shapes
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of, name_in_path, object_of
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden, NotFound
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.dispositions import read as dispositions
from sandar.steps.inputs import Nothing
from sandar.steps.s2_disposition import hops as way
from sandar.steps.s2_disposition import receipts
from sandar.steps.s2_disposition.forms import Answer, InstructionLines
from sandar.steps.s2_disposition.hops import Hop

router = Router(tags=["disposition"])


@router.get("/cases/{number}/disposition", response=shapes.DispositionOut)
def get_disposition(request: HttpRequest, number: str) -> HttpResponse:
    """The hops of a case, oldest first. It passes between officers: to the agency it does not exist (404).

    Reading by API leaves no receipt by itself; that is `POST /cases/{number}/disposition/read`.
    """
    caller = caller_of(request)
    return answer(_all(_case(caller, number)))


def _case(caller: Caller, number: str) -> Case:
    case = cases.case_for(caller.viewer, name_in_path(number, "case"))
    if not caller.viewer.is_office:
        raise NotFound(what="disposition")
    return case


def _all(case: Case) -> dict[str, Any]:
    hops = way.of_case(case)
    return {"urgency": case.nature, "items": [_hop(hop) for hop in hops], "count": len(hops)}


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "seq": hop.seq,
        "kind": hop.kind,
        "at": moment(hop.at),
        "by": {"name": hop.giver.get("name", ""), "title": hop.giver.get("title", "")},
        "to_role": hop.to_role,
        "instructions": [box._asdict() for box in hop.instructions],
        "urgency": hop.urgency,
        "due_on": hop.due_on.isoformat() if hop.due_on else None,
        "note": hop.note,
        "reason": hop.reason,
        "recipients": [
            {
                "username": row.person.username,
                "name": row.person.name,
                "title": row.person.title,
                "part": row.part,
                "read_at": moment(row.read_at),
                "answer": row.answer,
                "answered_at": moment(row.answered_at),
                "answered_by": row.answered_by["name"] if row.answered_by else "",
            }
            for row in [*hop.lead, *hop.others]
        ],
    }


@router.post("/cases/{number}/disposition/read", response=shapes.DispositionOut, openapi_extra=takes(Nothing))
def read_disposition(request: HttpRequest, number: str) -> HttpResponse:
    """Keep that the caller read what reached them; journaled once a hop. Nobody's page becomes stale by it."""
    caller = caller_of(request)
    _case(caller, number)
    object_of(request)

    def work() -> dict[str, Any]:
        case = _case(caller, number)
        receipts.read(case.number, person=caller.person, at=caller.at)
        return _all(case)

    return once(request, caller, work)


@router.post(
    "/cases/{number}/disposition/answer", response=shapes.DispositionOut, openapi_extra=takes(Answer)
)
def answer_disposition(request: HttpRequest, number: str) -> HttpResponse:
    """Answer a hop (`hop`: its `seq`) one got beside the lead, once."""
    caller = caller_of(request)
    _case(caller, number)  # what is not there for somebody takes no body from them
    given = body_of(request, Answer)

    def work() -> dict[str, Any]:
        case = _case(caller, number)
        receipts.answer(case.number, given, person=caller.person, at=caller.at)
        return _all(case)

    return once(request, caller, work)


@router.get("/instructions", response=shapes.InstructionList)
def list_instructions(request: HttpRequest) -> HttpResponse:
    """The boxes of the disposition sheet, whose codes `forward` takes."""
    viewer = caller_of(request).viewer
    if not (viewer.is_office or receipts.EDITOR in viewer.roles):
        raise Forbidden(needed="division_head")
    return answer(_boxes())


@router.put("/instructions", response=shapes.InstructionList, openapi_extra=takes(InstructionLines))
def change_instructions(request: HttpRequest) -> HttpResponse:
    """Write the office's own list, in its order; a line that stays keeps its code. For the system administrator."""
    caller = caller_of(request)
    caller.must_hold(receipts.EDITOR)
    given = body_of(request, InstructionLines)

    def work() -> dict[str, Any]:
        receipts.keep_list(given.lines, person=caller.person, at=caller.at)
        return _boxes()

    return once(request, caller, work)


def _boxes() -> dict[str, Any]:
    items = [box._asdict() for box in dispositions.instructions()]
    return {"items": items, "count": len(items), "page": 1}
