"""A statement built once gives what the ORM would give, row for row, and nothing of an earlier asking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.db.models.signals import post_init

from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event, Task
from sandar.records.clocks.models import Timer
from sandar.records.ledger import picture
from sandar.records.ledger.models import Claim
from sandar.records.outbox.models import Message
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person
from sandar.records.prepared import Question, Slot, insert, insert_all, update
from tests import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    office.build()
    return office.bring_to(office.ask(), "disposition_supervisor")


def columns(row: Model) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_objects_are_those_of_the_orm(case: Case) -> None:
    for kind in (Case, Event, Task, Timer, Person, Office):
        asked = Question(lambda kind=kind: kind.objects.filter(pk__lte=Slot("most")).order_by("pk"))  # type: ignore[misc]
        known = list(kind._default_manager.order_by("pk"))
        assert known
        found = asked.all(most=10**6)
        assert [columns(row) for row in found] == [columns(row) for row in known]
        assert not any(row._state.adding for row in found)
        assert asked.all(most=0) == []


def test_relations_come_with_their_object_and_what_is_deferred_stays_away(
    case: Case, django_assert_num_queries: Any
) -> None:
    asked = Question(
        lambda: (
            Case.objects.select_related("agency", "revision", "previous")
            .defer("revision__text")
            .filter(number=Slot("number"))
        )
    )
    known = Case.objects.select_related("revision").get(pk=case.pk)
    with django_assert_num_queries(1):
        found = asked.first(number=case.number)
        assert found is not None
        assert (found.agency.pk, found.revision.number, found.previous) == (
            case.agency_id,
            known.revision.number,
            None,
        )
    assert found.revision.get_deferred_fields() == {"text"}
    assert asked.first(number="tidak ada") is None


def test_a_model_that_somebody_listens_to_is_made_by_django(case: Case) -> None:
    heard: list[Any] = []

    def hear(instance: Any, **_: Any) -> None:
        heard.append(instance)

    post_init.connect(hear, sender=Task)
    try:
        found = Question(lambda: Task.objects.filter(case_id=Slot("case"))).all(case=case.pk)
    finally:
        post_init.disconnect(hear, sender=Task)
    assert found
    assert heard == found


def test_lists_of_values_are_tuples_or_bare_values(case: Case) -> None:
    rows = Question(
        lambda: Event.objects.filter(case_id=Slot("case")).order_by("seq").values_list("seq", "person", "at")
    )
    assert rows.all(case=case.pk) == list(
        Event.objects.filter(case=case).order_by("seq").values_list("seq", "person", "at")
    )
    flat = Question(
        lambda: Event.objects.filter(case_id=Slot("case")).order_by("-seq").values_list("seq", flat=True)[:1]
    )
    assert flat.all(case=case.pk) == [2]


def test_days_and_instants_are_compared_as_such(case: Case) -> None:
    day = people.today(office.MONDAY)
    by_orm = list(people.holders("division_head", day))
    assert people.acting("division_head", day) == by_orm != []
    assert people.acting("division_head", day - timedelta(days=40_000)) == []
    since = Question(lambda: Event.objects.filter(at__gte=Slot("at")))
    assert len(since.all(at=office.MONDAY - timedelta(days=1))) == Event.objects.count()
    assert since.all(at=office.MONDAY + timedelta(days=1)) == []


def test_an_inserted_row_is_as_the_orm_reads_it(case: Case) -> None:
    task = Task(
        case=case,
        state="x",
        step="letter",
        role="applicant",
        opened_at=office.MONDAY,
        closed_at=office.MONDAY,
    )
    insert(task)
    assert not task._state.adding
    assert columns(Task.objects.get(pk=task.pk)) == {k: v for k, v in columns(task).items() if k != "case"}
    task.outcome = "y"
    task.save()  # an UPDATE
    assert Task.objects.get(pk=task.pk).outcome == "y"


def test_a_constraint_holds_for_an_inserted_row(case: Case) -> None:
    first = Event.objects.get(case=case, seq=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(
            Event(case=case, seq=1, kind="x", at=office.MONDAY, person={}, prev=first.prev, hash=first.hash)
        )


def test_many_rows_are_one_statement_and_known_ones_stay(case: Case, django_assert_num_queries: Any) -> None:
    known = Message.objects.order_by("pk").first()
    assert known is not None
    fresh = [
        Message(key=key, message_id=key, person_id=known.person_id, kind="k", subject="s", body="b",
                created_at=office.MONDAY, next_try_at=office.MONDAY)
        for key in ("satu", known.key, "dua")
    ]  # fmt: skip
    count = Message.objects.count()
    with django_assert_num_queries(1):
        insert_all(fresh, ignore_conflicts=True)
    with django_assert_num_queries(0):
        insert_all([])
    assert Message.objects.count() == count + 2
    assert Message.objects.get(key=known.key).body == known.body


def test_an_update_says_how_many_rows_it_changed_and_asks_for_null(case: Case) -> None:
    open_ones = {"case_id": case.pk, "closed_at": None}
    assert update(Task, open_ones, closed_at=office.MONDAY, closed_by_id=None, outcome="z") == 1
    assert update(Task, open_ones, outcome="nobody") == 0
    assert set(Task.objects.filter(case=case).values_list("outcome", flat=True)) == {"forward", "z"}
    timer = Timer.objects.get(case=case, step="disposition")
    update(Timer, {"id": timer.pk}, stopped_at=office.MONDAY, elapsed=timedelta(minutes=7, microseconds=3))
    timer.refresh_from_db()
    assert (timer.stopped_at, timer.elapsed) == (office.MONDAY, timedelta(minutes=7, microseconds=3))


def test_the_case_of_a_task_is_locked_with_what_an_act_needs(
    case: Case, django_assert_num_queries: Any
) -> None:
    task = Task.objects.get(case=case, closed_at__isnull=True)
    with transaction.atomic(), django_assert_num_queries(2):
        locked, found = cases_write.lock(task.pk)
        assert locked.agency.code == "DINKES"
        assert locked.revision.revision == 1
    assert found.case is locked


def test_constants_of_the_source_stand_in_the_statement_so_that_an_index_with_a_condition_serves(
    case: Case,
) -> None:
    asked = Question(
        lambda: (
            Claim.objects.filter(state__in=["held", "reserved"], label=Slot("label"))
            .exclude(label="100 % it's \\")
            .order_by("expires_at")
            .values_list("pk", flat=True)
        )
    )
    assert asked.all(label="it's %s") == []
    assert "'held', 'reserved'" in asked._built.sql
    assert "it''s" in asked._built.sql
    assert [value.name for value in asked._built.params] == ["label"]


@pytest.mark.sqlite
def test_what_is_pending_in_some_places_is_found_by_an_index(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + picture.PENDING_IN.format(ids="1, 2"))
        plan = [row[3] for row in cursor.fetchall()]
    assert all("USING INDEX" in step for step in plan if "ledger_claim" in step), plan
