"""Accounts, roles and absences against the journal: nobody holds a role that nobody gave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandar.doors.proof.flaw import Flaw
from sandar.records.facility import journal
from sandar.records.facility.journal_models import FacilityEvent
from sandar.records.people.models import Absence, Person, RoleGrant
from sandar.steps.people.book import KINDS
from sandar.steps.people.grants import facts_of

AREA = "people"
_OPEN = {"account_opened": True, "account_closed": False, "account_reopened": True}


def flaws() -> Iterator[Flaw]:
    """What the journal says was given, ended, opened and closed, against what acts are judged by.

    A journal that does not hold proves nothing, and `proof.facility` points at it.
    """
    if journal.broken():
        return
    told = _Told()
    for event in journal.events().filter(kind__in=KINDS).order_by("seq"):
        told.hear(event)
    yield from _grants(told)
    yield from _accounts(told)
    yield from _absences(told)


class _Told:
    """The journal, added up."""

    def __init__(self) -> None:
        self.grants: dict[int, dict[str, Any]] = {}
        self.revoked: set[int] = set()
        self.open: dict[int, bool] = {}
        self.absences: dict[int, dict[str, Any]] = {}
        self.returned: set[int] = set()

    def hear(self, event: FacilityEvent) -> None:
        said = event.payload
        if event.kind == "office_filled":
            self.grants |= {grant["id"]: grant for grant in said["grants"]}
            self.open |= dict.fromkeys(said["persons"], True)
        elif event.kind in _OPEN:
            self.open[said["person"]] = _OPEN[event.kind]
        elif event.kind == "role_granted":
            self.grants[said["grant"]["id"]] = said["grant"]
        elif event.kind == "role_revoked":
            self.revoked.add(said["grant"])
        elif event.kind == "absence_noted":
            self.absences[said["absence"]["id"]] = said["absence"] | {"person": said["person"]}
        elif event.kind == "absence_ended":
            self.returned.add(said["absence"])


def _grants(told: _Told) -> Iterator[Flaw]:
    stored = {grant.pk: grant for grant in RoleGrant.objects.all()}
    for pk in sorted(stored.keys() | told.grants.keys()):
        grant = stored.get(pk)
        now = facts_of(grant) if grant else None
        if now != told.grants.get(pk):
            yield Flaw(AREA, "GRANT_DIFFERS_FROM_JOURNAL", f"grant {pk}", str(now), str(told.grants.get(pk)))
        if grant and (grant.revoked_at is not None) != (pk in told.revoked):
            ended = "ended" if pk in told.revoked else "not ended"
            yield Flaw(AREA, "GRANT_END_DIFFERS_FROM_JOURNAL", f"grant {pk}", str(grant.revoked_at), ended)


def _accounts(told: _Told) -> Iterator[Flaw]:
    for pk, is_open in Person.objects.order_by("pk").values_list("pk", "is_active"):
        if is_open != told.open.get(pk):
            yield Flaw(
                AREA, "ACCOUNT_DIFFERS_FROM_JOURNAL", f"person {pk}", str(is_open), str(told.open.get(pk))
            )


def _absences(told: _Told) -> Iterator[Flaw]:
    stored = {
        one.pk: {
            "id": one.pk,
            "first_day": one.first_day.isoformat(),
            "last_day": one.last_day.isoformat(),
            "person": one.person_id,
        }
        for one in Absence.objects.all()
    }
    for pk in sorted(stored.keys() | told.absences.keys()):
        if stored.get(pk) != told.absences.get(pk):
            found, right = str(stored.get(pk)), str(told.absences.get(pk))
            yield Flaw(AREA, "ABSENCE_DIFFERS_FROM_JOURNAL", f"absence {pk}", found, right)
    ended = set(Absence.objects.filter(ended_at__isnull=False).values_list("pk", flat=True))
    for pk in sorted(ended ^ told.returned):
        yield Flaw(AREA, "ABSENCE_END_DIFFERS_FROM_JOURNAL", f"absence {pk}")
