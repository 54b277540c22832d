"""The background queue is a table, so a job is promised in the act's transaction and done after the commit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from sandar.records.prepared import insert


def enqueue(job: str, *args: Any, name: str, at: datetime) -> None:
    """Promise one call of `job`, a function by its dotted name; `name` is what the queue calls it.

    As django-q's `async_task` does, without what it looks up for brokers and options that nobody here uses.
    """
    task = {"id": uuid.uuid4().hex, "name": name, "func": job, "args": args, "kwargs": {}, "started": at}
    insert(OrmQ(key=Conf.CLUSTER_NAME, payload=SignedPackage.dumps(task), lock=at))
