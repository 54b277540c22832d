"""What the calls on the SOP take and answer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from sandar.steps.inputs import Input, Named, Text
from sandar.steps.revising.forms import Moving

Toml = Annotated[str, StringConstraints(max_length=400_000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="as it was read")]


class SopRevisionOut(BaseModel):
    service: str
    revision: int
    number: str
    content_sha256: str
    published_at: str
    effective_on: dt.date
    approved_by: str | None = Field(description="null: came with Sandar")


class SopRevisionLine(SopRevisionOut):
    in_force: bool


class SopRevisionList(BaseModel):
    items: list[SopRevisionLine]
    count: int
    page: int = Field(description="always 1: the list comes whole")


class SopRevisionText(SopRevisionOut):
    text: str = Field(description="the definition as TOML")


class SopProblem(BaseModel):
    line: int
    code: str
    sentence: str


class SopDraftLine(BaseModel):
    draft: int
    service: str
    base: int | None = Field(description="the revision it was begun from")
    version: int
    changed_at: str
    checked: bool = Field(description="found right as it stands now")
    problems: list[SopProblem]


class SopDraftOut(SopDraftLine):
    text: str


class SopDraftList(BaseModel):
    items: list[SopDraftLine]
    count: int
    page: int = Field(description="always 1: the list comes whole")


class SopDraftNew(Input):
    """A new draft; without `text` from the newest revision of the service, or from what ships with Sandar."""

    service: Annotated[Named, StringConstraints(max_length=40)] = "colocation"
    text: Toml | None = None


class SopDraftSave(Input):
    """The whole text of a draft."""

    text: Toml
    version: Version


class SopDraftSeen(Input):
    """The version of the draft that was read."""

    version: Version


class SopDraftPublish(Input):
    """From when it is in force; a new number of the SOP, where it gets one."""

    effective_on: dt.date
    number: Annotated[Text, StringConstraints(max_length=80)] = ""
    version: Version


class SopMove(Moving):
    """The token of the dry run that was decided on, and the reason; 422 REASON_NEEDED without one."""


class SopObstacle(BaseModel):
    code: str
    about: str


class SopMoveLine(BaseModel):
    case: str
    state: str
    may: bool
    why: list[SopObstacle]


class SopMovePlan(BaseModel):
    token: str
    items: list[SopMoveLine]
