"""The retention schedule and the destruction by two persons: what goes, what stays, what stops it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, transaction

from sandar import errors
from sandar.doors import proof
from sandar.doors.jobs import archive as job
from sandar.doors.jobs import care
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import store, uploads
from sandar.records.documents import write as papers
from sandar.records.documents.models import DestroyedFile, Disposal, Document, StoredFile
from sandar.records.facility import journal
from sandar.steps.archiving import disposing, due, holds, minutes, schedule
from sandar.steps.filing import attach
from sandar.steps.inputs import parsed
from tests import office


def a_pdf() -> bytes:
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    return out.getvalue()


pytestmark = pytest.mark.usefixtures("world")
LATER = office.MONDAY + timedelta(days=365 * 6)
PDF = a_pdf()
WITNESSES = [{"name": "Saksi Hukum", "title": "Bagian Hukum"}, {"name": "Saksi Awas", "title": "Inspektorat"}]


def set_schedule(*rows: dict[str, Any], at: datetime = office.MONDAY) -> None:
    given = schedule.read({"rows": list(rows)})
    schedule.save(given, person=office.person("admin"), at=at, seen=schedule.version_of(schedule.now()))


def rule(kind: str = "", code: str = "", *, years: int = 2, fate: str = "musnah") -> dict[str, Any]:
    return {"code": code, "kind": kind, "active_years": years, "inactive_years": 3, "fate": fate,
            "source": "Perbup JRA Contoh"}  # fmt: skip


def refused_case() -> Case:
    """A request with a scan that was refused: closed, nothing stands anywhere."""
    case = office.bring_to(office.ask(), "disposition_head")
    file = uploads.accept_upload("surat.pdf", "application/pdf", PDF, kind="attachment")
    attach(case.number, file, person=office.person("dinkes1"), at=office.MONDAY)
    case = office.act(case, "refuse", {"reason": "outside_service_scope", "note": ""}).case
    for paper_id in papers_read.waiting(case_id=case.pk):
        papers.render(paper_id)
    Document.objects.filter(case=case).update(signatures_left=0, signing="")
    return Case.objects.get(pk=case.pk)


def proposed(at: datetime = LATER) -> Disposal:
    chosen = [{"type": item["type"], "id": item["id"]} for item in due.items(at)]
    given = parsed(disposing.Propose, {"items": chosen})
    return disposing.propose(given, person=office.person("administrator1"), at=at)


def approved(disposal: Disposal, *, by: str = "kabid1", at: datetime = LATER) -> Disposal:
    given = parsed(disposing.Approve, {"approval": "Surat Bupati 045/9/2032", "witnesses": WITNESSES})
    return disposing.approve(disposal.pk, given, person=office.person(by), at=at)


def take_away(at: datetime = LATER) -> int:
    return job.run(at, care.Shift())


def test_nothing_is_due_without_a_schedule_and_nothing_before_its_time() -> None:
    refused_case()
    assert due.items(LATER) == []
    assert set(due.uncovered()) == set(schedule.KINDS)
    set_schedule(rule("receipt"))
    assert due.items(office.MONDAY + timedelta(days=365 * 4)) == []
    last = datetime(2031, 11, 23, 10, tzinfo=UTC)
    assert due.items(last) == []
    assert [item["kind"] for item in due.items(last + timedelta(days=1))] == ["receipt"]


def test_what_is_permanent_is_never_due_and_the_nearer_rule_wins() -> None:
    refused_case()
    set_schedule(rule(), rule("refusal_letter", fate="permanen"), rule("receipt", "500.12", years=9))
    kinds = {item["kind"] for item in due.items(LATER)}
    assert "attachment" in kinds
    assert not kinds & {"refusal_letter", "receipt"}


def test_a_destruction_takes_facts_and_files_and_leaves_hashes_journal_and_proof() -> None:
    case = refused_case()
    before = {paper.pk: paper for paper in Document.objects.filter(case=case)}
    file = StoredFile.objects.get(case=case)
    set_schedule(rule())
    disposal = approved(proposed())
    assert disposal.number.startswith("000.5.6/001/BAPA/")
    assert not proof.everything().flaws  # before the bytes are gone, too
    assert take_away() == len({*(p.file_sha256 for p in before.values()), file.sha256})
    for paper in Document.objects.filter(case=case):
        assert paper.facts == {}
        assert (paper.number, paper.facts_sha256, paper.pdf_sha256) == (
            before[paper.pk].number, before[paper.pk].facts_sha256, before[paper.pk].pdf_sha256,
        )  # fmt: skip
        with pytest.raises(errors.ArchiveDestroyed):
            papers_read.pdf(paper)
        assert not store.exists(str(paper.pdf_sha256))
    with pytest.raises(errors.ArchiveDestroyed):
        papers_read.opened(StoredFile.objects.get(pk=file.pk))
    assert not store.exists(file.sha256)
    assert due.items(LATER) == []
    event = Event.objects.get(case=case, kind="archive_destroyed")
    assert event.payload["destroyed"]["minutes"] == disposal.number
    assert set(event.payload["destroyed"]["documents"]) == before.keys()
    assert journal.events(disposing.SUBJECT)[0].payload["facts_sha256"] == disposal.facts_sha256
    assert not proof.everything().flaws
    assert minutes.printed(disposal).startswith(b"%PDF-")


def test_who_proposed_never_decides_and_a_head_only_decides() -> None:
    refused_case()
    set_schedule(rule())
    disposal = proposed()
    with pytest.raises(errors.Forbidden):
        approved(disposal, by="administrator1")
    with pytest.raises(errors.Forbidden):
        disposing.propose(
            parsed(disposing.Propose, {"items": [{"type": "file", "id": 1}]}),
            person=office.person("kabid1"),
            at=LATER,
        )
    Disposal.objects.update(proposed_by=office.person("kabid1"))
    with pytest.raises(errors.SeparationOfDuties):
        approved(disposal)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.update(
            state="done",
            number="x",
            year=2032,
            sequence=1,
            decided_by=office.person("kabid1"),
            decided_at=LATER,
        )
    assert Document.objects.exclude(disposal=None).count() == 0


@pytest.mark.parametrize("stop", ["hold", "schedule"])
def test_a_hold_or_a_changed_schedule_stops_what_was_proposed(stop: str) -> None:
    case = refused_case()
    set_schedule(rule())
    disposal = proposed()
    if stop == "hold":
        given = holds.HoldReason(reason="Pemeriksaan Inspektorat")
        holds.place(case.number, given, person=office.person("administrator1"), at=LATER)
        with pytest.raises(errors.Conflict):
            holds.place(case.number, given, person=office.person("kabid1"), at=LATER)
    else:
        set_schedule(rule(fate="permanen"), at=LATER)
    with pytest.raises(errors.Conflict):
        approved(disposal)
    assert Document.objects.exclude(disposal=None).count() == 0
    assert not Disposal.objects.filter(state="done").exists()
    if stop == "hold":
        assert due.items(LATER) == []
        holds.lift(case.number, given, person=office.person("kabid1"), at=LATER)
        approved(disposal)
    assert not proof.everything().flaws


def test_a_proposal_taken_back_makes_it_due_again() -> None:
    refused_case()
    set_schedule(rule())
    disposal = proposed()
    assert due.items(LATER) == []
    disposing.refuse(
        disposal.pk, disposing.Refuse(reason="Salah pilih"), person=office.person("administrator1"), at=LATER
    )
    assert due.items(LATER)
    with pytest.raises(errors.Conflict):
        approved(disposal)


def test_while_a_server_stands_its_file_is_active() -> None:
    case = office.bring_to(office.ask(), "completed")
    case.refresh_from_db()
    assert case.closed_at is not None
    set_schedule(rule())
    assert due.items(LATER) == []


def test_the_same_bytes_elsewhere_stay_and_handed_in_again_they_are_kept() -> None:
    refused_case()
    other = office.bring_to(office.ask(), "disposition_head")
    file = uploads.accept_upload("sama.pdf", "application/pdf", PDF, kind="attachment")
    attach(other.number, file, person=office.person("dinkes1"), at=office.MONDAY)
    set_schedule(rule("attachment"))
    approved(proposed())
    take_away()
    assert store.exists(file.sha256)
    assert not DestroyedFile.objects.exists()
    assert not proof.everything().flaws


def test_bytes_destroyed_between_storing_and_the_act_are_asked_for_again() -> None:
    case = refused_case()
    set_schedule(rule("attachment"))
    approved(proposed())
    again = uploads.accept_upload("lagi.pdf", "application/pdf", PDF, kind="attachment")
    take_away()
    with pytest.raises(errors.Conflict), transaction.atomic():
        papers.keep_file(again, at=LATER, case_id=case.pk)
    again = uploads.accept_upload("lagi.pdf", "application/pdf", PDF, kind="attachment")
    with transaction.atomic():
        papers.keep_file(again, at=LATER, case_id=case.pk)
    assert not [flaw for flaw in proof.everything().flaws if flaw.area == "documents"]


def test_nothing_is_taken_away_while_a_backup_copies() -> None:
    refused_case()
    set_schedule(rule())
    approved(proposed())
    with store.kept_whole():
        assert take_away() == 0
    assert take_away() > 0


def test_a_destruction_the_journal_does_not_know_and_one_undone_are_found() -> None:
    refused_case()
    set_schedule(rule())
    approved(proposed())
    take_away()
    paper = Document.objects.exclude(disposal=None).latest("pk")
    Document.objects.filter(pk=paper.pk).update(disposal=None)
    codes = {flaw.code for flaw in proof.everything().flaws}
    assert {"DESTRUCTION_DIFFERS_FROM_JOURNAL", "FACTS_CHANGED"} <= codes
    Document.objects.filter(pk=paper.pk).update(disposal=paper.disposal_id, facts={"document": {}})
    assert "DESTROYED_FACTS_LEFT" in {flaw.code for flaw in proof.everything().flaws}
    Document.objects.filter(pk=paper.pk).update(facts={}, title="Judul lain")
    assert "COLUMN_DIFFERS_FROM_FACTS" in {flaw.code for flaw in proof.everything().flaws}
    Document.objects.filter(pk=paper.pk).update(title=paper.title)
    store.put(PDF)
    assert {flaw.code for flaw in proof.everything().flaws} == {"DESTROYED_FILE_LEFT"}
