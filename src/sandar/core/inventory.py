"""Reading the inventory file of a delivered server: `lshw -json`, or the text of `dmidecode`.

Any bytes give an Inventory or InventoryUnreadable, in under 2 s and 256 MB (reliability.md P20, T10).
The officer makes the file with, for instance, `(lshw -json; cat /etc/os-release) > server.txt`.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from sandar.core import dmidecode, lshw
from sandar.core.hardware import (
    Cpu,
    Dimm,
    Disk,
    Firmware,
    Inventory,
    Nic,
    Note,
    Os,
    Psu,
    Volume,
    text,
)
from sandar.errors import InventoryUnreadable

__all__ = ["Cpu", "Dimm", "Disk", "Firmware", "Inventory", "Nic", "Note", "Os", "Psu", "Volume", "read"]

MAX_BYTES = 5_000_000
_MAX_NOTES = 100
_ASIDE = re.compile(r"^(?:[A-Z][A-Z0-9_]{0,40}=[^\n]*|WARNING:[^\n]*)$", re.MULTILINE)
_DMIDECODE = re.compile(r"^(?:# dmidecode \d|Handle 0x[0-9A-Fa-f]+, DMI type \d)", re.MULTILINE)
_OTHER_LSHW = re.compile(r"<\?xml|<list>|<node |^ +\*-\w|<!DOCTYPE html", re.MULTILINE)


def read(data: bytes) -> Inventory:
    """Read one inventory file, at most 5 MB. The format is found out from the content.

    Raises InventoryUnreadable with a reason (see the class), and the line where known. What is odd but
    can be lived with is in `notes`, with its place.
    """
    if len(data) > MAX_BYTES:
        raise InventoryUnreadable(reason="too_large", limit=MAX_BYTES)
    source, damaged = _decode(data)
    if not source.strip("\x00 \t\r\n\ufeff"):
        raise InventoryUnreadable(reason="empty")
    aside = _ASIDE.findall(source)
    body = _ASIDE.sub("", source)  # keeps the line breaks, so line numbers stay true
    if re.match(r"[\x00-\x20\x7f-\xa0\ufeff]*+[{\[]", body):
        found = lshw.read(body)
    elif _DMIDECODE.search(body):
        found = dmidecode.read(body)
    else:
        raise InventoryUnreadable(reason="lshw_not_json" if _OTHER_LSHW.search(body) else "unknown_format")
    notes = list(found.notes)
    if damaged:
        notes.append(Note("text_damaged"))
    if any("super-user" in line or "incomplete" in line for line in aside):
        notes.append(Note("without_root"))
    return replace(found, os=_os_release(aside), notes=_short(notes))


def _decode(data: bytes) -> tuple[str, bool]:
    """The text, and whether bytes had to be replaced. PowerShell and Notepad write UTF-16 with a mark."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    coding = "utf-16" if is_wide else "utf-8-sig"
    try:
        source, damaged = data.decode(coding), False
    except UnicodeDecodeError:
        source, damaged = data.decode(coding, errors="replace"), True
    return source.replace("\r\n", "\n"), damaged


def _os_release(lines: list[str]) -> Os | None:
    """NAME and VERSION_ID of /etc/os-release; VERSION_ID is missing on rolling releases."""
    values: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition("=")
        values.setdefault(name, value.strip().strip("\"'"))
    title = text(values.get("NAME")) or text(values.get("PRETTY_NAME"))
    return Os(title, text(values.get("VERSION_ID"))) if title else None


def _short(notes: list[Note]) -> tuple[Note, ...]:
    """At most 100 notes; the last says how many were left out."""
    if len(notes) <= _MAX_NOTES:
        return tuple(notes)
    return (*notes[:_MAX_NOTES], Note("more_notes", str(len(notes) - _MAX_NOTES)))
