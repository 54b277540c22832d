"""What step 8 asks for: the inspection, then the installation with the handover."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from sandar.steps.inputs import (
    Hostname,
    Input,
    ItemCode,
    ItemNo,
    Long,
    Port,
    PositionU,
    Reasoned,
    RegisterNo,
    Short,
    Text,
    TurnedDown,
)

Sha256 = Annotated[str, StringConstraints(pattern=r"^$|^[0-9a-f]{64}$")]


class Inspected(Input):
    """One item: the inventory file (as uploaded, by hash, or inline) and what the inspector saw."""

    item_no: ItemNo = Field(title="Nomor urut")
    inventory_sha256: Sha256 = Field("", title="Berkas inventaris (SHA-256 unggahan)")
    inventory: dict[str, Any] | list[Any] | None = Field(None, title="Keluaran lshw -json")
    manual: dict[str, Any] = Field(default_factory=dict, title="Dilihat pemeriksa")
    note: Long = Field("", title="Catatan")


class SetAside(TurnedDown):
    """One item that does not pass: whoever approved is asked, or the agency takes it back."""

    result: Literal["reapprove", "reject"] = Field(title="Hasil")


class Inspect(Input):
    """The result of the inspection. A difference may pass only with a note that says why.

    Of several items some may be set aside, while the others go on to be installed.
    """

    inspections: Annotated[list[Inspected], Field(min_length=1, max_length=40)] = Field(title="Pemeriksaan")
    set_aside: Annotated[list[SetAside], Field(max_length=40)] = Field(
        default_factory=list, title="Disisihkan"
    )
    note: Long = Field("", title="Catatan")


class NotConform(Reasoned):
    """The delivery differs from what was approved."""

    inspections: Annotated[list[Inspected], Field(max_length=40)] = Field(
        default_factory=list, title="Pemeriksaan"
    )


class Installed(Input):
    """One item as installed. Empty place: where it is reserved."""

    item_no: ItemNo = Field(title="Nomor urut")
    rack: Text = Field("", title="Rak")
    position_u: PositionU | None = Field(None, title="Posisi (U)")
    face: Literal["front", "rear", "full"] = Field("full", title="Sisi")
    serial: Short = Field("", title="Nomor seri")
    address: Annotated[Text, StringConstraints(max_length=45)] = Field("", title="Alamat IP")
    hostname: Hostname = Field("", title="Nama host atau domain")
    ports: Annotated[list[Port], Field(max_length=20)] = Field(default_factory=list, title="Porta yang diuji")
    switch_port: Text = Field("", title="Porta switch")
    item_code: ItemCode = Field("", title="Kode barang BMD")
    register_no: RegisterNo = Field("", title="Nomor register BMD")
    condition: Literal["B", "RR", "RB"] = Field("B", title="Kondisi")


class HandOver(Input):
    """Installation confirmed, minutes issued, register entered: one act, for all that may be installed or some."""

    items: Annotated[list[Installed], Field(min_length=1, max_length=40)] = Field(title="Terpasang")
    valid_until: date | None = Field(None, title="Masa layanan sampai")
    note: Long = Field("", title="Catatan")
