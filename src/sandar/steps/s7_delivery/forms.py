"""What step 7 asks for: the agency hands in, the data centre checks in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sandar.steps.inputs import Input, ItemNo, Long, Reasoned, Short, Text, TurnedDownList


class HandedIn(Input):
    """One device brought, or the artefact of one hosted application."""

    item_no: ItemNo = Field(title="Nomor urut")
    serial: Short = Field("", title="Nomor seri")
    artefact: Text = Field("", title="Artefak (paket, repositori, atau media)")
    artefact_sha256: Annotated[str, StringConstraints(pattern=r"^$|^[0-9a-f]{64}$")] = Field(
        "", title="SHA-256 artefak"
    )
    version: Text = Field("", title="Versi")
    note: Long = Field("", title="Catatan")


class HandIn(Input):
    """What the agency brings, item by item."""

    deliveries: Annotated[list[HandedIn], Field(min_length=1, max_length=40)] = Field(title="Yang diserahkan")
    brought_by: Text = Field("", title="Petugas pengantar")
    note: Long = Field("", title="Catatan")


class Received(Input):
    """One item as the operator sees it at the door."""

    item_no: ItemNo = Field(title="Nomor urut")
    serial: Short = Field("", title="Nomor seri terbaca")
    condition: Literal["B", "RR", "RB"] = Field("B", title="Kondisi")
    note: Long = Field("", title="Catatan")


class CheckIn(Input):
    """What the operator received, item by item; what is damaged or wrong goes back while the others stay."""

    received: Annotated[list[Received], Field(min_length=1, max_length=40)] = Field(title="Yang diterima")
    returned: TurnedDownList = Field(default_factory=list, title="Yang dikembalikan")
    note: Long = Field("", title="Catatan")


class CheckInMore(Input):
    """The same of what was brought beside, while the office is busy with the rest; all of it may go back."""

    received: Annotated[list[Received], Field(max_length=40)] = Field(
        default_factory=list, title="Yang diterima"
    )
    returned: TurnedDownList = Field(default_factory=list, title="Yang dikembalikan")
    note: Long = Field("", title="Catatan")


class SendBack(Reasoned):
    """The delivery is not complete or damaged."""


class Withdraw(Input):
    """The agency brings no more; what is installed stays."""

    note: Long = Field("", title="Alasan pencabutan")
