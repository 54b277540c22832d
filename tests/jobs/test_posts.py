"""Within a minute of the last holder's going the superior is told, once a day, and finds the tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.doors.jobs import posts
from sandar.records.cases import read as cases
from sandar.records.outbox.models import Message
from sandar.steps.people import accounts
from sandar.steps.people.shapes import Why
from sandar.steps.turn import viewer_of
from tests import office

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    return set(Message.objects.filter(kind=posts.KIND).values_list("person__username", flat=True))


def test_the_nearest_superiors_are_told_once_a_day_while_tasks_wait():
    office.build()
    case = office.bring_to(office.ask(), "capacity_check")
    assert posts.run(office.MONDAY) == 0
    for username in ("operator1", "operator2"):
        accounts.close(username, Why(why="Pensiun"), person=office.person("admin"), at=office.MONDAY)
    viewer = viewer_of(office.person("administrator1"), office.MONDAY)
    assert cases.open_tasks_for(viewer).filter(case=case).exists()
    assert posts.run(office.MONDAY + timedelta(minutes=1)) == 2
    assert told() == {"administrator1", "administrator2"}
    posts.run(office.MONDAY + timedelta(minutes=2))
    assert Message.objects.filter(kind=posts.KIND).count() == 2
    posts.run(office.MONDAY + timedelta(days=1))
    assert Message.objects.filter(kind=posts.KIND).count() == 4


def test_an_empty_post_without_tasks_disturbs_nobody():
    office.build()
    for username in ("pemeriksa1", "pemeriksa2"):
        accounts.close(username, Why(why="Mutasi"), person=office.person("admin"), at=office.MONDAY)
    assert posts.run(office.MONDAY) == 0
