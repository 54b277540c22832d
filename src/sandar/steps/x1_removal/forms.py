"""What the removal asks for: what the inspector found, then the hand-back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandar.steps.inputs import Input, Long, Reasoned, Short, Text

ItemNo = Annotated[int, Field(ge=1, le=40)]


class Found(Input):
    """One asset as it stands before it is taken out. Another serial number than the register's needs a note."""

    item_no: ItemNo = Field(title="Nomor urut")
    serial: Short = Field("", title="Nomor seri")
    condition: Literal["B", "RR", "RB"] = Field("B", title="Kondisi")
    note: Long = Field("", title="Catatan")


class Check(Input):
    """What is to be taken out was found and its data is safe with the agency."""

    items: Annotated[list[Found], Field(min_length=1, max_length=40)] = Field(title="Aset")
    data_saved: bool = Field(False, title="Instansi menyatakan datanya sudah dicadangkan")
    note: Long = Field("", title="Catatan")


class HandBack(Input):
    """Switched off, taken out, handed back: one act."""

    receiver: Text = Field("", title="Petugas instansi yang menerima")
    data_wiped: bool = Field(False, title="Salinan data di media pusat data sudah dihapus")
    note: Long = Field("", title="Catatan")


class Postpone(Reasoned):
    """The agency could not come: a new window is told."""
