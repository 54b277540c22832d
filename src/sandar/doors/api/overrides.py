"""Exceptions from the separation of duties of one case, given by a second officer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden
from sandar.records.cases import read as cases
from sandar.records.cases.models import Override
from sandar.steps import excepting

router = Router(tags=["cases"])


class OverrideOut(BaseModel):
    """One pair that one person may do both sides of, once."""

    person: str = Field(description="user name")
    did: str
    wants: str
    reason: str
    granted_by: str = Field(description="user name of the second officer")
    granted_at: str
    expires_at: str
    used_at: str | None


class OverrideList(BaseModel):
    items: list[OverrideOut]


def _line(one: Override) -> dict[str, Any]:
    return {
        "person": one.person.username,
        "did": one.did,
        "wants": one.wants,
        "reason": one.reason,
        "granted_by": one.granted_by.username,
        "granted_at": moment(one.granted_at),
        "expires_at": moment(one.expires_at),
        "used_at": moment(one.used_at) if one.used_at else None,
    }


@router.get("/cases/{number}/overrides", response=OverrideList)
def list_overrides(request: HttpRequest, number: str) -> HttpResponse:
    """Every exception that was given in this case. Officers only."""
    viewer = caller_of(request).viewer
    case = cases.case_for(viewer, number)
    if not viewer.is_office:
        raise Forbidden()
    rows = Override.objects.filter(case=case).select_related("person", "granted_by").order_by("pk")
    return answer({"items": [_line(one) for one in rows]})


@router.post("/cases/{number}/overrides", response={201: OverrideList}, openapi_extra=takes(excepting.Except))
def create_override(request: HttpRequest, number: str) -> HttpResponse:
    """Let `person` do `wants` although separation of duties stands in the way: once, for `hours`, for a reason.

    The caller is the second officer: not the person, on neither side of the pair, tied to neither by a mandate.
    """
    caller = caller_of(request)
    cases.case_for(caller.viewer, number)
    given = body_of(request, excepting.Except)

    def work() -> dict[str, Any]:
        made = excepting.allow(number, given, person=caller.person, at=caller.at)
        return {"items": [_line(one) for one in made]}

    return once(request, caller, work, status=201)
