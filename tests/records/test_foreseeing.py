"""What an act that searches the ledger reads before its transaction, where it may be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection

from sandar.records.ledger import picture
from sandar.steps import registry
from tests import office
from tests.api.world import Api, ok

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[bool, int]]]:
    """(inside a write transaction, how many places) of every reading of places."""
    found: list[tuple[bool, int]] = []
    whole = picture._load

    def seen(ids: Sequence[int]) -> Any:
        if ids:
            found.append((connection.in_atomic_block, len(ids)))
        return whole(ids)

    monkeypatch.setattr(picture, "_load", seen)
    office.build()
    picture._pictures.clear()
    yield found
    picture._pictures.clear()


def reported() -> None:
    case = office.bring_to(office.ask(), "capacity_check")
    path = f"/tasks/{office.task_of(case).pk}/actions/report_available"
    ok(Api("operator1").post(path, {"data": {}, "version": case.version}))


def test_the_picture_is_brought_up_before_the_act_so_that_the_next_one_reads_what_changed(
    loaded: list[tuple[bool, int]],
) -> None:
    reported()
    assert [inside for inside, _ in loaded] == [False]
    first = loaded.pop()[1]
    reported()
    assert loaded == [(False, 1)]  # the place that the first one holds
    assert first > 1


def test_without_it_every_act_reads_the_whole_ledger(
    loaded: list[tuple[bool, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_searching", frozenset)
    reported()
    reported()
    assert [inside for inside, _ in loaded] == [True, True]
    assert loaded[0][1] == loaded[1][1] > 1
