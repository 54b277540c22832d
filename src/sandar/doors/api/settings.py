"""Settings of the office by API: how its papers look and are numbered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.errors import Forbidden
from sandar.records.people import read as people
from sandar.records.people.models import Office
from sandar.steps import letterhead, letterhead_act
from sandar.steps.inputs import Input, Text

router = Router(tags=["settings"])
READERS = frozenset({"system_admin", "division_head", "supervisor"})


class PaperFormChange(Input):
    """What shall be different; a named field replaces the one in force. version: as it was read."""

    fields: dict[str, Any]
    version: Text


class PaperFormOut(BaseModel):
    """How papers look and are numbered from now on; papers issued before keep their own form."""

    version: str
    fields: letterhead.Form
    arms_sha256: str = Field(description="the region's arms in the file store; empty: a neutral shield")
    numbers: dict[str, str] = Field(description="kind -> what its first number of this year looks like")


def _line(office: Office, day: date) -> dict[str, Any]:
    form = letterhead.now(office)
    return {
        "version": letterhead.version_of(office),
        "fields": form.model_dump(mode="json"),
        "arms_sha256": office.papers.get("arms", {}).get("sha256", ""),
        "numbers": letterhead.numbers(form, day),
    }


@router.get("/settings/papers", response=PaperFormOut)
def get_paper_form(request: HttpRequest) -> HttpResponse:
    """Letterhead, page, font, footer and numbering. For heads and the system administrator."""
    caller = caller_of(request)
    if not caller.viewer.roles & READERS:
        raise Forbidden()
    return answer(_line(people.office(), people.today(caller.at)))


@router.patch("/settings/papers", response=PaperFormOut, openapi_extra=takes(PaperFormChange))
def change_paper_form(request: HttpRequest) -> HttpResponse:
    """Change them; only the system administrator. A pattern by which two books could give one number is refused."""
    caller = caller_of(request)
    if letterhead_act.ROLE not in caller.viewer.roles:
        raise Forbidden(needed=letterhead_act.ROLE)
    given = body_of(request, PaperFormChange)
    before = letterhead.now(people.office()).model_dump(mode="json")
    form = letterhead.read({**before, **given.fields}, strict=True)

    def work() -> dict[str, Any]:
        letterhead_act.save(form, person=caller.person, at=caller.at, seen=given.version)
        return _line(people.office(), people.today(caller.at))

    return once(request, caller, work)
