"""The hash chain of a case's journal: canonical bytes, event hashes, the check that finds the first break.

The format is public: a stand-alone verifier needs only this file's rules. It must give the same bytes for a
value before it is stored and after it came back from SQLite or PostgreSQL, so numbers are written by value
(2.0 is 2).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sandar.errors import NotStorable

GENESIS = "0" * 64  # `prev` of the first event
BODY_KEYS = frozenset({"seq", "kind", "at", "actor", "acting_for", "payload"})
DEEPEST = 64
LARGEST_INTEGER = 2**63 - 1
_EXACT_FLOAT = 2**53  # from here on a float no longer says which integer it means
_EVENT = b"sandar-event-1\n"
_COMMITMENT = b"sandar-commitment-1\n"
_SHORTEST_SALT = 16


class Break(NamedTuple):
    """The first place where a chain does not hold.

    reason: malformed (a key is missing), gap (an event is missing, doubled or moved), prev_mismatch (does
    not follow the event before), hash_mismatch (the event itself was changed), head_mismatch (the tail was
    cut or replaced, against an anchor kept elsewhere), not_storable (holds what the journal never writes).
    """

    seq: int
    reason: str
    expected: str
    found: str


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys sorted by code point, no blanks, UTF-8, `plain` values.

    Raises NotStorable for what no journal can hold, TypeError for a type it does not know (a fault in the
    code).
    """
    return canonical_of_plain(plain(value))


def canonical_of_plain(value: Any) -> bytes:
    """The canonical JSON of what `plain` returned, without asking for everything a second time."""
    return _WRITER.encode(value).encode()


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: Any, path: str = "$") -> Any:
    """The JSON-able twin of `value`; store this, so that what is read back has the same hash.

    Aware datetimes become UTC text with microseconds, dates and UUIDs text, Decimals text without trailing
    zeros, tuples lists, whole floats integers. Raises NotStorable (facts: path, why) for NUL, lone
    surrogates, NaN, Infinity, integers beyond 64 bits, naive datetimes, keys that are not text, nesting
    deeper than 64.
    """
    return _plain(value, (None, path), DEEPEST)


# Where a value stands: (where its container stands, key or index). Only a refusal writes it out.
_Path = tuple[Any, Any]
_NUMBERS, _MOMENTS = (int, float, Decimal), (datetime, date, UUID)


def _plain(value: Any, path: _Path, room: int) -> Any:
    if type(value) is str and value.isascii() and "\0" not in value:  # nearly everything there is
        return value
    if isinstance(value, str):
        return _text(value, path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, _NUMBERS):
        return _number(value, path)
    if isinstance(value, _MOMENTS):
        return _moment(value, path) if isinstance(value, datetime) else _text(str(value), path)
    is_mapping = isinstance(value, dict) or isinstance(value, Mapping)  # noqa: SIM101 - the first is far quicker
    if not is_mapping and not isinstance(value, (list, tuple)):
        raise TypeError(f"no canonical form for {type(value).__name__} at {_printable(path)}")
    if room == 0:
        raise NotStorable(path=_printable(path), why="too_deep")
    if is_mapping:
        return {_key(key, path): _plain(item, (path, key), room - 1) for key, item in value.items()}
    return [_plain(item, (path, index), room - 1) for index, item in enumerate(value)]


def _key(key: Any, path: _Path) -> str:
    if type(key) is str and key.isascii() and "\0" not in key:
        return key
    if not isinstance(key, str):
        raise NotStorable(path=_printable(path), why="key_not_text")
    return _text(key, path)


def _text(text: str, path: _Path) -> str:
    """Plain `str` (also of text enums). PostgreSQL cannot store NUL, UTF-8 cannot write a lone surrogate."""
    if "\0" in text:
        raise NotStorable(path=_printable(path), why="nul")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise NotStorable(path=_printable(path), why="lone_surrogate")
    return text if type(text) is str else str.__str__(text)


