"""The example office: the letterhead of the office that wrote the SOP, and plainly made-up people.

Deterministic: the same names, ids and figures on every machine. `build` fills an empty instance; it is what
`sandar demo`, `./run` and the tests start from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from sandar.core.calendar_plan import Declared, with_import
from sandar.doors.cli.example import room
from sandar.errors import Refused
from sandar.records.cases.models import Case
from sandar.records.clocks import calendars
from sandar.records.people import write as people
from sandar.records.people.models import Agency, Office, Person, RoleGrant
from sandar.steps.calendar import national
from sandar.steps.people.book import changing
from sandar.steps.people.founding import publish_shipped
from sandar.steps.people.grants import facts_of

PASSWORD = "contoh-sandar-rak-42"  # noqa: S105 - the example's, printed on purpose; refused off loopback
AGENCIES = (
    ("DINKES", "Dinas Kesehatan Contoh"),
    ("DISDIK", "Dinas Pendidikan Contoh"),
    ("BAPPEDA", "Badan Perencanaan Pembangunan Daerah Contoh"),
    ("BPKAD", "Badan Pengelolaan Keuangan dan Aset Daerah Contoh"),
    ("DISDUKCAPIL", "Dinas Kependudukan dan Pencatatan Sipil Contoh"),
    ("DISHUB", "Dinas Perhubungan Contoh"),
)
OFFICERS = (
    ("kabid", "division_head", "Kepala Bidang Infrastruktur"),
    ("pengawas", "supervisor", "Pengawas TIK"),
    ("administrator", "administrator", "Administrator TIK"),
    ("operator", "dc_operator", "Pengelola Data Center"),
    ("pemeriksa", "inspector", "Pemeriksa TIK"),
)
WORDS = ("Satu", "Dua")


@dataclass(frozen=True)
class Account:
    """One example account as `sandar demo --json` prints it."""

    username: str
    password: str
    role: str
    agency: str
    token: str


def token_of(username: str) -> str:
    """The example's API token of an account: derived, so it is the same everywhere; never on a real instance."""
    return "sandar_contoh_" + hashlib.sha256(f"contoh:{username}".encode()).hexdigest()[:40]


def build(at: datetime) -> list[Account]:
    """Fill an empty instance. Raises Refused on an instance that holds data."""
    with transaction.atomic():
        if Person.objects.exists() or Case.objects.exists():
            raise Refused(reason="not_empty")
        calendar(at)
        publish_shipped(at)
        accounts = _people(at)
        _tell(at)
        room.build(at)
    return accounts


def calendar(at: datetime, *, time_zone: str = "Asia/Jakarta") -> None:
    """Perpres 21/2023 with the national holidays and joint leave of three years."""
    declared = Declared(zone=time_zone)
    for year in range(at.year - 1, at.year + 2):
        declared = with_import(declared, year, national.of_year(year))
    calendars.store(declared, at=at)


@dataclass(frozen=True)
class _Row:
    """One example person."""

    username: str
    title: str
    name: str
    role: str
    agency: Agency
    number: int


def _people(at: datetime) -> list[Account]:
    """The provider's officers and the agencies' applicants; all share one password, hashed once: hashing takes long."""
    provider = Agency.objects.create(
        code="DISKOMINFO", name="Dinas Komunikasi Informatika, Persandian dan Statistik", is_provider=True
    )
    Office.objects.create(
        agency=provider,
        government="Pemerintah Kabupaten Indragiri Hilir",
        name_lines=["Dinas Komunikasi Informatika,", "Persandian dan Statistik"],
        address="Jalan Akasia No. 02 Tembilahan",
        phone="Telp (0768) 23440, Fax (0768) 23440",
        city="Tembilahan",
        unit_code="DISKOMINFOPS",
        is_example=True,
    )
    hashed = make_password(PASSWORD)
    return [_person(row, hashed, at) for row in (*_officers(provider), *_applicants())]


def _tell(at: datetime) -> None:
    """One line of the journal that names every grant: `sandar verify` knows none that nobody gave."""
    with changing(None, at) as book:
        given = [facts_of(grant) for grant in RoleGrant.objects.order_by("pk")]
        persons = list(Person.objects.order_by("pk").values_list("pk", flat=True))
        book.note("office_filled", "", why="Kantor contoh.", persons=persons, grants=given)


def _officers(provider: Agency) -> Iterator[_Row]:
    number = 0
    for stem, role, title in OFFICERS:
        for index, word in enumerate(WORDS, start=1):
            number += 1
            yield _Row(f"{stem}{index}", title, f"{title} Contoh {word}", role, provider, number)
    title = "Administrator Sistem"
    yield _Row("admin", title, f"{title} Contoh", "system_admin", provider, 90)


def _applicants() -> Iterator[_Row]:
    for place, (code, name) in enumerate(AGENCIES, start=1):
        agency = Agency.objects.create(
            code=code, name=name, address=f"Jalan Contoh No. {place}", email=f"{code.lower()}@contoh.invalid"
        )
        for index, word in enumerate(WORDS, start=1):
            title = f"Pejabat TIK {code}"
            row = place * 10 + index
            yield _Row(f"{code.lower()}{index}", title, f"{title} Contoh {word}", "applicant", agency, row)


def _person(row: _Row, hashed: str, at: datetime) -> Account:
    person = Person.objects.create(
        username=row.username,
        name=row.name,
        title=row.title,
        nip=f"00000000 000000 0 {row.number:03}",
        rank="Penata Contoh (III/c)",
        email=f"{row.username}@contoh.invalid",
        agency=row.agency,
        password=hashed,
        joined_at=at,
    )
    RoleGrant.objects.create(person=person, role=row.role, valid_from=date(2020, 1, 1))
    token = token_of(row.username)
    people.keep_token(person, token, name="contoh", at=at, expires_at=at + timedelta(days=365), signs=True)
    return Account(row.username, PASSWORD, row.role, row.agency.code, token)
