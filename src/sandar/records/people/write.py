"""Changes to people. Every verb runs inside the caller's transaction."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sandar.errors import Refused
from sandar.records.people.models import ApiToken, Office, Person
from sandar.records.people.read import digest

TOKEN_PREFIX = "sandar_"  # noqa: S105 - lets secret scanners recognise a leaked token
LONGEST = timedelta(days=366)


def create_token(person: Person, *, name: str, at: datetime, expires_at: datetime) -> str:
    """Make an API token and return it: it is shown once and kept only as a hash.

    Raises Refused when it would live longer than a year.
    """
    if not timedelta(0) < expires_at - at <= LONGEST:
        raise Refused(field="expires", reason="token_lifetime")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    keep_token(person, token, name=name, at=at, expires_at=expires_at)
    return token


def keep_token(person: Person, token: str, *, name: str, at: datetime, expires_at: datetime) -> ApiToken:
    """Store a token that the caller made (the example office's are deterministic)."""
    return ApiToken.objects.create(
        person=person,
        name=name,
        prefix=token[:12],
        token_sha256=digest(token),
        created_at=at,
        expires_at=expires_at,
    )


def close_account(person: Person, *, at: datetime) -> None:
    """Close an account: it cannot sign in and its tokens die at once; past acts keep the name."""
    Person.objects.filter(pk=person.pk).update(is_active=False)
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=at)


def set_language(person: Person, language: str) -> None:
    """The language of the person's pages and messages."""
    Person.objects.filter(pk=person.pk).update(language=language)


def save_office(office: Office, **columns: Any) -> None:
    """Change the letterhead or the form of the papers; papers issued before keep theirs."""
    Office.objects.filter(pk=office.pk).update(**columns)
    for name, value in columns.items():
        setattr(office, name, value)
