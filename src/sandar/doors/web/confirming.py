"""Whoever approves shows once more who it is, when the sign-in is longer ago than a cup of coffee.

An open session on somebody's desk must not be able to approve. The password is asked in the form itself, so
nothing typed is lost and no script is needed; it is never kept, echoed, or part of what a submission's hash covers.
Officers without a password (passkey only) are not asked: their second factor stays with them.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from sandar.doors import fresh
from sandar.doors.fresh import FRESH_SECONDS as FRESH_SECONDS
from sandar.doors.web.person import person_of
from sandar.doors.web.signin import BEGAN

FIELD = "confirm_password"
CONFIRMED_AT = "confirmed_at"
ASKED = frozenset({("approval", "approve"), ("approval", "accept")})  # step, action


def is_wanted(request: HttpRequest, step: str, action: str) -> bool:
    """Must the password be typed for this action now?"""
    return (step, action) in ASKED and is_stale(request)


def is_stale(request: HttpRequest) -> bool:
    """Has the person, who has a password, not shown it for longer than FRESH_SECONDS?"""
    if not person_of(request).has_usable_password():
        return False
    shown = max(int(request.session.get(name) or 0) for name in (BEGAN, CONFIRMED_AT))
    return timezone.now().timestamp() - shown > FRESH_SECONDS


def confirm(request: HttpRequest, step: str, action: str) -> None:
    """Let the action pass. Raises InvalidInput beside the field, TooMany after many wrong passwords."""
    if not is_wanted(request, step, action):
        return
    prove(request)


def prove(request: HttpRequest) -> None:
    """The password typed with this very request is right. Whoever has none (passkey only) passes.

    Raises InvalidInput beside the field, TooMany after many wrong passwords.
    """
    person = person_of(request)
    fresh.prove(request, person, request.POST.get(FIELD, ""), field=FIELD)
    if person.has_usable_password():
        request.session[CONFIRMED_AT] = int(timezone.now().timestamp())
