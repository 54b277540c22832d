"""The OpenAPI text: what ninja knows of the calls, completed by bodies, headers and refusals. Built once."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from pydantic.json_schema import models_json_schema

from sandar.doors.api.once import HEADER, LONGEST_KEY
from sandar.doors.api.shapes import Problem
from sandar.doors.api.taking import bodies

REF = "#/components/schemas/{model}"
MUTATING = ("post", "patch", "delete", "put")
SENTENCES = {
    400: "The request cannot be read: broken JSON, text that no record can keep",
    401: "No token, or one that is unknown, expired or of a closed account",
    403: "Known, but not your role or not your turn",
    404: "Does not exist, or belongs to another agency",
    405: "This address does not take this method",
    406: "Not acceptable",
    409: "Lost a race or acted on a stale version; the answer names who was first",
    413: "Too large",
    415: "Not the content type that is asked for",
    422: "Understood, and refused by a rule; `fields` names what to mend",
    429: "Too many calls; Retry-After says when",
    503: "Database or storage away; Retry-After says when",
    507: "Storage full",
}
# As strict as the pages', but for Trusted Types: Swagger UI writes HTML by itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Same key and body: the first answer again. Same key, other body: 422. First still running: 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole text as data."""
    from sandar.doors.api.door import api  # the calls are registered there

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1")))
    _, schemas = models_json_schema(
        [(shape, "validation") for _, shape in sorted(bodies.items())] + [(Problem, "serialization")],
        ref_template=REF,
    )
    found["components"]["schemas"] = dict(
        sorted({**found["components"]["schemas"], **schemas.get("$defs", {}), **_kinds()}.items())
    )
    found["components"]["responses"] = {
        f"Problem{status}": _problem(status, sentence) for status, sentence in SENTENCES.items()
    }
    for path, methods in found["paths"].items():
        for method, call in methods.items():
            _complete(call, path=path, method=method)
    return found


def _kinds() -> dict[str, Any]:
    """The fields of the facility's kinds; their Indonesian titles and help in English, like the rest of the text."""
    from sandar.doors.api.facility_shapes import of_kinds

    _, schemas = models_json_schema([(shape, "validation") for shape in of_kinds()], ref_template=REF)
    with translation.override("en"):
        found: dict[str, Any] = _translated(schemas["$defs"])
    return found


def _translated(part: Any) -> Any:
    if isinstance(part, list):
        return [_translated(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: gettext(value)
        if name in ("title", "description") and isinstance(value, str) and value
        else _translated(value)
        for name, value in part.items()
    }


NAMES_IN_QUERY = ("/power", "/power/dark")  # ?site= ?node= ?state= that is not there is 404


def _problem(status: int, sentence: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": sentence,
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _complete(call: dict[str, Any], *, path: str, method: str) -> None:
    refusals = {400, 401, 403, 405, 422, 503}
    if "{" in path or method in MUTATING or path.endswith(NAMES_IN_QUERY):
        refusals.add(404)
    if method in MUTATING and not path.endswith("/find"):
        refusals |= {409, 507}
        call["parameters"] = [*call.get("parameters", []), KEY]
    if "requestBody" in call:
        refusals |= {413, 415}
    if path.endswith((".pdf", ".svg")):
        call["responses"]["304"] = {"description": "Unchanged since the ETag that was sent"}
    for status in sorted(refusals):
        call["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    call["responses"] = dict(sorted(call["responses"].items()))


@lru_cache(maxsize=1)
def _text() -> tuple[bytes, str]:
    text = json.dumps(document(), ensure_ascii=False).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    text, tag = _text()
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(text, content_type="application/json", headers={"ETag": tag})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The browsable page: Swagger UI from ninja's own static files, no CDN, under the strict policy."""
    settings = {
        "layout": "BaseLayout",
        "deepLinking": True,
        "url": "/api/v1/openapi.json",
        "validatorUrl": None,
    }
    response = render(request, "web/api_docs.html", {"settings": settings})
    response["Content-Security-Policy"] = POLICY
    return response
