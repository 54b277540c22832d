"""Separation of duties, recounted from the journals: every forbidden pair of one person has an exception before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandar.core import authority
from sandar.doors.proof.flaw import Flaw
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event

AREA = "separation"


def flaws(case: Case) -> Iterator[Flaw]:
    """Walks the acts in their order; whoever gave an exception must be another person than who used it."""
    past: list[tuple[int, str]] = []
    allowed: set[tuple[int, str, str]] = set()
    for event in Event.objects.filter(case=case).order_by("seq"):
        if event.kind == "override_granted":
            rows: list[dict[str, Any]] = event.payload["overrides"]
            allowed |= {(o["person"], o["did"], o["wants"]) for o in rows if o["person"] != event.actor_id}
            continue
        line = cases.Past(event.seq, event.hash, event.kind, event.actor_id, event.person)
        added = cases.duties([line])
        for person, duty in added:
            for found in authority.conflicts(past, person, duty):
                if tuple(found) not in allowed:
                    where = f"{case.number} seq {event.seq}"
                    yield Flaw(AREA, "PAIR_WITHOUT_EXCEPTION", where, f"person {person}: {found.did}", duty)
        past += added
