"""Tenants' services for probes to meet: real sockets on loopback that behave well or badly."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server, socket

import trustme

NAME = "simpus.contoh.invalid"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nisi\n"


@dataclass
class Service:
    """A listening port, and how often it was called."""

    port: int
    calls: int = 0


@contextmanager
def listening(answer: Callable[[socket], None], *, tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Answer every caller in a thread of its own until the block ends."""
    with create_server(("127.0.0.1", 0)) as server:
        service = Service(server.getsockname()[1])
        server.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    caller, _ = server.accept()
                except TimeoutError:
                    continue
                service.calls += 1
                threading.Thread(target=_answer, args=(caller, answer, tls), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            ended.set()
            thread.join(timeout=2)


def _answer(caller: socket, answer: Callable[[socket], None], tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), caller:
        caller.settimeout(20)
        if tls is None:
            answer(caller)
        else:
            with tls.wrap_socket(caller, server_side=True) as secret:
                answer(secret)


def says(data: bytes) -> Callable[[socket], None]:
    """Read the request, answer `data`."""

    def answer(caller: socket) -> None:
        caller.recv(4096)
        caller.sendall(data)

    return answer


class Authority:
    """A certificate authority with its PEM file."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.trust = str(folder / "ca.pem")
        self._ca.cert_pem.write_to_path(self.trust)

    def server(self, *names: str, ends: dt.datetime | None = None) -> ssl.SSLContext:
        """A server's context under these names; `ends`: when its certificate runs out."""
        issued = self._ca.issue_cert(*names, not_after=ends)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(context)
        return context
