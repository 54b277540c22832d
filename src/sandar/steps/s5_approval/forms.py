"""What step 5 asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from sandar.steps.inputs import Input, Long, Named, Reasoned, TurnedDownList


class Approve(Input):
    """The approval form (form persetujuan)."""

    considerations: Annotated[list[Named], Field(max_length=20)] = Field(
        default_factory=list, title="Pertimbangan"
    )
    conditions: Annotated[list[Named], Field(max_length=20)] = Field(default_factory=list, title="Syarat")
    valid_until: date | None = Field(None, title="Berlaku sampai")
    refused: TurnedDownList = Field(default_factory=list, title="Tidak disetujui")
    note: Long = Field("", title="Catatan")


class SendBack(Reasoned):
    """Ask the agency to revise the form."""


class Refuse(Reasoned):
    """Refuse the request."""


class Accept(Input):
    """Accept a difference that the inspection found; of several items some may be declined."""

    declined: TurnedDownList = Field(default_factory=list, title="Tidak diterima")
    note: Long = Field("", title="Catatan")


class Decline(Reasoned):
    """Do not accept the difference: the device goes back."""
