"""One thing that does not hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where exactly, what is stored, what would be right. `code` is stable; area: ledger, journal, documents,
    register, numbers, facility, sop and others."""

    area: str
    code: str
    where: str
    stored: str = ""
    right: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
