"""What the facility's calls take and answer, for the OpenAPI text. Fields of each kind: steps/facility/shapes.py."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from sandar.steps.facility.act import VERSION_LENGTH
from sandar.steps.facility.kinds import KINDS
from sandar.steps.inputs import Input, Text

Code = Literal[
    "site",
    "room",
    "cooling",
    "uplink",
    "prefix",
    "power",
    "rack",
    "strip",
    "port",
    "compute",
    "state",
    "block",
]
assert set(Code.__args__) == KINDS.keys()  # type: ignore[attr-defined]
Version = Text


class FacilityNew(Input):
    """Something new. The fields are those of the kind in the address; which ones: the schema of that name."""

    fields: dict[str, Any]


class FacilityChange(Input):
    """What shall be different; what is left out stays. version: as it was read, against changes by others."""

    fields: dict[str, Any]
    version: Version = Field("", max_length=VERSION_LENGTH)


class FacilityOut(BaseModel):
    """One thing. name: as in its address; racks' strips RACK/A, blocked units RACK/U41/full."""

    kind: Code
    name: str
    version: str = Field(description="digest of the fields; send it back with a change")
    fields: dict[str, Any]


class FacilityList(BaseModel):
    items: list[FacilityOut]
    count: int
    page: int


class FacilityGone(BaseModel):
    """What was removed."""

    kind: Code
    name: str


class ImportCount(BaseModel):
    kind: str
    new: int
    changed: int
    same: int
    refused: int
    left_out: int


class ImportProblem(BaseModel):
    """line: as a spreadsheet shows it, 0 for the whole table."""

    file: str
    sheet: str
    line: int
    column: str
    what: str
    text: str
    code: str


class ImportNote(BaseModel):
    """Something that was assumed, and for how many rows."""

    code: str
    text: str
    count: int


class ImportOut(BaseModel):
    """What became of every row. stored: false after a dry run."""

    dry_run: bool
    stored: bool
    counts: list[ImportCount]
    problems: list[ImportProblem]
    left_out: list[ImportProblem]
    notes: list[ImportNote]


def of_kinds() -> list[type[BaseModel]]:
    """The shape of each kind's fields under the name it has in the OpenAPI text: FacilityRack."""
    return [
        type(f"Facility{kind.shape.__name__}", (kind.shape,), {"__doc__": kind.shape.__doc__})
        for kind in KINDS.values()
    ]
