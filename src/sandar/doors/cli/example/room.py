"""The example server room: one site, one room, twelve racks of 42U in two rows.

Utility and genset feed a transfer switch a side; behind it a modular UPS (3 + 1 modules), a panel and two PDUs,
all three-phase; the strips of the racks hang on the phases in turn.
"""

from __future__ import annotations

from datetime import datetime

from sandar.core.capacity import Demand
from sandar.core.electric import PHASES
from sandar.records.facility import read as facility_read
from sandar.records.facility import write as facility
from sandar.records.facility.models import IpPrefix, PowerNode, Rack, Room, Site, Uplink
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger

ROW = 6
BATTERY = ((7_200, 42), (14_400, 19), (21_600, 11), (28_800, 7))  # W, minutes: the maker's table
BLOCKED = ((82, 4, "Patch panel"), (76, 2, "Switch ToR B"), (74, 2, "Switch ToR A"))


def build(at: datetime) -> list[Rack]:
    """Make the room and define the ledger from it; the upper units of every rack are blocked by its own gear."""
    site = facility.create_site("Gedung Kominfo", address="Jalan Akasia No. 02 Tembilahan")
    room = facility.create_room(site, "Ruang Server 1", spare_units=1, source="3 x 24 kW, satu cadangan")
    for number in (1, 2, 3):
        facility.create_cooling_unit(
            room, f"AC-{number}", capacity_w=24_000, derating=78, source="pelat nama, suhu luar 35 derajat"
        )
    pdus = _power(site)
    uplink = facility.create_uplink(site, "Uplink utama", bandwidth_mbps=2_000, derating=85, source="kontrak")
    prefix = facility.create_prefix(site, "10.20.30.0/24", source="rencana alamat")
    racks = [_rack(room, number, pdus, uplink, prefix) for number in range(1, 13)]
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
    _states(site)
    ledger.define(facility_read.layout(), at=at)
    _block(racks, at)
    return racks


def _rack(
    room: Room, number: int, pdus: dict[tuple[str, int], PowerNode], uplink: Uplink, prefix: IpPrefix
) -> Rack:
    """Racks R01 to R06 hang on the first PDUs, the others on the second; the phases take turns."""
    half = 1 if number <= ROW else 2
    hung: facility.PowerFields = {"volts": 230, "amps": 32, "phase": PHASES[number % 3]}
    feeds = [facility.Feed(pdus[side, half], 7_000, source="MCB 32 A", electric=hung) for side in "AB"]
    rack = facility.create_rack(
        room,
        f"R{number:02}",
        row="A" if half == 1 else "B",
        position=(number - 1) % ROW + 1,
        feed_a=feeds[0],
        feed_b=feeds[1],
        uplink=uplink,
        prefix=prefix,
        source="pelat nama",
    )
    for strip in rack.feeds.all():
        facility.set_outlets(strip, {"C13": 36, "C19": 6})
    for switch in ("A", "B"):
        facility.create_port_group(rack, f"Switch ToR {switch}", count=48, gbps=10, source="lembar data")
    return rack


def _power(site: Site) -> dict[tuple[str, int], PowerNode]:
    """The chain down to the PDUs, by side and number."""
    utility = facility.create_power_node(
        site, "PLN", kind="utility", capacity_va=66_000, power_factor=95, phases=3, source="kontrak daya"
    )
    genset = facility.create_power_node(
        site, "GENSET", kind="genset", capacity_va=75_000, power_factor=80, phases=3, source="pelat nama"
    )
    sources = [utility, genset]
    return {key: pdu for side in "AB" for key, pdu in _side(site, side, sources).items()}


def _side(site: Site, side: str, sources: list[PowerNode]) -> dict[tuple[str, int], PowerNode]:
    """The transfer switch, the UPS, the panel and the PDUs of one side."""
    switch = facility.create_power_node(
        site,
        f"ATS-{side}",
        kind="transfer_switch",
        side=side,
        volts=400,
        amps=80,
        phases=3,
        parents=sources,
        source="pelat nama",
    )
    ups = facility.create_power_node(
        site,
        f"UPS-{side}",
        kind="ups",
        side=side,
        capacity_va=40_000,
        power_factor=90,
        module_count=4,
        module_w=12_000,
        spare_modules=1,
        phases=3,
        parents=[switch],
        source="pelat nama; 3 modul dan 1 cadangan",
    )
    facility.set_battery(ups, BATTERY)
    panel = facility.create_power_node(
        site,
        f"PANEL-{side}",
        kind="panel",
        side=side,
        volts=400,
        amps=63,
        phases=3,
        parents=[ups],
        source="MCCB 63 A",
    )
    return {(side, n): _pdu(panel, side, n) for n in (1, 2)}


def _pdu(panel: PowerNode, side: str, number: int) -> PowerNode:
    return facility.create_power_node(
        panel.site,
        f"PDU-{side}{number}",
        kind="pdu",
        side=side,
        capacity_w=22_000,
        volts=400,
        amps=32,
        phases=3,
        parents=[panel],
        source="pelat nama",
    )


def _states(site: Site) -> None:
    """What this office has decided to survive; without the genset it stands, but not through a blackout."""
    facility.declare_state(site, "module_lost", must_survive=True)
    facility.declare_state(site, "cooling_unit_lost", must_survive=True)
    for side in "AB":
        node = facility_read.node_named(f"UPS-{side}")
        facility.declare_state(
            site, "maintenance", node=node, must_survive=True, name=f"Servis tahunan UPS {side}"
        )
    facility.declare_state(
        site,
        "maintenance",
        node=facility_read.node_named("GENSET"),
        must_survive=False,
        name="Servis genset, di luar musim badai",
    )


def _block(racks: list[Rack], at: datetime) -> None:
    for rack in racks:
        place = ledger_read.place_of_rack(rack.pk)
        for start, height, label in BLOCKED:
            spec = ledger.ClaimSpec(
                place_id=place.pk, demand=Demand(), start=start - 2, height=height, label=label
            )
            ledger.block(spec, at=at, by=None)
