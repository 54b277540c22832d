"""Reading the device tree of `lshw -json` (B.02.17 to B.02.20) into an Inventory.

lshw takes system, boards, sockets, modules and power supplies from SMBIOS, and disks and network ports
from the kernel. In a container, or without root, the SMBIOS part is missing: then those fields are None.
"""

from __future__ import annotations

import re

from sandar.core import loosejson, lshw_devices
from sandar.core.hardware import Cpu, Dimm, Firmware, Inventory, Note, Psu, is_virtual_machine
from sandar.core.lshw_tree import Node, walk, whole
from sandar.errors import InventoryUnreadable

_BANK = re.compile(r"bank(:\d+)?")
_MEMORY = re.compile(r"memory(:\d+)?")
_EMPTY = re.compile(r"\[empty\]|\bempty\b", re.IGNORECASE)
MAX_PSU_WATTS = 10_000  # SMBIOS says 32768 or 65535 for "unknown"


def read(source: str) -> Inventory:
    """Read the text of `lshw -json`. Raises InventoryUnreadable (see loosejson; not_an_inventory)."""
    loose = loosejson.read(source)
    notes: list[Note] = []
    nodes = walk(loose.values, notes)
    if not nodes:
        raise InventoryUnreadable(reason="not_an_inventory")
    notes += _mended(loose)
    system = next((node for node in nodes if node.parent is None and node.kind == "system"), None)
    dimms, memory = _memory(nodes, notes)
    vendor = system.fact("vendor") if system else None
    product = system.fact("product") if system else None
    drives = lshw_devices.drives(nodes, notes)
    guest = any("hypervisor" in node.part("capabilities") for node in nodes if node.kind == "processor")
    if guest or is_virtual_machine(vendor, product):
        notes.append(Note("virtual_machine", system.where if system else ""))
    if system is None:
        notes.append(Note("no_system"))
    return Inventory(
        source="lshw",
        vendor=vendor,
        product=product,
        serial=system.fact("serial") if system else None,
        chassis=_chassis(system),
        uuid=system.setting("uuid") if system else None,
        firmware=_firmware(nodes),
        cpus=_cpus(nodes),
        memory_bytes=memory,
        memory_exact=dimms is not None,
        dimms=dimms,
        disks=drives.disks,
        volumes=drives.volumes,
        nics=lshw_devices.ports(nodes, notes),
        psus=_psus(nodes),
        notes=tuple(notes),
    )


def _mended(loose: loosejson.Loose) -> list[Note]:
    """One note per kind of mend, at its first line."""
    kinds = {
        "commas_repaired": loose.repaired_commas,
        "duplicate_key": loose.duplicate_keys,
        "number_unreadable": loose.unknown_numbers,
    }
    return [Note(code, f"line {lines[0]}") for code, lines in kinds.items() if lines]


def _chassis(system: Node | None) -> str | None:
    if system is None:
        return None
    said = system.setting("chassis") or system.fact("description")
    return None if said in {"Computer", "System"} else said  # what lshw prints without SMBIOS


def _firmware(nodes: list[Node]) -> Firmware | None:
    for node in nodes:
        if node.id == "firmware" and node.kind == "memory":
            return Firmware(node.fact("vendor"), node.fact("version"), node.fact("date"))
    return None


def _cpus(nodes: list[Node]) -> tuple[Cpu, ...] | None:
    cpus = []
    for node in nodes:
        if node.kind != "processor" or _EMPTY.search(node.description):
            continue
        model = _cpu_model(node)
        off = node.fields.get("disabled") is True
        if off and model is None and node.setting("cores") is None:
            continue  # an empty socket
        settings = node.part("configuration")
        cpus.append(
            Cpu(
                model=model,
                cores=whole(settings.get("cores")) or None,
                threads=whole(settings.get("threads")) or None,
                slot=node.fact("slot"),
            )
        )
    return tuple(cpus) or None


def _cpu_model(node: Node) -> str | None:
    """The product; or the version, where old releases put the full name and "Xeon" in product."""
    product, version = node.fact("product"), node.fact("version")
    vague = product is None or not re.search(r"\d", product)
    if vague and version and re.search(r"cpu|processor|xeon|epyc|opteron", version, re.IGNORECASE):
        return version
    return product


def _memory(nodes: list[Node], notes: list[Note]) -> tuple[tuple[Dimm, ...] | None, int | None]:
    """The modules and their sum; without modules None and what the system node says."""
    dimms, blank = [], False
    for node in nodes:
        if node.kind != "memory" or not _BANK.fullmatch(node.id) or _EMPTY.search(node.description):
            continue
        size = node.number("size")
        if size:
            dimms.append(Dimm(size, node.fact("slot"), node.fact("product"), node.fact("serial")))
        elif node.fact("product") or node.fields.get("size") is not None:
            notes.append(Note("memory_module_without_size", node.where))
            blank = True
    if dimms and not blank:
        return tuple(dimms), sum(dimm.bytes for dimm in dimms)
    whole_system = [
        size
        for node in nodes
        if node.kind == "memory" and _MEMORY.fullmatch(node.id) and "system memory" in node.description
        if (size := node.number("size"))
    ]
    return None, sum(whole_system) or None


def _psus(nodes: list[Node]) -> tuple[Psu, ...] | None:
    """Power supplies that say who they are; boards without SMBIOS type 39 print placeholders only."""
    psus = []
    for node in nodes:
        if node.kind != "power" or "battery" in node.id or "battery" in node.description:
            continue
        model = node.fact("product") or node.fact("description")
        serial = node.fact("serial")
        if model is None and serial is None:
            continue
        # lshw labels the capacity mWh; the number is SMBIOS "Max Power Capacity" in watts.
        watts = node.number("capacity") or None
        psus.append(Psu(model, serial, watts if watts and watts <= MAX_PSU_WATTS else None))
    return tuple(psus) or None
