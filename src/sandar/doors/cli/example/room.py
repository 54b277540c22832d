"""The example server room: one site, one room, twelve racks of 42U, utility and genset over two UPS to four PDU."""

from __future__ import annotations

from datetime import datetime

from sandar.core.capacity import Demand
from sandar.records.facility import read as facility_read
from sandar.records.facility import write as facility
from sandar.records.facility.models import PowerNode, Rack, Site
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger

BLOCKED = ((82, 4, "Patch panel"), (76, 2, "Switch ToR B"), (74, 2, "Switch ToR A"))


def build(at: datetime) -> list[Rack]:
    """Make the room and define the ledger from it; the upper units of every rack are blocked by its own gear."""
    site = facility.create_site("Gedung Kominfo", address="Jalan Akasia No. 02 Tembilahan")
    room = facility.create_room(
        site, "Ruang Server 1", capacity_w=48_000, derating=78, source="2 x 24 kW, N+1"
    )
    pdus = _power(site)
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


def _power(site: Site) -> dict[tuple[str, int], PowerNode]:
    """Utility and genset feed a UPS a side, each UPS two PDUs."""
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
    return pdus


def _block(racks: list[Rack], at: datetime) -> None:
    for rack in racks:
        place = ledger_read.place_of_rack(rack.pk)
        for start, height, label in BLOCKED:
            spec = ledger.ClaimSpec(
                place_id=place.pk, demand=Demand(), start=start - 2, height=height, label=label
            )
            ledger.block(spec, at=at, by=None)
