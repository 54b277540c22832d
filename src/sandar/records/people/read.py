"""Who somebody is and what they may be asked to do, on a given day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from sandar.core import authority as rules
from sandar.core.authority import Grant, grant_for
from sandar.errors import NotFound
from sandar.records.people.models import OFFICER_ROLES, Agency, Office, Person, RoleGrant
from sandar.records.prepared import Question, Slot


def _valid(day: date | Slot) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def zone() -> str:
    """The office's time zone; the installation's on an instance that was not set up."""
    return _ZONE.first() or settings.TIME_ZONE


_ZONE = Question(lambda: Office.objects.order_by("pk").values_list("time_zone", flat=True)[:1])


def today(at: datetime) -> date:
    """The local day of the office: mandates begin and end by it, papers are dated by it."""
    return rules.local_day(at, zone())


_GRANT = (
    "role",
    "person_id",
    "valid_from",
    "valid_until",
    "kind",
    "mandate",
    "acting_for_id",
    "person__agency_id",
)


def _grants(day: date, **wanted: object) -> list[Grant]:
    """Grants in force on `day` of people whose account is open."""
    rows = RoleGrant.objects.filter(_valid(day), person__is_active=True, **wanted)
    return [Grant(*row) for row in rows.values_list(*_GRANT)]


def grants_of(person: Person, day: date) -> list[Grant]:
    """The role grants of `person` in force on `day`, as plain data for `core.authority`.

    None for a closed account, whatever the object in hand says.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [person.pk])
        rows = cursor.fetchall()
    own = [
        Grant(role, pk, local_date(begins), local_date(ends), *rest) for role, pk, begins, ends, *rest in rows
    ]
    return in_force(own, day)


# Asked in every act, twice when it is a page: a plain statement, because building it cost ten times its run.
_OWN = (
    "SELECT g.role, g.person_id, g.valid_from, g.valid_until, g.kind, g.mandate, g.acting_for_id, p.agency_id"
    " FROM people_rolegrant g JOIN people_person p ON p.id = g.person_id"
    " WHERE g.person_id = %s AND p.is_active"
)


def local_date(value: Any) -> Any:
    """A date of a plain statement; SQLite keeps it as text. None stays None."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def in_force(grants: Iterable[Grant], day: date) -> list[Grant]:
    """Those of one person's grants that hold on `day`. A Plh falls with the mandate it stands on."""
    own = [grant for grant in grants if grant.valid_on(day)]
    lent = {grant.role for grant in own if grant.kind == "plh" and grant.acting_for}
    if not lent:
        return own
    everybody = _grants(day, role__in=lent)
    return [grant for grant in own if grant.role not in lent or rules.mandate_holds(everybody, grant, day)]


def roles_of(person: Person, day: date) -> frozenset[str]:
    return frozenset(grant.role for grant in grants_of(person, day))


def authority(person: Person, role: str, day: date) -> Grant | None:
    """The grant by which `person` may act as `role` on `day`: definitive before Plt/Plh; None without one."""
    return grant_for(grants_of(person, day), role, day)


def represented(grant: Grant, day: date) -> tuple[int, ...]:
    """Everybody in whose name an act under `grant` is done, through the whole chain of mandates, nearest first."""
    if grant.acting_for is None:
        return ()
    return rules.represented(_grants(day, role=grant.role), grant, day)


def is_officer(person: Person, day: date) -> bool:
    return bool(roles_of(person, day) & OFFICER_ROLES)


def holders(role: str | Slot, day: date | Slot) -> QuerySet[Person]:
    """Everybody who may act as `role` on `day`, to ask further; `acting` is the list itself."""
    grants = RoleGrant.objects.filter(_valid(day), role=role)
    return Person.objects.filter(is_active=True, pk__in=grants.values("person_id")).order_by("pk")


def acting(role: str, day: date) -> list[Person]:
    """Everybody who may act as `role` on `day`, the longest known first."""
    return _ACTING.all(role=role, day=day)


def applicants(agency_id: int, day: date) -> list[Person]:
    """Everybody who may ask in the name of this agency on `day`."""
    return _APPLICANTS.all(agency=agency_id, role="applicant", day=day)


_ACTING = Question(lambda: holders(Slot("role"), Slot("day")))
_APPLICANTS = Question(lambda: holders(Slot("role"), Slot("day")).filter(agency_id=Slot("agency")))


def person(person_id: int) -> Person:
    """One person with the agency. Raises NotFound."""
    found = _PERSON.first(person=person_id)
    if found is None:
        raise NotFound(what="person")
    return found


_PERSON = Question(lambda: Person.objects.select_related("agency").filter(pk=Slot("person")))


def office() -> Office:
    """The provider's letterhead and settings. Raises NotFound on an instance that was not set up."""
    found = _OFFICE.first()
    if found is None:
        raise NotFound(what="office")
    return found


_OFFICE = Question(lambda: Office.objects.select_related("agency").order_by("pk")[:1])


def agencies() -> QuerySet[Agency]:
    """The agencies that may ask for services."""
    return Agency.objects.filter(is_active=True, is_provider=False)


def agency_by_code(code: str) -> Agency:
    found = agencies().filter(code=code).first()
    if found is None:
        raise NotFound(what="agency")
    return found


def names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Person.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def digest(token: str) -> str:
    """How a bearer token is stored and looked up: SHA-256 of a 256-bit random value needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
