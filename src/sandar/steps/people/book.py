"""One change of who may do what: alone among all acts, by the system administrator, with a line in the journal.

The journal is the chained one of the facility: one chain for whatever the office itself changes. Persons stand in it
by number, so that erasing a name keeps the proof; the reason is a note, bound by a commitment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from sandar.errors import Forbidden
from sandar.records.facility import journal
from sandar.records.facility.journal_models import FacilityEvent, FacilityJournal
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import Person
from sandar.steps.turn import signed

ROLE = people.SYSTEM_ADMIN
KINDS = (
    "account_opened", "account_changed", "account_closed", "account_reopened", "password_reset", "factor_reset",
    "agency_opened", "agency_changed", "agency_closed", "agency_reopened",
    "role_granted", "role_revoked", "absence_noted", "absence_ended", "pairs_changed", "office_changed",
    "office_filled", "person_erased", "contact_erased", "certificate_revoked",
)  # fmt: skip


@dataclass
class Book:
    """An open change: who, when, the locked end of the journal."""

    head: FacilityJournal
    person: Person | None
    actor: Mapping[str, Any]
    at: datetime

    @property
    def day(self) -> date:
        """Today at the office."""
        return people.today(self.at)

    @property
    def by(self) -> int | None:
        return self.person.pk if self.person else None

    def note(self, kind: str, subject: str, *, why: str, **payload: Any) -> FacilityEvent:
        """Write what happened and why. subject: "person:17", "agency:DINKES"."""
        assert kind in KINDS
        return journal.append(
            self.head,
            kind,
            subject=subject,
            payload={**payload, "note": why},
            at=self.at,
            by=self.by,
            actor=self.actor,
        )


@contextmanager
def changing(person: Person | None, at: datetime) -> Iterator[Book]:
    """A transaction in which authority may change; acts in progress end first, later ones see what it left.

    person None: somebody at the machine itself (CLI). Raises Forbidden.
    """
    with transaction.atomic():
        people_write.alone()
        grant = people.authority(person, ROLE, people.today(at)) if person else None
        if person and grant is None:
            raise Forbidden(needed=ROLE)
        yield Book(journal.lock(), person, signed(person, grant), at)


def history(*subjects: str, most: int = 50) -> list[FacilityEvent]:
    """The last changes about these subjects, newest first."""
    rows = journal.events().filter(subject__in=subjects, kind__in=KINDS)
    return list(rows[:most])
