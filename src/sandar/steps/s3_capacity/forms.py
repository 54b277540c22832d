"""What step 3 asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from sandar.steps.addressing import Address
from sandar.steps.inputs import (
    Count,
    Gb,
    HeightU,
    Input,
    ItemNo,
    Long,
    Named,
    PositionU,
    Reasoned,
    Text,
    TurnedDownList,
    Watts,
)

AnswerDays = Annotated[int, Field(ge=1, le=30)]


class Place(Input):
    """A place for one item: rack with position (lowest unit from the bottom) and face; hosting: the compute pool."""

    item_no: ItemNo = Field(title="Nomor urut")
    rack: Named = Field(title="Rak")
    position_u: PositionU | None = Field(None, title="Posisi (U)")
    face: Literal["front", "rear", "full"] = Field("full", title="Sisi")


class Available(Input):
    """YES: hold these places; without any, the suggested ones."""

    placements: Annotated[list[Place], Field(max_length=40)] = Field(default_factory=list, title="Tempat")
    address: Address = Field(
        "", title="Alamat IP yang ditahan", description="change: the new address; empty: the proposed one"
    )
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
    """Release YES to the agency; of several items some may be refused, each with its reason."""

    refused: TurnedDownList = Field(default_factory=list, title="Tidak dilayani")
    note: Long = Field("", title="Catatan")


class Refuse(Input):
    """Release NO to the agency with a letter."""

    note: Long = Field("", title="Catatan")


class Recheck(Reasoned):
    """Ask the checker to look again."""


class Lesser(Input):
    """What of one asked item is offered less; what is left out stays as asked."""

    item_no: ItemNo = Field(title="Nomor urut")
    dropped: bool = Field(False, title="Tidak termasuk")
    height_u: HeightU | None = Field(None, title="Tinggi (U)")
    watts: Watts | None = Field(None, title="Daya nyata (W)")
    weight_kg: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] | None = Field(
        None, title="Berat (kg)"
    )
    bandwidth_mbps: Count | None = Field(None, title="Lebar pita (Mbit/s)")
    ip_count: Annotated[int, Field(ge=0, le=64)] | None = Field(None, title="Jumlah alamat IP")
    vcpu: Annotated[int, Field(ge=1, le=512)] | None = Field(None, title="vCPU")
    ram_gb: Gb | None = Field(None, title="Memori (GB)")
    storage_gb: Gb | None = Field(None, title="Penyimpanan (GB)")


class Propose(Input):
    """Instead of NO: another place, or less. The places are held until the agency's time to answer is over.

    items: only those offered less. placements: by the number of the asked item; without any, the suggested ones.
    """

    items: Annotated[list[Lesser], Field(max_length=40)] = Field(default_factory=list, title="Lebih sedikit")
    placements: Annotated[list[Place], Field(max_length=40)] = Field(default_factory=list, title="Tempat")
    answer_days: AnswerDays = Field(3, title="Batas jawab (hari kerja)")
    note: Long = Field("", title="Catatan untuk pemohon")


class Postpone(Input):
    """Instead of NO: later. Without a day, when the holds that stand in the way end; a day by hand needs a note."""

    from_on: date | None = Field(None, title="Diperkirakan tersedia mulai")
    answer_days: AnswerDays = Field(3, title="Batas jawab (hari kerja)")
    note: Long = Field("", title="Catatan untuk pemohon")


class Queue(Input):
    """Onto the waiting list. The office says how the agency asked for it; the agency need not say anything."""

    not_before: date | None = Field(None, title="Tidak perlu sebelum")
    note: Long = Field("", title="Kehendak pemohon")


class Answer(Input):
    """The agency's answer to an offer."""

    note: Long = Field("", title="Catatan")


class Prioritise(Input):
    """The division head changes the order: 0 is by time of entry, more comes first; with a reason."""

    priority: Annotated[int, Field(ge=0, le=9)] = Field(title="Prioritas (0–9)")
    note: Long = Field("", title="Alasan")


class PassedOver(Input):
    """Somebody further ahead who does not get this offer, and why."""

    case: int
    why: Literal["short", "rests", "not_before"]
    short: list[dict[str, Any]] = Field(default_factory=list)


class Offered(Input):
    """The system's offer out of the waiting list: the places it found, who was passed over."""

    placements: Annotated[list[Place], Field(min_length=1, max_length=40)]
    passed: list[PassedOver] = Field(default_factory=list)
