"""Whoever approves or signs shows once more who it is, when the sign-in is longer ago than a cup of coffee.

An open session on somebody's desk must not be able to sign. The password is asked in the form itself, so
nothing typed is lost and no script is needed; it is never kept, echoed, or part of what a submission's hash covers.
Officers without a password (passkey only) are not asked: their second factor stays with them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from sandar.doors import fresh
from sandar.doors.fresh import FRESH_SECONDS as FRESH_SECONDS
from sandar.doors.web import panels
from sandar.doors.web.person import person_of
from sandar.doors.web.signin import BEGAN
from sandar.steps import signatories

FIELD = "confirm_password"
CONFIRMED_AT = "confirmed_at"
ASKED = frozenset({("approval", "approve"), ("approval", "accept")})  # step, action: whoever signs the papers
# What issues a paper that the office's seal or another officer signs, or seldom one: the form asks nobody beforehand.
_OTHERS_SIGN = frozenset(
    {("disposition", "accept"), ("application", "submit"), ("capacity", "decline"), ("capacity", "confirm")}
)


def is_wanted(request: HttpRequest, step: str, action: str) -> bool:
    """Must the password be typed for this action now? So the form asks before; the act itself judges (`turn.issue`)."""
    return ((step, action) in ASKED or _signs(step, action)) and is_stale(request)


def _signs(step: str, action: str) -> bool:
    if settings.PAPER_SIGNING != signatories.LOCAL or (step, action) in _OTHERS_SIGN:
        return False
    return action in getattr(panels.module(step), "ISSUES", {})


def asking(request: HttpRequest, step: str, forms: Iterable[panels.Form]) -> list[str]:
    """The actions whose form asks for the password: for itself, for a further button in it, or after a refusal."""
    return [
        form.action.name
        for form in forms
        if FIELD in form.errors
        or any(is_wanted(request, step, one.name) for one in (form.action, *form.inside))
    ]


def is_stale(request: HttpRequest) -> bool:
    """Has the person, who has a password, not shown it for longer than FRESH_SECONDS?"""
    if not person_of(request).has_usable_password():
        return False
    shown = max(int(request.session.get(name) or 0) for name in (BEGAN, CONFIRMED_AT))
    return timezone.now().timestamp() - shown > FRESH_SECONDS


def confirm(request: HttpRequest, step: str, action: str) -> bool:
    """Let the action pass; False where nothing was asked and the act must not sign (the proof is too old).

    Raises InvalidInput beside the field, TooMany after many wrong passwords.
    """
    if is_wanted(request, step, action) or (request.POST.get(FIELD) and is_stale(request)):
        prove(request)
    return not is_stale(request)


def prove(request: HttpRequest) -> None:
    """The password typed with this very request is right. Whoever has none (passkey only) passes.

    Raises InvalidInput beside the field, TooMany after many wrong passwords.
    """
    person = person_of(request)
    fresh.prove(request, person, request.POST.get(FIELD, ""), field=FIELD)
    if person.has_usable_password():
        request.session[CONFIRMED_AT] = int(timezone.now().timestamp())
