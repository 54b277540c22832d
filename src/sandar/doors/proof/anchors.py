"""The daily anchors against themselves and against everything they cover: what was cut off, rewritten or dropped."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping

from sandar.core import chain
from sandar.doors.proof.flaw import Flaw
from sandar.records.anchors import read
from sandar.records.anchors.models import Anchor
from sandar.records.signing import seal
from sandar.steps import anchoring

AREA = "anchors"


def flaws(outside: Mapping[str, str] | None = None) -> Iterator[Flaw]:
    """outside: local day (ISO) -> root, as mailed or printed; only with it a rewritten anchor is found."""
    previous = chain.GENESIS
    roots: dict[str, str] = {}
    leaves: read.Leaves = {}
    for number, (anchor, leaves) in enumerate(read.each(), start=1):
        roots[anchor.day.isoformat()] = anchor.root
        yield from _statement(anchor, number=number, previous=previous)
        if anchor.root != (right := read.root(leaves)):
            yield Flaw(AREA, "ROOT_DIFFERS_FROM_LEAVES", f"anchor {anchor.day}", anchor.root, right)
        previous = anchor.root
    for day, root in sorted((outside or {}).items()):
        if roots.get(day) != root:
            yield Flaw(AREA, "ROOT_DIFFERS_FROM_OUTSIDE", f"anchor {day}", roots.get(day, ""), root)
    yield from _covered(leaves)


def _statement(anchor: Anchor, *, number: int, previous: str) -> Iterator[Flaw]:
    where = f"anchor {anchor.day}"
    try:
        told = json.loads(anchor.statement)
    except ValueError:
        told = None
    right = {
        "number": number,
        "day": anchor.day.isoformat(),
        "at": chain.plain(anchor.at),
        "count": anchor.count,
        "root": anchor.root,
        "previous": previous,
    }
    found = {name: told.get(name) for name in right} if isinstance(told, dict) else {}
    for name, value in right.items():
        if found.get(name) != value or (name == "number" and anchor.number != number):
            yield Flaw(AREA, "STATEMENT_DIFFERS", f"{where} {name}", str(found.get(name)), str(value))
    if not _signed(anchor):
        yield Flaw(AREA, "SIGNATURE_INVALID", where)


def _signed(anchor: Anchor) -> bool:
    try:
        signature = base64.b64decode(anchor.signature, validate=True)
        pem, authority = anchor.certificate_pem, anchor.authority_pem
        return seal.verify_bytes(anchor.statement.encode(), signature, pem, authority_pem=authority)
    except ValueError:
        return False


def _covered(leaves: read.Leaves) -> Iterator[Flaw]:
    """What was anchored last must still be there: in the same place, with the same hash."""
    if not leaves:
        return
    now = anchoring.current()
    for name, leaf in sorted(leaves.items()):
        if anchoring.borne(leaf, found := now.get(name)):
            continue
        right = f"{leaf.get('seq', leaf.get('last'))} {leaf.get('hash', '')}".strip()
        stored = f"{found.get('seq', found.get('last'))} {found.get('hash', '')}".strip() if found else ""
        yield Flaw(
            AREA, "ANCHORED_BUT_GONE" if found is None else "CHANGED_AFTER_ANCHOR", name, stored, right
        )
