"""Who calls with a bearer token. Every call of the API begins with this question, so it is one plain statement:
building it anew through the ORM, as three queries, cost more than everything else that a small call does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from sandar.core.authority import Grant, local_day
from sandar.errors import NotSignedIn
from sandar.records import prepared
from sandar.records.people import read
from sandar.records.people.models import Agency, Person

# The password's hash and the dates of the account stay in the database until somebody asks for them.
_PERSON = ("id", "username", "name", "email", "nip", "rank", "title", "phone", "agency_id", "language")
_AGENCY = ("id", "code", "name", "address", "phone", "email")
_GRANT = (
    "role", "valid_from", "valid_until", "kind", "mandate", "acting_for_id", "field", "site", "position",
    "granted_by_id",
)  # fmt: skip
_COLUMNS = [
    *(f"p.{name}" for name in _PERSON),
    *(f"a.{name}" for name in _AGENCY),
    "a.is_provider",
    "a.is_active",
    "(SELECT time_zone FROM people_office ORDER BY id LIMIT 1)",
    read.AWAY,
    "t.id",
    # Fresh: made, or used with the password, a moment ago; or its maker said that it signs by itself.
    "(t.signs OR t.created_at > %s OR (t.confirmed_at IS NOT NULL AND t.confirmed_at > %s))",
    *(f"g.{name}" for name in _GRANT),
]
_ASK = (
    f"SELECT {', '.join(_COLUMNS)} FROM people_apitoken t"  # noqa: S608 - names from above, no person's text
    " JOIN people_person p ON p.id = t.person_id JOIN people_agency a ON a.id = p.agency_id"
    " LEFT JOIN people_rolegrant g ON g.person_id = p.id AND g.revoked_at IS NULL"
    " WHERE t.token_sha256 = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND p.is_active"
)


FRESH = timedelta(minutes=15)  # as steps.signatories.FRESH_MINUTES


class Bearer(NamedTuple):
    """The person of a token, with the agency, and what gives the grants in force today: a further question for some."""

    person: Person
    grants: Callable[[], list[Grant]]
    token_id: int = 0
    is_fresh: bool = False  # may sign without the password


def bearer(token: str, at: datetime) -> Bearer:
    """Who bears this token. Raises NotSignedIn when unknown, expired, revoked or the account is closed."""
    with prepared.cursor() as cursor:
        yesterday = at.date() - timedelta(days=1)  # wherever the office is: nobody's today is earlier
        cursor.execute(
            _ASK,
            [
                connection.ops.adapt_datefield_value(yesterday),
                *[connection.ops.adapt_datetimefield_value(at - FRESH)] * 2,
                read.digest(token),
                connection.ops.adapt_datetimefield_value(at),
            ],
        )
        rows = cursor.fetchall()
    if not rows:
        raise NotSignedIn(reason="token")
    first = rows[0]
    person = _person(first)
    zone = first[len(_PERSON) + len(_AGENCY) + 2] or settings.TIME_ZONE
    grants = [_grant(row, person) for row in rows if row[-len(_GRANT)] is not None]
    maybe_away = bool(first[len(_PERSON) + len(_AGENCY) + 3])
    held = partial(read.in_force, grants, read.Roll(local_day(at, zone)), maybe_away=maybe_away)
    token_id, is_fresh = first[len(_PERSON) + len(_AGENCY) + 4 : len(_PERSON) + len(_AGENCY) + 6]
    return Bearer(person, held, int(token_id), bool(is_fresh))


def _person(row: tuple[Any, ...]) -> Person:
    own, rest = row[: len(_PERSON)], row[len(_PERSON) :]
    person = Person.from_db(connection.alias, [*_PERSON, "is_active"], [*own, True])
    names = [*_AGENCY, "is_provider", "is_active"]
    flags = [bool(flag) for flag in rest[len(_AGENCY) : len(names)]]
    person.agency = Agency.from_db(connection.alias, names, [*rest[: len(_AGENCY)], *flags])
    return person


def _grant(row: tuple[Any, ...], person: Person) -> Grant:
    role, begins, ends, kind, mandate, acting_for, *rest = row[-len(_GRANT) :]
    first, last = read.local_date(begins), read.local_date(ends)
    return Grant(role, person.pk, first, last, kind, mandate, acting_for, person.agency_id, *rest)
