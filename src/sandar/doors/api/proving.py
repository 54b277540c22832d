"""A call that signs, revokes, gives a role or decides shows who calls: the token alone must not be enough."""

from __future__ import annotations

import json

from django.http import HttpRequest
from pydantic import Field, SecretStr

from sandar.doors.api.auth import Caller
from sandar.signing_errors import PasswordNeeded
from sandar.steps import signatories
from sandar.steps.inputs import Input


class WithPassword(Input):
    """What a call that may ask for the password takes beside its own fields."""

    password: SecretStr | None = Field(
        None,
        max_length=200,
        description="my own, again: where PASSWORD_NEEDED was answered; kept nowhere",
    )

    @property
    def secret(self) -> str | None:
        return self.password.get_secret_value() if self.password else None

    def same(self) -> bytes:
        """What makes two calls the same: all but the password, of which no hash is kept either."""
        return json.dumps(self.model_dump(mode="json", exclude={"password"}), sort_keys=True).encode()


def must_prove(request: HttpRequest, caller: Caller, given: WithPassword) -> None:
    """The call is fresh, or the password came with it. Raises PasswordNeeded, InvalidInput (a wrong one), TooMany."""
    if not caller.proves(request, given.secret):
        raise PasswordNeeded(field="password", minutes=signatories.FRESH_MINUTES)
