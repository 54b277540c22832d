"""What the API answers about the asset register. Times are ISO 8601 with offset; heights and positions in U; W."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from sandar.steps.s1_letter.forms import Service


class AgencyOut(BaseModel):
    code: str
    name: str


class AssetLine(BaseModel):
    id: int
    number: str
    name: str
    kind: Literal["colocation", "hosting"]
    agency: AgencyOut
    brand: str
    model: str
    serial: str
    rack: str | None
    place: str
    position_u: float | None
    height_u: float
    face: str
    watts: int
    case: str
    item_no: int
    handover: str = Field(description="number of the handover minutes")
    hostname: str
    address: str
    item_code: str
    register_no: str
    condition: Literal["B", "RR", "RB"]
    installed_at: datetime
    valid_until: date | None
    removed_at: datetime | None


class AssetChangeOut(BaseModel):
    """One request about a line of the register, and what it changed."""

    case: str
    service: Service
    state: str = Field(description="of the request")
    asked_at: datetime
    done_at: datetime | None = Field(description="when the line was changed")
    closed_at: datetime | None = Field(
        description="when the request ended; null: no other may name the asset"
    )
    wanted: dict[str, Any]
    was: dict[str, Any]
    now: dict[str, Any]
    minutes: str | None = Field(description="number of its minutes")


class CorrectionOut(BaseModel):
    """A correction of a line of the register, proposed by one officer and decided by another."""

    id: int
    asset: str
    state: Literal["proposed", "done", "refused"]
    was: dict[str, str] = Field(description="the columns as they were when it was proposed")
    now: dict[str, str]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str


class CorrectionList(BaseModel):
    items: list[CorrectionOut]
    count: int
    page: int


class CorrectedOut(BaseModel):
    """What was corrected in a line of the register."""

    id: int
    at: datetime
    was: dict[str, str]
    now: dict[str, str]


class ProbeOut(BaseModel):
    asked_at: datetime
    done_at: datetime | None
    reachable: bool | None
    evidence: dict[str, Any] = Field(
        description="`checks`: each with `problem` (a code) and `text` (what it means)"
    )


class AssetOut(AssetLine):
    spec: dict[str, Any]
    ports: list[int]
    claim: int
    changes: list[AssetChangeOut] = Field(description="requests about it, newest first")
    corrections: list[CorrectedOut] = Field(description="what was corrected, newest first")
    probe: ProbeOut | None = Field(description="the newest one")
