"""Does a PDF carry anything but pages? A bounded scan, not a parser.

A parser can be led round in circles by a hostile file; this reads the bytes once, undoes the two disguises
PDF offers for names (`#4aavaScript` and compressed object streams), and looks for the names of active
content. Text that happens to spell such a name uncompressed is refused too: a scan of a letter never does.
"""

from __future__ import annotations

import re
import zlib

_UNPACKED_LIMIT = 64 * 1024 * 1024
_BITE, _PIECE = 4096, 1024 * 1024
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9]).{0,2000}?stream\r?\n", re.DOTALL)
_ACTIVE: dict[str, re.Pattern[bytes]] = {
    "encrypted": re.compile(rb"/Encrypt(?![A-Za-z])"),
    "javascript": re.compile(rb"/JavaScript(?![A-Za-z])"),
    "launch": re.compile(rb"/Launch(?![A-Za-z])"),
    "embedded_file": re.compile(rb"/EmbeddedFiles?(?![A-Za-z])"),
    "rich_media": re.compile(rb"/RichMedia"),
    "form_script": re.compile(rb"/XFA[\s\[\d<(]"),
}


def active_content(data: bytes) -> str | None:
    """Name the first forbidden thing in a PDF, or None.

    Answers: encrypted, javascript, launch, embedded_file, rich_media, form_script, unreadable (no PDF
    structure, or an object stream that cannot be unpacked within 64 MiB).
    """
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        return "unreadable"
    plain = _ESCAPED.sub(_unescape, data)
    if found := _named(plain):
        return found
    budget, view = _UNPACKED_LIMIT, memoryview(data)
    # Stream starts are looked up in the original bytes: undoing escapes would damage compressed data.
    for start in _object_streams(data):
        unpacked = _inflate(view[start:], budget)
        if unpacked is None:
            return "unreadable"
        budget -= len(unpacked)
        if found := _named(_ESCAPED.sub(_unescape, unpacked)):
            return found
    return None


def _object_streams(data: bytes) -> list[int]:
    starts = [match.end() for match in _OBJECT_STREAM.finditer(data)]
    if len(re.findall(rb"/ObjStm", _ESCAPED.sub(_unescape, data))) > len(starts):
        # An object stream whose type is written in escapes, or far from its data: nobody's scanner does that.
        return [*starts, len(data)]
    return starts


def _inflate(data: memoryview, budget: int) -> bytes | None:
    """Unpack one stream that starts here, in small bites: what follows it is never copied."""
    unpacker = zlib.decompressobj()
    out: list[bytes] = []
    room = budget
    try:
        for at in range(0, len(data), _BITE):
            bite = bytes(data[at : at + _BITE])
            while bite and not unpacker.eof:
                if room <= 0:
                    return None
                out.append(unpacker.decompress(bite, min(room, _PIECE)))
                room -= len(out[-1])
                bite = unpacker.unconsumed_tail
            if unpacker.eof:
                return b"".join(out)
    except zlib.error:
        return None
    return None


def _named(data: bytes) -> str | None:
    return next((name for name, pattern in _ACTIVE.items() if pattern.search(data)), None)


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes([int(match.group(1), 16)])
