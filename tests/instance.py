"""A real Sandar in real processes: its own data dir, its own database, a free port.

    with serving(tmp_path, example=True) as sandar:
        assert sandar.get("/health/live").status == 200

On PostgreSQL (SANDAR_TEST_DATABASE_URL) every instance gets a database that is dropped at the end.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import template

ROOT = template.ROOT
READY = "sandar: ready "
START_LIMIT_SECONDS = 120.0
STOP_LIMIT_SECONDS = 15.0


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Instance:
    """A running server. `lines` is what it printed so far, standard error included."""

    process: subprocess.Popen[str]
    address: str
    env: dict[str, str]
    lines: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            call.request("GET", path, headers=dict(headers or {}))
            answer = call.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            call.close()

    def stop(self) -> int:
        """SIGTERM, as an operator does it. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_LIMIT_SECONDS)

    def kill(self) -> None:
        """The whole stack at once, without a word."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_LIMIT_SECONDS)


def clean_env(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of an operator: nothing of this test run in it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SANDAR_", "DATABASE_"))
    }
    return kept | {"SANDAR_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT / "src")} | more


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "sandar.doors.cli.main", *args]


def run(data_dir: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """One `sandar` command to its end."""
    return subprocess.run(
        command(*args),
        env=clean_env(data_dir, **env),
        cwd=data_dir.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def database(*, migrated: bool = False) -> Iterator[dict[str, str]]:
    """DATABASE_URL of a new database on the test server, empty or with its tables; nothing on SQLite."""
    if not template.URL:
        yield {}
        return
    name = f"sandar_{uuid.uuid4().hex[:12]}"
    if migrated:
        template.copy_database(name)
    else:
        template.on_server(f"CREATE DATABASE {name}")
    try:
        yield {"DATABASE_URL": template.named(name)}
    finally:
        template.drop_database(name)


def start(data_dir: Path, args: Sequence[str] = (), **env: str) -> Instance:
    """Start a server and wait for its ready line. Raises AssertionError with what it said when none comes."""
    full = clean_env(data_dir, **env)
    process = subprocess.Popen(
        command("serve", "--port", "0", *args),
        env=full,
        cwd=data_dir.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith(READY):
                ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    ready.wait(START_LIMIT_SECONDS)
    address = next((line.removeprefix(READY) for line in lines if line.startswith(READY)), "")
    if not address:
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError("no ready line:\n" + "\n".join(lines))
    return Instance(process, address, full, lines)


@contextmanager
def serving(
    data_dir: Path, *args: str, example: bool = False, first_start: bool = False, **env: str
) -> Iterator[Instance]:
    """A server for the length of a test, on an own database. `first_start`: it finds no tables and makes them."""
    migrated = example and not first_start
    if migrated and not template.URL:
        template.copy_file(data_dir)
    with database(migrated=migrated) as where:
        instance = start(data_dir, [*args, *(["--example"] if example else [])], **{**where, **env})
        try:
            yield instance
        finally:
            try:
                instance.stop()
            except subprocess.TimeoutExpired:
                instance.kill()
                raise
