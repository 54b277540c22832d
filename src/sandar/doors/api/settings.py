"""Settings of the office by API: how its papers look and are numbered."""

from __future__ import annotations

from datetime import date
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from sandar.core import chain
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.documents import BINARY, MULTIPART, content
from sandar.doors.api.once import answer, once
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.errors import Forbidden, InvalidInput, NotFound, WrongType
from sandar.records.documents import store, uploads
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


ARMS = "/settings/papers/arms"
ARMS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["version", "file"],
                    "properties": {"version": {"type": "string"}, "file": BINARY},
                    "additionalProperties": False,
                }
            }
        },
    }
}


class ArmsRemoval(Input):
    """version: as it was read."""

    version: Text


def _administrator(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    if letterhead_act.ROLE not in caller.viewer.roles:
        raise Forbidden(needed=letterhead_act.ROLE)
    return caller


@router.get(ARMS, openapi_extra=content(uploads.PNG, uploads.SVG))
def get_arms(request: HttpRequest) -> HttpResponse:
    """The region's arms as they are printed; 404 while a neutral shield stands in their place."""
    if not caller_of(request).viewer.roles & READERS:
        raise Forbidden()
    found = people.office().papers.get("arms")
    if not found:
        raise NotFound(what="arms")
    response = HttpResponse(store.read(found["sha256"]), content_type=found["media_type"])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-cache"
    return response


@router.post(ARMS, response=PaperFormOut, openapi_extra=ARMS_BODY)
def set_arms(request: HttpRequest) -> HttpResponse:
    """Print these arms on the papers from now on: PNG or a plain SVG, up to 500 kB as SVG. System administrator."""
    caller = _administrator(request)
    if request.content_type != MULTIPART:
        raise WrongType(name=request.content_type, detected=request.content_type, allowed=[MULTIPART])
    versions, files = request.POST.getlist("version"), request.FILES.getlist("file")
    lacking = {name: ["1"] for name, found in (("version", versions), ("file", files)) if len(found) != 1}
    lacking |= {name: ["?"] for name in {*request.POST, *request.FILES} - {"version", "file"}}
    if lacking:
        raise InvalidInput(fields=lacking)
    file = files[0]
    accepted = uploads.accept_upload(
        file.name or "lambang", file.content_type or "", cast("BinaryIO", file), kind="arms"
    )
    same = chain.canonical({"version": versions[0], "sha256": accepted.sha256})

    def work() -> dict[str, Any]:
        letterhead_act.set_arms(accepted, person=caller.person, at=caller.at, seen=versions[0])
        return _line(people.office(), people.today(caller.at))

    return once(request, caller, work, content=same)


@router.post(f"{ARMS}/remove", response=PaperFormOut, openapi_extra=takes(ArmsRemoval))
def remove_arms(request: HttpRequest) -> HttpResponse:
    """Print the neutral shield again."""
    caller = _administrator(request)
    given = body_of(request, ArmsRemoval)

    def work() -> dict[str, Any]:
        letterhead_act.set_arms(None, person=caller.person, at=caller.at, seen=given.version)
        return _line(people.office(), people.today(caller.at))

    return once(request, caller, work)
