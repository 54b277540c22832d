"""What the API answers about the line items of a request."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class BatchOut(BaseModel):
    """One delivery: what the agency brought at once. The earliest at the office is inspected, later ones wait."""

    no: int
    items: list[int] = Field(description="numbers of the items it brought; a later one may bring one again")
    handed_in_at: datetime
    received_at: datetime | None = Field(
        description="null: not received yet, or all of it went back at the door"
    )
    waits: bool = Field(description="received, and its turn has not come")
    due_at: datetime | None = Field(
        description="of one that waits: by the standard time from when it was received; else see `clocks`"
    )


class ItemFateOut(BaseModel):
    """What became of one line item. An end (installed, done, refused, withdrawn, lapsed) is final."""

    no: int = Field(description="place in `items`, from 1; never changes")
    name: str
    fate: Literal[
        "asked", "approved", "delivered", "received", "passed", "questioned", "taken_back", "installed", "done",
        "refused", "withdrawn", "lapsed",
    ]  # fmt: skip
    at: datetime | None = Field(description="null: nothing was decided yet")
    by: str = Field(description="position of who decided; empty for the system")
    reason: str = Field(description="coded reason, where there is one")
    note: str
    minutes: str = Field(description="number of the handover minutes (BAST) that it stands in")
    asset: str = Field(description="number in the asset register")
