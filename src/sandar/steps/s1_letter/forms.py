"""What step 1 asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandar.steps.inputs import Input, Item, Letter, Long, Official, Text


class Request(Input):
    """A request letter with its line items, as the agency sends it."""

    agency: Text = Field("", title="Instansi", description="code; empty = the sender's own agency")
    letter: Letter = Field(title="Surat permohonan")
    service: Literal["colocation", "hosting", "both"] = Field(title="Layanan")
    items: Annotated[list[Item], Field(min_length=1, max_length=40)] = Field(title="Perangkat atau aplikasi")
    contact: Official = Field(default_factory=lambda: Official.model_validate({}), title="Narahubung")
    previous: Text = Field(
        "", title="Permohonan sebelumnya", description="number of a refused or withdrawn request"
    )


class Resubmit(Input):
    """The completed letter. Empty parts stay as they were."""

    letter: Letter | None = Field(None, title="Surat permohonan")
    items: Annotated[list[Item], Field(min_length=1, max_length=40)] | None = Field(
        None, title="Perangkat atau aplikasi"
    )
    note: Long = Field("", title="Catatan")


class Withdraw(Input):
    """The agency no longer wants the service."""

    note: Long = Field("", title="Alasan pencabutan")
