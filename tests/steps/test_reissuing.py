"""A revoked paper is issued again: new number, same facts, signed anew; the case goes on, the old one stays revoked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sandar import errors, signing_errors
from sandar.doors import proof
from sandar.records.cases.models import Case, Event
from sandar.records.documents import freeze, signatures
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, NumberBook
from sandar.records.outbox.models import Message
from sandar.steps import reissuing, revoking
from sandar.steps.inputs import parsed
from tests import office

pytestmark = pytest.mark.django_db
WHY = {"reason": "Dicabut karena keliru memilih nomor."}


@pytest.fixture
def case() -> Case:
    return office.bring_to(office.ask(), "awaiting_notice")


def only(case: Case, kind: str) -> Document:
    return Document.objects.get(case=case, kind=kind)


def revoke(paper: Document, username: str = "pengawas1") -> None:
    given = parsed(revoking.Revoke, {"kind": "other", "reason": "Nomornya keliru dipilih."})
    revoking.revoke(paper.pk, given, person=office.person(username), at=timezone.now())


def reissue(paper: Document, username: str, **more: Any) -> Document:
    given = parsed(reissuing.Reissue, WHY)
    return reissuing.reissue(paper.pk, given, person=office.person(username), at=timezone.now(), **more)


def flaws() -> list[Any]:
    return list(proof.everything().flaws)


def test_the_approval_comes_back_under_the_next_number_and_the_case_goes_on(case: Case) -> None:
    old = only(case, "approval_form")
    revoke(old)
    version = Case.objects.get(pk=case.pk).version
    last = NumberBook.objects.get(name=old.book, year=timezone.now().year).last
    told = Message.objects.filter(kind="reissued").count()
    new = reissue(old, "kabid1")
    old.refresh_from_db()
    assert (old.status, old.replaced_by_id) == ("revoked", new.pk)
    assert (new.status, new.sequence, new.token != old.token) == ("prepared", last + 1, True)
    assert new.facts["instead_of"] == {"number": old.number, "date": old.issued_on.isoformat()}
    changed = ("document", "office", "agency", "signers", "instead_of")
    kept = [{name: v for name, v in one.facts.items() if name not in changed} for one in (old, new)]
    assert kept[0] == kept[1]
    event = Event.objects.get(case=case, kind="document_reissued")
    assert event.payload["reissued"] == {"id": old.pk, "kind": old.kind, "number": old.number}
    assert [one["number"] for one in event.payload["documents"]] == [new.number]
    assert event.person["duty"] == "approved"
    assert Case.objects.get(pk=case.pk).version == version, "nothing moves"
    assert Message.objects.filter(kind="reissued").count() > told
    before, after = signatures.of_documents([old.pk]), signatures.of_documents([new.pk])
    assert [(row.order, row.title, row.person_id) for row in after] == [
        (row.order, row.title, row.person_id) for row in before
    ]
    assert new.facts["signers"] == old.facts["signers"]
    papers.render(new.pk)
    assert list(papers_read.damages()) == [], "no gap"
    assert flaws() == []
    office.act(case, "notify")
    case.refresh_from_db()
    assert case.state == "awaiting_delivery"


def test_the_minutes_come_back_by_another_officer_and_the_report_names_them() -> None:
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2)]
    case = office.bring_to(office.ask(*items), "installation")
    office.act(case, "hand_over", {"items": [{"item_no": 2, "address": "10.20.30.12"}]})
    office.bring_to(case, "reporting")
    first, second = Document.objects.filter(case=case, kind="handover_minutes").order_by("pk")
    revoke(first)
    office.act(case, "probe", {})
    office.answer_probes(case, at=office.MONDAY)
    with pytest.raises(signing_errors.PaperRevoked):
        office.act(case, "report")
    assert first.issued_by
    other = next(name for name in ("operator1", "operator2") if name != first.issued_by.username)
    new = reissue(first, other)
    assert new.facts["second_party"]["name"] == office.person(other).name
    assert new.facts["first_party"] == first.facts["first_party"]
    assert new.facts["devices"] == first.facts["devices"]
    names = [block["name"] for block in new.facts["signers"]]
    assert office.person(other).name in names
    assert first.issued_by.name not in names
    before, after = signatures.of_documents([first.pk]), signatures.of_documents([new.pk])
    assert len(after) == len(before)
    mine = {row.order: row.person_id for row in after}
    assert mine == {
        row.order: office.person(other).pk if row.person_id == first.issued_by_id else row.person_id
        for row in before
    }
    office.act(case, "report")
    report = only(case, "completion_report")
    numbers = {one["number"] for one in report.facts["references"]}
    assert {new.number, second.number} <= numbers
    assert first.number not in numbers
    assert flaws() == []


def test_only_what_was_revoked_and_only_once(case: Case) -> None:
    old = only(case, "approval_form")
    with pytest.raises(signing_errors.NotRevoked):
        reissue(old, "kabid1")
    revoke(old)
    new = reissue(old, "kabid1")
    with pytest.raises(errors.DocumentEnded):
        reissue(old, "kabid1")
    assert Document.objects.filter(case=case, kind="approval_form").count() == 2
    revoke(new)
    third = reissue(new, "kabid1")
    assert third.facts["instead_of"]["number"] == new.number


def test_nobody_who_revoked_it_nor_another_role(case: Case) -> None:
    old = only(case, "approval_form")
    revoke(old, "kabid2")
    last = NumberBook.objects.get(name=old.book, year=old.year).last
    with pytest.raises(errors.SeparationOfDuties) as refused:
        reissue(old, "kabid2")
    assert refused.value.facts == {"did": "paper_revoked", "wants": "paper_reissued"}
    for username in ("operator1", "pengawas1"):
        with pytest.raises(errors.NotYourTurn):
            reissue(old, username)
    for stranger in ("admin", "dinkes1", "disdik1"):
        with pytest.raises((errors.NotFound, errors.NotYourTurn, errors.AdminApart)):
            reissue(old, stranger)
    assert NumberBook.objects.get(name=old.book, year=old.year).last == last
    old.refresh_from_db()
    assert old.replaced_by_id is None


def test_without_a_fresh_password_nothing_is_signed_and_no_number_taken(case: Case) -> None:
    old = only(case, "approval_form")
    revoke(old)
    last = NumberBook.objects.get(name=old.book, year=old.year).last
    with pytest.raises(signing_errors.PasswordNeeded):
        reissue(old, "kabid1", proved=False)
    assert NumberBook.objects.get(name=old.book, year=old.year).last == last
    assert not Event.objects.filter(kind="document_reissued").exists()


def test_a_paper_of_the_applicants_act_is_not_issued_again_by_an_officer(case: Case) -> None:
    form = only(case, "application_form")
    revoke(form)
    with pytest.raises(errors.NotYourTurn):
        reissue(form, "kabid1")


def test_the_database_lets_no_living_paper_name_a_successor(case: Case) -> None:
    old = only(case, "approval_form")
    revoke(old)
    new = reissue(old, "kabid1")
    Document.objects.filter(pk=old.pk).update(replaced_by=None)
    assert [flaw.code for flaw in flaws()] == ["SUCCESSOR_DIFFERS_FROM_JOURNAL"]
    living = only(case, "application_form")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=living.pk).update(replaced_by=new)
    assert freeze.facts_hash(new.facts) == new.facts_sha256
