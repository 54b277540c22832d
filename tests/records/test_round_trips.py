"""On PostgreSQL every message costs a way: what is asked at once is the same, and a dead connection is still seen."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sandar.core.capacity import Demand
from sandar.records.ledger import read, write
from sandar.records.ledger.models import Place
from sandar.records.prepared import Question, at_one_moment
from tests import template
from tests.records.ledger_world import AT, LATER, make_world

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def hold(start: int) -> None:
    spec = write.ClaimSpec(
        place_id=read.place("rack", "R1").pk, demand=Demand(watts=100, cords="AB"), start=start, height=2
    )
    with transaction.atomic():
        write.hold(spec, at=AT, by=None, expires_at=LATER)


def test_the_picture_in_one_message_is_the_picture_in_many() -> None:
    make_world()
    hold(0)
    read.snapshot()  # the places are read once in a process
    with CaptureQueriesContext(connection) as asked:
        at_once = read.snapshot()
    assert len(asked) == 1
    assert at_once.pending
    with transaction.atomic():
        assert read.snapshot() == at_once
    hold(4)
    assert read.snapshot() != at_once, "a place that changed is read again"
    with transaction.atomic():
        many = read.snapshot()
    assert read.snapshot() == many


def test_a_message_that_fails_leaves_no_transaction_open() -> None:
    broken = Question(lambda: Place.objects.filter(retired=False).values_list("pk"))
    broken.__dict__["_built"] = broken._built.__class__("SELECT 1 / 0", (), (), tuple)
    with pytest.raises(DatabaseError):
        at_one_moment(broken)
    assert Place.objects.count() == 0


def test_a_connection_is_used_again_without_a_question_unless_the_server_closed_it() -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert len(asked) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(template.URL, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [pid])
    deadline = time.monotonic() + 20
    while connection.is_usable() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not connection.is_usable()
    connection.close()
    assert Place.objects.count() == 0
