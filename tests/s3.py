"""A real S3-compatible server in a process of its own (moto, from PyPI), and a bucket in it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from minio import Minio

KEY, SECRET, BUCKET = "kunci-uji", "rahasia-uji-7f3a91", "arsip"


@dataclass
class Server:
    """Where it listens; `stop` and `start` make an outage. Its contents are in memory and end with it."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{BUCKET}/sandar"

    @property
    def env(self) -> dict[str, str]:
        return {"SANDAR_S3_URL": self.url, "SANDAR_S3_KEY": KEY, "SANDAR_S3_SECRET": SECRET}

    def client(self) -> Minio:
        return Minio(
            f"127.0.0.1:{self.port}", access_key=KEY, secret_key=SECRET, secure=False, region="us-east-1"
        )

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 60
        while True:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/moto-api/", timeout=2).close()
                break
            except (URLError, OSError):
                if time.monotonic() > ends or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        self.client().make_bucket(BUCKET)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def names(self) -> list[str]:
        return [str(one.object_name) for one in self.client().list_objects(BUCKET, recursive=True)]


@contextmanager
def serving() -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(free.getsockname()[1])
    server.start()
    try:
        yield server
    finally:
        server.stop()


def use(settings: Any, server: Server) -> None:
    """Let Sandar in this process keep its files there."""
    settings.S3_URL, settings.S3_KEY, settings.S3_SECRET = server.url, KEY, SECRET
