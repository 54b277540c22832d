"""Local days off: entered and taken away with a line in the office's journal, in one transaction.

The journal is the chained one of the facility: one chain for whatever the office itself changes. A day off moves the
due times of running clocks, so who entered it must be as certain as who approved a request.
"""

from __future__ import annotations

from datetime import date, datetime

from sandar.records.clocks import holidays
from sandar.records.facility import journal
from sandar.records.facility.journal_models import FacilityJournal
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps.turn import signed

ADDED, REMOVED = "day_off_added", "day_off_removed"
ROLE = "system_admin"


def add(day: date, name: str, *, person: Person, at: datetime) -> None:
    """Make `day` a day off; running clocks follow. Raises Conflict when it is one already."""
    head = journal.lock()
    holidays.add(day, name, at=at)
    _note(head, ADDED, day, name, person=person, at=at)


def remove(day: date, *, person: Person, at: datetime) -> None:
    """Make a local day off a working day again. Raises NotFound for one that is not local."""
    head = journal.lock()
    name = next((one.name for one in holidays.of_year(day.year) if one.day == day), "")
    holidays.remove(day, at=at)
    _note(head, REMOVED, day, name, person=person, at=at)


def _note(head: FacilityJournal, kind: str, day: date, name: str, *, person: Person, at: datetime) -> None:
    grant = people.authority(person, ROLE, people.today(at))
    journal.append(
        head,
        kind,
        subject=f"day_off:{day.isoformat()}",
        payload={"day": day.isoformat(), "name": name[:150]},
        at=at,
        by=person.pk,
        actor=signed(person, grant),
    )
