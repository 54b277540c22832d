"""The background worker, in one process: one job at a time from the queue table, and the schedules.

django-q2's own cluster is five processes (60 MiB) and writes its state twice a second, also when nothing is to
do. This loop calls the same library's parts (broker, worker, monitor, scheduler) one after the other; being
alive, and being started again, is the supervisor's business (doors.cli.supervise).
"""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
from contextlib import nullcontext
from queue import SimpleQueue
from time import monotonic, sleep
from types import FrameType
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.monitor import monitor
from django_q.scheduler import scheduler
from django_q.signing import BadSignature, SignedPackage
from django_q.worker import worker

from sandar.doors.jobs import care, schedule

SCHEDULES_EVERY_SECONDS = 10.0
# A job past its limit gets an exception; one that does not even hear that ends with this process.
GRACE_SECONDS = 5
DATABASE_PAUSE_SECONDS = 2.0
END = "STOP"  # the library's word for the end of a queue
_log = logging.getLogger("sandar.jobs")


class _Timer:
    """What the library's guard would watch from another process. Here nobody does."""

    value = -1.0

    def get_lock(self) -> nullcontext[None]:
        return nullcontext()


class Worker:
    """Runs until SIGTERM or SIGINT; a job that is being done is finished first."""

    def __init__(self) -> None:
        self.is_stopping = False
        self.broker = get_broker()
        self._next_schedules = 0.0

    def run(self) -> None:
        """Work until told to stop. Only in the main thread, for its signals."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.is_stopping:
            try:
                self.turn()
            except DatabaseError:
                _log.exception("the database does not answer the worker")
                connection.close()
                sleep(DATABASE_PAUSE_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        care.leave_off()

    def turn(self) -> int:
        """One round: due schedules, one job. Returns the number of jobs; waits when none is there."""
        now = monotonic()
        if now >= self._next_schedules:
            self._next_schedules = now + SCHEDULES_EVERY_SECONDS
            schedule.pull_back(timezone.now())
            scheduler(broker=self.broker)
        done = 0
        for key, package in self.broker.dequeue() or ():
            self._do(key, package)
            done += 1
        return done

    def _do(self, key: int, package: str) -> None:
        try:
            task: dict[str, Any] = SignedPackage.loads(package)
        except (TypeError, BadSignature):
            _log.exception("job %s is not ours and is dropped", key)
            self.broker.fail(key)
            return
        task.update(ack_id=key, cluster=Conf.CLUSTER_NAME)
        todo: SimpleQueue[Any] = SimpleQueue()
        done: SimpleQueue[Any] = SimpleQueue()
        todo.put(task)
        todo.put(END)
        faulthandler.dump_traceback_later(Conf.TIMEOUT + GRACE_SECONDS, exit=True, file=sys.__stderr__ or 2)
        try:
            worker(todo, done, _Timer(), Conf.TIMEOUT)
        finally:
            faulthandler.cancel_dump_traceback_later()
        done.put(END)
        monitor(done, self.broker)
