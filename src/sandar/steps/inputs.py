"""What people send: defined once, used by page and API alike.

Field names and units are the contract's: height in U (half steps), power in W of real draw, mass in kg, length
in mm, memory and disk in GB (10^9; "64 GiB" is accepted and converted), bandwidth in Mbit/s. Unknown fields are
refused, so nobody sets what is not asked.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from sandar.core.quantity import gigabytes
from sandar.errors import InvalidInput, QuantityUnreadable
from sandar.steps.complaints import sentences


def _plain(value: str) -> str:
    """Refuse what no database or paper can keep: NUL, lone surrogates, control characters."""
    if any(ord(char) < 32 and char not in "\n\r\t" for char in value) or any(
        0xD800 <= ord(c) <= 0xDFFF for c in value
    ):
        raise ValueError("unprintable")
    return value


def half_step(value: float) -> float:
    """A length in U in half steps."""
    if round(value * 2) != value * 2:
        raise ValueError("half_u")
    return value


def _gb(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(gigabytes(value))
    except QuantityUnreadable as fault:  # said beside the field, like everything that is wrong with it
        raise ValueError("quantity") from fault


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)]
Named = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain)
]
# As the asset register keeps them.
Short = Annotated[Text, StringConstraints(max_length=100)]
ShortNamed = Annotated[Named, StringConstraints(max_length=100)]
ItemCode = Annotated[Text, StringConstraints(max_length=32)]
RegisterNo = Annotated[Text, StringConstraints(max_length=16)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_plain)]
HeightU = Annotated[float, Field(ge=0.5, le=60, allow_inf_nan=False), AfterValidator(half_step)]
PositionU = Annotated[float, Field(ge=-1_000, le=1_000, allow_inf_nan=False), AfterValidator(half_step)]
Gb = Annotated[float, BeforeValidator(_gb), Field(gt=0, le=10_000_000, allow_inf_nan=False)]
Watts = Annotated[int, Field(ge=1, le=50_000)]
Count = Annotated[int, Field(ge=0, le=1_000)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Hostname = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=253,
        pattern=r"^$|^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
    ),
]


class Input(BaseModel):
    """Base of every input: unknown fields are refused, texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Nothing(Input):
    """An action without data."""


class Reasoned(Input):
    """An action that needs a coded reason; the note goes into the letter."""

    reason: Literal[
        "incomplete_letter",
        "outside_service_scope",
        "form_factor",
        "beyond_limit",
        "unlicensed_software",
        "security_test_failed",
        "no_responsible_person",
        "duplicate",
        "better_in_national_dc",
        "capacity",
        "specification_mismatch",
        "damaged",
        "unreachable",
        "wrong_addressee",
        "unclear_instruction",
        "recheck",
        "other",
    ] = Field(title="Alasan")
    note: Long = Field("", title="Catatan")


ItemNo = Annotated[int, Field(ge=1, le=40)]


class TurnedDown(Reasoned):
    """One item that is turned down while others go on: why, in a code and in words."""

    item_no: ItemNo = Field(title="Nomor urut")


TurnedDownList = Annotated[list[TurnedDown], Field(max_length=40)]


class Disk(Input):
    gb: Gb = Field(title="Kapasitas (GB)")
    type: Literal["hdd", "ssd", "nvme", "unknown"] = Field("unknown", title="Jenis")


class Nic(Input):
    gbps: Annotated[float, Field(gt=0, le=800, allow_inf_nan=False)] = Field(title="Kecepatan (Gbit/s)")


