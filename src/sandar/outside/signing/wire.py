"""One HTTP call to a signing service: bounded in time and size, TLS verified, no redirects, no proxy, nothing logged.

Whatever happens to the line is told apart: nothing can have happened there (Away), or nobody knows (Unanswered).
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
LARGEST = 200_000_000


class Away(Exception):
    """The service could not be reached or was not asked: nothing happened there."""


class Unanswered(Exception):
    """The call was sent and no whole answer came: what happened there is unknown."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Line:
    """Where the service is. ca_file: PEM to trust for TLS besides nothing; empty: the machine's own authorities."""

    url: str
    ca_file: str = ""
    read_seconds: float = READ_SECONDS


def call(
    line: Line,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    heard: Callable[[Mapping[str, str]], None] | None = None,
) -> Answer:
    """GET without a body, else POST. heard: told the answer's headers before its body is read.

    Raises Away, Unanswered. Statuses are the caller's to judge.
    """
    connection = _connected(line)
    try:
        where = urlsplit(line.url).path.rstrip("/") + path
        connection.request("GET" if body is None else "POST", where or "/", body, dict(headers or {}))
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        if heard:
            heard(told)
        data = response.read(LARGEST + 1)
        announced = told.get("content-length", "")
        if len(data) > LARGEST or (announced.isdigit() and len(data) != int(announced)):
            raise Unanswered("the answer was cut off")
        return Answer(response.status, told, data)
    except (OSError, http.client.HTTPException) as fault:
        raise Unanswered(type(fault).__name__) from fault
    finally:
        connection.close()


def _connected(line: Line) -> http.client.HTTPConnection:
    """Connected, with the time for reading set. Connecting has effects nowhere, so every fault of it is Away."""
    parts = urlsplit(line.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Away("no address")
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=line.ca_file or None)
            connection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=CONNECT_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=CONNECT_SECONDS)
        connection.connect()
    except (OSError, socket.gaierror, ValueError) as fault:
        raise Away(type(fault).__name__) from fault
    connection.sock.settimeout(line.read_seconds)
    return connection
