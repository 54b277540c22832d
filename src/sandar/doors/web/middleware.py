"""Middleware of the web door."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


class _Pass:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class Correlation(_Pass): ...


class BodyLimit(_Pass): ...


class SessionLimits(_Pass): ...


class SecondFactor(_Pass): ...


class Refusals(_Pass): ...
