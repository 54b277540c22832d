"""The way of the disposition as the journal tells it: who gave what to whom, who read it, who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event
from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions.models import EXECUTOR, LEAD, Recipient
from sandar.records.dispositions.read import Box
from sandar.sop import route
from sandar.sop.definition import Procedure

FORWARDED, RETURNED, ACCEPTED = "disposition_forwarded", "disposition_returned", "disposition_accepted"
ANSWERED = "disposition_answered"  # said by somebody beside the lead
GIVES = (FORWARDED, RETURNED)  # events that hand the disposition to somebody


@dataclass(frozen=True)
class Hop:
    """One hop. `to_role` has the lead; empty when the staff accepted and the chain was at its end."""

    seq: int
    kind: str
    at: datetime
    giver: Mapping[str, Any]  # as the journal keeps a person
    to_role: str
    note: str = ""
    reason: str = ""
    urgency: str = ""
    due_on: date | None = None
    instructions: tuple[Box, ...] = ()
    recipients: tuple[Recipient, ...] = field(default=())

    @property
    def lead(self) -> list[Recipient]:
        return [row for row in self.recipients if row.part == LEAD]

    @property
    def others(self) -> list[Recipient]:
        """Further executors first, then copies."""
        rows = [row for row in self.recipients if row.part != LEAD]
        return sorted(rows, key=lambda row: row.part != EXECUTOR)

    @property
    def is_return(self) -> bool:
        return self.kind == RETURNED


def of_case(case: Case) -> list[Hop]:
    """Every hop of the case, oldest first, with everybody who got it."""
    events = list(cases.journal(case).filter(kind__in=[*GIVES, ACCEPTED, ANSWERED]))
    said = {
        (event.payload["hop_seq"], event.payload.get("of", event.actor_id)): event
        for event in events
        if event.kind == ANSWERED
    }
    by_hop: dict[int, list[Recipient]] = {}
    for row in dispositions.of_case(case.pk):
        if answer := said.get((row.hop, row.person_id)):
            row.answer = answer.payload.get("note", "")
            row.answered_by = answer.person if "of" in answer.payload else None
        by_hop.setdefault(row.hop, []).append(row)
    procedure = cases.procedure_of(case)
    return [
        _hop(event, procedure, tuple(by_hop.get(event.seq, ()))) for event in events if event.kind != ANSWERED
    ]


def _hop(event: Event, procedure: Procedure, recipients: tuple[Recipient, ...]) -> Hop:
    said = event.payload
    to = route.place(procedure, said["state"]).stage.by if event.kind in GIVES else ""
    return Hop(
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        giver=event.person,
        to_role=to,
        note=said.get("note", ""),
        reason=said.get("reason", ""),
        urgency=said.get("urgency", ""),
        due_on=date.fromisoformat(said["due_on"]) if said.get("due_on") else None,
        instructions=tuple(Box(**box) for box in said.get("instructions", ())),
        recipients=recipients,
    )