class ColocationItem(Input):
    """One server that the agency brings."""

    kind: Literal["colocation"] = "colocation"
    name: Named = Field(title="Nama server")
    brand: ShortNamed = Field(title="Merek")
    model: ShortNamed = Field(title="Tipe")
    serial: Short = Field("", title="Nomor seri")
    form: Literal["rack", "tower"] = Field("rack", title="Bentuk")
    height_u: HeightU = Field(title="Tinggi (U)")
    depth_mm: Annotated[int, Field(ge=1, le=2_000)] = Field(700, title="Kedalaman (mm)")
    weight_kg: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] = Field(title="Berat (kg)")
    psu_count: Annotated[int, Field(ge=1, le=16)] = Field(2, title="Jumlah catu daya")
    watts: Watts = Field(title="Daya nyata (W)")
    cords: Literal["A", "B", "AB"] = Field("AB", title="Jalur daya")
    cpu_model: Text = Field("", title="Prosesor")
    cpu_cores: Annotated[int, Field(ge=1, le=4_096)] = Field(1, title="Jumlah inti prosesor")
    ram_gb: Gb = Field(title="Memori (GB)")
    disks: list[Disk] = Field(default_factory=list, max_length=200, title="Disk")
    nics: list[Nic] = Field(default_factory=list, max_length=64, title="Antarmuka jaringan")
    os: Text = Field("", title="Sistem operasi")
    applications: list[Named] = Field(default_factory=list, max_length=50, title="Aplikasi di dalamnya")
    bandwidth_mbps: Count = Field(10, title="Lebar pita (Mbit/s)")
    ip_count: Annotated[int, Field(ge=0, le=64)] = Field(1, title="Jumlah alamat IP")
    domain: Hostname = Field("", title="Nama domain")
    ports: list[Port] = Field(default_factory=list, max_length=50, title="Porta yang dibuka")
    item_code: ItemCode = Field("", title="Kode barang BMD")
    register_no: RegisterNo = Field("", title="Nomor register BMD")
    psu_watts: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, title="Daya tiap catu daya (W)")
    raid: Text = Field("", title="RAID")
    has_rails: bool = Field(False, title="Rel rak dibawa")
    outbound: Text = Field("", title="Koneksi ke luar")


class HostingItem(Input):
    """One application hosted on the office's own machines."""

    kind: Literal["hosting"] = "hosting"
    name: Named = Field(title="Nama aplikasi")
    purpose: Long = Field("", title="Manfaat")
    vcpu: Annotated[int, Field(ge=1, le=512)] = Field(title="vCPU")
    ram_gb: Gb = Field(title="Memori (GB)")
    storage_gb: Gb = Field(title="Penyimpanan (GB)")
    os: Text = Field("", title="Sistem operasi")
    language: Text = Field("", title="Bahasa pemrograman dan versinya")
    framework: Text = Field("", title="Kerangka kerja dan versinya")
    database: Text = Field("", title="Basis data dan versinya")
    domain: Hostname = Field("", title="Nama domain")
    https: bool = Field(True, title="HTTPS")
    bandwidth_mbps: Count = Field(10, title="Lebar pita (Mbit/s)")
    repository: Text = Field("", title="Repositori kode")
    vendor: Text = Field("", title="Pengembang atau vendor")
    vendor_contact: Text = Field("", title="Kontak pengembang")
    background: Long = Field("", title="Latar belakang")
    site_type: Text = Field("", title="Jenis situs atau aplikasi")
    users: Text = Field("", title="Pengguna")
    built_year: Annotated[int, Field(ge=1990, le=2200)] | None = Field(None, title="Tahun pembuatan")
    frontend: Text = Field("", title="Tampilan depan dan versinya")
    waf: Text = Field("", title="Proksi atau WAF")
    remote_access: Text = Field("", title="Akses jarak jauh (SSH, RDP)")
    security_test: Text = Field("", title="Hasil uji keamanan")
    pse_number: Text = Field("", title="Nomor pendaftaran PSE")


T = TypeVar("T", bound=BaseModel)
Item = Annotated[ColocationItem | HostingItem, Field(discriminator="kind")]


class Official(Input):
    """Somebody named on a paper."""

    name: Text = Field("", title="Nama")
    title: Text = Field("", title="Jabatan")
    nip: Annotated[Text, StringConstraints(max_length=32)] = Field("", title="NIP")
    rank: Text = Field("", title="Pangkat/golongan")
    phone: Annotated[Text, StringConstraints(max_length=40)] = Field("", title="Telepon")
    email: Text = Field("", title="Surel")


class Responsible(Official):
    """An official who must be named."""

    name: Named = Field(title="Nama")


class Letter(Input):
    """The agency's letter of request."""

    number: Named = Field(title="Nomor surat")
    date: dt.date = Field(title="Tanggal surat")
    subject: Named = Field(title="Perihal")
    signatory: Official | Named = Field(title="Penandatangan")
    nature: Literal["biasa", "segera", "sangat_segera", "rahasia"] = Field("biasa", title="Sifat")
    attachment: Text = Field("", title="Lampiran")
    purpose: Long = Field("", title="Keperluan")


def parsed(shape: type[T], data: Any, *, strict: bool = False) -> T:
    """`data` as `shape`. Raises InvalidInput with every wrong field and a sentence for each.

    strict: types count as they are written in JSON ("350" is no number), for the API; forms send only texts.
    """
    try:
        if strict:
            return shape.model_validate_json(json.dumps(data), strict=True)
        return shape.model_validate(data)
    except ValidationError as fault:
        raise InvalidInput(fields=sentences(fault)) from fault
