"""Every personal value that is gone was erased by an order: a line of the office's journal that names its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandar.core import sealed
from sandar.doors.proof.flaw import Flaw
from sandar.records.cases.models import Event, FormVersion
from sandar.records.facility.journal_models import FacilityEvent
from sandar.steps.people.erasing import CONTACT_ERASED, ERASED

AREA = "journal"
_TABLES: dict[str, tuple[type[Any], str]] = {
    "cases.Event": (Event, "at"),
    "cases.FormVersion": (FormVersion, "saved_at"),
    "facility.FacilityEvent": (FacilityEvent, "at"),
}


def flaws(case_id: int | None = None) -> Iterator[Flaw]:
    """Salts that are gone without an order, of the whole instance or of one case."""
    ordered, unlisted = _orders()
    for table, (kind, moment) in _TABLES.items():
        rows = kind.objects.order_by("pk")
        if case_id is not None:
            if table == "facility.FacilityEvent":
                continue
            rows = rows.filter(case_id=case_id)
        for row in rows.iterator(chunk_size=500):
            if not sealed.is_erased(row.seals):
                continue
            if unlisted and getattr(row, moment) <= unlisted:
                continue
            gone = {at for at, (salt, _) in row.seals.items() if salt is None}
            for at in sorted(gone - ordered.get((table, str(row.pk)), set())):
                yield Flaw(AREA, "ERASED_WITHOUT_ORDER", f"{table} {row.pk} {at}", "", "person_erased")


def _orders() -> tuple[dict[tuple[str, str], set[str]], datetime | None]:
    """(table, row) -> places; and the moment of the last order of a Sandar that did not list the places yet."""
    ordered: dict[tuple[str, str], set[str]] = {}
    unlisted: datetime | None = None
    events = FacilityEvent.objects.filter(kind__in=(ERASED, CONTACT_ERASED)).order_by("seq")
    for event in events:
        if "erased" not in event.payload:
            unlisted = event.at
            continue
        for table, rows in event.payload["erased"].items():
            for pk, places in rows.items():
                ordered.setdefault((table, pk), set()).update(places)
    return ordered, unlisted
