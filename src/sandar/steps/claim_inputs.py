"""What people send to hold, change and move places by hand; one shape for page and API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sandar.steps.inputs import Count, Input, Named, PositionU, Text, half_step

Face = Literal["front", "rear", "full"]
Cords = Literal["A", "B", "AB"]
CordsIfAny = Literal["", "A", "B", "AB"]
Draw = Annotated[int, Field(ge=0, le=50_000)]
Kilograms = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Depth = Annotated[int, Field(ge=0, le=2_000)]
Addresses = Annotated[int, Field(ge=0, le=64)]
Ports = Annotated[int, Field(ge=0, le=1_000)]
Seen = Annotated[int, Field(ge=1, le=2_147_483_647)]
# Units a claim takes: none for what hangs on the side or stands on a host.
ClaimHeightU = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False), AfterValidator(half_step)]
Slots = Annotated[int, Field(ge=0, le=64)]
SlotNo = Annotated[int, Field(ge=1, le=64)]
ClaimId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Hold(Input):
    """A place to hold. position_u: lowest unit from the bottom (1-based, half steps); watts: real draw.

    slots: a shelf or chassis on which so many devices stand side by side, each a claim of its own with `host`.
    height_u 0: takes no unit, but a slot of its host, or (without a host) one of four positions on the rack's side.
    """

    rack: Named = Field(title="Rak")
    position_u: PositionU | None = Field(None, title="Posisi (U)", description="left out when height_u is 0")
    height_u: ClaimHeightU = Field(title="Tinggi (U)")
    face: Face = Field("full", title="Sisi")
    host: ClaimId | None = Field(
        None, title="Di atas", description="claim of the shelf or chassis it stands on"
    )
    slot: SlotNo | None = Field(
        None, title="Slot", description="on the host or the side; default: lowest free"
    )
    slots: Slots = Field(0, title="Jumlah slot")
    watts: Draw = Field(title="Daya nyata (W)")
    cords: CordsIfAny = Field(title="Jalur daya", description="empty only for what draws nothing")
    weight_kg: Kilograms = Field(0, title="Berat (kg)")
    depth_mm: Depth = Field(0, title="Kedalaman (mm)", description="0 = not checked")
    bandwidth_mbps: Count = Field(0, title="Lebar pita (Mbit/s)")
    ip_count: Addresses = Field(0, title="Jumlah alamat IP")
    ports: Ports = Field(0, title="Port jaringan", description="counted in racks that have declared theirs")
    label: Text = Field("", title="Keterangan")
    case: Text | None = Field(None, title="Permohonan", description="number of the request it is held for")
    expires_at: dt.datetime | None = Field(None, title="Berlaku sampai", description="default: after 14 days")


class Change(Input):
    """What shall be different; what is left out stays. version: the claim's version that was seen."""

    rack: Named | None = Field(None, title="Rak")
    position_u: PositionU | None = Field(None, title="Posisi (U)")
    height_u: ClaimHeightU | None = Field(None, title="Tinggi (U)")
    face: Face | None = Field(None, title="Sisi")
    host: ClaimId | None = Field(
        None, title="Di atas", description="with height_u: stands in the rack itself"
    )
    slot: SlotNo | None = Field(None, title="Slot")
    slots: Slots | None = Field(None, title="Jumlah slot")
    watts: Draw | None = Field(None, title="Daya nyata (W)")
    cords: Cords | None = Field(None, title="Jalur daya")
    weight_kg: Kilograms | None = Field(None, title="Berat (kg)")
    depth_mm: Depth | None = Field(None, title="Kedalaman (mm)")
    bandwidth_mbps: Count | None = Field(None, title="Lebar pita (Mbit/s)")
    ip_count: Addresses | None = Field(None, title="Jumlah alamat IP")
    ports: Ports | None = Field(None, title="Port jaringan")
    label: Text | None = Field(None, title="Keterangan")
    state: Literal["held", "reserved", "installed"] | None = Field(None, title="Keadaan")
    expires_at: dt.datetime | None = Field(None, title="Berlaku sampai")
    version: Seen | None = Field(None, title="Versi yang dilihat")


class Move(Input):
    """One move of a plan. What stands on a shelf or in a chassis goes with it."""

    claim: ClaimId = Field(title="Tempat")
    rack: Named = Field(title="Rak")
    position_u: PositionU | None = Field(
        None, title="Posisi (U)", description="left out by what takes no unit"
    )
    face: Face | None = Field(None, title="Sisi")
    host: ClaimId | None = Field(None, title="Di atas")
    slot: SlotNo | None = Field(None, title="Slot")
    version: Seen | None = Field(None, title="Versi yang dilihat")


class Plan(Input):
    """Several moves as one: only the end must fit, so two devices may swap."""

    moves: Annotated[list[Move], Field(min_length=1, max_length=100)] = Field(title="Pemindahan")
