"""A caller of Sandar: one kept-alive connection, tokens for the API, a signed-in session for the pages."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

API = "/api/v1"


class Unexpected(Exception):
    """Sandar answered something else than the work expects; figures of it would mean nothing."""


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Caller:
    """Calls, and keeps how long each one took."""

    port: int
    tokens: Mapping[str, str]
    cookies: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None
    _keys: int = 0

    def __post_init__(self) -> None:
        self._stem = f"bench-{time.time_ns()}"

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _open(self) -> http.client.HTTPConnection:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._line.connect()
            self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._line

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        line = self._open()
        began = time.perf_counter()
        line.request(method, path, body=body, headers=dict(headers or {}))
        answer = line.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        found: dict[str, str] = {}
        for name, value in answer.getheaders():
            known = found.get(name.lower())
            found[name.lower()] = value if known is None else f"{known}\n{value}"
        return Reply(answer.status, found, content, took)

    def api(
        self, who: str, method: str, path: str, data: Any = None, *, expect: int = 200, **headers: str
    ) -> Reply:
        """Call the API as `who`; whatever changes something carries a fresh Idempotency-Key."""
        sent = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        body = None
        if method != "GET":
            self._keys += 1
            sent |= {"Content-Type": "application/json", "Idempotency-Key": f"{self._stem}-{self._keys}"}
            body = json.dumps(data).encode()
        return self._expected(self.call(method, API + path, body, sent), expect, f"{method} {path}")

    def page(self, path: str) -> Reply:
        """A page as the person who signed in sees it, compressed as a browser asks for it."""
        reply = self.call("GET", path, None, {"Cookie": self._cookie(), "Accept-Encoding": "gzip, br"})
        self._remember(reply)
        return self._expected(reply, 200, f"GET {path}")

    def sign_in(self, username: str, password: str) -> None:
        """Through the sign-in page, as a browser does."""
        self.cookies.clear()
        form = self.call("GET", "/akun/login/", None, {"Cookie": self._cookie()})
        self._remember(form)
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
        if found is None:
            raise Unexpected(f"no sign-in form: {form.status}")
        data = {"csrfmiddlewaretoken": found[1].decode(), "login": username, "password": password}
        headers = {"Cookie": self._cookie(), "Content-Type": "application/x-www-form-urlencoded"}
        done = self.call("POST", "/akun/login/", urlencode(data).encode(), headers)
        self._remember(done)
        self._expected(done, 302, "sign-in")

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _remember(self, reply: Reply) -> None:
        jar: SimpleCookie = SimpleCookie()
        for line in reply.headers.get("set-cookie", "").split("\n"):
            jar.load(line)
        self.cookies |= {name: morsel.value for name, morsel in jar.items()}

    @staticmethod
    def _expected(reply: Reply, status: int, what: str) -> Reply:
        if reply.status != status:
            raise Unexpected(f"{what}: {reply.status} instead of {status}: {reply.body[:600]!r}")
        return reply
