"""A small data centre for ledger tests: two UPS, four PDUs, racks `R1`..., one cluster; and bare cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from sandar.core.capacity import Demand
from sandar.records.cases.models import Case, SopRevision
from sandar.records.facility import read as facility
from sandar.records.facility import write as build
from sandar.records.ledger import read, write
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Agency, Person

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


@transaction.atomic
def make_world(
    *,
    racks: int = 2,
    height_u: int = 42,
    strip_w: int = 4000,
    ups_w: int = 40_000,
    load_kg: int = 800,
    bandwidth_mbps: int = 1000,
    cores: int = 16,
) -> None:
    """Utility and genset -> UPS A, UPS B -> PDU A1, A2, B1, B2 -> strips. No derating: figures stay plain."""
    site = build.create_site("Gedung Contoh")
    room = build.create_room(site, "Ruang 1", capacity_w=200_000)
    sources = [
        build.create_power_node(site, name, kind=kind, capacity_w=200_000, derating=100)
        for name, kind in (("PLN", "utility"), ("GENSET", "genset"))
    ]
    pdus = {}
    for side in "AB":
        ups = build.create_power_node(
            site, f"UPS-{side}", kind="ups", side=side, capacity_w=ups_w, derating=100, parents=sources
        )
        for n in (1, 2):
            pdus[side, n] = build.create_power_node(
                site, f"PDU-{side}{n}", kind="pdu", side=side, capacity_w=ups_w, derating=100, parents=[ups]
            )
    build.create_uplink(site, "Internet", bandwidth_mbps=bandwidth_mbps)
    build.create_prefix(site, "10.9.0.0/24")
    build.create_compute_pool(site, "Klaster", cores=cores, ram_gb=256, storage_gb=4000, derating=100)
    for number in range(1, racks + 1):
        half = 1 if number % 2 else 2
        build.create_rack(
            room,
            f"R{number}",
            height_u=height_u,
            load_kg=load_kg,
            feed_a=build.Feed(pdus["A", half], strip_w, 100),
            feed_b=build.Feed(pdus["B", half], strip_w, 100),
        )
    write.define(facility.layout(), at=AT)


def spec(rack: str = "R1", u: float = 1, h: float = 1, **more: Any) -> write.ClaimSpec:
    """A dual-corded 200 W, 10 kg device of h units at unit u; `more`: fields of Demand or of ClaimSpec."""
    demand = {
        name: more.pop(name)
        for name in Demand.__slots__
        if name in more
    }  # fmt: skip
    wanted = replace(Demand(watts=200, cords="AB", weight_kg=10), **demand)
    place = read.place("rack", rack)
    start = int(u * 2) - 2 if h else None
    return write.ClaimSpec(place_id=place.pk, demand=wanted, start=start, height=int(h * 2), **more)


def hosting(vcpu: int = 2, ram_gb: int = 4, storage_gb: int = 50, **more: Any) -> write.ClaimSpec:
    """An application on the cluster."""
    demand = Demand(
        vcpu=vcpu, ram_gb=ram_gb, storage_gb=storage_gb, bandwidth_mbps=more.pop("bandwidth_mbps", 0)
    )
    return write.ClaimSpec(place_id=read.place("compute", "Klaster").pk, demand=demand, **more)


def held(wanted: write.ClaimSpec, expires_at: datetime | None = LATER) -> Claim:
    """The hold, in an own transaction."""
    with transaction.atomic():
        return write.hold(wanted, at=AT, by=None, expires_at=expires_at)


def make_case(number: str = "PMH/001") -> Case:
    """A bare case of one agency; only what the ledger's foreign keys need."""
    agency, _ = Agency.objects.get_or_create(code="dinkes", defaults={"name": "Dinas Contoh"})
    person, _ = Person.objects.get_or_create(
        username="pemohon", defaults={"name": "Pemohon Contoh", "agency": agency, "joined_at": AT}
    )
    revision, _ = SopRevision.objects.get_or_create(
        service="colocation",
        revision=1,
        defaults={
            "text": "",
            "content_sha256": "0" * 64,
            "published_at": AT,
            "effective_on": AT.date(),
        },
    )
    return Case.objects.create(
        number=number,
        tracking_token=number,
        revision=revision,
        agency=agency,
        requester=person,
        service="colocation",
        state="capacity_check",
        title="Contoh",
        letter={},
        items=[],
        agenda_no=Case.objects.count() + 1,
        year=2026,
        received_at=AT,
    )
