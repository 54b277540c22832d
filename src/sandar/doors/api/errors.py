"""Refusals of the API: every exception becomes problem+json in the caller's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError

from sandar.doors.web import refusal
from sandar.errors import Malformed, NotSignedIn, SandarError


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
    return refusal.answer(request, error)
