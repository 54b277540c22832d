"""The journal of the facility against its chain."""

from __future__ import annotations

from collections.abc import Iterator

from sandar.doors.proof.flaw import Flaw
from sandar.records.facility import journal

AREA = "facility"


def flaws() -> Iterator[Flaw]:
    """The first event that does not follow from the one before it."""
    if broken := journal.broken():
        yield Flaw(
            AREA,
            f"CHAIN_{broken.reason.upper()}",
            f"facility seq {broken.seq}",
            broken.found,
            broken.expected,
        )
    for seq, at, stored, right in journal.changed_beside():
        yield Flaw(AREA, "BESIDE_CHANGED", f"facility seq {seq} {at}", stored, right)
