"""Who somebody is and what they may be asked to do, on a given day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from sandar.core import authority as rules
from sandar.core import standing_in
from sandar.core.authority import ANYWHERE, Grant, Scope, grant_for
from sandar.errors import NotFound
from sandar.records import prepared
from sandar.records.people.models import (
    OFFICER_ROLES,
    Absence,
    Agency,
    Office,
    Person,
    RoleGrant,
)
from sandar.records.prepared import Question, Slot

SYSTEM_ADMIN = "system_admin"


def _valid(day: date | Slot) -> Q:
    ends = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Q(valid_from__lte=day, revoked_at__isnull=True) & ends


def zone() -> str:
    """The office's time zone; the installation's on an instance that was not set up."""
    return _ZONE.first() or settings.TIME_ZONE


_ZONE = Question(lambda: Office.objects.order_by("pk").values_list("time_zone", flat=True)[:1])


def today(at: datetime) -> date:
    """The local day of the office: mandates begin and end by it, papers are dated by it."""
    return rules.local_day(at, zone())


_GRANT = (
    "role", "person_id", "valid_from", "valid_until", "kind", "mandate", "acting_for_id", "person__agency_id",
    "field", "site", "position", "granted_by_id",
)  # fmt: skip


def _grants(day: date, **wanted: object) -> list[Grant]:
    """Grants in force on `day` of people whose account is open, also of those who are away."""
    rows = RoleGrant.objects.filter(_valid(day), person__is_active=True, **wanted)
    return [Grant(*row) for row in rows.values_list(*_GRANT)]


def hold_still() -> None:
    """Nobody's authority changes until the transaction of this act ends; those who act wait for nobody but that.

    Whoever gives, ends or closes waits for the acts in progress (`write.alone`), so an act is judged by what holds
    when it is stored. SQLite writes one transaction after the other anyway.
    """
    advisory("pg_advisory_xact_lock_shared")


def advisory(function: str) -> None:
    """Take the lock on authority with one of PostgreSQL's functions, until the transaction ends."""
    assert connection.in_atomic_block, "held until the transaction ends"
    if connection.vendor == "postgresql":
        with prepared.cursor() as cursor:
            cursor.execute(f"SELECT {function}({_AUTHORITY})")


_AUTHORITY = 7_305_412_009  # any number that no other advisory lock of ours bears


