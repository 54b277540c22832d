"""On PostgreSQL every message costs a way and every new text a plan: what is prepared is the same, a connection is not
asked whether it lives, and a dead one is still seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.pq import TransactionStatus

from sandar.records.ledger.models import Movement, Place
from sandar.records.prepared import Question, Slot, insert, update
from tests import template
from tests.records.ledger_world import make_world

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


_PLACES = Question(lambda: Place.objects.filter(half_units=Slot("height")).order_by("pk").values_list("name"))


def named(height: int) -> list[str]:
    """The names of the places of this height, by the prepared statement."""
    return [name for (name,) in _PLACES.all(height=height)]


def undone(work: Callable[[], object]) -> None:
    """Do it in a transaction that is then given up."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def server_knows() -> int:
    """How many statements are prepared in this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'sandar%'")
        return int(cursor.fetchone()[0])


def test_a_statement_is_prepared_once_whatever_its_values_and_outlives_a_refusal() -> None:
    make_world()
    connection.close()
    named(84)
    assert server_knows() == 0, "it may never come again"
    named(84)
    before = server_knows()
    assert before == 1
    for height in (84, 1, 70_000, 2**31 + 1):
        assert named(height) == list(
            Place.objects.filter(half_units=height).order_by("pk").values_list("name", flat=True)
        )
    undone(lambda: named(84))
    assert named(84)
    assert server_knows() == before


def test_what_the_server_forgot_is_prepared_anew() -> None:
    make_world()
    found = [named(84), named(84)][0]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError):
        named(84)
    assert named(84) == found


def test_a_statement_stands_in_the_transaction_that_it_begins() -> None:
    make_world()
    place = Place.objects.filter(retired=False).first()
    assert place is not None
    more = place.keep_free + 1
    undone(lambda: update(Place, {"id": place.pk}, keep_free=more))
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free


def test_a_fault_of_the_server_is_djangos_and_ends_the_transaction() -> None:
    make_world()
    place = Place.objects.filter(retired=False).first()
    assert place is not None
    with pytest.raises(IntegrityError):
        undone(lambda: update(Place, {"id": place.pk}, half_units=-1))
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            update(Place, {"id": place.pk}, half_units=-1)
        with pytest.raises(DatabaseError):  # nothing more until the transaction ends
            named(84)
        transaction.set_rollback(True)
    assert named(place.half_units)


def test_nothing_is_prepared_where_it_is_switched_off(settings: Any) -> None:
    make_world()
    connection.close()
    settings.PREPARED_STATEMENTS = False
    assert named(84) == named(84)
    assert server_knows() == 0
    settings.PREPARED_STATEMENTS = True
    assert named(84) == named(84)
    assert server_knows() == 1


def test_a_connection_that_died_says_so_and_the_next_one_prepares_its_own() -> None:
    make_world()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(template.URL, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError):
        named(84)
    connection.close()
    assert named(84)


def prepared() -> Place:
    """A place; reading by height and changing a place are known to the server."""
    make_world()
    connection.close()
    named(84), named(84)
    place = Place.objects.filter(retired=False).first()
    assert place is not None
    for _ in range(2):
        update(Place, {"id": place.pk}, keep_free=place.keep_free)
    return place


def state() -> TransactionStatus:
    return TransactionStatus(connection.connection.pgconn.transaction_status)


def test_a_transaction_begins_in_one_message_with_its_first_statement() -> None:
    place = prepared()
    with transaction.atomic():
        assert state() == TransactionStatus.IDLE
        assert place.name in named(place.half_units)
        assert state() == TransactionStatus.INTRANS
        assert update(Place, {"id": place.pk}, keep_free=place.keep_free + 1) == 1
    assert state() == TransactionStatus.IDLE
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free + 1


def test_a_first_statement_that_fails_undoes_its_transaction_and_the_next_one_is_whole() -> None:
    place = prepared()
    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            update(Place, {"id": place.pk}, keep_free=-1)
        assert state() == TransactionStatus.IDLE
        with transaction.atomic():
            update(Place, {"id": place.pk}, keep_free=place.keep_free + 1)
            assert state() == TransactionStatus.INTRANS
            transaction.set_rollback(True)
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free


def test_a_server_that_died_before_the_first_statement_says_so_and_nothing_is_half_done() -> None:
    place = prepared()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(template.URL, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError), transaction.atomic():
        update(Place, {"id": place.pk}, keep_free=place.keep_free + 1)
    connection.close()
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free


def test_a_statement_that_the_server_forgot_begins_nothing_that_stays() -> None:
    place = prepared()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError), transaction.atomic():
        named(84)
    assert state() == TransactionStatus.IDLE
    with transaction.atomic():
        update(Place, {"id": place.pk}, keep_free=place.keep_free + 1)
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free + 1


def test_a_commit_that_is_refused_raises_and_leaves_nothing_open() -> None:
    place = prepared()
    nowhere = Movement(claim_id=2**40, from_state="held", to_state="released", at=timezone.now(), facts={})
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
    ):  # whether the claim is there is asked at the commit
        insert(nowhere)
    assert state() == TransactionStatus.IDLE
    with transaction.atomic():
        update(Place, {"id": place.pk}, keep_free=place.keep_free + 1)
    assert Place.objects.get(pk=place.pk).keep_free == place.keep_free + 1
