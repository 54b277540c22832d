"""The background worker's own loop: jobs, failures, schedules, and how the web notices that it is gone."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import pytest
from django.test import Client
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule, Task
from django_q.tasks import async_task

from sandar.doors.jobs import schedule
from sandar.doors.jobs.worker import Worker
from sandar.doors.web import health

pytestmark = pytest.mark.django_db
done: list[str] = []


def work(word: str) -> None:
    done.append(word)


def fail() -> None:
    raise RuntimeError("poison")


def linger() -> None:
    while True:
        pass


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(Conf, "SYNC", False)
    monkeypatch.setattr(Conf, "POLL", 0)
    monkeypatch.setattr("django_q.utils.db.close_old_connections", lambda: None)
    monkeypatch.setattr("django_q.brokers.orm.db.close_old_connections", lambda: None)
    done.clear()
    OrmQ.objects.all().delete()
    return Worker()


def test_a_job_is_done_once_and_leaves_the_queue(worker: Worker) -> None:
    async_task(work, "one")
    async_task(work, "two")
    assert [worker.turn(), worker.turn(), worker.turn()] == [1, 1, 0]
    assert done == ["one", "two"]
    assert not OrmQ.objects.exists()


def test_a_job_that_fails_stays_for_another_try_and_stops_no_other(worker: Worker) -> None:
    async_task(fail)
    async_task(work, "after")
    assert [worker.turn(), worker.turn()] == [1, 1]
    assert done == ["after"]
    failed = Task.objects.get(success=False)
    assert "poison" in failed.result
    kept = OrmQ.objects.get()
    assert kept.lock > timezone.now() + timedelta(seconds=Conf.RETRY - 10)


def test_a_job_past_its_limit_is_broken_off(worker: Worker) -> None:
    async_task(linger, q_options={"timeout": 1})
    async_task(work, "after")
    assert [worker.turn(), worker.turn()] == [1, 1]
    assert "exceeded maximum timeout" in Task.objects.get(success=False).result
    assert done == ["after"]


def test_what_is_not_signed_by_us_is_dropped_unread(worker: Worker) -> None:
    OrmQ.objects.create(key=Conf.CLUSTER_NAME, payload="gAN9Lg==:forged", lock=timezone.now())
    worker.turn()
    assert not OrmQ.objects.exists()
    assert not Task.objects.exists()


def test_a_due_schedule_becomes_a_job_and_is_the_workers_sign_of_life(worker: Worker) -> None:
    at = timezone.now()
    assert schedule.silence(at) is None
    schedule.ensure(at - timedelta(minutes=5))
    assert schedule.silence(at) == timedelta(minutes=5)
    Schedule.objects.exclude(name=schedule.NAME).delete()
    Schedule.objects.update(func=f"{__name__}.work", args="('swept',)")
    worker.turn()
    worker.turn()
    assert done == ["swept"]
    silent = schedule.silence(at)
    assert silent is not None
    assert silent < timedelta(0)


def reasons() -> list[str]:
    found: list[str] = Client().get("/health/ready").json()["reasons"]
    return found


def test_ready_misses_a_silent_worker_but_not_while_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_STARTED", monotonic())
    assert reasons() == []
    monkeypatch.setattr(health, "_STARTED", monotonic() - 61)
    assert reasons() == ["worker: never seen"]
    schedule.ensure(timezone.now())
    assert reasons() == []
    Schedule.objects.update(next_run=timezone.now() - timedelta(seconds=90))
    assert reasons() == ["worker: silent for 90 s"]
    assert Client().get("/health/ready").status_code == 503


def test_ready_asks_for_no_worker_where_none_is_meant_to_be(
    monkeypatch: pytest.MonkeyPatch, settings: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_STARTED", monotonic() - 61)
    monkeypatch.setattr(settings, "WORKER_EXPECTED", False)
    assert reasons() == []


def test_a_clock_that_was_set_back_does_not_put_the_sweep_to_sleep() -> None:
    at = timezone.now()
    schedule.ensure(at + timedelta(days=3))  # as a worker with a wrong clock left them
    assert schedule.pull_back(at) == len(schedule.EVERY)
    assert schedule.silence(at) == timedelta(0)
    assert schedule.pull_back(at) == 0
    assert schedule.pull_back(at - timedelta(seconds=90)) == 0, "its own distance is no jump"
