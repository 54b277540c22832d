"""What a preview of an act on places answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from sandar.doors.api.shapes import Problem, ReasonOut


class SpotOut(BaseModel):
    rack: str
    position_u: float | None = Field(description="lowest unit from the bottom, 1-based")
    height_u: float
    face: Literal["front", "rear", "full"]


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
