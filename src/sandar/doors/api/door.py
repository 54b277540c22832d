"""The API as one object: every call by subject, one way in (bearer token), one way to refuse."""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import ValidationErrorContext
from ninja.operation import Operation

from sandar.doors.api import (
    archive,
    assets,
    books,
    calendar,
    capacity,
    cases,
    certificates,
    claims,
    corrections,
    disposition,
    documents,
    facility,
    overrides,
    people,
    personal,
    power,
    racks,
    settings,
    signatures,
    sop,
    tasks,
    waiting,
)
from sandar.doors.api.auth import Bearer
from sandar.doors.api.errors import MethodNotAllowed, refused
from sandar.errors import InvalidInput
from sandar.steps.complaints import sentences

DESCRIPTION = """The outside of Sandar. Every call needs `Authorization: Bearer TOKEN`; every call that changes
something takes an `Idempotency-Key`. Refusals are `application/problem+json` in the language of `Accept-Language`
(Indonesian by default) with a stable `code`. Heights in U with half steps, positions = lowest unit from the bottom,
power in W of real draw, mass in kg, memory and disk in GB, bandwidth in Mbit/s, times ISO 8601 with offset."""


class Api(NinjaAPI):
    """ninja with the house's refusals and short operation ids."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> Any:
        fields: dict[str, list[str]] = {}
        for context in error_contexts:
            fields |= sentences(context.pydantic_validation_error)
        return InvalidInput(fields=fields)


api = Api(
    title="Sandar",
    version="1",
    description=DESCRIPTION,
    auth=Bearer(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
for part in (
    cases,
    calendar,
    tasks,
    disposition,
    waiting,
    documents,
    signatures,
    certificates,
    capacity,
    claims,
    racks,
    power,
    assets,
    facility,
    settings,
    people,
    personal,
    overrides,
    sop,
    archive,
    books,
    corrections,
):
    api.add_router("", part.router)
api.add_exception_handler(Exception, refused)


def guarded(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """Answer HEAD like GET, and a wrong method like every other refusal."""
    assert isinstance(pattern, URLPattern)
    view = pattern.callback

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        response = view(request, *args, **kwargs)
        request.method = asked
        if isinstance(response, HttpResponseNotAllowed):
            allow = response["Allow"]
            response = refused(request, MethodNotAllowed(allowed=allow.split(", ")))
            response["Allow"] = allow
        if asked == "HEAD" and isinstance(response, HttpResponse):
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    pattern.callback = door
    return pattern


def urlpatterns() -> Sequence[URLPattern | URLResolver]:
    """Every call, without ninja's own root, docs and schema pages."""
    found, _, _ = api.urls
    return [guarded(pattern) for pattern in found if getattr(pattern, "name", "") != "api-root"]
