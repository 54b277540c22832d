"""What the relocation asks for: that it was done, and what was seen of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sandar.steps.inputs import Input, Long, Reasoned, Text

ItemNo = Annotated[int, Field(ge=1, le=40)]


class Moved(Input):
    """One device at its new place, which is the reserved one."""

    item_no: ItemNo = Field(title="Nomor urut")
    switch_port: Text = Field("", title="Porta switch")
    note: Long = Field("", title="Catatan")


class Move(Input):
    """Moved to the reserved places. No items: all of them, without remarks."""

    items: Annotated[list[Moved], Field(max_length=40)] = Field(default_factory=list, title="Perangkat")
    note: Long = Field("", title="Catatan")


class Postpone(Reasoned):
    """It cannot be done in the window that was told: a new one is told."""
