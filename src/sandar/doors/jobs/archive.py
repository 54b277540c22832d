"""After a destruction, and once a minute: the bytes of what was destroyed leave the store, however often it is away.

Not while a backup copies the files: it has copied a database that may still name them.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from sandar.doors.jobs import care
from sandar.records.documents import archive, store
from sandar.records.outbox import read as outbox_read

KIND = "archive"


def run_now() -> int:
    return run(timezone.now(), care.Shift())


def run(at: datetime, shift: care.Shift) -> int:
    """How many files were taken away."""
    left, done = archive.to_take_away(without=outbox_read.put_off(KIND, at)), 0
    if not left:
        return 0
    with store.alone() as alone:
        for pk in left if alone else ():
            if shift.is_over:
                break
            done += care.attempt(KIND, pk, partial(_take_away, pk, at), at=at)
    return done


def _take_away(pk: int, at: datetime) -> None:
    with transaction.atomic():
        archive.take_away(pk, at=at)
