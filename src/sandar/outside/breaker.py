"""A breaker: after five failures in a row nobody asks for a minute; then one may try (reliability.md 2.1)."""

from __future__ import annotations

import threading
from time import monotonic

FAILURES = 5
OPEN_SECONDS = 60.0


class Breaker:
    """Closed, open, or half-open with one trial. One for each service and process."""

    def __init__(self, *, failures: int = FAILURES, open_seconds: float = OPEN_SECONDS) -> None:
        self._most, self._seconds = failures, open_seconds
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0

    def allows(self, now: float | None = None) -> bool:
        """May the service be asked? While open, True for one asker after each pause."""
        now = monotonic() if now is None else now
        with self._lock:
            if self._failed < self._most:
                return True
            if now < self._until:
                return False
            self._until = now + self._seconds  # the trial; the others go on waiting
            return True

    def answered(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self, now: float | None = None) -> None:
        now = monotonic() if now is None else now
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._until = now + self._seconds
