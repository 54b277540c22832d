"""What work costs: processor time and memory of process trees, read from /proc, and the speed of this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def children(pid: int) -> list[int]:
    """Direct children of all threads of a process, oldest first."""
    found: list[int] = []
    for task in _listed(PROC / str(pid) / "task"):
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return sorted(found, key=_started)


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    return [pid, *(below for child in children(pid) for below in tree(child))]


def _listed(folder: Path) -> Iterable[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name; [11:15] are utime, stime, cutime, cstime."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _started(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes and of their children that ended, in seconds (10 ms grain)."""
    return sum(int(ticks) for pid in pids for ticks in _stat(pid)[11:15]) / TICKS


def pss_mib(pids: Iterable[int]) -> float:
    """Proportional set size: shared pages are divided among those who share them."""
    total = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time by who spent them. `app` = web, without the background worker."""

    web: float = 0.0
    worker: float = 0.0
    db: float = 0.0

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.web - other.web, self.worker - other.worker, self.db - other.db)

    def __add__(self, other: Cpu) -> Cpu:
        return Cpu(self.web + other.web, self.worker + other.worker, self.db + other.db)

    def times(self, factor: float) -> Cpu:
        return Cpu(self.web * factor, self.worker * factor, self.db * factor)

    @property
    def app_db(self) -> float:
        return self.web + self.db

    @property
    def all(self) -> float:
        return self.web + self.worker + self.db


@dataclass(frozen=True)
class Meter:
    """Reads the three process trees of one running Sandar. serve: its pid; postmaster: None on SQLite."""

    serve: int
    postmaster: int | None

    def groups(self) -> tuple[list[int], list[int], list[int]]:
        """(web, worker, database) processes. `serve` starts the web first and the worker when the web answers."""
        below = children(self.serve)
        web = [self.serve, *(tree(below[0]) if below else [])]
        worker = [pid for child in below[1:] for pid in tree(child)]
        return web, worker, tree(self.postmaster) if self.postmaster else []

    def cpu(self) -> Cpu:
        web, worker, db = self.groups()
        return Cpu(cpu_seconds(web), cpu_seconds(worker), cpu_seconds(db))


def calibrate() -> float:
    """Milliseconds of processor time for a fixed piece of pure Python: how fast this machine is just now."""
    began = time.process_time()
    total = 0
    for number in range(200_000):
        total += number * number % 7
    assert total
    return (time.process_time() - began) * 1000
