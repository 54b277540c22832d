"""`sandar demo --scale N`: finished tenancies in bulk, consistent in ledger, register, journal and papers.

Each is a server that stood there when the office began to use Sandar: one case with a short journal (letter,
handover, report) and its handover minutes, in the year before. What reads lists, racks and capacity meets rows
of the same shape as after nine steps; what reads a case's history meets a short one.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from sandar.core import chain, numbering, rack
from sandar.core.capacity import Demand
from sandar.doors.cli.example import hardware, load_room
from sandar.records.assets.models import Asset, AssetAddress, AssetBook
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, CaseBook, Event
from sandar.records.documents import books, freeze
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, NumberBook
from sandar.records.facility import read as facility_read
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.records.people import read as people
from sandar.records.people.models import Agency, Person
from sandar.steps import paper
from sandar.steps.s8_installation.act import SERVER_CODE

PER_RACK, IN_FULL = 20, 42
TOGETHER = 25  # racks written at once: their shared pools are drawn from once, not rack by rack
KIND = "handover_minutes"


def add(count: int, now: datetime) -> None:
    """Add `count` finished tenancies: up to 42 in the rack FULL, then twenty a rack. One transaction."""
    with transaction.atomic():
        batch = _Batch(count, now)
        in_full = 0 if Rack.objects.filter(name=load_room.FULL).exists() else min(count, IN_FULL)
        racks, full = load_room.build(-(-(count - in_full) // PER_RACK))
        ledger.define(facility_read.layout(), at=now)
        if full is not None:
            batch.fill({full: in_full})
            _blind(full, in_full, now)
        for first in range(0, len(racks), TOGETHER):
            some, left = racks[first : first + TOGETHER], batch.left
            batch.fill({place: min(PER_RACK, left - n * PER_RACK) for n, place in enumerate(some)})


def _blind(full: Rack, taken: int, now: datetime) -> None:
    """Few tenancies do not fill the rack: blanking panels do."""
    if taken < IN_FULL:
        place = ledger_read.place_of_rack(full.pk)
        spec = ledger.ClaimSpec(
            place_id=place.pk,
            demand=Demand(),
            start=taken * 2,
            height=(IN_FULL - taken) * 2,
            label="Panel penutup",
        )
        ledger.block(spec, at=now, by=None)


@dataclass(frozen=True)
class _Tenancy:
    """One server with its numbers, before it is written."""

    n: int  # counts all tenancies of the load, from 1
    case: Case
    item: dict[str, Any]
    address: str
    asset_number: str
    at: datetime


class _Batch:
    """Takes all numbers first, then writes some racks at a time."""

    def __init__(self, count: int, now: datetime) -> None:
        self.left, self._count = count, count
        self._office = people.office()
        self._zone = ZoneInfo(self._office.time_zone)
        self._year = now.astimezone(self._zone).year - 1
        self._case, self._agenda = self._cases_from()
        self._asset = _take(AssetBook, "last", count, year=self._year)
        self._paper = _take(NumberBook, "last", count, year=self._year, name=books.paper(KIND).book)
        self._revision = cases.current_revision(now.astimezone(self._zone).date())
        self._network = ipaddress.ip_network(load_room.NETWORK)

    def _cases_from(self) -> tuple[int, int]:
        last = _take(CaseBook, "last_case", self._count, year=self._year)
        return last, _take(CaseBook, "last_agenda", self._count, year=self._year)

    @cached_property
    def _staff(self) -> dict[str, Person]:
        names = ("operator1", "administrator1", "kabid1")
        return {person.username: person for person in Person.objects.filter(username__in=names)}

    @cached_property
    def _tenants(self) -> list[tuple[Agency, Person]]:
        return [
            (agency, Person.objects.select_related("agency").filter(agency=agency).order_by("pk")[0])
            for agency in people.agencies().order_by("pk")
        ]

    def fill(self, racks: Mapping[Rack, int]) -> None:
        """Write the next so many tenancies into each of these racks, from the floor up."""
        drafts: list[_Tenancy] = []
        specs: list[ledger.ClaimSpec] = []
        names: list[str] = []
        for place, count in racks.items():
            names += [place.name] * count
            for _ in range(count):
                drafts.append(self._draft(self._count - self.left + 1))
                self.left -= 1
        if not drafts:
            return
        Case.objects.bulk_create(draft.case for draft in drafts)
        written = iter(drafts)
        for place, count in racks.items():
            spot = ledger_read.place_of_rack(place.pk)
            specs += [_spec(next(written), spot.pk, start=2 * row) for row in range(count)]
        claims = ledger.take_over(specs, at=drafts[-1].at, by=self._staff["operator1"].pk)
        minutes = Document.objects.bulk_create(
            self._minutes(draft, claim, name)
            for draft, claim, name in zip(drafts, claims, names, strict=True)
        )
        entries = list(zip(drafts, claims, minutes, strict=True))
        made = Asset.objects.bulk_create(_asset(*entry) for entry in entries)
        AssetAddress.objects.bulk_create((_address(asset) for asset in made), ignore_conflicts=True)
        Event.objects.bulk_create(
            event
            for entry, name in zip(entries, names, strict=True)
            for event in self._journal(*entry, rack_name=name)
        )

    def _draft(self, n: int) -> _Tenancy:
        agency, person = self._tenants[n % len(self._tenants)]
        number = numbering.case_number(self._year, self._case + n)
        at = self._moment(n)
        serial = f"BBN-{self._case + n:06}"
        item = hardware.server(
            f"BEBAN-{self._case + n}",
            serial,
            height_u=1,
            depth_mm=700,
            weight_kg=16,
            watts=100 + (n * 37) % 300,
            ram_gb=128,
            bandwidth_mbps=10,
        )
        case = Case(
            number=number,
            agenda_no=self._agenda + n,
            year=self._year,
            revision=self._revision,
            tracking_token=secrets.token_hex(16),
            agency=agency,
            requester=person,
            service="colocation",
            state="completed",
            version=3,
            title=f"Penempatan server {item['name']}",
            letter=_letter(n, agency, at),
            contact={"name": f"Narahubung {agency.code} Contoh"},
            items=[item],
            fates={"1": {"fate": "installed", "at": at.isoformat(), "seq": 2, "reason": ""}},
            received_at=at - timedelta(hours=3),
            closed_at=at + timedelta(hours=1),
        )
        address = str(self._network[(self._case + n) % self._network.num_addresses])
        asset = numbering.asset_number(self._year, self._asset + n)
        return _Tenancy(n, case, item, address, asset, at)

    def _moment(self, n: int) -> datetime:
        """11:00 of a weekday of the year before, later for later ones."""
        day = date(self._year, 1, 5) + timedelta(days=(n - 1) * 350 // self._count)
        day += timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)
        return datetime.combine(day, time(11), self._zone)

    def _minutes(self, draft: _Tenancy, claim: Claim, rack_name: str) -> Document:
        case, day = draft.case, draft.at.date()
        fixed, sequence, token = books.paper(KIND), self._paper + draft.n, papers.new_token()
        number = numbering.format_number(
            fixed.pattern,
            urut=sequence,
            day=day,
            klasifikasi=self._office.classification or fixed.classification,
            jenis=fixed.code,
            unit=self._office.unit_code,
        )
        stamp = {
            "kind": KIND,
            "number": number,
            "issued_on": day.isoformat(),
            "title": fixed.title,
            "token": token,
            "verify_url": f"{settings.PUBLIC_URL}/verify/{token}",
            "sop_number": self._revision.number,
            "sop_revision": self._revision.revision,
        }
        facts, digest = freeze.frozen({**self._facts(draft, claim, rack_name), "document": stamp})
        return Document(
            case=case,
            kind=KIND,
            number=number,
            book=fixed.book,
            year=self._year,
            sequence=sequence,
            issued_on=day,
            at=draft.at,
            title=fixed.title,
            facts=facts,
            facts_sha256=digest,
            token=token,
            sop_number=self._revision.number,
            sop_revision=self._revision.revision,
            issued_by=self._staff["operator1"],
        )

    def _facts(self, draft: _Tenancy, claim: Claim, rack_name: str) -> dict[str, Any]:
        case = draft.case
        giver, receiver, head = case.requester, self._staff["operator1"], self._staff["kabid1"]
        return {
            "office": paper.office_facts(self._office),
            "case": {
                "number": case.number,
                "service": case.service,
                "title": case.title,
                "agenda": f"{case.agenda_no:04}/{case.year}",
                "received_at": paper.local(case.received_at, self._office),
                "track_url": f"{settings.PUBLIC_URL}/track/{case.number}",
            },
            "agency": paper.agency_facts(case),
            "letter": paper.letter_facts(case),
            "signers": [
                {**paper.person_facts(giver), "caption": "Pihak Pertama"},
                {**paper.person_facts(receiver), "caption": "Pihak Kedua"},
                {**paper.person_facts(head), "caption": "Mengetahui"},
            ],
            "place": self._office.city,
            "first_party": paper.party(giver),
            "second_party": {**paper.person_facts(receiver), "agency": self._office.agency.name},
            "devices": [_device(draft, claim, rack_name)],
            "hosted": [],
            "references": [],
            "service_from_on": draft.at.date().isoformat(),
        }

    def _journal(
        self, draft: _Tenancy, claim: Claim, minutes: Document, *, rack_name: str
    ) -> Iterator[Event]:
        """Letter, handover, report: three linked events."""
        case = draft.case
        issued = {"id": minutes.pk, "kind": KIND, "number": minutes.number}
        issued["facts_sha256"] = minutes.facts_sha256
        spot = {
            "claim": claim.pk,
            "item_no": 1,
            "place": rack_name,
            "position_u": rack.position_of(claim.start or 0),
            "face": claim.face,
            "state": claim.state,
        }
        letter = {key: case.letter[key] for key in ("number", "date", "subject")}
        told: Sequence[tuple[str, datetime | None, Person, str, str, dict[str, Any]]] = (
            ("request_received", case.received_at, case.requester, "applicant", "requested",
             {"letter": letter, "service": case.service, "items": case.items, "state": "disposition_head"}),
            ("service_handed_over", draft.at, self._staff["operator1"], "dc_operator", "installed",
             {"installed": [spot], "assets": [draft.asset_number], "documents": [issued], "state": "reporting",
              "fates": [{"item_no": 1, "fate": "installed"}]}),
            ("completion_reported", case.closed_at, self._staff["administrator1"], "administrator", "reported",
             {"note": "Layanan yang sudah terpasang, didaftarkan.", "state": "completed"}),
        )  # fmt: skip
        prev = chain.GENESIS
        for seq, (kind, at, person, role, duty, payload) in enumerate(told, start=1):
            signature = {
                "username": person.username,
                "name": person.name,
                "title": person.title,
                "role": role,
                "duty": duty,
            }
            assert at is not None
            event = Event(
                case=case,
                seq=seq,
                kind=kind,
                at=at,
                actor=person,
                person=signature,
                payload=payload,
                prev=prev,
            )
            cases_write.seal(event)
            prev = event.hash
            yield event


def _take(book: Any, column: str, count: int, **which: Any) -> int:
    """Take `count` numbers of a yearly book at once; returns the one before the first."""
    if not book.objects.filter(**which).update(**{column: F(column) + count}):
        book.objects.bulk_create([book(**which)], ignore_conflicts=True)
        book.objects.filter(**which).update(**{column: F(column) + count})
    return int(book.objects.values_list(column, flat=True).get(**which)) - count


def _letter(n: int, agency: Agency, at: datetime) -> dict[str, Any]:
    return {
        "number": f"000.1/{n}/{agency.code}/{at.year}",
        "date": (at.date() - timedelta(days=3)).isoformat(),
        "subject": "Permohonan penempatan server",
        "signatory": {"name": f"Kepala {agency.code} Contoh", "title": f"Kepala {agency.code}"},
        "nature": "biasa",
        "attachment": "",
        "purpose": "",
    }


def _spec(draft: _Tenancy, place_id: int, *, start: int) -> ledger.ClaimSpec:
    item = draft.item
    demand = Demand(
        watts=item["watts"], cords=item["cords"], weight_kg=item["weight_kg"], bandwidth_mbps=10, ip_count=1
    )
    return ledger.ClaimSpec(
        place_id=place_id,
        demand=demand,
        start=start,
        height=2,
        depth_mm=item["depth_mm"],
        case_id=draft.case.pk,
        item_no=1,
        agency_id=draft.case.agency_id,
        label=item["name"],
    )


def _device(draft: _Tenancy, claim: Claim, rack_name: str) -> dict[str, Any]:
    item = draft.item
    return {
        "name": item["name"],
        "brand": item["brand"],
        "model": item["model"],
        "serial": item["serial"],
        "rack": rack_name,
        "position_u": rack.position_of(claim.start or 0),
        "height_u": claim.height / 2,
        "face": claim.face,
        "cords": claim.cords,
        "watts": claim.watts,
        "condition": "Baik",
        "item_code": SERVER_CODE,
        "register_no": f"{draft.n:06}",
        "switch_port": "",
        "ip": draft.address,
        "hostname": item["domain"],
        "os": item["os"],
    }


def _asset(draft: _Tenancy, claim: Claim, minutes: Document) -> Asset:
    item, case = draft.item, draft.case
    return Asset(
        number=draft.asset_number,
        case=case,
        item_no=1,
        agency_id=case.agency_id,
        claim=claim,
        handover=minutes,
        kind="colocation",
        name=item["name"],
        brand=item["brand"],
        model=item["model"],
        serial=item["serial"],
        item_code=SERVER_CODE,
        register_no=f"{draft.n:06}",
        spec=item,
        hostname=item["domain"],
        address=draft.address,
        ports=item["ports"],
        installed_at=draft.at,
    )


def _address(made: Asset) -> AssetAddress:
    used, at = AssetAddress.USED, made.installed_at
    return AssetAddress(address=made.address, asset=made, case_id=made.case_id, state=used, since=at)
