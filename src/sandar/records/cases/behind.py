"""What the journal says of who stands behind a paper, and where an ended case last stood."""

from __future__ import annotations

from typing import Any

from sandar.records.cases.models import Case, Event


def paper(case_id: int, document_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Who issued a paper and who revoked it, in which capacity, as the journal says; empty where nobody did."""
    issuing: dict[str, Any] = {}
    revoking: dict[str, Any] = {}
    for person, payload in (
        Event.objects.filter(case_id=case_id).order_by("seq").values_list("person", "payload")
    ):
        if any(one["id"] == document_id for one in payload.get("documents", ())):
            issuing = person
        if payload.get("revoked", {}).get("id") == document_id:
            revoking = person
    return issuing, revoking


def last_state(case: Case) -> str:
    """The last open state of an ended case."""
    state: str | None = case.tasks.order_by("-pk").values_list("state", flat=True).first()
    return state or case.state
