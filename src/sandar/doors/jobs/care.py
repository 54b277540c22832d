"""One failing piece of work never stops the others: it is counted, put off, and at last set aside in sight.

A failure is logged with a correlation id that the trouble list shows too. The sweep tries again with a growing
pause; after `MOST_TRIES` the piece is quarantined and waits for a person (reliability.md F21).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from sandar.records.outbox import read as outbox_read
from sandar.records.outbox import write as outbox

MOST_TRIES = 8
_log = logging.getLogger("sandar.jobs")


def put_off(kind: str, refs: Iterable[int], at: datetime) -> frozenset[int]:
    """Which of these failed before and are not to be tried now."""
    return outbox_read.put_off(kind, refs, at)


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
        _keep(kind, ref, fault, at=at, give_up=give_up)
        return False
    if outbox_read.in_trouble(kind, ref):
        with transaction.atomic():
            outbox.mended(kind, ref)
    return True


def _keep(
    kind: str, ref: int, fault: Exception, *, at: datetime, give_up: Callable[[], object] | None
) -> None:
    correlation = uuid.uuid4().hex[:12]
    with transaction.atomic():
        trouble = outbox.trouble(
            kind, ref, error=f"{type(fault).__name__}: {fault}", correlation=correlation, at=at, most=MOST_TRIES
        )
    quarantined = trouble.quarantined_at is not None
    _log.error(
        "%s %s failed, try %s%s [%s]",
        kind,
        ref,
        trouble.attempts,
        ", set aside" if quarantined else "",
        correlation,
        exc_info=fault,
    )
    if quarantined and give_up is not None:
        give_up()
