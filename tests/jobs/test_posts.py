"""Within a minute of the last holder's going the superior is told, once a day, and finds the tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.doors.jobs import posts
from sandar.records.cases import read as cases
from sandar.records.outbox.models import Message
from sandar.records.people.models import RoleGrant
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


def test_an_empty_post_of_one_site_is_told_of_although_others_hold_it_elsewhere():
    office.build()
    case = office.bring_to(office.ask(), "inspection")
    here, elsewhere = office.person("pemeriksa1"), office.person("pemeriksa2")
    RoleGrant.objects.filter(person=elsewhere).update(site="Gedung lain")
    assert posts.run(office.MONDAY) == 0
    accounts.close(here.username, Why(why="Pensiun"), person=office.person("admin"), at=office.MONDAY)
    viewer = viewer_of(office.person("administrator1"), office.MONDAY)
    assert cases.open_tasks_for(viewer).filter(case=case).exists()
    assert posts.run(office.MONDAY + timedelta(minutes=1)) == 2
    assert told() == {"administrator1", "administrator2"}


def test_who_inherits_a_part_of_a_disposition_is_told_once():
    office.build()
    office.act(office.ask(), "forward", {"others": [{"person": "pemeriksa1", "part": "executor"}]})
    assert posts.run(office.MONDAY) == 0
    accounts.close("pemeriksa1", Why(why="Pensiun"), person=office.person("admin"), at=office.MONDAY)
    for minute in (1, 2, 60 * 24):
        posts.run(office.MONDAY + timedelta(minutes=minute))
    letters = Message.objects.filter(kind=posts.LEFT)
    assert sorted(letters.values_list("person__username", flat=True)) == ["administrator1", "administrator2"]
    assert "untuk Pemeriksa TIK Contoh Satu" in letters[0].body
