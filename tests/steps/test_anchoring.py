"""The daily anchor: one a day, reproducible, and whatever was cut, rewritten, dropped or changed after it is found."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

import sandar_verify
from sandar.core import chain
from sandar.doors.proof import anchors as proof
from sandar.records.anchors import read
from sandar.records.anchors.models import Anchor
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.signing import seal
from sandar.steps import anchoring
from tests import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ONE, TWO = "PMH-2026-0001", "PMH-2026-0002"
DAY = office.MONDAY.date()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two cases, papers drawn, two anchors with work between them."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        one = office.bring_to(office.ask(), "awaiting_form")
        draw(one)
        anchoring.make(DAY, at=office.MONDAY)
        office.bring_to(one, "awaiting_approval")
        draw(office.bring_to(office.ask(), "capacity_check"))
        anchoring.make(DAY + timedelta(days=3), at=office.MONDAY + timedelta(days=3))
        yield
        transaction.set_rollback(True)


def draw(case: Case) -> None:
    for paper in papers_read.waiting(case_id=case.pk):
        papers.render(paper)


def codes(outside: dict[str, str] | None = None) -> set[tuple[str, str]]:
    return {(flaw.code, flaw.where) for flaw in proof.flaws(outside)}


def roots() -> dict[str, str]:
    return {anchor.day.isoformat(): anchor.root for anchor in Anchor.objects.all()}


def test_honest_anchors_hold_and_work_after_them_is_no_finding() -> None:
    assert codes(roots()) == set()
    office.act(Case.objects.get(number=TWO), "withdraw", {}, by="dinkes1")
    assert codes(roots()) == set()
    first, second = Anchor.objects.order_by("number")
    assert (first.number, second.number, second.doubts) == (1, 2, [])
    assert json.loads(first.statement)["previous"] == chain.GENESIS
    assert json.loads(second.statement)["previous"] == first.root
    assert second.changes.keys() < read.leaves().keys(), "only what is new is stored"
    assert "journal facility" in first.changes


def test_a_day_has_one_anchor_and_it_is_due_once() -> None:
    assert anchoring.make(DAY, at=office.MONDAY) is None
    assert Anchor.objects.count() == 2
    last = Anchor.objects.get(number=2)
    morning = last.at.replace(hour=1)  # 08.00 WIB
    assert anchoring.due(morning, hour=17) is None
    assert anchoring.due(morning + timedelta(days=1), hour=17) is None
    assert anchoring.due(last.at.replace(hour=11) + timedelta(days=1), hour=17) == last.day + timedelta(
        days=1
    )
    late = morning + timedelta(days=4)
    assert anchoring.due(late, hour=17) == last.day + timedelta(days=4), "after a standstill at once"


def test_the_list_under_the_root_can_be_recounted_and_every_case_is_proved() -> None:
    for anchor in Anchor.objects.all():
        leaves = read.leaves(anchor.number)
        assert (len(leaves), read.root(leaves)) == (anchor.count, anchor.root)
    leaves, last = read.leaves(), read.last()
    assert last is not None
    for name, leaf in leaves.items():
        assert sandar_verify.root_of(chain.canonical(leaf), read.proof(leaves, name)) == last.root


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1


def cut_the_tail() -> None:
    """The last act goes, with everything that would show it inside the database."""
    case = Case.objects.get(number=TWO)
    Event.objects.filter(case=case).order_by("-seq")[0].delete()
    run("UPDATE cases_case SET version = version - 1 WHERE id = %s", case.pk)


def rewrite_the_chain() -> None:
    prev = chain.GENESIS
    for event in Event.objects.filter(case__number=ONE).order_by("seq"):
        event.kind = "x" if event.seq == 2 else event.kind
        event.prev, event.hash = prev, ""
        event.hash = prev = chain.event_hash(event.prev, cases.hashed(event))
        event.save()


def drop_a_case() -> None:
    run("UPDATE cases_case SET number = 'PMH-2026-9999' WHERE number = %s", TWO)


def change_a_pdf() -> None:
    run("UPDATE documents_document SET pdf_sha256 = %s WHERE kind = 'receipt'", "f" * 64)


def turn_a_book_back() -> None:
    run("UPDATE cases_casebook SET last_case = 1")


def cut_the_facility() -> None:
    run("UPDATE facility_facilityjournal SET last_seq = 0")


CHANGES: list[tuple[Callable[[], None], str, str]] = [
    (cut_the_tail, "CHANGED_AFTER_ANCHOR", TWO),
    (rewrite_the_chain, "CHANGED_AFTER_ANCHOR", ONE),
    (drop_a_case, "ANCHORED_BUT_GONE", TWO),
    (change_a_pdf, "CHANGED_AFTER_ANCHOR", ONE),
    (turn_a_book_back, "CHANGED_AFTER_ANCHOR", "book case 2026"),
    (cut_the_facility, "ANCHORED_BUT_GONE", "journal facility"),
]


@pytest.mark.parametrize(("change", "code", "where"), CHANGES)
def test_what_was_changed_after_the_anchor_is_found_and_never_anchored_anew(
    change: Callable[[], None], code: str, where: str
) -> None:
    change()
    assert (code, where) in codes()
    later = anchoring.make(DAY + timedelta(days=9), at=office.MONDAY + timedelta(days=9))
    assert later is not None
    assert where in later.doubts
    assert (code, where) in codes(), "the next anchor keeps the old end"


def rewrite_an_anchor() -> None:
    """With the office's key at hand: leaves, root, statement and signature all fit."""
    anchor = Anchor.objects.get(number=2)
    anchor.changes = {
        ONE: anchor.changes[ONE] | {"seq": 1, "hash": Event.objects.get(case__number=ONE, seq=1).hash}
    }
    leaves = read.leaves(1) | anchor.changes
    anchor.root, anchor.count = read.root(leaves), len(leaves)
    told = json.loads(anchor.statement) | {"root": anchor.root, "count": anchor.count}
    anchor.statement = chain.canonical(told).decode()
    made = seal.sign_bytes(chain.canonical(told), office=told["office"], at=anchor.at)
    anchor.signature = base64.b64encode(made.signature).decode()
    anchor.save()


def test_a_rewritten_anchor_is_found_only_by_the_root_kept_outside() -> None:
    outside = roots()
    rewrite_an_anchor()
    assert codes() == set()
    day = (DAY + timedelta(days=3)).isoformat()
    assert codes(outside) == {("ROOT_DIFFERS_FROM_OUTSIDE", f"anchor {day}")}
    assert ("ROOT_DIFFERS_FROM_OUTSIDE", "anchor 2020-01-01") in codes({"2020-01-01": "0" * 64})


@pytest.mark.parametrize("column", ["statement", "signature", "root", "changes", "count", "certificate_pem"])
def test_an_anchor_changed_in_one_place_contradicts_itself(column: str) -> None:
    anchor = Anchor.objects.get(number=1)
    values: dict[str, Any] = {"changes": {}, "count": 99, "root": "f" * 64, "signature": "AAAA"}
    value = values.get(column) or (getattr(anchor, column).replace("2", "3") if column != "changes" else {})
    Anchor.objects.filter(pk=anchor.pk).update(**{column: value})
    assert codes()


def test_a_removed_anchor_leaves_a_gap() -> None:
    Anchor.objects.get(number=1).delete()
    assert any(code == "STATEMENT_DIFFERS" for code, _ in codes())
