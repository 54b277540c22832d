"""What step 1 asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sandar.steps.addressing import NetworkWish
from sandar.steps.inputs import Input, Item, ItemNo, Letter, Long, Official, Text

AssetNumber = Annotated[Text, StringConstraints(min_length=1, max_length=24)]


Service = Literal["colocation", "hosting", "both", "removal", "relocation", "renewal", "change"]


class Request(Input):
    """A request letter as the agency sends it: with line items, or naming lines of the asset register."""

    agency: Text = Field("", title="Instansi", description="code; empty = the sender's own agency")
    letter: Letter = Field(title="Surat permohonan")
    service: Service = Field(title="Layanan")
    items: Annotated[list[Item], Field(max_length=40)] = Field(
        default_factory=list,
        title="Perangkat atau aplikasi",
        description="what is brought; of a change: each named asset as it shall be, in the same order",
    )
    assets: Annotated[list[AssetNumber], Field(max_length=40)] = Field(
        default_factory=list,
        title="Aset",
        description="numbers in the asset register, for removal, relocation, renewal and change",
    )
    until: date | None = Field(
        None, title="Diperpanjang sampai", description="renewal: the last day asked for"
    )
    network: NetworkWish | None = Field(
        None, title="Jaringan", description="change: another IP address or other ports for the asset"
    )
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


class WithdrawItem(Input):
    """The agency no longer wants some of what it asked for; the rest goes on."""

    item_nos: Annotated[list[ItemNo], Field(min_length=1, max_length=40)] = Field(
        title="Perangkat yang dicabut"
    )
    note: Long = Field("", title="Alasan pencabutan")
