"""The capacity report: what the last one said, and the facts of a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from sandar.records.cases import read as cases
from sandar.steps import booking, paper
from sandar.steps.turn import Turn


def last(turn: Turn) -> dict[str, Any]:
    """What the checker reported last; empty before."""
    found = cases.last_event(turn.case, "capacity_reported")
    return dict(found.payload) if found else {}


def facts(
    turn: Turn,
    decision: str,
    rows: list[dict[str, Any]],
    *,
    shortages: Iterable[Mapping[str, Any]],
    note: str,
    until: date | None = None,
) -> dict[str, Any]:
    """decision: available, short, or conditional (an offer). until: the last day of the holds."""
    assert turn.person is not None
    found = {
        **paper.common(turn, signers=[paper.signer(turn)]),
        "decision": decision,
        "rows": rows,
        "placements": [] if decision == "short" else booking.placement_facts(turn),
        "shortages": [dict(line) for line in shortages],
        "checked_at": paper.local(turn.at, turn.office),
        "checker": paper.person_facts(turn.person),
        "note": note,
    }
    if decision != "short":
        until = until or turn.day + timedelta(days=settings.HOLD_DAYS)
        found["hold_until_on"] = until.isoformat()
    if sheet := turn.known_papers.get("disposition_sheet"):
        found["references"] = [paper.reference(sheet)]
    return found
