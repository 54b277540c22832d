"""A private PostgreSQL for the length of a run: own folder, own port on loopback, gone at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class NoPostgres(Exception):
    """PostgreSQL is not installed, or did not start."""


@dataclass(frozen=True)
class Cluster:
    url: str
    postmaster: int


def _programs() -> Path:
    """Folder of initdb and pg_ctl. Raises NoPostgres."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: float(found.parent.name))
    known = shutil.which("initdb")
    places += [Path(known).resolve().parent] if known else []
    if not places or not (places[-1] / "initdb").exists():
        raise NoPostgres("PostgreSQL is not installed (apt install postgresql)")
    return places[-1]


def _run(folder: Path, *command: str) -> None:
    # PostgreSQL refuses to run as root.
    drop = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*drop, *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPostgres(f"{Path(command[0]).name}: {done.stderr.strip()[-400:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start one with its usual durability (fsync on), so that a commit costs what it costs an office."""
    programs, folder, port = _programs(), Path(tempfile.mkdtemp(prefix="sandar-bench-pg-")), _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, control = str(folder / "data"), str(programs / "pg_ctl")
        _run(
            folder, str(programs / "initdb"), "-D", data, "-U", "sandar", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        _run(folder, control, "-D", data, "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        try:
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            yield Cluster(f"postgres://sandar@127.0.0.1:{port}/postgres", pid)
        finally:
            _run(folder, control, "-D", data, "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
