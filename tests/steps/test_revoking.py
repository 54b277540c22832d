"""A second officer revokes an issued paper: its number stays used, its bytes stay, what rests on it does not go on."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sandar import errors, signing_errors
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.outbox.models import Message
from sandar.steps import revoking
from sandar.steps.inputs import parsed
from tests import office

pytestmark = pytest.mark.django_db
WHY = {"kind": "wrong_content", "reason": "Daya yang disetujui salah ketik."}


@pytest.fixture
def case() -> Case:
    return office.bring_to(office.ask(), "awaiting_notice")


def approval(case: Case) -> Document:
    return Document.objects.get(case=case, kind="approval_form")


def revoke(paper: Document, username: str, **why: str) -> Document:
    given = parsed(revoking.Revoke, WHY | why)
    return revoking.revoke(paper.pk, given, person=office.person(username), at=timezone.now())


def test_another_officer_revokes_it_and_the_journal_the_row_and_the_agency_say_so(case: Case) -> None:
    paper = papers.render(approval(case).pk)
    before, told = papers_read.pdf(paper), Message.objects.filter(kind="revoked").count()
    done = revoke(paper, "pengawas1")
    assert (done.status, done.ended_kind, done.ended_reason) == ("revoked", WHY["kind"], WHY["reason"])
    assert done.ended_by_id == office.person("pengawas1").pk
    event = Event.objects.get(case=case, kind="document_revoked")
    assert event.payload["revoked"] == {"id": paper.pk, "kind": paper.kind, "number": paper.number}
    assert (event.payload["reason"], event.payload["note"]) == (WHY["kind"], WHY["reason"])
    assert papers_read.pdf(done) == before
    assert Message.objects.filter(kind="revoked").count() > told
    assert list(papers_read.damages()) == [], "the number stays used"
    with pytest.raises(errors.DocumentEnded):
        revoke(paper, "pengawas1")


def test_who_issued_or_signs_it_cannot_nor_who_holds_neither_post(case: Case) -> None:
    paper = approval(case)
    with pytest.raises(errors.SeparationOfDuties):
        revoke(paper, "kabid1")
    for username in ("operator1", "administrator1"):
        with pytest.raises(errors.NotYourTurn):
            revoke(paper, username)
    for stranger in ("admin", "dinkes1", "disdik1"):
        with pytest.raises((errors.NotFound, errors.NotYourTurn)):
            revoke(paper, stranger)
    assert approval(case).status != "revoked"
    assert not Event.objects.filter(kind="document_revoked").exists()
    revoke(paper, "kabid2")


def test_the_step_that_rests_on_it_is_refused(case: Case) -> None:
    paper = approval(case)
    revoke(paper, "pengawas1")
    with pytest.raises(signing_errors.PaperRevoked) as refused:
        office.act(case, "notify")
    assert refused.value.facts["number"] == paper.number
    case.refresh_from_db()
    assert case.state == "awaiting_notice"


def test_of_several_minutes_a_revoked_one_keeps_the_report_back_for_it_is_the_only_handover_of_its_items() -> (
    None
):
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2)]
    case = office.bring_to(office.ask(*items), "installation")
    office.act(case, "hand_over", {"items": [{"item_no": 2, "address": "10.20.30.12"}]})
    office.bring_to(case, "reporting")
    first, second = Document.objects.filter(case=case, kind="handover_minutes").order_by("pk")
    office.act(case, "probe", {})
    office.answer_probes(case, at=office.MONDAY)
    revoke(first, "pengawas1")
    with pytest.raises(signing_errors.PaperRevoked) as refused:
        office.act(case, "report")
    assert refused.value.facts["number"] == first.number
    second.refresh_from_db()
    assert second.status != "revoked"
    case.refresh_from_db()
    assert case.state == "reporting"


def test_the_row_cannot_be_revoked_without_saying_why_and_by_whom(case: Case) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=approval(case).pk).update(status="revoked", ended_at=timezone.now())


def test_a_reason_of_the_list_and_some_words_are_needed() -> None:
    for wrong in ({"kind": "begitu saja"}, {"reason": "salah"}, {"reason": "x" * 501}):
        with pytest.raises(errors.InvalidInput):
            parsed(revoking.Revoke, WHY | wrong)
