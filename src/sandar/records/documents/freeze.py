"""Freezing facts: what a paper prints becomes plain JSON values with one hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandar.core import chain

_LONGEST = 2_000_000


def frozen(facts: Mapping[str, object]) -> tuple[dict[str, Any], str]:
    """Return the facts as plain JSON values, and the SHA-256 of their canonical text.

    Dates and instants may come as objects; they become ISO text. Raises NotStorable for text no database
    holds, TypeError for other objects, ValueError above 2 MB: callers bound what they take from a person.
    """
    plain: dict[str, Any] = chain.plain(facts)
    if (size := len(chain.canonical(plain))) > _LONGEST:
        raise ValueError(f"facts of {size} bytes are too large for one paper")
    return plain, facts_hash(plain)


def facts_hash(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of frozen facts; proves a stored row."""
    return chain.sha256(facts)
