"""Taking a file from outside: allowed types by content, limits, nothing active, nothing hidden.

What a file is called decides nothing. Photos are drawn anew without EXIF (place and device of the
photographer are personal data); everything else is kept byte for byte. Limits: reliability bar, rules in
numbers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import BinaryIO

from sandar import errors
from sandar.records.documents import pdfscan, store, svgcheck, typeset

PDF, PNG, JPEG, JSON, TEXT = "application/pdf", "image/png", "image/jpeg", "application/json", "text/plain"
SVG = "image/svg+xml"

LIMIT_BYTES: dict[str, int] = {
    PDF: 20_000_000,
    PNG: 10_000_000,
    JPEG: 10_000_000,
    JSON: 5_000_000,
    TEXT: 5_000_000,
    SVG: 500_000,
}

MOST_OF_A_CASE = 200_000_000
MOST_OF_A_DAY = 1_000_000_000
"""Bytes of all files of a case, and of one person within 24 hours (reliability bar, rules in numbers)."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "letter_scan": (PDF,),
    "signed_scan": (PDF,),
    "photo": (JPEG, PNG),
    "inventory": (JSON, TEXT),
    "attachment": (PDF, JPEG, PNG),
    "arms": (PNG, SVG),
}
"""Kind of upload -> what it may be."""

_SUFFIX = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), JSON: (".json",), TEXT: (".txt",),
           SVG: (".svg",)}  # fmt: skip
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@dataclass(frozen=True)
class AcceptedFile:
    """A file that passed, durable in the store. Not yet named by a row: `write.keep_file` does that."""

    sha256: str
    size: int
    media_type: str
    name: str
    kind: str


def accept_upload(name: str, declared_type: str, source: bytes | BinaryIO, *, kind: str) -> AcceptedFile:
    """Check a file against its kind and store it durably. Call it before the act's transaction.

    declared_type: what the client said; not trusted, only told back in the refusal.

    Raises UploadTooLarge, UploadWrongType (content of another type than allowed, or a name that claims
    another type), UploadUnsafe (encrypted or active PDF, broken or huge picture, broken JSON); KeyError for
    an unknown kind, a broken caller.
    """
    allowed = ALLOWED[kind]
    shown = safe_name(name)
    largest = max(LIMIT_BYTES[media_type] for media_type in allowed)
    data = source[: largest + 1] if isinstance(source, bytes) else source.read(largest + 1)
    if len(data) > largest:
        raise errors.UploadTooLarge(name=shown, limit_bytes=largest)
    found = sniff(data)
    if found not in allowed or not _name_agrees(shown, found):
        raise errors.UploadWrongType(
            name=shown, detected=found or "unknown", declared=declared_type[:100], allowed=list(allowed)
        )
    if len(data) > LIMIT_BYTES[found]:
        raise errors.UploadTooLarge(name=shown, limit_bytes=LIMIT_BYTES[found])
    kept = _made_safe(data, found, shown)
    return AcceptedFile(store.put(kept), len(kept), found, shown, kind)


def sniff(data: bytes) -> str | None:
    """Media type by content, among the allowed six, or None."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\x00" in text or not text.strip():
        return None
    if svgcheck.is_svg(text):
        return SVG
    if text.lstrip()[:1] in "{[":
        return JSON
    head = text[:4096]
    return TEXT if "dmidecode" in head or "SMBIOS" in head or "DMI type" in head else None


def safe_name(name: str) -> str:
    """The uploader's name for a file, for showing only: no folders, no control or direction marks, 255
    letters."""
    last = re.split(r"[/\\]", name)[-1]
    cleaned = _UNSAFE_IN_NAME.sub("", last).strip().encode("utf-8", "replace").decode("utf-8")
    return cleaned[-255:] or "berkas"


def _name_agrees(name: str, found: str) -> bool:
    """A known ending must be the content's own; a name without a known ending says nothing."""
    lower = name.lower()
    endings = [ending for group in _SUFFIX.values() for ending in group if lower.endswith(ending)]
    return not endings or endings[0] in _SUFFIX[found]


def _made_safe(data: bytes, media_type: str, name: str) -> bytes:
    if media_type == PDF:
        if reason := pdfscan.active_content(data):
            raise errors.UploadUnsafe(name=name, reason=reason)
        return data
    if media_type in (PNG, JPEG):
        return _redrawn(data, name)
    if media_type == SVG and (reason := svgcheck.active_content(data)):
        raise errors.UploadUnsafe(name=name, reason=reason)
    if media_type == JSON:
        _check_json(data, name)
    return data


def _redrawn(data: bytes, name: str) -> bytes:
    try:
        return typeset.redraw(data)
    except errors.RenderFailed as failed:
        raise errors.UploadUnsafe(name=name, reason=failed.facts["reason"]) from failed


def _check_json(data: bytes, name: str) -> None:
    """Well-formed enough to keep; the inspection judges the content. lshw's known slips are mended there."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        # lshw of some releases writes broken commas: kept only if it plainly is lshw output.
        if b'"class"' not in data or b'"id"' not in data:
            raise errors.UploadUnsafe(name=name, reason="unreadable") from None
