"""The example's servers and applications, and the inventory file each server would give of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

BRAND = "Contoso"
CPU = "Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz"


def server(name: str, serial: str, **changes: Any) -> dict[str, Any]:
    """A 2U server with two sockets, as an agency asks for it (fields of contract.md)."""
    return {
        "kind": "colocation",
        "name": name,
        "brand": BRAND,
        "model": "R740 Contoh",
        "serial": serial,
        "form": "rack",
        "height_u": 2,
        "depth_mm": 740,
        "weight_kg": 28.5,
        "psu_count": 2,
        "watts": 575,
        "cords": "AB",
        "cpu_model": "Xeon Silver 4210",
        "cpu_cores": 20,
        "ram_gb": "128 GiB",
        "disks": [{"gb": 960, "type": "ssd"}, {"gb": 960, "type": "ssd"}],
        "nics": [{"gbps": 10}, {"gbps": 10}],
        "os": "Debian 12",
        "applications": [name.split("-")[0].title()],
        "bandwidth_mbps": 100,
        "ip_count": 1,
        "domain": f"{name.lower()}.contoh.invalid",
        "ports": [443],
        **changes,
    }


def application(name: str, **changes: Any) -> dict[str, Any]:
    """An application as an agency asks to host it."""
    return {
        "kind": "hosting",
        "name": name,
        "purpose": "Layanan publik contoh",
        "vcpu": 4,
        "ram_gb": 16,
        "storage_gb": 200,
        "os": "Debian 12",
        "language": "Python 3.11",
        "framework": "Django 5.2",
        "database": "PostgreSQL 15",
        "domain": f"{name.lower().replace(' ', '-')}.contoh.invalid",
        "https": True,
        "bandwidth_mbps": 50,
        **changes,
    }


def artefact(item: Mapping[str, Any]) -> dict[str, str]:
    """What the agency hands in for an application, in the fields of step 7."""
    name = f"{item['domain'].split('.')[0]}-1.4.2.tar.gz"
    return {
        "artefact": name,
        "artefact_sha256": hashlib.sha256(name.encode()).hexdigest(),
        "version": "1.4.2",
    }


def seen(item: Mapping[str, Any]) -> dict[str, Any]:
    """What the inspector sees on the machine itself, or in the artefact: everything as approved."""
    if item["kind"] == "hosting":
        return {**artefact(item), "security_test": "pass", "documentation": "pass", "runs": "pass"}
    by_eye = ("form", "height_u", "depth_mm", "weight_kg", "psu_count", "os")
    ticks = dict.fromkeys(("rail_kit", "cables", "asset_label", "condition", "power_on", "license"), True)
    return {**{name: item[name] for name in by_eye}, **ticks}


def lshw(item: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of `lshw -json` on that server: two sockets, modules of 16 GiB, plain drives and ports."""
    serial = item["serial"]
    board = [*_sockets(item), _memory(item), _controller(item), *_ports(item, serial)]
    return {
        "id": serial.lower(),
        "class": "system",
        "claimed": True,
        "description": "Rack Mount Chassis",
        "product": item["model"],
        "vendor": item["brand"],
        "serial": serial,
        "configuration": {"boot": "normal", "chassis": "rack"},
        "children": [{"id": "core", "class": "bus", "description": "Motherboard", "children": board}],
    }


def _sockets(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    cores = item["cpu_cores"] // 2
    return [
        {
            "id": f"cpu:{n}",
            "class": "processor",
            "description": "CPU",
            "product": CPU,
            "vendor": "Intel Corp.",
            "slot": f"CPU{n + 1}",
            "configuration": {"cores": str(cores), "enabledcores": str(cores), "threads": str(cores * 2)},
        }
        for n in range(2)
    ]


def _memory(item: Mapping[str, Any]) -> dict[str, Any]:
    size = 16 * 2**30
    count = round(float(item["ram_gb"]) * 10**9 / size)
    banks = [
        {
            "id": f"bank:{n}",
            "class": "memory",
            "description": "DIMM DDR4 Synchronous Registered 2933 MHz",
            "slot": f"A{n + 1}",
            "units": "bytes",
            "size": size,
        }
        for n in range(count)
    ]
    return {
        "id": "memory",
        "class": "memory",
        "description": "System Memory",
        "units": "bytes",
        "size": size * count,
        "children": banks,
    }


def _controller(item: Mapping[str, Any]) -> dict[str, Any]:
    drives = [
        {
            "id": f"disk:{n}",
            "class": "disk",
            "description": "ATA Disk",
            "product": "Contoh SSD 960",
            "businfo": f"scsi@{n}:0.0.0",
            "logicalname": f"/dev/sd{'abcdefgh'[n]}",
            "serial": f"{item['serial']}-D{n + 1}",
            "units": "bytes",
            "size": round(disk["gb"] * 10**9),
        }
        for n, disk in enumerate(item["disks"])
    ]
    return {"id": "sata", "class": "storage", "description": "SATA controller", "children": drives}


def _ports(item: Mapping[str, Any], serial: str) -> list[dict[str, Any]]:
    digest = hashlib.sha256(serial.encode()).hexdigest()
    return [
        {
            "id": f"network:{n}",
            "class": "network",
            "description": "Ethernet interface",
            "product": "Contoh 10GbE SFP+",
            "businfo": f"pci@0000:18:00.{n}",
            "logicalname": f"eno{n + 1}",
            "serial": f"02:00:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}:{n:02x}",
            "units": "bit/s",
            "capacity": round(nic["gbps"] * 10**9),
        }
        for n, nic in enumerate(item["nics"])
    ]
