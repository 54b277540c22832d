"""The example office: the letterhead of the office that wrote the SOP, and plainly made-up people.

Deterministic: the same names, ids and figures on every machine. `build` fills an empty instance; it is what
`sandar demo`, `./run` and the tests start from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from sandar.core import worktime
from sandar.errors import Refused
from sandar.records.cases import write as cases
from sandar.records.cases.models import Case
from sandar.records.clocks.models import Holiday, OfficeCalendar
from sandar.records.facility import read as facility_read
from sandar.records.facility import write as facility
from sandar.records.facility.models import Rack
from sandar.records.ledger import write as ledger
from sandar.records.people import write as people
from sandar.records.people.models import Agency, Office, Person, RoleGrant
from sandar.sop import definition

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
BLOCKED = ((82, 4, "Patch panel"), (76, 2, "Switch ToR B"), (74, 2, "Switch ToR A"))


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
        _calendar(at)
        text = definition.bundled_text()
        procedure = definition.bundled()
        cases.publish(
            text, service=procedure.service, number=procedure.number, content_sha256=procedure.hash, at=at
        )
        accounts = _people(at)
        build_facility(at)
    return accounts


def _calendar(at: datetime) -> None:
    weekly = [
        [[window.start.isoformat("minutes"), window.end.isoformat("minutes")] for window in day]
        for day in worktime.PERPRES_21_2023_WEEKLY
    ]
    OfficeCalendar.objects.create(time_zone="Asia/Jakarta", weekly=weekly, changed_at=at)
    import_holidays(range(at.year - 1, at.year + 2))


def import_holidays(years: range) -> int:
    """National holidays and joint leave (cuti bersama) of these years; rows entered by hand stay."""
    import holidays  # slow to import, needed only here

    rows: dict[date, tuple[str, str]] = {}
    for category in ("government", "public"):
        found = holidays.country_holidays("ID", years=years, categories=(category,), language="id")
        rows |= {day: (name, category) for day, name in found.items()}
    made = Holiday.objects.bulk_create(
        [Holiday(day=day, name=name[:150], kind=kind) for day, (name, kind) in sorted(rows.items())],
        ignore_conflicts=True,
    )
    return len(made)


def _people(at: datetime) -> list[Account]:
    hashed = make_password(PASSWORD)  # one hash for all: hashing twenty passwords takes seconds
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
    accounts = []
    number = 0
    for stem, role, title in OFFICERS:
        for index, word in enumerate(WORDS, start=1):
            number += 1
            accounts.append(
                _person(f"{stem}{index}", f"{title} Contoh {word}", title, role, provider, number, hashed, at)
            )
    accounts.append(
        _person(
            "admin",
            "Administrator Sistem Contoh",
            "Administrator Sistem",
            "system_admin",
            provider,
            90,
            hashed,
            at,
        )
    )
    for row, (code, name) in enumerate(AGENCIES, start=1):
        agency = Agency.objects.create(
            code=code, name=name, address=f"Jalan Contoh No. {row}", email=f"{code.lower()}@contoh.invalid"
        )
        for index, word in enumerate(WORDS, start=1):
            title = f"Pejabat TIK {code}"
            username = f"{code.lower()}{index}"
            accounts.append(
                _person(
                    username,
                    f"{title} Contoh {word}",
                    title,
                    "applicant",
                    agency,
                    row * 10 + index,
                    hashed,
                    at,
                )
            )
    return accounts


def _person(
    username: str, name: str, title: str, role: str, agency: Agency, number: int, hashed: str, at: datetime
) -> Account:
    person = Person.objects.create(
        username=username,
        name=name,
        title=title,
        nip=f"00000000 000000 0 {number:03}",
        rank="Penata Contoh (III/c)",
        email=f"{username}@contoh.invalid",
        agency=agency,
        password=hashed,
        joined_at=at,
    )
    RoleGrant.objects.create(person=person, role=role, valid_from=date(2020, 1, 1))
    token = token_of(username)
    people.keep_token(person, token, name="contoh", at=at, expires_at=at + timedelta(days=365))
    return Account(username, PASSWORD, role, agency.code, token)


def build_facility(at: datetime) -> list[Rack]:
    """One site, one room, twelve racks of 42U, utility and genset over two UPS to four PDU, A and B."""
    site = facility.create_site("Gedung Kominfo", address="Jalan Akasia No. 02 Tembilahan")
    room = facility.create_room(
        site, "Ruang Server 1", capacity_w=48_000, derating=78, source="2 x 24 kW, N+1"
    )
    utility = facility.create_power_node(
        site, "PLN", kind="utility", capacity_w=66_000, source="kontrak daya"
    )
    genset = facility.create_power_node(site, "GENSET", kind="genset", capacity_w=60_000, source="pelat nama")
    pdus = {}
    for side in "AB":
        ups = facility.create_power_node(
            site,
            f"UPS-{side}",
            kind="ups",
            side=side,
            capacity_w=36_000,
            parents=[utility, genset],
            source="pelat nama",
        )
        for n in (1, 2):
            pdus[side, n] = facility.create_power_node(
                site,
                f"PDU-{side}{n}",
                kind="pdu",
                side=side,
                capacity_w=22_000,
                parents=[ups],
                source="pelat nama",
            )
    uplink = facility.create_uplink(site, "Uplink utama", bandwidth_mbps=2_000, derating=85, source="kontrak")
    prefix = facility.create_prefix(site, "10.20.30.0/24", source="rencana alamat")
    racks = []
    for number in range(1, 13):
        feed = 1 if number <= 6 else 2
        racks.append(
            facility.create_rack(
                room,
                f"R{number:02}",
                row="A" if number <= 6 else "B",
                feed_a=facility.Feed(pdus["A", feed], 7_000, source="MCB 32 A"),
                feed_b=facility.Feed(pdus["B", feed], 7_000, source="MCB 32 A"),
                uplink=uplink,
                prefix=prefix,
                source="pelat nama",
            )
        )
    facility.create_compute_pool(
        site,
        "KLUSTER-1",
        cores=192,
        overcommit=400,
        ram_gb=3_072,
        storage_gb=100_000,
        uplink=uplink,
        prefix=prefix,
    )
    ledger.define(facility_read.layout(), at=at)
    _block(racks, at)
    return racks


def _block(racks: list[Rack], at: datetime) -> None:
    from sandar.core.capacity import Demand
    from sandar.records.ledger import read as ledger_read

    for rack in racks:
        place = ledger_read.place_of_rack(rack.pk)
        for start, height, label in BLOCKED:
            spec = ledger.ClaimSpec(
                place_id=place.pk, demand=Demand(), start=start - 2, height=height, label=label
            )
            ledger.block(spec, at=at, by=None)
