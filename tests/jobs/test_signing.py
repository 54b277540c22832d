"""Local signatures by the worker: who signs what, in which order, and what a crash or a foreign file leaves."""

from __future__ import annotations

import hashlib
import random
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sandar import signing_errors
from sandar.doors.jobs import care, render, signing, sweep
from sandar.records.cases.models import Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures, store
from sandar.records.documents.models import Document, Signature
from sandar.records.signing import authority, judge, pades, strangers
from tests import office
from tests.jobs import tsa_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def work(case_id: int) -> int:
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case_id)
    return signing.run(at, care.Shift(), case_id=case_id)


def paper_of(case_id: int, kind: str) -> Document:
    return Document.objects.get(case_id=case_id, kind=kind)


def test_the_officer_of_the_act_has_signed_when_the_worker_came_by(tmp_path: Path) -> None:
    case = office.bring_to(office.ask(), "awaiting_notice")
    assert work(case.pk) == 5
    paper = paper_of(case.pk, "approval_form")
    pdf = papers_read.pdf(paper)
    assert hashlib.sha256(pdf).hexdigest() == paper.signed_sha256 == paper.file_sha256
    assert pdf.startswith(store.read(str(paper.pdf_sha256)))
    [seen] = judge.look(pdf, authority.roots()).signatures
    assert (seen.holds, seen.whole, seen.trusted) == (True, True, True)
    assert seen.name == office.person("kabid1").name
    (tmp_path / "paper.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdfsig", tmp_path / "paper.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert list(papers_read.damages()) == []
    event = Event.objects.filter(case=case, kind="document_signed", payload__document=paper.pk).get()
    assert event.payload["sha256"] == paper.signed_sha256


def test_what_nobody_present_signs_gets_the_seal_of_the_office() -> None:
    case = office.ask()
    assert work(case.pk) == 1
    [seen] = judge.look(papers_read.pdf(paper_of(case.pk, "receipt")), authority.roots()).signatures
    assert seen.name.startswith("Segel ")
    assert seen.trusted


def test_the_minutes_are_signed_one_after_the_other_each_by_its_own_hand() -> None:
    case = office.bring_to(office.ask(), "reporting")
    work(case.pk)
    paper = paper_of(case.pk, "handover_minutes")
    rows = list(paper.signatures.all())
    assert [row.state for row in rows] == ["signed", "prepared", "prepared"]
    assert [row.person and row.person.username for row in rows] == ["operator1", "dinkes1", "kabid1"]
    assert paper.signatures_left == 2
    agency, head = rows[1:]
    at = timezone.now()
    assert signatures.consent([head.pk], person_id=head.person_id or 0, at=at) == [head.pk]
    assert signatures.consent([agency.pk], person_id=head.person_id or 0, at=at) == []
    assert work(case.pk) == 0, "the head signs after the agency"
    assert signatures.consent([agency.pk], person_id=agency.person_id or 0, at=at) == [agency.pk]
    assert work(case.pk) == 2
    paper.refresh_from_db()
    pdf = papers_read.pdf(paper)
    look = judge.look(pdf, authority.roots())
    assert look.holds
    assert [seen.name for seen in look.signatures] == [row.person and row.person.name for row in rows]
    assert (paper.signatures_left, paper.file_sha256) == (0, hashlib.sha256(pdf).hexdigest())


def test_a_substitute_signs_in_the_position_that_is_printed() -> None:
    facts = {
        "signers": [
            {"name": "X", "title": "Kepala Bidang", "acting": "plh", "signs": {"person": 7, "order": 1}}
        ]
    }
    from sandar.steps import signatories

    printed, asked = signatories.of(facts, actor_id=7)
    assert [(one.person_id, one.title, one.consents) for one in asked.signatories] == [
        (7, "Plh. Kepala Bidang", True)
    ]
    assert printed["signers"] == [
        {"name": "X", "title": "Kepala Bidang", "acting": "plh", "signing": "electronic"}
    ]


def test_a_crash_after_sending_is_settled_by_the_sweep() -> None:
    case = office.ask()
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    row = Signature.objects.select_related("document").get()
    tries = signatures.send(row, base_sha256=str(row.document.pdf_sha256), at=at)
    with pytest.raises(signing_errors.SignatureBusy):
        signatures.send(row, base_sha256="0" * 64, at=at)
    assert signing.run(at, care.Shift()) == 0, "somebody may still be at it"
    assert signing.settle(at + timedelta(minutes=3)) == 1
    row.refresh_from_db()
    assert (row.state, row.reason) == ("prepared", signing.UNKNOWN)
    assert sweep.run()["signatures"] == 1
    row.refresh_from_db()
    row.base_sha256 = str(row.document.pdf_sha256)
    late = signatures.Given("0" * 64, 5)
    with pytest.raises(signing_errors.SignatureBusy), transaction.atomic():
        signatures.given(row, late, tries=tries, at=at)


def test_a_paper_that_was_revoked_is_not_signed_any_more() -> None:
    case = office.ask()
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    by = office.person("kabid1")
    Document.objects.update(status="revoked", ended_kind="error", ended_at=at, ended_by=by)
    assert signing.run(at, care.Shift()) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"signed_sha256": None, "signed_size": None},
        {"signed_size": 0},
        {"signing": ""},
        {"signing": "magic"},
        {"pdf_sha256": None, "pdf_size": None},
    ],
)
def test_the_database_itself_refuses_a_half_signed_paper(change: dict[str, object]) -> None:
    work(office.ask().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.update(**change)


def test_the_database_itself_refuses_a_signature_without_its_file() -> None:
    work(office.ask().pk)
    for change in ({"sha256": None}, {"state": "sent", "sent_at": None}, {"state": "prepared"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.update(**change)


def test_a_signature_carries_the_stamp_of_a_real_authority(settings: Any, tmp_path: Path) -> None:
    case = office.bring_to(office.ask(), "awaiting_notice")
    with tsa_world.serving(tmp_path) as (stamps, settings.TSA_URL):
        assert work(case.pk) == 5
        assert stamps.asked == 5
    paper = paper_of(case.pk, "approval_form")
    row = paper.signatures.get()
    assert row.stamped_at is not None
    assert abs((row.stamped_at - timezone.now()).total_seconds()) < 600
    pdf = papers_read.pdf(paper)
    [seen] = judge.look(pdf, authority.roots()).signatures
    assert (seen.holds, seen.whole, seen.trusted) == (True, True, True)
    assert seen.stamped_at == row.stamped_at.isoformat()
    assert strangers.look(pdf, authority.roots()).signatures[0].stamped_at == seen.stamped_at


def test_an_answer_that_is_no_stamp_gives_no_signature(settings: Any, tmp_path: Path) -> None:
    case = office.ask()
    with tsa_world.serving(tmp_path) as (stamps, settings.TSA_URL):
        stamps.spoil = b"bukan cap waktu"
        assert work(case.pk) == 0
    assert (Signature.objects.get().state, Signature.objects.get().reason) == ("failed", "local")


def test_a_failing_stamp_leaves_the_signature_open_and_in_sight(settings: object) -> None:
    settings.TSA_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    case = office.ask()
    assert work(case.pk) == 0
    row = Signature.objects.get()
    assert (row.state, row.reason, row.tries) == ("failed", "local", 1)


def test_a_file_seen_in_a_child_is_seen_the_same_and_a_hostile_one_ends_nothing() -> None:
    work(office.ask().pk)
    pdf = papers_read.pdf(Document.objects.get())
    assert strangers.look(pdf, authority.roots()) == judge.look(pdf, authority.roots())
    assert strangers.look(b"%PDF-1.7\n" + random.Random(1).randbytes(9000), []).problem == "unreadable"
    assert strangers.look(b"nothing", []).problem == "not_a_pdf"


def test_a_revision_signed_by_a_stranger_is_not_trusted() -> None:
    work(office.ask().pk)
    paper = Document.objects.get()
    base = store.read(str(paper.pdf_sha256))
    person = office.person("kabid1")
    holder = authority.Holder(person.pk, person.name, person.title)
    signer = authority.officer(holder, office="Kantor Lain", at=timezone.now())
    pdf = pades.sign(base, signer, pades.About("T", "", "", timezone.now()))
    look = judge.look(pdf, [])
    assert look.holds
    assert [seen.trusted for seen in look.signatures] == [False]
    assert signing.flaw(base, pdf, look, how_many=1) == "unknown_issuer"
    assert signing.flaw(base + b" ", pdf, look, how_many=1) == "other_document"
    assert signing.flaw(base, pdf, look, how_many=2) == "unsigned"
    assert signing.flaw(base, base, judge.look(base, []), how_many=1) == "other_document"
