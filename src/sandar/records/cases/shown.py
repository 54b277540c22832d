"""What a person may read of a case's journal: one answer for pages and API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandar.core import disclosure
from sandar.records.cases.models import Case, Event
from sandar.records.cases.read import Viewer, entry, journal


@dataclass(frozen=True, slots=True)
class Line:
    """One event as its reader may see it. `complete`: nothing was left out, so its hash can be recounted."""

    event: Event
    payload: dict[str, Any]
    complete: bool

    def as_dict(self) -> dict[str, Any]:
        """The shape of the contract. Login names of officers are not for the agency; names and titles are."""
        salts = {at: salt for at, (salt, _) in self.event.seals.items()}
        found = entry(self.event) | {"payload": self.payload, "complete": self.complete, "salts": salts}
        if self.complete:
            return found | {"username": self.event.person.get("username")}
        return found | {"actor": None, "username": None, "acting_for": None, "commitments": {}, "salts": {}}


def journal_for(viewer: Viewer, case: Case) -> list[Line]:
    """The journal of a case the viewer may see, oldest first: officers read it whole, the agency what is open."""
    if viewer.is_office:
        return [Line(event, event.payload, complete=True) for event in journal(case)]
    found = []
    for event in journal(case):
        role = event.person.get("role", "")
        payload = disclosure.payload_for_agency(event.kind, role, event.payload)
        found.append(Line(event, payload, complete=role == "applicant"))
    return found
