"""What is stored about somebody, and its erasure (UU 27/2022, ADR 0017). For the system administrator."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of, name_in_path
from sandar.doors.api.taking import takes
from sandar.steps.people import erasing, shapes
from sandar.steps.people.book import ROLE

router = Router(tags=["people"])


class PersonalData(BaseModel):
    """Everything stored that names the person; papers stay as archive."""

    person: dict[str, Any] | None = Field(description="the account; null for somebody without one")
    roles: list[dict[str, Any]]
    tokens: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    named_in: list[dict[str, Any]]
    papers_that_stay: list[dict[str, Any]]


class Erased(BaseModel):
    rows: dict[str, int] = Field(description="table -> rows that were emptied, cleaned or deleted")


def _administrator(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    caller.must_hold(ROLE)
    return caller


_NOTHING: dict[str, Any] = {"person": None, "roles": [], "tokens": [], "messages": [], "acts": []}


@router.get("/people/{username}/data", response=PersonalData)
def get_personal_data(request: HttpRequest, username: str) -> HttpResponse:
    """Everything stored about somebody with an account (access)."""
    _administrator(request)
    return answer(erasing.about(name_in_path(username, "person")))


@router.post("/people/{username}/erase", response=Erased, openapi_extra=takes(shapes.Why))
def erase_person(request: HttpRequest, username: str) -> HttpResponse:
    """Erase somebody everywhere but in papers and signers' certificates; the account closes for good."""
    caller = _administrator(request)
    name = name_in_path(username, "person")
    given = body_of(request, shapes.Why)

    def work() -> dict[str, Any]:
        return {"rows": erasing.erase(name, reason=given.why, at=caller.at, person=caller.person)}

    return once(request, caller, work)


@router.post("/contacts/search", response=PersonalData, openapi_extra=takes(erasing.Contact))
def search_contact(request: HttpRequest) -> HttpResponse:
    """Where somebody without an account is named: letters, contacts, forms, notes. Changes nothing."""
    caller = _administrator(request)
    given = body_of(request, erasing.Contact)
    return answer(_NOTHING | erasing.about_contact(given, person=caller.person, at=caller.at))


@router.post("/contacts/erase", response=Erased, openapi_extra=takes(erasing.EraseContact))
def erase_contact(request: HttpRequest) -> HttpResponse:
    """Erase somebody without an account everywhere but in papers."""
    caller = _administrator(request)
    given = body_of(request, erasing.EraseContact)

    def work() -> dict[str, Any]:
        return {"rows": erasing.erase_contact(given, person=caller.person, at=caller.at)}

    return once(request, caller, work)
