"""The background queue is a table, so a job is promised in the act's transaction and done after the commit."""

from __future__ import annotations

from functools import cache
from typing import Any

from django_q.brokers.orm import ORM
from django_q.models import OrmQ
from django_q.tasks import async_task

from sandar.records.prepared import insert


def enqueue(job: str, *args: Any, name: str) -> None:
    """Promise one call of `job`, a function by its dotted name; `name` is what the queue calls it."""
    async_task(job, *args, q_options={"task_name": name, "broker": _queue()})


class _Rows:
    """The queue's table, as far as a broker needs it to enqueue: every act does, by a statement built once."""

    def create(self, **columns: Any) -> OrmQ:
        row = OrmQ(**columns)
        insert(row)
        return row


class _Queue(ORM):  # type: ignore[misc]
    """django-q's own broker over its own table."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> _Rows:
        return _Rows()


@cache
def _queue() -> _Queue:
    return _Queue()
