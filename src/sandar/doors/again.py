"""One transaction, and once more when the database made it give way to another.

Two acts may wait for each other. PostgreSQL ends one of them (a deadlock, 40P01; a failed serialization, 40001)
with nothing kept, so an all-or-nothing act can simply be done again; the other is through by then.
"""

from __future__ import annotations

from collections.abc import Callable
from random import uniform
from time import sleep
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from sandar.errors import Busy

GAVE_WAY = frozenset({"40P01", "40001"})
TRIES = 2
T = TypeVar("T")


def whole(work: Callable[[], T]) -> T:
    """Do `work` in one transaction, at most twice. Raises Busy when it had to give way each time, else as `work`.

    `work` may keep nothing in memory that a second call would find. Inside a transaction of the caller's there is
    no second try: it is his to end.
    """
    tries = 1 if connection.in_atomic_block else TRIES
    for turn in range(1, tries + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as fault:
            if getattr(fault.__cause__, "sqlstate", "") not in GAVE_WAY:
                raise
            if turn == tries:
                raise Busy(what="database", retry_after=1) from fault
        sleep(uniform(0.02, 0.1))  # noqa: S311 - no secret
    raise AssertionError("unreachable")
