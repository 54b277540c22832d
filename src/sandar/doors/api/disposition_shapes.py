"""What the calls about dispositions answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field


class BoxOut(BaseModel):
    code: str
    words: str = Field(description="as the office wrote it, when the hop was made")


class InstructionList(BaseModel):
    items: list[BoxOut]
    count: int
    page: int = Field(description="always 1: the list comes whole")


class GiverOut(BaseModel):
    name: str
    title: str


class RecipientOut(BaseModel):
    username: str
    name: str
    title: str
    part: Literal["lead", "executor", "copy"] = Field(description="lead: could act on it and opened it")
    read_at: datetime | None
    answer: str
    answered_at: datetime | None
    answered_by: str = Field(
        description="who answered in this person's place; empty: the person, or nobody yet"
    )


class HopOut(BaseModel):
    seq: int = Field(description="of the event in the journal")
    kind: Literal["disposition_forwarded", "disposition_returned", "disposition_accepted"]
    at: datetime
    by: GiverOut
    to_role: str = Field(description="whose task it became; empty at the end of the chain")
    instructions: list[BoxOut]
    urgency: str = Field(description="empty: as before")
    due_on: date | None
    note: str
    reason: str = Field(description="why it was returned; coded")
    recipients: list[RecipientOut]


class DispositionOut(BaseModel):
    urgency: Literal["biasa", "segera", "sangat_segera", "rahasia"]
    items: list[HopOut]
    count: int
