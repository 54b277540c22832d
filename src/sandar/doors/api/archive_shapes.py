"""Shapes of the retention calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandar.doors.api.shapes import Page
from sandar.steps.archiving.schedule import Row
from sandar.steps.inputs import Input, Text


class ScheduleChange(Input):
    """The whole schedule. version: as it was read."""

    version: Text
    rows: Annotated[list[Row], Field(max_length=100)]
    reason: Text = ""


class RuleOut(BaseModel):
    code: str = Field(description="filing class and all below it; empty: any")
    kind: str = Field(description="kind of paper, attachment for what was handed in; empty: any")
    active_years: int
    inactive_years: int
    fate: Literal["musnah", "permanen"]
    source: str


class ScheduleOut(BaseModel):
    """What no row covers is kept without end."""

    version: str
    rows: list[RuleOut]
    uncovered: list[str] = Field(description="kinds that no row covers")


class DueOut(BaseModel):
    """One paper, or one file that was handed in, whose time is over."""

    type: Literal["paper", "file"]
    id: int
    kind: str
    code: str
    case: str
    agency: str
    number: str
    title: str
    day: date
    sha256: str
    closed_on: date = Field(description="when its case was closed; the years count from here")
    ends_on: date = Field(description="the last day it is kept")
    rule: RuleOut


class DueList(Page):
    items: list[DueOut]


class DisposalOut(BaseModel):
    id: int
    state: Literal["proposed", "done", "refused"]
    number: str | None = Field(description="of the minutes; null until it is done")
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    items: list[DueOut]
    facts_sha256: str | None = Field(description="of the minutes' facts, as the office's journal has it")
    url: str | None


class DisposalList(Page):
    items: list[DisposalOut]


class HoldOut(BaseModel):
    case: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_reason: str


class HoldList(Page):
    items: list[HoldOut]
