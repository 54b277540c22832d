"""Which nodes of an lshw tree are physical drives and physical network ports.

Left out, because nobody delivers them: CD drives, card readers, USB sticks and the virtual media of a
management board, loop and mapper devices, bridges, bonds and virtual functions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sandar.core.hardware import Disk, DiskType, Nic, Note, Volume, VolumeKind, is_virtual_machine
from sandar.core.lshw_tree import Node

_NOT_A_DRIVE = re.compile(r"loop\d|dm-\d|mapper/|md\d|zram|nbd\d|rbd\d|ram\d|fd\d|sr\d|ng\d+n\d|hwmon")
_NVME = re.compile(r"nvme\d")
_RPM = re.compile(r"([1-9]\d{3,4})rpm")
# What RAID controllers call the volumes they present: Dell PERC, HPE Smart Array, Broadcom/LSI
# MegaRAID and its Lenovo, IBM, Intel and Fujitsu brands, Adaptec, Areca, 3ware.
_RAID = re.compile(
    r"\bperc\b|logical ?(volume|drive|drv)|megaraid|\bmr9\d{3}|serveraid|smart ?array|\braid\b"
    r"|^rs3\w|^pr(aid|\b)|^asr\d|arc-\d|^9\d{3}-\d+[ie]\b",
    re.IGNORECASE,
)
_RAID_VENDOR = re.compile(r"\b(adaptec|areca|3ware|amcc|serverai?d?)\b", re.IGNORECASE)
_VIRTUAL = re.compile(r"qemu|vbox|vmware|virtual|virtio|msft|xen\b", re.IGNORECASE)
_LUN = re.compile(r"fibre channel|\biscsi\b", re.IGNORECASE)
_LUN_VENDOR = re.compile(r"\b(netapp|lio-org|3pardata|dgc|emc|pure|freenas|truenas)\b", re.IGNORECASE)
# Model numbers of drives whose kind lshw does not print: it tells only the rotation of some.
_SSD_MODEL = re.compile(
    r"ssd|solid.?state|\bmz[7iwp]\w|\bmtfd\w|ssdsc|micron_[57]\d{3}|\bkpm\d|\bpx0\d|^vk\d{4}|^mk\d{4}|^lk\d{4}|^mo\d{4}",
    re.IGNORECASE,
)
_HDD_MODEL = re.compile(
    r"\bst\d{3,5}(mm|mp|nm|nx|dm|lm|vx)|\bhu[ch]\w|\bhus7\w|\bal1\d\w|\bmg0\d\w|\bwd\d{4}|^eg\d{4}|^eh\d{4}|^mb\d{4}",
    re.IGNORECASE,
)
# "10GbE SFP+", "10/25GbE", "10-Gigabit"; not the model numbers in "I350 Gigabit" and "82580 Gigabit".
_GIGABIT = re.compile(r"(?<![\w.])(\d{1,3}|2\.5)[ -]?g(?:igabit|be|b/s|bps|bit|base|\b)", re.IGNORECASE)
_ETHERNET_GBPS = {1, 2.5, 5, 10, 20, 25, 40, 50, 56, 100, 200, 400}


class Drives(NamedTuple):
    disks: tuple[Disk, ...] | None
    volumes: tuple[Volume, ...]


def drives(nodes: list[Node], notes: list[Note]) -> Drives:
    """Physical drives, once each, apart from the volumes that only look like drives."""
    disks: dict[object, Disk] = {}
    volumes: list[Volume] = []
    parents = {id(node.parent) for node in nodes}
    for node in nodes:
        if not _looks_like_drive(node, alone=id(node) not in parents):
            continue
        if _is_removable(node):
            notes.append(Note("removable_skipped", node.where))
            continue
        size = node.number("size") or None
        if node.fields.get("size") is not None and size is None:
            notes.append(Note("size_unreadable", node.where))
        if kind := _volume_kind(node):
            volumes.append(Volume(kind, size, _model(node)))
            continue
        disk = Disk(size, _type(node), _model(node), _serial(node))
        key = _drive_key(node, disk)
        disks[key] = _one_drive(disks[key], disk) if key in disks else disk
    if any(volume.kind == "raid" for volume in volumes):
        notes.append(Note("raid_hides_drives"))
    return Drives(tuple(disks.values()) or None, tuple(volumes))


def _looks_like_drive(node: Node, *, alone: bool) -> bool:
    if node.kind == "storage":
        # Before lshw knew NVMe (B.02.18) a drive was only its controller, without a size.
        return alone and (node.setting("driver") == "nvme" or _named(node, _NVME))
    if node.kind != "disk" or node.id.startswith(("cdrom", "hwmon", "medium", "floppy")):
        return False
    if re.search(r"\b(cd|dvd|bd|cd-r|cd-rw|dvd-ram)\b|optical|floppy|tape|enclosure", node.description):
        return False
    if any(above.kind == "disk" for above in node.above()):
        return False  # the medium in a reader
    return not _named(node, _NOT_A_DRIVE)


def _named(node: Node, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(name) for name in node.names())


def _is_removable(node: Node) -> bool:
    line = [node, *node.above()]
    on_usb = any((step.fact("businfo") or "").startswith(("usb@", "mmc@")) for step in line)
    return on_usb or "removable" in node.part("capabilities") or "sd/mmc" in node.description


def _volume_kind(node: Node) -> VolumeKind | None:
    vendor, product = node.fact("vendor"), node.fact("product")
    named = f"{vendor or ''} {product or ''}".strip()
    if (node.fact("businfo") or "").startswith("virtio@") or is_virtual_machine(vendor, product):
        return "virtual"
    if _VIRTUAL.search(named) and not _SSD_MODEL.search(named):
        return "virtual"
    if any(_LUN.search(above.description) for above in node.above()) or _LUN_VENDOR.search(vendor or ""):
        return "san"
    if _RAID.search(product or "") or _RAID_VENDOR.search(vendor or ""):
        return "raid"
    behind_raid = any("raid bus controller" in above.description for above in node.above())
    return "raid" if behind_raid and product is None else None


def _type(node: Node) -> DiskType:
    line = [node, *node.above()]
    if _named(node, _NVME) or "nvme" in node.description:
        return "nvme"
    if any((step.fact("businfo") or "").startswith("nvme@") for step in line):
        return "nvme"
    if any(step.setting("driver") == "nvme" for step in line):
        return "nvme"
    model = _model(node) or ""
    if any(_RPM.fullmatch(name) for name in node.part("capabilities")) or _HDD_MODEL.search(model):
        return "hdd"
    return "ssd" if _SSD_MODEL.search(model) else "unknown"


def _controller(node: Node) -> Node | None:
    """The NVMe drive a namespace belongs to: model and serial stand there."""
    parent = node.parent
    return parent if parent is not None and _named(parent, _NVME) else None


def _model(node: Node) -> str | None:
    above = _controller(node)
    return node.fact("product") or (above.fact("product") if above else None)


def _serial(node: Node) -> str | None:
    above = _controller(node)
    return node.fact("serial") or (above.fact("serial") if above else None)


def _drive_key(node: Node, disk: Disk) -> object:
    """Equal for two views of one drive: namespaces of one controller, two SAS paths to one serial."""
    if controller := _controller(node):
        return controller.where, controller.names()
    if disk.serial:
        return disk.serial, disk.model
    return id(node)


def _one_drive(first: Disk, second: Disk) -> Disk:
    """Namespaces of an NVMe drive add up; two SAS paths show the same size twice."""
    if first.type != "nvme" or second.bytes is None:
        return first
    return Disk((first.bytes or 0) + second.bytes, first.type, first.model, first.serial)


def ports(nodes: list[Node], notes: list[Note]) -> tuple[Nic, ...] | None:
    """Physical Ethernet ports; with the controller's product where only that one has a name."""
    found: dict[object, Nic] = {}
    with_port = {id(node.parent) for node in nodes if node.kind == "network" and node.parent}
    for node in nodes:
        if node.kind != "network" or id(node) in with_port or not _is_port(node):
            continue
        if any((step.fact("businfo") or "").startswith("usb@") for step in [node, *node.above()]):
            notes.append(Note("removable_skipped", node.where))
            continue
        above = node.parent if node.parent is not None and node.parent.kind == "network" else None
        product = node.fact("product") or (above.fact("product") if above else None)
        nic = Nic(product, _speed(node, product), _mac(node.fact("serial")), _link(node))
        found[(node.fact("businfo"), node.names()) if node.names() else id(node)] = nic
    return tuple(found.values()) or None


def _is_port(node: Node) -> bool:
    bus = node.fact("businfo") or ""
    named = f"{node.description} {node.fact('product') or ''}".casefold()
    if not bus or "wireless" in named or "virtual function" in named:
        return False
    return "ethernet" in named or "ethernet" in node.part("capabilities")


def _speed(node: Node, product: str | None) -> int | None:
    """bit/s: the larger of capacity and link speed; else the figure in the product's name."""
    known = [value for name in ("capacity", "size") if (value := node.number(name))]
    if known:
        return max(known)
    figures = {float(figure) for figure in _GIGABIT.findall(product or "")} & _ETHERNET_GBPS
    if figures:
        return int(max(figures) * 1e9)
    return 10**9 if product and re.search(r"\bgigabit\b", product, re.IGNORECASE) else None


def _mac(value: str | None) -> str | None:
    if value and re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", value, re.IGNORECASE):
        return value.casefold()
    return None


def _link(node: Node) -> bool | None:
    answer = node.part("configuration").get("link")
    return {"yes": True, "no": False}.get(answer) if isinstance(answer, str) else None
