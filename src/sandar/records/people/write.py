"""Changes to people. Every verb runs inside the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from sandar.errors import NotFound, Refused
from sandar.records.people.models import Absence, Agency, ApiToken, Office, Person, RoleGrant
from sandar.records.people.read import advisory, digest

TOKEN_PREFIX = "sandar_"  # noqa: S105 - lets secret scanners recognise a leaked token
LONGEST = timedelta(days=366)


def create_token(
    person: Person, *, name: str, at: datetime, expires_at: datetime, signs: bool = False
) -> str:
    """Make an API token and return it: it is shown once and kept only as a hash.

    signs: it may sign in the person's name without the password being sent again.
    Raises Refused when it would live longer than a year.
    """
    if not timedelta(0) < expires_at - at <= LONGEST:
        raise Refused(field="expires", reason="token_lifetime")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    keep_token(person, token, name=name, at=at, expires_at=expires_at, signs=signs)
    return token


def confirm_token(token_id: int, *, at: datetime) -> None:
    """The right password came with this token."""
    ApiToken.objects.filter(pk=token_id).update(confirmed_at=at)


def keep_token(
    person: Person, token: str, *, name: str, at: datetime, expires_at: datetime, signs: bool = False
) -> ApiToken:
    """Store a token that the caller made (the example office's are deterministic)."""
    return ApiToken.objects.create(
        signs=signs,
        person=person,
        name=name,
        prefix=token[:12],
        token_sha256=digest(token),
        created_at=at,
        expires_at=expires_at,
    )


def alone() -> None:
    """Wait for the acts in progress (`read.hold_still`) and let nobody begin one: authority is about to change."""
    advisory("pg_advisory_xact_lock")


def locked(username: str) -> Person:
    """Somebody whose authority is about to change, with the agency. Raises NotFound."""
    found = Person.objects.select_related("agency").filter(username=username).first()
    if found is None:
        raise NotFound(what="person")
    return found


def open_account(username: str, *, agency: Agency, password: str, at: datetime, **particulars: Any) -> Person:
    """A new account whose password its owner must change at the first sign-in."""
    made = Person(username=username, agency=agency, joined_at=at, must_change_password=True, **particulars)
    made.set_password(password)
    made.save(force_insert=True)
    return made


def change(person: Person, **particulars: Any) -> None:
    """Change what is known of somebody."""
    Person.objects.filter(pk=person.pk).update(**particulars)
    for name, value in particulars.items():
        setattr(person, name, value)


def close_account(person: Person, *, at: datetime) -> bool:
    """Close an account: sessions and tokens die at once and for good; past acts keep the name. False: was closed."""
    open_one = Person.objects.filter(pk=person.pk, is_active=True)
    closed = open_one.update(is_active=False, session_epoch=F("session_epoch") + 1)
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=at)
    person.is_active = False
    return bool(closed)


def reopen_account(person: Person) -> bool:
    """Open a closed account. False: it was open."""
    person.is_active = True
    return bool(Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True))


_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another


def first_password() -> str:
    """A random password of 16 letters in four groups (79 bits), to be read aloud and changed at once."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def give_password(person: Person, password: str) -> None:
    """A password that its owner must change; every session ends."""
    person.set_password(password)
    Person.objects.filter(pk=person.pk).update(
        password=person.password, must_change_password=True, session_epoch=F("session_epoch") + 1
    )


def forget_factors(person: Person) -> int:
    """Remove every second factor; every session ends. How many there were."""
    from allauth.mfa.models import Authenticator

    gone, _kinds = Authenticator.objects.filter(user_id=person.pk).delete()
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    return int(gone)


def found_office(agency: Agency, **settings: Any) -> Office:
    """The provider's letterhead and settings. Fields are columns of Office."""
    return Office.objects.create(agency=agency, **settings)


def set_pairs(pairs: Sequence[Sequence[str]]) -> None:
    """The warned pairs that this office forbids."""
    Office.objects.update(forbidden_pairs=[list(pair) for pair in pairs])


def open_agency(**particulars: Any) -> Agency:
    """An agency that may ask for services."""
    return Agency.objects.create(**particulars)


def change_agency(agency: Agency, **particulars: Any) -> None:
    """Change what is known of an agency, or whether it is open."""
    Agency.objects.filter(pk=agency.pk).update(**particulars)
    for name, value in particulars.items():
        setattr(agency, name, value)


def give(person: Person, **grant: Any) -> RoleGrant:
    """A role, with dates and letter. Fields are columns of RoleGrant."""
    return RoleGrant.objects.create(person=person, **grant)


def revoke(grant: RoleGrant, *, at: datetime) -> bool:
    """End a grant now. False: it had ended so before."""
    grant.revoked_at = at
    return bool(RoleGrant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(revoked_at=at))


def note_absence(person: Person, **absence: Any) -> Absence:
    """Days on which somebody is away. Fields are columns of Absence."""
    return Absence.objects.create(person=person, **absence)


def end_absence(absence: Absence, *, at: datetime) -> bool:
    """Somebody is back. False: that was said before."""
    absence.ended_at = at
    return bool(Absence.objects.filter(pk=absence.pk, ended_at__isnull=True).update(ended_at=at))


def set_language(person: Person, language: str) -> None:
    """The language of the person's pages and messages."""
    Person.objects.filter(pk=person.pk).update(language=language)


def save_office(office: Office, **columns: Any) -> None:
    """Change the letterhead or the form of the papers; papers issued before keep theirs."""
    Office.objects.filter(pk=office.pk).update(**columns)
    for name, value in columns.items():
        setattr(office, name, value)


def set_zone(zone: str) -> None:
    """The zone of the office: days begin by it, and papers are dated by it."""
    Office.objects.update(time_zone=zone)
