"""What `GET /waiting` answers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from sandar.doors.api.offer_shapes import OfferOut, QueuedOut
from sandar.doors.api.shapes import CaseInTask


class WaitingLine(QueuedOut):
    case: CaseInTask
    state: str
    version: int
    task_id: int | None = Field(description="for officers: where `prioritise` and `propose` are acted on")
    offer: OfferOut | None = Field(description="the offer that waits for an answer")


class WaitingList(BaseModel):
    items: list[WaitingLine]
    count: int = Field(description="everybody on the list, shown here or not")
    page: int = Field(description="always 1: the list comes whole")
