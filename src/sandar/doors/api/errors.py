"""Refusals of the API: every exception becomes problem+json in the caller's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError

from sandar.core.capacity import UNITS
from sandar.doors import refusals
from sandar.doors.api.zone import moment
from sandar.doors.web import refusal
from sandar.errors import Malformed, NotSignedIn, SandarError

_ROOM = ("asked", "left", "limit", "taken", "over")


class MethodNotAllowed(SandarError):
    """The address exists, but not for this method. facts: allowed."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


def refused(request: HttpRequest, fault: Exception | type[Exception]) -> HttpResponse:
    """The one exception handler of the API."""
    error: Any = fault
    if isinstance(fault, AuthenticationError):
        error = NotSignedIn(reason="token")
    elif isinstance(fault, HttpError):
        error = Malformed(reason=str(fault))
    if isinstance(error, SandarError):
        error.facts = _told(error.facts)
    return refusal.answer(request, error)


def problem(error: SandarError) -> dict[str, Any]:
    """A refusal that is not the answer itself but told in it, in the same words and shape."""
    error.facts = _told(error.facts)
    return refusals.problem(error)


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as the API tells them: times with the office's offset, room in U (the ledger counts half-units)."""
    told: dict[str, Any] = {
        name: moment(value) if isinstance(value, datetime) else value for name, value in facts.items()
    }
    if isinstance(told.get("expires_at"), str):
        told["expires_at"] = moment(datetime.fromisoformat(told["expires_at"]))
    if told.get("resource") == "space" and told.get("unit") != "U":
        told |= {name: told[name] / 2 for name in _ROOM if isinstance(told.get(name), int)}
    if told.get("resource") in UNITS:
        told["unit"] = "U" if told["resource"] == "space" else UNITS[told["resource"]]
    return told
