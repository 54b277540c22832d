"""Calling the API as somebody: plain functions over Django's test client, no cookies, no shortcuts."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from sandar.doors.cli.example.office import token_of

ROOT = "/api/v1"
_keys = itertools.count(1)


class Api:
    """Somebody with a token (None: nobody). Answers are (status, body)."""

    def __init__(self, username: str | None, **headers: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = dict(headers)
        if username:
            self.headers.setdefault("Authorization", f"Bearer {token_of(username)}")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["Idempotency-Key"] = key
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(method, ROOT + path, data, content_type=content_type, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.call("DELETE", path, **more)

    def upload(self, number: str, name: str, content: bytes, *, kind: str, **more: Any) -> Any:
        boundary = f"b{next(_keys)}x"
        parts = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
            ).encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        return self.call(
            "POST",
            f"/cases/{number}/files",
            raw=parts,
            content_type=f"multipart/form-data; boundary={boundary}",
            **more,
        )


def ok(answer: Any, status: int = 200) -> Any:
    """The body of an answer that must have this status."""
    assert answer.status_code == status, (answer.status_code, answer.content[:2000])
    return json.loads(answer.content)


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem of a refusal with this status and code, in the contract's shape."""
    assert answer.status_code == status, (answer.status_code, answer.content[:2000])
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(answer.content)
    assert problem["code"] == code, problem
    assert {"type", "title", "status", "detail", "instance"} <= problem.keys()
    assert problem["status"] == status
    return problem


def act(username: str, task: int, action: str, data: Any, version: int, **more: Any) -> Any:
    return ok(
        Api(username).post(f"/tasks/{task}/actions/{action}", {"data": data, "version": version}, **more)
    )


def hold(**changes: Any) -> dict[str, Any]:
    """A 1U server of 300 W on both cords, held in R01 at U5."""
    return {
        "rack": "R01",
        "position_u": 5,
        "height_u": 1,
        "face": "full",
        "watts": 300,
        "cords": "AB",
        **changes,
    }
