"""Who has it: asked whenever somebody is refused, so that the refusal names who was first."""

from __future__ import annotations

from typing import Any

from sandar.core import rack
from sandar.records.prepared import Question, Slot

from .models import LIVE, Cell, Claim, Line

_OF_ITEM = Question(
    lambda: (
        Claim.objects.filter(case_id=Slot("case"), item_no=Slot("item"), state__in=LIVE)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
)
_IN_CELLS = Question(
    lambda: (
        Cell.objects.filter(rack_id=Slot("rack"), half_u__gte=Slot("low"), half_u__lt=Slot("high"))
        .order_by("half_u", "face")
        .values_list("face", "claim_id")
    )
)
_HOLDER = Question(
    lambda: Claim.objects.filter(pk=Slot("claim")).values_list("case__number", "label", "state", "expires_at")
)


def of_item(case_id: int, item_no: int) -> list[int]:
    """The live claims of a line item: one, or none."""
    return _OF_ITEM.all(case=case_id, item=item_no)


def in_cells(rack_id: int, low: int, high: int, *, face: str) -> list[int]:
    """The claims in the half-units from `low` up to `high` (exclusive) on this face, from the bottom."""
    found = _IN_CELLS.all(rack=rack_id, low=low, high=high)
    return [claim_id for side, claim_id in found if side in rack.FACES[face]]


def last_drawer(pool_id: int) -> int | None:
    """The live claim that drew last from the pool."""
    lines = Line.objects.filter(pool_id=pool_id, claim__state__in=LIVE).order_by("-claim_id")
    return lines.values_list("claim_id", flat=True).first()


def holder_facts(claim_id: int | None) -> dict[str, Any]:
    """Who has it: holder (case number, else label), its state, claim id, and when a hold ends (ISO 8601)."""
    found = _HOLDER.first(claim=claim_id) if claim_id else None
    if found is None:
        return {"holder": ""}
    number, label, state, expires = found
    return {
        "holder": number or label or f"#{claim_id}",
        "holder_claim": claim_id,
        "holder_state": state,
        "expires_at": expires.isoformat() if expires else None,
    }
