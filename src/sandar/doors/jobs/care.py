"""One failing piece of work never stops the others: it is counted, put off, and at last set aside in sight.

A failure is logged with a correlation id that the trouble list shows too. The sweep tries again with a growing
pause; after `MOST_TRIES` the piece is quarantined and waits for a person (reliability.md F21).
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.db import transaction

from sandar.records.outbox import read as outbox_read
from sandar.records.outbox import write as outbox

MOST_TRIES = 8
_log = logging.getLogger("sandar.jobs")


_leaving = threading.Event()


def leave_off() -> None:
    """The worker was told to end: every shift of this process is over after the piece that is being done."""
    _leaving.set()


class Shift:
    """The time one job may take: no piece is begun after it, nor after the worker was told to end.

    The longest piece takes 20 s, a job's limit is 50.
    """

    def __init__(self, seconds: float = 25.0) -> None:
        self._ends = monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return _leaving.is_set() or monotonic() >= self._ends


def attempt(
    kind: str,
    ref: int,
    work: Callable[[], object],
    *,
    at: datetime,
    give_up: Callable[[], object] | None = None,
) -> bool:
    """Do one piece of work; True when it was done. What goes wrong is kept as trouble, not raised.

    give_up: what to leave behind when the last try failed too.
    """
    try:
        work()
    except Exception as fault:
        if failed(kind, ref, fault, at=at) and give_up is not None:
            give_up()
        return False
    mended(kind, ref)
    return True


def failed(kind: str, ref: int, fault: Exception, *, at: datetime, most: int = MOST_TRIES) -> bool:
    """Count and log one failure; True when it was the last try."""
    correlation = uuid.uuid4().hex[:12]
    error = f"{type(fault).__name__}: {fault}"
    with transaction.atomic():
        trouble = outbox.trouble(kind, ref, error=error, correlation=correlation, at=at, most=most)
    is_last = trouble.quarantined_at is not None
    what = "set aside" if is_last else "to be tried again"
    _log.error(
        "%s %s failed (try %s, %s) [%s]", kind, ref, trouble.attempts, what, correlation, exc_info=fault
    )
    return is_last


def mended(kind: str, ref: int) -> None:
    """Forget the trouble there was, if there was any."""
    if outbox_read.in_trouble(kind, ref):
        with transaction.atomic():
            outbox.mended(kind, ref)
