"""A few child processes, kept alive by one small parent.

The parent has Django loaded once; children are forks of it, so a child that died is back in milliseconds
and shares the parent's memory. The parent stays single-threaded and holds no database connection: both
would not survive a fork.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
M_ARENA_MAX = -8
HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
SHORT_LIFE_SECONDS = 2.0  # a child that dies younger than this waits before it is started again
LONGEST_WAIT_SECONDS = 5.0


@dataclass
class Child:
    """One process to keep alive. `body` runs in the fork and returns when it is told to stop."""

    name: str
    body: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    deaths_in_a_row: int = 0
    start_at: float = 0.0


def _prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the children just are not tied to the parent's life."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _one_heap() -> None:
    """glibc gives every thread a heap of its own that keeps what was freed; one is enough beside Python's lock.

    Measured: 8 MiB of five processes. Another C library just does without.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_ARENA_MAX, 1)


class Supervisor:
    """Starts children, starts them again when they die, and stops them all within a limit."""

    def __init__(self, *, drain_seconds: float) -> None:
        self.children: list[Child] = []
        self.drain_seconds = drain_seconds
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        _one_heap()
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        gc.freeze()  # what is loaded now is shared by all forks and never scanned again

    def start(self, name: str, body: Callable[[], None]) -> None:
        child = Child(name, body)
        self.children.append(child)
        self._fork(child)

    def _fork(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become(child, parent)
        child.pid, child.started = pid, time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Look after the children for at most `seconds`. False when a signal asked to stop."""
        heard = signal.sigtimedwait(HEARD, seconds)
        if heard is not None and heard.si_signo != signal.SIGCHLD:
            return False
        self._bury()
        self._revive()
        return True

    def _bury(self) -> None:
        """Reap the dead. What a dead child left behind became ours (subreaper) and is ended with it."""
        for pid, status in _reap().items():
            for child in self.children:
                if child.pid == pid:
                    self._note_death(child, status)
        _kill(_own_children() - {child.pid for child in self.children})

    def _note_death(self, child: Child, status: int) -> None:
        now = time.monotonic()
        young = now - child.started < SHORT_LIFE_SECONDS
        child.deaths_in_a_row = child.deaths_in_a_row + 1 if young else 0
        pause = min(LONGEST_WAIT_SECONDS, 0.25 * 2**child.deaths_in_a_row) if young else 0.0
        child.pid, child.start_at = 0, now + pause
        code = os.waitstatus_to_exitcode(status)
        print(f"sandar: {child.name} exited ({code}), starting again", file=sys.stderr, flush=True)

    def _revive(self) -> None:
        for child in self.children:
            if child.pid == 0 and time.monotonic() >= child.start_at:
                self._fork(child)

    def stop(self) -> bool:
        """Ask everybody to finish; end by force who has not within the limit. True when all finished."""
        deadline = time.monotonic() + self.drain_seconds
        alive = {child.pid for child in self.children if child.pid}
        for pid in alive:
            _signal(pid, signal.SIGTERM)
        while alive and time.monotonic() < deadline:
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            alive -= _reap().keys()
        for child in self.children:
            if child.pid in alive:
                slow = f"sandar: {child.name} did not finish within {self.drain_seconds:g} s, ended by force"
                print(slow, file=sys.stderr, flush=True)
        while left := _own_children():  # killing one makes its own children ours
            _kill(left)
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            _reap()
        return not alive


def _become(child: Child, parent: int) -> NoReturn:
    """The life of a fork: default signals, tied to the parent, never back into the parent's code."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == parent:
            child.body()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # a fork must never unwind into the parent's frames
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _own_children() -> set[int]:
    """Every direct child of this process, adopted orphans included (Linux; else none)."""
    listed = Path("/proc/self/task") / str(os.getpid()) / "children"
    try:
        return {int(pid) for pid in listed.read_text().split()}
    except OSError:
        return set()


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _reap() -> dict[int, int]:
    """Take leave of every child that ended: pid -> wait status."""
    gone: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return gone
        if pid == 0:
            return gone
        gone[pid] = status