class Roll:
    """Who is there on one day, asked of the database once for whoever needs it more than once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._by_role: dict[str, dict[int, Person]] = {}

    @cached_property
    def grants(self) -> list[Grant]:
        """As `present`."""
        return present(self.day)

    def _holders(self, role: str) -> dict[int, Person]:
        known = self._by_role.get(role)
        if known is None:
            known = {person.pk: person for person in _HOLDERS.all(role=role, day=self.day)}
            self._by_role[role] = known
        return known

    def acting(self, role: str, scope: Scope = ANYWHERE) -> list[Person]:
        """Everybody who may act as `role` on a case of this scope, the longest known first: who holds it and is there.

        When nobody is, those of the nearest role above that somebody holds.
        """
        as_role = standing_in.acting_role(role, scope, self.grants)
        chosen = {grant.person for grant in self.grants if grant.role == as_role and grant.covers(scope)}
        if as_role is None or not chosen:
            return []
        people = self._holders(as_role)
        return [people[pk] for pk in sorted(chosen)]


def grants_of(person: Person, day: date, *, roll: Roll | None = None) -> list[Grant]:
    """The role grants of `person` in force on `day`, as plain data for `core.authority`.

    None for a closed account, whatever the object in hand says. With those that nobody else is there to use.
    """
    rows = _asked(_OWN, [day - timedelta(days=1), person.pk])
    own = [grant for grant, _ in rows]
    return in_force(own, roll or Roll(day), maybe_away=any(is_noted for _, is_noted in rows))


def _asked(statement: str, values: list[Any]) -> list[tuple[Grant, bool]]:
    """Grants as `_COLUMNS` names them, each with whether an absence of its holder is noted."""
    with prepared.cursor() as cursor:
        cursor.execute(statement, [_plain(value) for value in values])
        rows = cursor.fetchall()
    return [
        (Grant(role, pk, local_date(begins), local_date(ends), *rest), bool(is_noted))
        for role, pk, begins, ends, *rest, is_noted in rows
    ]


def _plain(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


# Asked in every act, twice when it is a page: plain statements, because building one cost ten times its run.
AWAY = (
    "EXISTS (SELECT 1 FROM people_absence a WHERE a.person_id = p.id AND a.ended_at IS NULL"
    " AND a.last_day >= %s)"
)
_COLUMNS = (
    "SELECT g.role, g.person_id, g.valid_from, g.valid_until, g.kind, g.mandate, g.acting_for_id, p.agency_id,"  # noqa: S608
    f" g.field, g.site, g.position, g.granted_by_id, {AWAY}"
    " FROM people_rolegrant g JOIN people_person p ON p.id = g.person_id"
    " WHERE g.revoked_at IS NULL AND p.is_active"
)
_OWN = f"{_COLUMNS} AND g.person_id = %s"
_OFFICERS = (
    f"{_COLUMNS} AND g.role NOT IN ('applicant', 'system_admin') AND g.valid_from <= %s"
    " AND (g.valid_until IS NULL OR g.valid_until >= %s) ORDER BY g.person_id, g.id"
)


def local_date(value: Any) -> Any:
    """A date of a plain statement; SQLite keeps it as text. None stays None."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def in_force(grants: Iterable[Grant], roll: Roll, *, maybe_away: bool = False) -> list[Grant]:
    """Those of one person's grants that hold on the roll's day, and what the person stands in for.

    A Plh falls with the mandate it stands on. Whoever is away has no role but that of system administrator.
    maybe_away: some absence is noted; False saves the question.
    """
    day = roll.day
    own = [grant for grant in grants if grant.valid_on(day)]
    if own and maybe_away and away(own[0].person, day):
        own = [grant for grant in own if grant.role == SYSTEM_ADMIN]
    lent = {grant.role for grant in own if grant.kind in rules.BORROWED and grant.acting_for}
    if lent:
        everybody = _grants(day, role__in=lent)
        own = [g for g in own if g.role not in lent or rules.mandate_holds(everybody, g, day)]
    if any(grant.role in standing_in.LEADING for grant in own):
        own += standing_in.stand_ins(own, roll.grants)
    return own


def present(day: date) -> list[Grant]:
    """The grants of officers in force on `day`, of everybody who is there."""
    rows = _asked(_OFFICERS, [day - timedelta(days=1), day, day])
    everybody = [grant for grant, _ in rows]
    noted = {grant.person for grant, is_noted in rows if is_noted}
    gone = {person_id for person_id in noted if away(person_id, day)}
    return [
        grant
        for grant in everybody
        if grant.person not in gone
        and (grant.kind not in rules.BORROWED or rules.mandate_holds(everybody, grant, day))
    ]


def away(person_id: int, day: date) -> Absence | None:
    """The absence that holds for a person on `day`."""
    rows = Absence.objects.filter(ended_at__isnull=True, first_day__lte=day, last_day__gte=day)
    return rows.filter(person_id=person_id).order_by("-last_day").first()


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


def listed(query: str, side: str) -> QuerySet[Person]:
    """Everybody whose name, account or agency has `query`, officers first.

    side: office, agency, closed, or "" for every open account.
    """
    rows = Person.objects.select_related("agency").filter(is_active=side != "closed")
    if side in ("office", "agency"):
        rows = rows.filter(agency__is_provider=side == "office")
    if query:
        rows = rows.filter(
            Q(name__icontains=query) | Q(username__icontains=query) | Q(agency__name__icontains=query)
        )
    return rows.order_by("-agency__is_provider", "agency__name", "name", "pk")


