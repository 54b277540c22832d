"""Two acts that wait for each other: one gives way and is done again; who must give way twice is told so."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from sandar.doors import again
from sandar.errors import Busy, CapacityTaken
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.steps import registry
from tests import office
from tests.api.world import Api
from tests.web.test_whole_way_by_page import controls, signed_in


class Lost(Exception):
    """What a driver raises when the database ends a transaction."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def losing(times: int, sqlstate: str = "40P01") -> tuple[Callable[[], str], list[int]]:
    """Work that has to give way so many times, and the list of its tries."""
    tries: list[int] = []

    def work() -> str:
        tries.append(len(tries) + 1)
        if len(tries) <= times:
            raise OperationalError(sqlstate) from Lost(sqlstate)
        return "done"

    return work, tries


@pytest.mark.django_db(transaction=True)
def test_what_gave_way_once_is_done_again_and_no_more_than_that() -> None:
    for sqlstate in sorted(again.GAVE_WAY):
        work, tries = losing(1, sqlstate)
        assert (again.whole(work), tries) == ("done", [1, 2])
        work, tries = losing(2, sqlstate)
        with pytest.raises(Busy):
            again.whole(work)
        assert tries == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_any_other_fault_or_refusal_is_not_tried_again() -> None:
    work, tries = losing(1, "57014")
    with pytest.raises(OperationalError):
        again.whole(work)
    assert tries == [1]

    def refused() -> None:
        tries.append(2)
        raise CapacityTaken()

    with pytest.raises(CapacityTaken):
        again.whole(refused)
    assert tries == [1, 2]


@pytest.mark.django_db
def test_who_gave_way_twice_is_told_to_come_back_and_keeps_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office.build()
    case = office.bring_to(office.ask(), "disposition_supervisor")
    task = office.task_of(case)
    client = signed_in("pengawas1")
    fields = controls(client.get(f"/permohonan/{case.number}").content.decode(), "forward")
    monkeypatch.setattr(registry, "perform", lambda *args, **more: losing(9)[0]())
    answer = Api("pengawas1").post(f"/tasks/{task.pk}/actions/forward", {"data": {}, "version": case.version})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert json.loads(answer.content)["code"] == "BUSY"
    page = client.post(fields.pop(""), fields | {"note": "Catatan panjang saya"})
    assert page.status_code == 503
    assert "Catatan panjang saya" in page.content.decode()
    assert "Belum ada yang berubah." in page.content.decode()


@pytest.fixture
def waiting() -> Iterator[Case]:
    """A case at the desk of the data centre's staff; accepting it issues a paper."""
    office.build()
    case = office.ask()
    other = office.bring_to(office.ask(), "capacity_check")  # so that the book of the papers has its row
    assert Document.objects.filter(case=other, kind="disposition_sheet").exists()
    yield office.bring_to(case, "disposition_staff")
    connections.close_all()


def by_api(case: Case) -> Any:
    path = f"/tasks/{office.task_of(case).pk}/actions/accept"
    answer: Any = Api("operator1").post(path, {"data": {}, "version": case.version}, key="k")
    return answer


def by_page(case: Case) -> Any:
    client = signed_in("operator1")
    fields = controls(client.get(f"/permohonan/{case.number}").content.decode(), "accept")
    answer: Any = client.post(fields.pop(""), fields)
    return answer


@pytest.mark.postgres  # SQLite lets one writer in at a time: nobody can wait for each other
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("door", "status"), [(by_api, 200), (by_page, 302)])
def test_an_act_in_a_real_deadlock_is_done_once_by_either_door(
    waiting: Case, door: Callable[[Case], Any], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    pauses: list[float] = []
    monkeypatch.setattr(again, "sleep", pauses.append)
    settings_of = connection.get_connection_params()
    answers: list[Any] = []

    def act() -> None:
        answers.append(door(waiting))
        connections.close_all()

    known = {
        name: settings_of[name]
        for name in ("dbname", "user", "password", "host", "port")
        if settings_of.get(name)
    }
    with psycopg.connect(**known) as other, psycopg.connect(**known, autocommit=True) as watch:
        other.execute("UPDATE documents_numberbook SET last = last WHERE name = 'disposisi'")
        thread = threading.Thread(target=act)
        thread.start()
        deadline = time.monotonic() + 20
        while not blocked(watch, by=other.info.backend_pid):
            assert time.monotonic() < deadline, "the act did not come to the book"
            time.sleep(0.01)
        other.execute(
            "SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [waiting.pk]
        )  # now each waits for the other
        other.commit()
        thread.join(30)
    assert [answer.status_code for answer in answers] == [status], answers[0].content
    assert len(pauses) == 1, "no deadlock was seen"
    waiting.refresh_from_db()
    assert waiting.state == "capacity_check"
    assert Event.objects.filter(case=waiting, kind="disposition_accepted").count() == 1
    assert Document.objects.filter(case=waiting, kind="disposition_sheet").count() == 1


def blocked(watch: Any, *, by: int) -> bool:
    """Is somebody waiting for what this connection holds?"""
    row = watch.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [by]
    ).fetchone()
    return bool(row[0])
