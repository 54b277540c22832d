"""The calendar against the journal: versions say what they were stored with, and a journaled edit made each."""

from __future__ import annotations

from collections.abc import Iterator

from sandar.core import chain
from sandar.doors.proof.flaw import Flaw
from sandar.records.clocks.models import OfficeCalendar
from sandar.records.facility import journal
from sandar.steps.calendar.act import CHANGED, SUBJECT

AREA = "office"


def flaws() -> Iterator[Flaw]:
    """Versions that were changed afterwards, and versions nobody journaled (the first is the installation's)."""
    versions = list(OfficeCalendar.objects.order_by("pk"))
    for one in versions:
        found = chain.sha256(one.declared)
        if found != one.sha256:
            yield Flaw(AREA, "CALENDAR_VERSION_CHANGED", str(one.pk), found, one.sha256)
    told = [
        str(event.payload["after"]) for event in journal.events(SUBJECT).filter(kind=CHANGED).order_by("seq")
    ]
    stored = [one.sha256 for one in versions]
    made = stored[len(stored) - len(told) :] if len(stored) in (len(told), len(told) + 1) else stored
    if made != told:
        yield Flaw(
            AREA, "CALENDAR_DIFFERS_FROM_JOURNAL", SUBJECT, ",".join(stored)[:200], ",".join(told)[:200]
        )
