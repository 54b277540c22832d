"""What step 6 asks for: when and where the agency brings what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from sandar.core.services import is_on_assets
from sandar.steps import on_assets
from sandar.steps.inputs import Input, Long, Named, Official, Text

BRING = (
    "Surat tugas petugas pengantar.",
    "Perangkat beserta kabel daya, rel, dan aksesori pemasangannya.",
    "Berkas hasil lshw -json dari perangkat (atau media untuk membuatnya).",
)
RULES = (
    "Petugas mengisi buku tamu dan selalu didampingi personil pusat data.",
    "Tidak mengisi daya perangkat pribadi dari rak.",
    "Tidak membawa makanan dan minuman ke ruang server.",
)
BRING_HOSTED = (
    "Surat tugas petugas yang menyerahkan.",
    "Paket aplikasi dengan SHA-256-nya, atau alamat repositorinya.",
    "Nama domain, daftar akun, dan dokumentasi sistem.",
)
RULES_HOSTED = ("Sandi dan kunci tidak ditulis dalam surat; diserahkan langsung kepada personil pusat data.",)


def bring(service: str) -> list[str]:
    """What the agency brings: devices, or the application's package."""
    if is_on_assets(service):
        return on_assets.words(on_assets.BRING, service)
    return list(BRING_HOSTED if service == "hosting" else BRING)


def rules(service: str) -> list[str]:
    if is_on_assets(service):
        return on_assets.words(on_assets.RULES, service)
    return list(RULES_HOSTED if service == "hosting" else RULES)


def lapses(service: str) -> str:
    """What happens after the window."""
    if is_on_assets(service):
        return _(on_assets.LAPSE[service])
    return _("Lewat batas itu tempat yang dicadangkan dilepas dan permohonan berakhir.")


class Notify(Input):
    """The delivery window. Empty: from tomorrow's first working minute for five working days."""

    window_start: datetime | None = Field(None, title="Mulai jendela antar")
    window_end: datetime | None = Field(None, title="Akhir jendela antar")
    place: Text = Field("", title="Tempat")
    bring: Annotated[list[Named], Field(max_length=20)] = Field(default_factory=list, title="Yang dibawa")
    rules: Annotated[list[Named], Field(max_length=20)] = Field(
        default_factory=list, title="Aturan kunjungan"
    )
    contact: Official | None = Field(None, title="Narahubung")
    note: Long = Field("", title="Catatan")
