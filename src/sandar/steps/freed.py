"""Something in the data centre became free: whoever waits for room is looked at again.

Every caller of a verb of the ledger that can free something says so here, in the same transaction (a test reads the
code and finds who forgets it). What is free is offered by `doors.jobs.waiting`, in the order of the waiting list.
"""

from __future__ import annotations

from django.db import connection
from django_q.tasks import async_task

from sandar.records.waiting import read as waiting

JOB = "sandar.doors.jobs.waiting.freed"


def announce() -> None:
    """Enqueue one look at the waiting list, if anybody is on it.

    Somebody who enters the list in this very moment has it looked at too, and the sweep looks once a minute.
    """
    assert connection.in_atomic_block, "announced in the transaction that frees"
    if waiting.is_anybody_waiting():
        async_task(JOB, q_options={"task_name": "waiting list"})
