"""What step 3 asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandar.steps.inputs import Input, Long, Named, PositionU, Reasoned, Text


class Place(Input):
    """A place for one item: rack with position (lowest unit from the bottom) and face; hosting: the compute pool."""

    item_no: Annotated[int, Field(ge=1, le=40)] = Field(title="Nomor urut")
    rack: Named = Field(title="Rak")
    position_u: PositionU | None = Field(None, title="Posisi (U)")
    face: Literal["front", "rear", "full"] = Field("full", title="Sisi")


class Available(Input):
    """YES: hold these places; without any, the suggested ones."""

    placements: Annotated[list[Place], Field(max_length=40)] = Field(default_factory=list, title="Tempat")
    note: Long = Field("", title="Catatan")


class ManualShortage(Input):
    """A shortage the checker saw in the room and the ledger does not know."""

    resource: Named = Field(title="Sumber daya")
    asked: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = Field(0, title="Diminta")
    left: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = Field(0, title="Tersisa")
    unit: Text = Field("", title="Satuan")


class Short(Input):
    """NO: what is short. The ledger's own shortages are added by themselves."""

    shortages: Annotated[list[ManualShortage], Field(max_length=20)] = Field(
        default_factory=list, title="Yang kurang"
    )
    note: Long = Field("", title="Catatan")


class Confirm(Input):
    """Release YES to the agency."""

    note: Long = Field("", title="Catatan")


class Refuse(Input):
    """Release NO to the agency with a letter."""

    note: Long = Field("", title="Catatan")


class Recheck(Reasoned):
    """Ask the checker to look again."""
