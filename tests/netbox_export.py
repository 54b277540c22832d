"""A NetBox export as offices have it: 60 racks, 1,200 devices, deterministic, with the usual dirt.

`export()` gives the files of "All data (CSV)", `bulk()` the same in the form of the bulk import. DIRT says how many
devices are wrong in which way.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

RACKS, DEVICES = 60, 1_200
DIRT = {
    "duplicate_position": 12,
    "missing_position": 8,
    "above_the_rack": 5,
    "unknown_type": 6,
    "unknown_rack": 3,
}
# manufacturer, model, U, full depth, kg, watts
TYPES = (
    ("Contoso", "R740, 2U", 2, True, 28.6, 450),
    ("Contoso", "R640", 1, True, 21.9, 300),
    ("Müller Systeme", "Halb 0.5", 0.5, False, 4.0, 60),
    ("Fabrikam", 'SW "Kern" 48', 1, False, 6.2, 120),
    ("Fabrikam", "PP24", 1, False, 1.1, 0),
    ("Contoso", "Sasis 4N", 2, True, 40.0, 100),
    ("Contoso", "Bilah N1", 0, True, 6.0, 180),
    ("Fabrikam", "PDU-0U", 0, False, 5.0, 0),
)
SERVERS = TYPES[:2]
TENANTS = ("Dinas Kesehatan", "DISDUKCAPIL", "", "", "PT Tidak Dikenal, Tbk", "Bagian Umum")


@dataclass
class Device:
    name: str
    type: tuple[str, str, float, bool, float, int]
    rack: str
    position: str
    face: str = "Front"
    role: str = "Server"
    tenant: str = ""
    status: str = "Active"
    parent: str = ""
    bay: str = ""
    serial: str = ""


@dataclass
class Export:
    devices: list[Device] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)


def rack_name(number: int) -> str:
    return f"NB{number:02}"


def build(racks: int = RACKS, devices: int = DEVICES, *, dirt: bool = True, seed: int = 7) -> Export:
    """Devices over the racks from the floor up, then the dirt."""
    chance = random.Random(seed)
    found = Export()
    free = {rack_name(number): 1.0 for number in range(1, racks + 1)}
    names = list(free)
    wanted = devices - (sum(DIRT.values()) if dirt else 0)
    _fixed(found, names)
    while len(found.devices) < wanted:
        rack = names[len(found.devices) % racks]
        kind = chance.choice([*SERVERS, *SERVERS, TYPES[2], TYPES[3]])
        low = free[rack]
        if low + kind[2] > 39:
            free[rack] = 39.0
            rack = chance.choice([name for name in names if free[name] < 36])
            kind, low = TYPES[1], free[rack]
        free[rack] = low + kind[2]
        found.devices.append(_device(found, kind, rack, low, chance))
    if dirt:
        _dirt(found, chance)
    return found


def _fixed(found: Export, racks: Iterable[str]) -> None:
    """Beside the servers of each rack: two PDUs on its sides, a patch panel; in each fifth a chassis with blades."""
    for index, rack in enumerate(racks):
        for side in "AB":
            found.devices.append(Device(f"{rack}-PDU-{side}", TYPES[7], rack, "", "", role="PDU"))
        found.devices.append(Device(f"{rack}-PP", TYPES[4], rack, "42", "Rear", role="Patch panel"))
        if index % 5 == 0:
            found.devices.append(Device(f"{rack}-CH", TYPES[5], rack, "40", tenant="Dinas Kesehatan"))
            for bay in range(1, 5):
                found.devices.append(
                    Device(f"{rack}-CH-N{bay}", TYPES[6], rack, "", "", parent=f"{rack}-CH", bay=f"Bay {bay}")
                )


def _device(
    found: Export,
    kind: tuple[str, str, float, bool, float, int],
    rack: str,
    low: float,
    chance: random.Random,
) -> Device:
    number = len(found.devices) + 1
    return Device(
        f"srv-{number:04}",
        kind,
        rack,
        f"{low:.1f}",
        face=chance.choice(("Front", "Front", "Rear")) if not kind[3] else "Front",
        tenant=chance.choice(TENANTS),
        serial=f"SN{number:05}",
    )


def _dirt(found: Export, chance: random.Random) -> None:
    good = [device for device in found.devices if device.name.startswith("srv-") and device.type[3]]
    for kind, count in DIRT.items():
        for index in range(count):
            like = chance.choice(good)
            new = Device(f"{kind}-{index}", like.type, like.rack, like.position, serial=f"D{kind[:2]}{index}")
            if kind == "missing_position":
                new.position = ""
            if kind == "above_the_rack":
                new.position, new.type = "42.5", TYPES[0]
            if kind == "unknown_type":
                new.type = ("Acme", f"X{index}", 1, True, 1.0, 0)
            if kind == "unknown_rack":
                new.rack = "NB99"
            found.devices.append(new)
            found.wrong[kind] = found.wrong.get(kind, 0) + 1


def _csv(rows: list[dict[str, object]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def export(found: Export, racks: int = RACKS) -> list[tuple[str, bytes]]:
    """The files of "All data (CSV)"."""
    return [
        ("netbox_racks.csv", _csv([_rack(number) for number in range(1, racks + 1)])),
        ("netbox_device_types.csv", _csv([_type(kind) for kind in TYPES])),
        (
            "netbox_power_feeds.csv",
            _csv([_feed(number, side) for number in range(1, racks + 1) for side in "AB"]),
        ),
        (
            "netbox_devices.csv",
            _csv([_row(number, device) for number, device in enumerate(found.devices, 1)]),
        ),
    ]


def _rack(number: int) -> dict[str, object]:
    return {
        "ID": number, "Name": rack_name(number), "Site": "Gedung Contoh", "Location": f"Ruang {1 + (number - 1) // 30}",
        "Group": "—", "Status": "Active", "Facility ID": "", "Tenant": "—", "Tenant Group": "—", "Role": "Server",
        "Type": "—", "Serial number": "", "Asset tag": "—", "Form factor": "4-post cabinet", "Height": "42U",
        "Starting unit": 1, "Width": "19 inches", "Outer Width": "600 Millimeters", "Outer Height": "—",
        "Outer Depth": "1070 Millimeters", "Mounting depth": 900, "Airflow": "", "Weight": "120 Kilograms",
        "Max Weight": "2205 Pounds" if number % 2 else "1000 Kilograms", "Comments": "", "Devices": 20, "Space": 50,
        "Power": 20, "Description": 'Rak "baris A", dekat pintu', "Contacts": "", "Tags": "",
        "Created": "2024-01-01", "Last updated": "2025-01-01 00:00",
    }  # fmt: skip


def _type(kind: tuple[str, str, float, bool, float, int]) -> dict[str, object]:
    return {
        "ID": 1, "Device Type": kind[1], "Manufacturer": kind[0], "Default Platform": "—", "Slug": "x",
        "Part number": "", "U Height": f"{kind[2]:g}", "Full Depth": str(kind[3]), "Parent/child status": "",
        "Airflow": "", "Weight": f"{kind[4]:.2f} Kilograms", "Description": "", "Comments": "", "Instances": 3,
        "Tags": "", "cf_watts": kind[5] if kind[5] else "",
    }  # fmt: skip


def _feed(number: int, side: str) -> dict[str, object]:
    return {
        "ID": number, "Name": f"{rack_name(number)} feed {side}", "Power panel": f"PANEL-{side}{1 + number // 16}",
        "Site": "Gedung Contoh", "Rack": rack_name(number), "Status": "Active", "Tenant": "—",
        "Type": "Primary" if side == "A" else "Redundant", "Supply": "AC",
        "Voltage": 400 if number % 3 == 0 else 230, "Amperage": 32 if number % 3 == 0 else 63,
        "Phase": "Three-phase" if number % 3 == 0 else "Single-phase", "Max utilization": "80%",
        "Mark connected": "False", "Cable": "—", "Cable Color": "", "Link Peer": "—",
        "Available power (VA)": 11_592, "Description": "", "Comments": "", "Tags": "",
    }  # fmt: skip


def _row(number: int, device: Device) -> dict[str, object]:
    return {
        "ID": number, "Name": device.name, "Status": device.status, "Tenant": device.tenant or "—", "Tenant Group": "—",
        "Role": device.role, "Manufacturer": device.type[0], "Type": device.type[1], "Platform": "—",
        "Serial number": device.serial, "Asset tag": "—", "Region": "—", "Site Group": "—", "Site": "Gedung Contoh",
        "Location": "Ruang 1", "Rack": device.rack if not device.parent else "—", "Parent Device": device.parent or "—",
        "Position (Device Bay)": device.bay or "—", "Position (U)": device.position or "—",
        "Rack face": device.face or "—", "Airflow": "", "IP Address": "10.0.0.1/24", "Cluster": "—",
        "VC Position": "—", "Description": "Größe: „übergroß“", "Comments": "baris 1\nbaris 2", "Tags": "",
    }  # fmt: skip


def bulk(found: Export, racks: int = RACKS) -> list[tuple[str, bytes]]:
    """The same in the form of NetBox's bulk import, with semicolons."""
    rows = [
        {
            "site": "Gedung Contoh", "location": "Ruang Uji", "name": rack_name(number), "status": "active",
            "width": 19, "u_height": 42, "desc_units": "true" if number == 1 else "false", "starting_unit": 1,
            "outer_depth": 42, "outer_unit": "in", "mounting_depth": "", "max_weight": 1000, "weight_unit": "lb",
        }
        for number in range(1, racks + 1)
    ]  # fmt: skip
    types = [
        {
            "manufacturer": kind[0], "model": kind[1], "slug": "x", "u_height": kind[2], "is_full_depth": kind[3],
            "subdevice_role": "", "weight": kind[4], "weight_unit": "kg",
        }
        for kind in TYPES
    ]  # fmt: skip
    feeds = [
        {
            "site": "Gedung Contoh", "power_panel": f"P-{side}", "location": "", "rack": rack_name(number),
            "name": f"F{number}{side}", "status": "active", "type": "primary", "supply": "ac",
            "mark_connected": "false", "phase": "single-phase", "voltage": 230, "amperage": 32, "max_utilization": 80,
        }
        for number in range(1, racks + 1)
        for side in "AB"
    ]  # fmt: skip
    devices = [
        {
            "role": device.role, "tenant": device.tenant, "manufacturer": device.type[0], "device_type": device.type[1],
            "serial": device.serial, "asset_tag": "", "status": "active", "site": "Gedung Contoh", "rack": device.rack,
            "position": device.position, "face": device.face.lower(), "parent": device.parent, "device_bay": device.bay,
            "name": device.name,
        }
        for device in found.devices
    ]  # fmt: skip
    tables = {"racks": rows, "types": types, "feeds": feeds, "devices": devices}
    return [(f"{name}.csv", _csv(table, ";")) for name, table in tables.items()]
