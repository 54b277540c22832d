"""The calendar against the journal: every local day off was entered by somebody, and none disappeared unseen."""

from __future__ import annotations

from collections.abc import Iterator

from sandar.doors.proof.flaw import Flaw
from sandar.records.clocks.holidays import LOCAL
from sandar.records.clocks.models import Holiday
from sandar.records.facility import journal
from sandar.steps.days_off import ADDED, REMOVED

AREA = "office"


def flaws() -> Iterator[Flaw]:
    """What the journal says was entered and not taken away, against the days the clocks count with."""
    told: dict[str, str] = {}
    for event in journal.events().filter(kind__in=[ADDED, REMOVED]).order_by("seq"):
        if event.kind == ADDED:
            told[event.payload["day"]] = event.payload["name"]
        else:
            told.pop(event.payload["day"], None)
    stored = {
        day.isoformat(): name for day, name in Holiday.objects.filter(kind=LOCAL).values_list("day", "name")
    }
    for day in sorted({*told, *stored}):
        if told.get(day) != stored.get(day):
            yield Flaw(AREA, "DAY_OFF_DIFFERS_FROM_JOURNAL", day, stored.get(day, ""), told.get(day, ""))
