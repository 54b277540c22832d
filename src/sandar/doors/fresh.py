"""Who signs shows once more who it is: the password, typed with the very request that signs.

It is compared and forgotten: in no row, no log, no answer, and not in what the hash of a submission covers.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput, TooMany
from sandar.records.people.models import Person
from sandar.steps import signatories

FRESH_SECONDS = signatories.FRESH_MINUTES * 60


def prove(request: HttpRequest, person: Person, typed: str, *, field: str) -> None:
    """The password is this person's. Whoever has none (passkey only) passes.

    Raises InvalidInput beside the field, TooMany after many wrong passwords.
    """
    if not person.has_usable_password():
        return
    if not typed:
        raise InvalidInput(fields={field: [_("Tulis kata sandi Anda.")]})
    if not ratelimit.consume(request, action="reauthenticate", user=person):
        raise TooMany(retry_after=60)
    if not person.check_password(typed):
        raise InvalidInput(fields={field: [_("Kata sandi tidak cocok.")]})