def granted_to(person: Person, role: str | None, *, from_day: date, to_day: date | None) -> list[RoleGrant]:
    """The grants of `person` that hold on some day of a period (None: without an end); of one role, or of all."""
    rows = RoleGrant.objects.filter(person=person, revoked_at__isnull=True)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=from_day))
    if to_day is not None:
        rows = rows.filter(valid_from__lte=to_day)
    return list(rows.filter(role=role) if role else rows)


def is_officer(person: Person, day: date) -> bool:
    return bool(roles_of(person, day) & OFFICER_ROLES)


def holders(role: str | Slot, day: date | Slot) -> QuerySet[Person]:
    """Everybody who holds `role` on `day`, present or not, to ask further; `acting` is who may act."""
    grants = RoleGrant.objects.filter(_valid(day), role=role)
    return Person.objects.filter(is_active=True, pk__in=grants.values("person_id")).order_by("pk")


def acting(role: str, day: date, *, scope: Scope = ANYWHERE) -> list[Person]:
    """As `Roll.acting`, for who asks once."""
    return Roll(day).acting(role, scope)


def superiors_of(role: str, day: date, *, scope: Scope = ANYWHERE) -> list[Person]:
    """Who is above `role` on `day` for a case of this scope: the present holders of the next role that is held.

    [] for the head of the office, for roles outside the ladder, and when nobody above is there.
    """
    above = next(iter(standing_in.ladder(role)), None)
    return acting(above, day, scope=scope) if above else []


def heirs(ids: Iterable[int], roll: Roll) -> dict[int, list[int]]:
    """Of these officers those who are not there today, each with whoever looks after what was theirs by name.

    Not there: the account is closed, no role is left, or the person is away. It goes to who stands in for them today
    (Plh, Plt, a.n.), without one to the nearest above the role they held last; [] when nobody is there at all.
    """
    gone = set(ids) - {grant.person for grant in roll.grants}
    if not gone:
        return {}
    rows = RoleGrant.objects.filter(person_id__in=gone, role__in=standing_in.SUPERIOR)
    last = dict(rows.order_by("valid_from", "pk").values_list("person_id", "role"))
    found = {}
    for one in sorted(gone):
        lent = sorted({grant.person for grant in roll.grants if grant.acting_for == one})
        above = next(iter(standing_in.ladder(last.get(one, ""))), "")
        found[one] = lent or [person.pk for person in roll.acting(above)]
    return found


def officers(day: date) -> list[Person]:
    """Everybody who holds a role of the SOP on the office's side on `day`, by title and name."""
    grants = RoleGrant.objects.filter(_valid(day), role__in=OFFICER_ROLES - {"system_admin"})
    rows = Person.objects.filter(is_active=True, pk__in=grants.values("person_id"))
    return list(rows.order_by("title", "name", "pk"))


def applicants(agency_id: int, day: date) -> list[Person]:
    """Everybody who may ask in the name of this agency on `day`."""
    return _APPLICANTS.all(agency=agency_id, role="applicant", day=day)


_HOLDERS = Question(lambda: holders(Slot("role"), Slot("day")))
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
    return _set_up(_OFFICE.first())


def office_in_act() -> Office:
    """As `office` and `hold_still`: PostgreSQL takes the lock with the same statement."""
    assert connection.in_atomic_block, "held until the transaction ends"
    return _set_up((_OFFICE_HELD if connection.vendor == "postgresql" else _OFFICE).first())


def _set_up(found: Office | None) -> Office:
    if found is None:
        raise NotFound(what="office")
    return found


def _office() -> QuerySet[Office]:
    return Office.objects.select_related("agency").order_by("pk")[:1]


_OFFICE = Question(_office)
_OFFICE_HELD = Question(_office, also=f"pg_advisory_xact_lock_shared({_AUTHORITY})")


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
