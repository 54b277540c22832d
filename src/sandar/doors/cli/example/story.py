"""One request of the example, as it is told: what is asked, when it came, how far it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandar.records.cases.models import Case

# The shortest way through the SOP: (action, working minutes after the act before).
WAY = (
    ("submit_letter", 0), ("forward", 2), ("forward", 3), ("forward", 3), ("accept", 4),
    ("report_available", 25), ("confirm", 10), ("submit", 12), ("approve", 9), ("notify", 6),
    ("hand_in", 380), ("check_in", 20), ("inspect", 60), ("hand_over", 150), ("probe", 5), ("report", 12),
)  # fmt: skip


@dataclass
class Story:
    """One request of one agency. service, names: of what stands in the register, by name; empty: something new."""

    agency: str
    letter_no: int
    subject: str
    items: list[dict[str, Any]]
    began: int  # working minutes before now
    acts: int
    addresses: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    way: tuple[tuple[str, int], ...] = WAY
    service: str = ""
    names: tuple[str, ...] = ()
    days: int = 0  # the service's term from the handover; 0: none
    case: Case | None = None
    moments: list[datetime] = field(default_factory=list)

    @property
    def applicant(self) -> str:
        return f"{self.agency.lower()}1"
