"""Files of an import as they come through a door: sizes asked before a byte is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile

from sandar.core.sheets import LARGEST_BYTES
from sandar.steps.facility.bring import MOST_FILES, Wish, bring

__all__ = ["MOST_FILES", "Wish", "bring", "digest", "read", "stated"]


def read(files: Iterable[object]) -> list[tuple[str, bytes]]:
    """(name, content); of one that is too large only as much as shows that."""
    found = []
    for file in files:
        assert isinstance(file, UploadedFile)
        found.append((_name(file.name or "berkas"), file.read(LARGEST_BYTES + 1)))
    return found


def _name(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[-120:] or "berkas"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stated(lines: Iterable[str]) -> dict[str, int]:
    """Device type -> watts, from lines "R740 = 450". Raises ValueError with the line that is not of this form."""
    found = {}
    for line in lines:
        if not line.strip():
            continue
        name, sign, watts = (part.strip() for part in line.rpartition("="))
        if not sign or not name or not (watts.isascii() and watts.isdigit() and int(watts) <= 50_000):
            raise ValueError(line.strip()[:80])
        found[name] = int(watts)
    return found
