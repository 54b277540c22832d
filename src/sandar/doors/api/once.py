"""Exactly once: an Idempotency-Key is kept in the same transaction as the effect it stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandar.doors import again
from sandar.doors.api.auth import Caller
from sandar.errors import InvalidInput
from sandar.records.cases import write as cases_write

HEADER = "Idempotency-Key"
LONGEST_KEY = 180
JSON = "application/json"


def written(value: Any) -> str:
    """JSON as the API writes it: compact, real letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def answer(value: Any, *, status: int = 200) -> HttpResponse:
    return _response(written(value), status)


def _response(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type=JSON, headers={"Cache-Control": "no-store"})


def once(
    request: HttpRequest,
    caller: Caller,
    work: Callable[[], Mapping[str, Any]],
    *,
    status: int = 200,
    content: bytes | None = None,
) -> HttpResponse:
    """Do `work` in one transaction and answer with what it returns; a repeated call gets the first answer again.

    content: what makes two calls the same, where the body itself does not (multipart). A refused call changed
    nothing and leaves no trace, so the same key may come again with a mended body.

    Raises SubmissionReused, SubmissionRunning, Busy, and whatever `work` raises.
    """
    key = _key(request)

    def do() -> HttpResponse:
        if key:
            body = request.body if content is None else content
            first = cases_write.claim_submission(
                caller.person.pk,
                key,
                body_sha256=cases_write.fingerprint(str(request.method), request.path, body),
                at=caller.at,
            )
            if first is not None:
                response = _response(str(first.answer["body"]), first.status)
                response["Idempotency-Replayed"] = "true"
                return response
        text = written(work())
        if key:
            cases_write.answer_submission(caller.person.pk, key, status=status, answer={"body": text})
        return _response(text, status)

    return again.whole(do)


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(fields={HEADER: [f"1-{LONGEST_KEY} ASCII"]})
    return f"api:{key}" if key else ""  # pages keep their one-time ids in the same table
