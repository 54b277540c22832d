"""The application form of step 4 (form pengajuan co-location dan/atau hosting aplikasi)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from sandar.steps.inputs import Input, Item, Long, Official, Responsible, Text

Level = Literal["", "rendah", "sedang", "tinggi"]
STATEMENTS = (
    "Data dalam formulir ini benar dan dapat dipertanggungjawabkan.",
    "Perangkat lunak yang dipasang berlisensi dan memenuhi standar keamanan.",
    "Perangkat, aplikasi, dan data tetap menjadi tanggung jawab instansi pemohon, termasuk cadangannya.",
    "Instansi pemohon mematuhi tata tertib pusat data.",
)
HOSTED = "Aplikasi dan data tetap menjadi tanggung jawab instansi pemohon, termasuk cadangannya."


def statements(service: str) -> tuple[str, ...]:
    """What the agency agrees to; hosting alone brings no device to answer for."""
    if service != "hosting":
        return STATEMENTS
    return tuple(HOSTED if line.startswith("Perangkat, ") else line for line in STATEMENTS)


class Application(Input):
    """The filled form. Items follow the letter: as many and of the same kinds, specifications may be refined."""

    items: Annotated[list[Item], Field(min_length=1, max_length=40)] = Field(title="Perangkat atau aplikasi")
    admin_contact: Responsible = Field(title="Penanggung jawab administratif")
    technical_contact: Responsible = Field(title="Penanggung jawab teknis")
    access_people: Annotated[list[Official], Field(max_length=20)] = Field(
        default_factory=list, title="Personil yang berhak akses"
    )
    sub_unit: Text = Field("", title="Bidang, bagian, atau UPTD")
    purpose: Long = Field("", title="Keperluan")
    confidentiality: Level = Field("", title="Kerahasiaan data")
    integrity: Level = Field("", title="Keutuhan data")
    availability: Level = Field("", title="Ketersediaan data")
    system_category: Literal["", "rendah", "tinggi", "strategis"] = Field(
        "", title="Kategori sistem elektronik"
    )
    backup_plan: Long = Field("", title="Rencana pencadangan")
    recovery_plan: Long = Field("", title="Rencana pemulihan")
    recovery_time: Text = Field("", title="Sasaran waktu pemulihan")
    maintenance: Text = Field("", title="Jadwal pemeliharaan")
    vpn: Text = Field("", title="Kebutuhan VPN")
    entry_on: date | None = Field(None, title="Rencana tanggal masuk")
    valid_until_on: date | None = Field(None, title="Berlaku sampai")
    agreed: bool = Field(title="Menyetujui pernyataan dan tata tertib")


class Draft(Input):
    """A form that is not finished: kept as it is, checked when it is submitted."""

    form: dict[str, Any] = Field(title="Isian sementara")
