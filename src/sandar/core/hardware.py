"""What an inventory file said about one machine, whatever the tool that wrote it.

None means "not reported", never zero. Units: bytes, bit/s, watts, rack units (U).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DiskType = Literal["ssd", "hdd", "nvme", "unknown"]
VolumeKind = Literal["raid", "virtual", "san"]
Source = Literal["lshw", "dmidecode"]

MAX_TEXT = 200
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
# What firmware says when nobody filled the field in (SMBIOS strings seen on real boards).
_PLACEHOLDER = re.compile(
    r"to be filled( by o\.?e\.?m\.?)?|default string|none|null"
    r"|not (specified|provided|available|applicable|present|set)"
    r"|unknown|unspecified|undefined|invalid|other|oem|o\.e\.m\.|n/?a|empty|\[?empty\]?|no dimm"
    r"|no module installed|filled by oem|super server"
    r"|system (serial number|product name|manufacturer|version|name|sku)"
    r"|(base board|chassis|product|board) (serial number|product name|manufacturer|version|name)"
    r"|serial ?number|sernum\d*|asset(-| )?tag.*|manufacturer\d*|partnum\d*|<?bad index>?"
    r"|0?123456789(0|abcdef?)?|(?P<same>.)(?P=same)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cpu:
    """One socket that holds a processor."""

    model: str | None = None
    cores: int | None = None
    threads: int | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Dimm:
    """One memory module; empty slots are left out."""

    bytes: int
    slot: str | None = None
    model: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """One physical drive. `bytes` None: the drive is there and its size is not reported."""

    bytes: int | None = None
    type: DiskType = "unknown"
    model: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """What looks like a disk and is none: a RAID volume, a virtual disk, a network LUN."""

    kind: VolumeKind
    bytes: int | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Nic:
    """One physical network port. `speed_bps`: the fastest it can do, not the link of the moment."""

    product: str | None = None
    speed_bps: int | None = None
    mac: str | None = None
    link: bool | None = None


@dataclass(frozen=True, slots=True)
class Psu:
    model: str | None = None
    serial: str | None = None
    watts: int | None = None


@dataclass(frozen=True, slots=True)
class Os:
    """From /etc/os-release lines put behind the inventory; the tools themselves do not tell."""

    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Firmware:
    vendor: str | None = None
    version: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the reader could not use or had to mend: a stable code, and the place in the file."""

    code: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """One machine as its own file describes it. Every field may be None: not reported.

    `memory_exact`: memory_bytes is the sum of the modules (True), or what the system sees, less what
    the firmware keeps (False). `volumes` with kind raid mean that drives may hide behind them.
    """

    source: Source
    vendor: str | None = None
    product: str | None = None
    serial: str | None = None
    chassis: str | None = None
    chassis_serial: str | None = None
    height_u: float | None = None
    uuid: str | None = None
    firmware: Firmware | None = None
    cpus: tuple[Cpu, ...] | None = None
    memory_bytes: int | None = None
    memory_exact: bool = False
    dimms: tuple[Dimm, ...] | None = None
    disks: tuple[Disk, ...] | None = None
    volumes: tuple[Volume, ...] = ()
    nics: tuple[Nic, ...] | None = None
    psus: tuple[Psu, ...] | None = None
    os: Os | None = None
    notes: tuple[Note, ...] = ()

    @property
    def cores(self) -> int | None:
        """Cores of all sockets; None as soon as one socket does not tell."""
        return _total([cpu.cores for cpu in self.cpus] if self.cpus else [])

    @property
    def threads(self) -> int | None:
        return _total([cpu.threads for cpu in self.cpus] if self.cpus else [])

    @property
    def virtual(self) -> bool:
        """The file comes from a virtual machine, so it says nothing about delivered hardware."""
        return any(note.code == "virtual_machine" for note in self.notes)


def text(value: object) -> str | None:
    """One line of printable text, at most 200 characters; None for what is no text, or empty."""
    if not isinstance(value, str):
        return None
    line = " ".join(_UNPRINTABLE.sub(" ", value[: MAX_TEXT * 4]).split())
    return line[:MAX_TEXT] or None


def fact(value: object) -> str | None:
    """As `text`, and None for what firmware prints when it knows nothing ("To be filled by O.E.M.")."""
    line = text(value)
    if line is None or _PLACEHOLDER.fullmatch(line.strip(" .-_*")) or not re.search(r"\w", line):
        return None
    return line


def is_virtual_machine(*names: str | None) -> bool:
    """Whether vendor or product names are those of a hypervisor's guest."""
    joined = " ".join(name for name in names if name).casefold()
    return bool(_GUEST.search(joined))


_GUEST = re.compile(
    r"\b(qemu|kvm|bochs|virtualbox|vmware|xen|hvm domu|openstack|proxmox|amazon ec2|google compute engine)\b"
    r"|standard pc \(|microsoft corporation virtual machine|virtual machine|\bbhyve\b|\bparallels\b"
)


def _total(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if parts and len(known) == len(parts) else None
