"""Questions about anchors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sandar.core import chain, merkle
from sandar.errors import NotFound
from sandar.records.anchors.models import Anchor

Leaves = dict[str, dict[str, Any]]


def last() -> Anchor | None:
    return Anchor.objects.order_by("-number").first()


def of_day(day: date) -> Anchor:
    """Raises NotFound."""
    found = Anchor.objects.filter(day=day).first()
    if found is None:
        raise NotFound(what="anchor")
    return found


def leaves(number: int | None = None) -> Leaves:
    """Name -> leaf, of everything under the root of an anchor; of the newest one without a number.

    An anchor stores only what changed since the one before; a leaf never goes away.
    """
    found: Leaves = {}
    rows = Anchor.objects.order_by("number")
    if number is not None:
        rows = rows.filter(number__lte=number)
    for changes in rows.values_list("changes", flat=True).iterator(chunk_size=100):
        found |= changes
    return found


def each() -> Iterator[tuple[Anchor, Leaves]]:
    """Every anchor with all its leaves, oldest first. The same dict grows: do not keep it."""
    found: Leaves = {}
    for anchor in Anchor.objects.order_by("number").iterator(chunk_size=100):
        found |= anchor.changes
        yield anchor, found


def lines(of: Leaves) -> list[bytes]:
    """The leaves as they are hashed: canonical JSON, by name. This is the list that can be printed and recounted."""
    return [chain.canonical(of[name]) for name in sorted(of)]


def root(of: Leaves) -> str:
    return merkle.root(lines(of)).hex()


def proof(of: Leaves, name: str) -> list[list[str]]:
    """The way from a leaf to the root: [side, hash in hex] from below."""
    place = sorted(of).index(name)
    return [[side, other.hex()] for side, other in merkle.proof(lines(of), place)]