def _printable(path: _Path) -> str:
    """ "$.rows[3].name", writable whatever a hostile key holds."""
    container, name = path
    if container is None:
        return _writable(str(name))
    return _writable(_printable(container) + (f"[{name}]" if isinstance(name, int) else f".{name}"))


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "?")[:200]


def _number(number: float | Decimal, path: _Path) -> int | float | str:
    if isinstance(number, int):
        if abs(number) > LARGEST_INTEGER:
            raise NotStorable(path=_printable(path), why="integer_too_large")
        return int(number)
    # A signalling NaN raises on its way to a float, so a Decimal is asked itself.
    if not (number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)):
        raise NotStorable(path=_printable(path), why="not_finite")
    if isinstance(number, Decimal):
        text = f"{number:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    if number.is_integer():
        if abs(number) > _EXACT_FLOAT:
            raise NotStorable(path=_printable(path), why="float_too_large")
        return int(number)
    return float(number)


def _moment(at: datetime, path: _Path) -> str:
    if at.utcoffset() is None:
        raise NotStorable(path=_printable(path), why="naive_datetime")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def sha256(value: Any) -> str:
    """SHA-256 of the canonical form, 64 lower-case hex digits. Raises as `canonical`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def event_hash(prev: str, body: Mapping[str, Any]) -> str:
    """The hash of one event: SHA-256("sandar-event-1" LF prev LF canonical body).

    Covers every key of `body` except `prev` and `hash`; more keys than BODY_KEYS may stand there and are
    covered too.
    Raises ValueError when one of BODY_KEYS is missing, and as `canonical`.
    """
    if missing := BODY_KEYS - body.keys():
        raise ValueError(f"the event lacks {sorted(missing)}")
    covered = {key: item for key, item in body.items() if key not in ("prev", "hash")}
    return hashlib.sha256(_EVENT + prev.encode() + b"\n" + canonical(covered)).hexdigest()


def verify(
    events: Sequence[Mapping[str, Any]], *, head: str | None = None, genesis: str = GENESIS
) -> Break | None:
    """Find the first break of one case's journal, None when it holds. Events in file order, seq from 1.

    head: the hash of the last event as kept outside the database; without it a cut tail cannot be seen.
    """
    prev = genesis
    for seq, event in enumerate(events, start=1):
        if found := _check(seq, prev, event):
            return found
        prev = event["hash"]
    if head is not None and head != prev:
        return Break(len(events), "head_mismatch", head, prev)
    return None


def _check(seq: int, prev: str, event: Any) -> Break | None:
    if not isinstance(event, Mapping):
        return Break(seq, "malformed", "an object", type(event).__name__)
    if missing := (BODY_KEYS | {"prev", "hash"}) - event.keys():
        return Break(seq, "malformed", ", ".join(sorted(missing)), "")
    # `1 == True == 1.0` in Python, so the type is asked too.
    if type(event["seq"]) is not int or event["seq"] != seq:
        return Break(seq, "gap", str(seq), _shown(event["seq"]))
    if event["prev"] != prev:
        return Break(seq, "prev_mismatch", prev, _shown(event["prev"]))
    try:
        expected = event_hash(prev, event)
    except (NotStorable, TypeError) as fault:
        return Break(seq, "not_storable", "", str(fault))
    return None if event["hash"] == expected else Break(seq, "hash_mismatch", expected, _shown(event["hash"]))


def _shown(value: Any) -> str:
    """A hostile file's value, short and printable."""
    try:
        return ascii(value)[:80] if not isinstance(value, str) else _writable(value)[:80]
    except ValueError:  # an integer beyond Python's limit of digits
        return type(value).__name__


def commitment(value: Any, salt: bytes) -> str:
    """Bind the journal to a personal value without holding it: HMAC-SHA-256 under a random salt, hex.

    Erasing value and salt leaves a number that tells nothing, and the chain still holds (UU PDP).
    Raises ValueError for a salt under 16 bytes, and as `canonical`.
    """
    if len(salt) < _SHORTEST_SALT:
        raise ValueError(f"a salt needs {_SHORTEST_SALT} random bytes")
    return hmac.digest(salt, _COMMITMENT + canonical(value), "sha256").hex()
