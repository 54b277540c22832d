"""Exactly once: an Idempotency-Key is kept in the same transaction as the effect it stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandar.doors import again
from sandar.doors.api.auth import Caller
from sandar.errors import InvalidInput, SubmissionRunning
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Submission

HEADER = "Idempotency-Key"
LONGEST_KEY = 180
JSON = "application/json"
CUT_OFF = timedelta(minutes=5)  # longer than any call outside may take


def written(value: Any) -> str:
    """JSON as the API writes it: compact, real letters."""
    return _WRITER.encode(value)


_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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


def once_outside(
    request: HttpRequest, caller: Caller, work: Callable[[], Mapping[str, Any]], *, content: bytes
) -> HttpResponse:
    """As `once`, for work that asks a service outside and may therefore hold no transaction.

    The key is taken, the work done, the answer kept: each committed by itself. A refusal gives the key back. Where a
    crash cut the work off, the key may be taken again after CUT_OFF: such work must bear being done twice. content:
    what makes two calls the same; whatever is secret stays out of it, so no hash of it is kept.
    """
    key = _key(request)
    if not key:
        return answer(work())
    same = cases_write.fingerprint(str(request.method), request.path, content)

    def claim() -> Submission | None:
        first = cases_write.claim_submission(caller.person.pk, key, body_sha256=same, at=caller.at)
        if first is None or first.status:
            return first
        if cases_write.retake_submission(first, cut_off_before=caller.at - CUT_OFF, at=caller.at):
            return None
        raise SubmissionRunning()

    first = again.whole(claim)
    if first is not None:
        response = _response(str(first.answer["body"]), first.status)
        response["Idempotency-Replayed"] = "true"
        return response
    try:
        text = written(work())
    except BaseException:
        again.whole(lambda: cases_write.release_submission(caller.person.pk, key))
        raise
    again.whole(
        lambda: cases_write.answer_submission(caller.person.pk, key, status=200, answer={"body": text})
    )
    return _response(text, 200)


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(fields={HEADER: [f"1-{LONGEST_KEY} ASCII"]})
    return f"api:{key}" if key else ""  # pages keep their one-time ids in the same table
