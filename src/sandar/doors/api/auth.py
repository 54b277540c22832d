"""Who calls: a bearer token, and with it the roles of today, in one query."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from sandar.doors import fresh
from sandar.errors import Forbidden, NotSignedIn
from sandar.records.cases.read import Viewer
from sandar.records.people import tokens
from sandar.records.people import write as people
from sandar.records.people.models import Person

LONGEST_TOKEN = 200


class Caller:
    """The person behind a token at the instant of the call."""

    def __init__(self, bearer: tokens.Bearer, at: datetime) -> None:
        self.person = bearer.person
        self._grants = bearer.grants
        self.at = at
        self.token_id = bearer.token_id
        self.is_fresh = bearer.is_fresh  # may sign without the password

    @cached_property
    def viewer(self) -> Viewer:
        """As what this person may look today; an act asks anew, in its transaction."""
        return Viewer(self.person.pk, self.person.agency_id, self._grants())

    def proves(self, request: HttpRequest, password: str | None) -> bool:
        """May this call sign? Fresh, or by the password sent with it; then the token is fresh for a while.

        Who has no password (passkey only) has nothing to send. Raises InvalidInput for a wrong one, TooMany.
        """
        if self.is_fresh:
            return True
        if password is None:
            return not self.person.has_usable_password()
        fresh.prove(request, self.person, password, field="password")
        people.confirm_token(self.token_id, at=self.at)
        self.is_fresh = True
        return True

    @property
    def office(self) -> Viewer:
        """The viewer, who must hold a role of the SOP. Raises Forbidden: capacity and racks are not public."""
        if not self.viewer.is_office:
            raise Forbidden()
        return self.viewer

    def must_hold(self, *roles: str) -> Person:
        """The person, who must hold one of `roles` today. Raises Forbidden naming the first."""
        if not self.viewer.roles & set(roles):
            raise Forbidden(needed=roles[0])
        return self.person


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`. Session cookies count nothing here, so a foreign page cannot call."""

    def __call__(self, request: HttpRequest) -> Caller:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.isascii() or not 0 < len(token) <= LONGEST_TOKEN:
            raise NotSignedIn(reason="token")
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        at = timezone.now()
        return Caller(tokens.bearer(token, at), at)


def caller_of(request: HttpRequest) -> Caller:
    """The caller that `Bearer` put on the request."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]
