"""What the API answers about offers and shortages; amounts in the unit beside them, times ISO 8601 with offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field


class OfferRow(BaseModel):
    """One line asked | offered. `what`: a field of the item, `item` (left out), `place`, or `time`."""

    item_no: int = Field(description="number of the asked item; 0: the whole request")
    name: str
    what: str
    asked: float | str
    offered: float | str
    unit: str
    differs: bool


class OfferOut(BaseModel):
    """The newest offer of a case. Open until answered; `elsewhere`, `less` and `queue` hold their places."""

    kind: Literal["elsewhere", "less", "later", "queue"]
    rows: list[OfferRow]
    from_on: date | None
    answer_by: datetime
    made_at: datetime
    note: str
    answer: Literal["", "accept", "decline", "queue", "expire"]
    answered_at: datetime | None


class ShortInOffer(BaseModel):
    """What was short: by how much, and when a hold on it ends."""

    resource: str
    label: str
    unit: str
    asked: float
    left: float
    short_by: float
    frees_on: date | None


class PassedOut(BaseModel):
    """Offers that went to somebody behind it: how often, when last, why."""

    count: int
    at: datetime | None
    why: Literal["", "short", "rests", "not_before"]
    by: str | None = Field(description="number of the case that went ahead; for officers only")


class QueuedOut(BaseModel):
    """Where a case stands on the waiting list."""

    position: int = Field(description="1 = next")
    entered_at: datetime
    priority: int = Field(description="0 = by time of entry, 9 = first of all")
    not_before: datetime | None
    rests_until: datetime | None = Field(
        description="an offer was not taken: the others come first until then"
    )
    looked_at: datetime | None
    short: list[ShortInOffer]
    passed: PassedOut
