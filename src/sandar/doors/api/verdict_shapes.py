"""What the search for a place and the preview of an act on places answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from sandar.doors.api.shapes import Problem


class ReasonOut(BaseModel):
    code: str
    text: str = Field(description="the reason in the caller's language")
    facts: dict[str, Any]


class PlacementOut(BaseModel):
    rack: str
    position_u: float | None
    slot: int | None = Field(description="position on the rack's side, for what takes no unit")
    face: str
    score: int = Field(ge=0, le=100)
    pros: list[ReasonOut]
    cons: list[ReasonOut]


class ShortOut(BaseModel):
    resource: str
    where: str
    state: str
    unit: str
    asked: float
    left: float
    frees_at: datetime | None


class Found(BaseModel):
    placements: list[PlacementOut]
    short: list[ShortOut]


class SpotOut(BaseModel):
    rack: str
    position_u: float | None = Field(description="lowest unit from the bottom, 1-based")
    height_u: float
    face: Literal["front", "rear", "full"]
    host: int | None
    slot: int | None = Field(description="on the host, or on the rack's side")


class VerdictOut(BaseModel):
    """What would become of one claim. `refusal`: the problem that carrying it out would answer with."""

    fits: bool
    claim: int | None = Field(description="null for a new one")
    label: str
    version: int | None
    before: SpotOut | None
    after: SpotOut
    refusal: Problem | None
    pros: list[ReasonOut]
    cons: list[ReasonOut]


class PlanVerdictOut(BaseModel):
    fits: bool
    moves: list[VerdictOut]
