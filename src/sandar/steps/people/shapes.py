"""What the system administrator sends, by page, API and command line alike."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from sandar.steps.inputs import Input, Named, Text


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


Username = Annotated[str, BeforeValidator(_lower), StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,59}$")]
Code = Annotated[str, BeforeValidator(_upper), StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{1,31}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^$|^[^@\s]+@[^@\s]+$")
]
Secret = Annotated[str, StringConstraints(min_length=12, max_length=200)]
Role = Literal[
    "applicant", "division_head", "supervisor", "administrator", "dc_operator", "inspector", "office_head",
    "system_admin",
]  # fmt: skip
Field_ = Literal["", "infrastructure", "applications"]


class Why(Input):
    """Why something is changed; kept in the journal."""

    why: Named = Field(title="Alasan")


class Profile(Input):
    """What is known of a person."""

    name: Annotated[Named, StringConstraints(max_length=150)] = Field(title="Nama lengkap dan gelar")
    title: Annotated[Text, StringConstraints(max_length=150)] = Field("", title="Jabatan")
    nip: Annotated[Text, StringConstraints(max_length=32)] = Field("", title="NIP")
    rank: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Pangkat/golongan")
    email: Email = Field("", title="Pos-el")
    phone: Annotated[Text, StringConstraints(max_length=40)] = Field("", title="Telepon")


class NewPerson(Profile):
    """A new account. The password is told to the person, who must choose an own one at the first sign-in."""

    username: Username = Field(title="Nama pengguna")
    agency: Code = Field(title="Instansi")
    password: Secret = Field(title="Kata sandi awal")
    why: Named = Field(title="Alasan")


class ChangePerson(Profile):
    """All of a person's particulars as they shall be."""

    why: Named = Field(title="Alasan")


class NewPassword(Why):
    """A password in place of a forgotten one; the person must choose an own one at the next sign-in."""

    password: Secret = Field(title="Kata sandi baru")


class AgencyProfile(Input):
    """What is known of an agency."""

    name: Named = Field(title="Nama instansi")
    address: Annotated[Text, StringConstraints(max_length=200)] = Field("", title="Alamat")
    phone: Annotated[Text, StringConstraints(max_length=40)] = Field("", title="Telepon")
    email: Email = Field("", title="Pos-el")
    why: Named = Field(title="Alasan")


class NewAgency(AgencyProfile):
    """An agency that may ask for services."""

    code: Code = Field(title="Kode singkat")


class NewGrant(Input):
    """A role for somebody. A Plt or Plh needs the letter of assignment and a last day; a Plh whoever is away."""

    role: Role = Field(title="Peran")
    kind: Literal["definitif", "plt", "plh", "an"] = Field("definitif", title="Dasar")
    field: Field_ = Field("", title="Bidang")
    site: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Lokasi")
    position: Annotated[Text, StringConstraints(max_length=150)] = Field(
        "", title="Jabatan pada tanda tangan"
    )
    acting_for: Annotated[Text, StringConstraints(max_length=60)] = Field("", title="Menggantikan")
    mandate: Annotated[Text, StringConstraints(max_length=120)] = Field("", title="Nomor surat penugasan")
    mandate_date: dt.date | None = Field(None, title="Tanggal surat penugasan")
    valid_from: dt.date = Field(title="Mulai")
    valid_until: dt.date | None = Field(None, title="Sampai")
    why: Named = Field(title="Alasan")


class NewAbsence(Input):
    """Days on which somebody is away. With a substitute, who becomes Plh of every role for these days."""

    first_day: dt.date = Field(title="Mulai")
    last_day: dt.date = Field(title="Sampai")
    substitute: Annotated[Text, StringConstraints(max_length=60)] = Field("", title="Pengganti (Plh.)")
    mandate: Annotated[Text, StringConstraints(max_length=120)] = Field("", title="Nomor surat penugasan")
    mandate_date: dt.date | None = Field(None, title="Tanggal surat penugasan")
    why: Named = Field(title="Alasan")


class Pairs(Input):
    """Which of the pairs that are only warned of this office forbids."""

    forbidden: list[Literal["disposed+approved", "inspected+installed"]] = Field(
        default_factory=list, title="Pasangan yang dilarang"
    )
    why: Named = Field(title="Alasan")
