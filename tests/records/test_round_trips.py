"""On PostgreSQL every message costs a way: a connection is not asked whether it lives, and a dead one is still seen."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandar.records.ledger.models import Place
from tests import template

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


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
