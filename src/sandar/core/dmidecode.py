"""Reading the text of `dmidecode` (SMBIOS, 2.x and 3.x) into an Inventory.

SMBIOS knows the box, its sockets, modules and supplies; it does not know disks and network ports, so
those stay None. Sizes are printed with "MB" and "GB" and mean 2^20 and 2^30 (DSP0134, type 17).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandar.core.hardware import Cpu, Dimm, Firmware, Inventory, Note, Psu, fact, is_virtual_machine, text
from sandar.errors import InventoryUnreadable

MAX_RECORDS = 20_000
MAX_LINES = 200_000
_HANDLE = re.compile(r"Handle (0x[0-9A-Fa-f]{1,8}), DMI type (\d{1,3})\b")
_SIZE = re.compile(r"(\d{1,12}) ?(bytes|kB|MB|GB|TB)", re.IGNORECASE)
_POWER = {"bytes": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40}
_FLASH = re.compile(r"flash|rom|non-volatile", re.IGNORECASE)


@dataclass(slots=True)
class _Record:
    """One SMBIOS structure; the first of equal keys wins."""

    handle: str
    type: int
    lines: dict[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str | None:
        return fact(self.lines.get(name))

    def number(self, name: str) -> int | None:
        value = self.lines.get(name, "")
        return int(value) if re.fullmatch(r"\d{1,9}", value) else None


def read(source: str) -> Inventory:
    """Read the text of `dmidecode`. Raises InventoryUnreadable: too_many_nodes, not_an_inventory."""
    records = _records(source)
    notes: list[Note] = []
    system = _first(records, 1)
    chassis = _first(records, 3)
    bios = _first(records, 0)
    if system is None and not any(record.type in (4, 17) for record in records):
        raise InventoryUnreadable(reason="not_an_inventory")
    vendor = system.fact("Manufacturer") if system else None
    product = system.fact("Product Name") if system else None
    if is_virtual_machine(vendor, product):
        notes.append(Note("virtual_machine", system.handle if system else ""))
    dimms = _dimms(records, notes)
    return Inventory(
        source="dmidecode",
        vendor=vendor,
        product=product,
        serial=system.fact("Serial Number") if system else None,
        chassis=chassis.fact("Type") if chassis else None,
        chassis_serial=chassis.fact("Serial Number") if chassis else None,
        height_u=_height(chassis),
        uuid=system.fact("UUID") if system else None,
        firmware=_firmware(bios),
        cpus=_cpus(records),
        memory_bytes=sum(dimm.bytes for dimm in dimms) if dimms else None,
        memory_exact=dimms is not None,
        dimms=dimms,
        psus=_psus(records),
        notes=tuple(notes),
    )


def _records(source: str) -> list[_Record]:
    """Split at the Handle lines; list items under a key are skipped."""
    records: list[_Record] = []
    if source.count("\n") > MAX_LINES:
        raise InventoryUnreadable(reason="too_many_nodes", limit=MAX_RECORDS)
    for line in source.split("\n"):
        if start := _HANDLE.match(line):
            if len(records) >= MAX_RECORDS:
                raise InventoryUnreadable(reason="too_many_nodes", limit=MAX_RECORDS)
            records.append(_Record(start[1], int(start[2])))
        elif records and re.match(r"(\t| {4,8})\S", line) and ":" in line:
            key, value = line.split(":", 1)
            records[-1].lines.setdefault(key.strip()[:60], (text(value) or ""))
    return records


def _first(records: list[_Record], kind: int) -> _Record | None:
    return next((record for record in records if record.type == kind), None)


def _height(chassis: _Record | None) -> float | None:
    """Rack units of a type 3 structure: "2 U"; most vendors leave it unspecified."""
    found = re.fullmatch(r"(\d{1,2}) ?U", chassis.lines.get("Height", "")) if chassis else None
    return float(found[1]) if found and int(found[1]) else None


def _firmware(bios: _Record | None) -> Firmware | None:
    if bios is None:
        return None
    return Firmware(bios.fact("Vendor"), bios.fact("Version"), bios.fact("Release Date"))


def _cpus(records: list[_Record]) -> tuple[Cpu, ...] | None:
    cpus = []
    for record in records:
        if record.type != 4 or "unpopulated" in record.lines.get("Status", "").casefold():
            continue
        kind = record.lines.get("Type", "Central Processor").casefold()
        if "central" not in kind:
            continue
        model = record.fact("Version")
        cores = record.number("Core Count")
        if model is None and not cores:
            continue  # an empty socket of firmware that prints no status
        threads = record.number("Thread Count")
        cpus.append(Cpu(model, cores or None, threads or None, record.fact("Socket Designation")))
    return tuple(cpus) or None


def _dimms(records: list[_Record], notes: list[Note]) -> tuple[Dimm, ...] | None:
    """The modules; None when one of them does not tell its size, because a sum would be too low."""
    dimms = []
    for record in records:
        if record.type != 17 or _FLASH.search(record.lines.get("Type", "")):
            continue
        size = record.lines.get("Size", "")
        found = _SIZE.fullmatch(size)
        if found and int(found[1]):
            amount = int(found[1]) << _POWER[found[2].casefold()]
            slot, model = record.fact("Locator"), record.fact("Part Number")
            dimms.append(Dimm(amount, slot, model, record.fact("Serial Number")))
        elif not found and fact(size) is None and size.casefold() != "unknown":
            continue  # "No Module Installed", "Not Specified", no size at all
        elif not found:
            notes.append(Note("memory_module_without_size", record.handle))
            return None
    return tuple(dimms) or None


def _psus(records: list[_Record]) -> tuple[Psu, ...] | None:
    psus = []
    for record in records:
        if record.type != 39 or "not present" in record.lines.get("Status", "").casefold():
            continue
        model = record.fact("Model Part Number") or record.fact("Name")
        serial = record.fact("Serial Number")
        if model is None and serial is None:
            continue
        watts = re.fullmatch(r"(\d{1,5}) ?W", record.lines.get("Max Power Capacity", ""))
        psus.append(Psu(model, serial, int(watts[1]) if watts and int(watts[1]) else None))
    return tuple(psus) or None
