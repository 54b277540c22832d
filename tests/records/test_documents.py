"""Papers: numbers without gaps, frozen facts, one PDF, and what a later act may do to a paper."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from sandar import errors
from sandar.records.cases.models import Case
from sandar.records.documents import books, freeze, read, samples, store, store_disk, write
from sandar.records.documents.models import Document, NumberBook
from tests.records.ledger_world import make_case
from tests.web.people import make_person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 26)


@pytest.fixture
def case() -> Case:
    return make_case("PMH-2026-0151")


def somebody() -> int:
    """An officer who ends papers."""
    return make_person("pencabut", "supervisor").pk


def issue(case: Case, kind: str = "receipt", *, day: date = DAY, **more: Any) -> Document:
    """A paper of the invented request in an act of its own."""
    with transaction.atomic():
        return write.issue(kind, case_id=case.pk, facts=samples.sample(kind), at=AT, day=day, **more)


@pytest.mark.parametrize("kind", books.PAPERS)
def test_every_kind_is_numbered_frozen_rendered_and_proved(case: Case, kind: str) -> None:
    paper = issue(case, kind, sop=write.SopStamp("500.12/01/2026", 1))
    assert paper.number == f"500.12/001/{books.paper(kind).code}/DISKOMINFO-PS/XI/2026"
    assert (paper.status, paper.sequence, paper.year) == ("prepared", 1, 2026)
    paper = write.render(paper.pk)
    assert paper.status == "issued"
    pdf = read.pdf(paper)
    assert pdf.startswith(b"%PDF-1.7")
    assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (paper.pdf_sha256, paper.pdf_size)
    assert list(read.damages()) == []


def test_numbers_run_per_book_and_start_anew_each_year(case: Case) -> None:
    first, second = issue(case), issue(case)
    letter = issue(case, "notice")
    next_year = issue(case, day=date(2027, 1, 1))
    assert [p.sequence for p in (first, second, letter, next_year)] == [1, 2, 1, 1]
    assert "/I/2027" in next_year.number


def test_outgoing_letters_share_one_book(case: Case) -> None:
    kinds = ("refusal_letter", "notice", "completion_report")
    assert [issue(case, kind).sequence for kind in kinds] == [1, 2, 3]


def test_an_act_that_is_rolled_back_gives_its_number_back(case: Case) -> None:
    issue(case)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the act is the block
        write.issue("receipt", case_id=case.pk, facts=samples.sample("receipt"), at=AT, day=DAY)
        raise RuntimeError("power cut")
    assert issue(case).sequence == 2
    assert list(read.damages()) == []


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_written_only_inside_an_act() -> None:
    case = make_case("PMH-2026-0151")
    with pytest.raises(RuntimeError, match="transaction"):
        write.issue("receipt", case_id=case.pk, facts=samples.sample("receipt"), at=AT, day=DAY)
    with pytest.raises(RuntimeError, match="transaction"):
        write.take_number(books.AGENDA_BOOK, year=2026)
    assert not NumberBook.objects.exists()


def test_missing_facts_stop_the_act_and_not_the_renderer(case: Case) -> None:
    given = samples.sample("notice")
    del given["place"]
    given["office"] = {key: value for key, value in given["office"].items() if key != "city"}
    assert freeze.missing("notice", given) == ["office.city", "place"]
    with pytest.raises(ValueError, match=r"office\.city"), transaction.atomic():
        write.issue("notice", case_id=case.pk, facts=given, at=AT, day=DAY)
    assert not NumberBook.objects.exists()


def test_the_facts_stay_as_they_were_and_their_hash_proves_it(case: Case) -> None:
    paper = issue(case)
    stored = Document.objects.get(pk=paper.pk)
    assert freeze.facts_hash(stored.facts) == stored.facts_sha256
    assert stored.facts["document"]["number"] == stored.number
    stored.facts["letter"]["number"] = "000/PALSU"
    stored.save()
    assert [(d.where, d.what) for d in read.damages()] == [(paper.number, "facts_changed")]


def test_a_second_render_returns_the_first_pdf(case: Case) -> None:
    once = write.render(issue(case).pk)
    assert write.render(once.pk).pdf_sha256 == once.pdf_sha256


def test_the_token_is_128_random_bits_and_opens_one_paper(case: Case) -> None:
    paper, other = issue(case), issue(case)
    assert len(paper.token) == 26
    assert paper.token != other.token
    assert read.by_token(paper.token) == paper
    assert read.by_token(paper.token[:-1]) is None
    assert read.by_token("x" * 5000) is None


def test_a_replaced_paper_names_its_successor_and_cannot_end_twice(case: Case) -> None:
    old, new = issue(case), issue(case)
    with transaction.atomic():
        write.replace(old.pk, by=new.pk, at=AT, reason="Nama instansi diperbaiki.")
    old.refresh_from_db()
    assert (old.status, old.replaced_by_id, old.ended_reason) == (
        "replaced",
        new.pk,
        "Nama instansi diperbaiki.",
    )
    with pytest.raises(errors.DocumentEnded), transaction.atomic():
        write.revoke(old.pk, kind="other", reason="lagi", by=somebody(), at=AT)
    assert read.latest(case.pk, "receipt") == new


def test_a_paper_is_replaced_only_by_one_of_its_case_and_kind(case: Case) -> None:
    old, other_kind, other_case = issue(case), issue(case, "notice"), issue(make_case("PMH-2026-0152"))
    for stranger in (other_kind, other_case):
        with pytest.raises(errors.DocumentEnded), transaction.atomic():
            write.replace(old.pk, by=stranger.pk, at=AT, reason="")


def test_a_paper_revoked_before_its_pdf_stays_revoked(case: Case) -> None:
    paper = issue(case)
    with transaction.atomic():
        write.revoke(paper.pk, kind="wrong_addressee", reason="Salah alamat.", by=somebody(), at=AT)
    rendered = write.render(paper.pk)
    assert rendered.status == "revoked"
    assert rendered.pdf_sha256


def test_constraints_hold_without_the_code(case: Case) -> None:
    paper, other = issue(case), issue(case)
    wrong: list[dict[str, Any]] = [
        {"sequence": other.sequence},
        {"number": other.number},
        {"token": other.token},
        {"status": "issued"},
        {"status": "replaced"},
        {"status": "kept"},
        {"replaced_by": other},
        {"pdf_sha256": "0" * 64},
        {"sequence": 0},
    ]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=paper.pk).update(**change)


def test_a_gap_in_a_book_and_a_lost_file_are_found(case: Case) -> None:
    first, second = issue(case), write.render(issue(case).pk)
    issue(case)
    assert second.pdf_sha256
    store_disk.path_of(second.pdf_sha256).write_bytes(b"%PDF-1.7 other")
    Document.objects.filter(pk=first.pk).delete()
    assert {(d.where, d.what) for d in read.damages()} == {
        (second.number, "file_changed"),
        ("tanda_terima 2026", "number_gap"),
    }
    store_disk.path_of(second.pdf_sha256).unlink()
    assert (second.number, "file_missing") in {(d.where, d.what) for d in read.damages()}


def test_another_agencys_paper_does_not_exist(case: Case) -> None:
    paper = issue(case)
    assert read.one(paper.pk, cases=Case.objects.filter(pk=case.pk), office=True) == paper
    with pytest.raises(errors.NotFound):
        read.one(paper.pk, cases=Case.objects.exclude(pk=case.pk), office=True)


def test_a_preview_takes_no_number_and_stores_nothing(case: Case) -> None:
    pdf = write.preview("handover_minutes", samples.sample("handover_minutes"), day=DAY)
    assert pdf.startswith(b"%PDF-")
    assert not Document.objects.exists()
    assert not NumberBook.objects.exists()


def test_the_store_keeps_one_copy_and_proves_it() -> None:
    digest = store.put(b"sama")
    assert store.put(b"sama") == digest
    assert store.read(digest) == b"sama"
    assert store.exists(digest)
    assert [p.name for p in store_disk.path_of(digest).parent.iterdir()] == [digest]
    with pytest.raises(errors.FileDamaged):
        store.read("0" * 64)
    with pytest.raises(ValueError):
        store.read("../../etc/passwd")
