"""Freezing facts: they are complete, and become plain JSON values with one hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any, NotRequired, get_origin, get_type_hints, is_typeddict

from sandar.core import chain
from sandar.records.documents.facts import KINDS

_LONGEST = 2_000_000


def frozen(facts: Mapping[str, object]) -> tuple[dict[str, Any], str]:
    """Return the facts as plain JSON values, and the SHA-256 of their canonical text.

    Dates and instants may come as objects; they become ISO text. Raises NotStorable for text no database
    holds, TypeError for other objects, ValueError above 2 MB: callers bound what they take from a person.
    """
    plain: dict[str, Any] = chain.plain(facts)
    text = chain.canonical_of_plain(plain)
    if len(text) > _LONGEST:
        raise ValueError(f"facts of {len(text)} bytes are too large for one paper")
    return plain, hashlib.sha256(text).hexdigest()


def facts_hash(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of frozen facts; proves a stored row."""
    return chain.sha256(facts)


def text(facts: Mapping[str, Any]) -> str:
    """The canonical JSON of frozen facts: what `facts_hash` hashes, and what the PDF carries along."""
    return chain.canonical(facts).decode("utf-8")


def missing(kind: str, facts: Mapping[str, object]) -> list[str]:
    """Names of facts a paper of this kind needs and did not get, deep ones as "office.city".

    The act is stopped by them (`write.issue`), not the job that renders after the number is taken.
    """
    return sorted(_missing(KINDS[kind], facts, ""))


def _missing(shape: Any, value: Mapping[str, object], prefix: str) -> list[str]:
    # `__required_keys__` is wrong under postponed annotations on Python 3.11, so NotRequired is asked itself.
    found: list[str] = []
    for name, hint in _hints(shape).items():
        if get_origin(hint) is NotRequired:
            continue
        inner = value.get(name)
        if name not in value:
            found.append(prefix + name)
        elif is_typeddict(hint) and isinstance(inner, Mapping):
            found += _missing(hint, inner, f"{prefix}{name}.")
    return found


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)
