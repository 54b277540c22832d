"""`/dokumen/<id>/cabut`, the same by API, and what the book, the public page and the download say then."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from sandar.doors.cli.example.office import PASSWORD, token_of
from sandar.doors.jobs import care, render
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.records.people import read as people_read
from sandar.records.people.models import ApiToken
from tests import office
from tests.api.world import Api, ok, refused
from tests.web.test_confirming import aged

pytestmark = pytest.mark.django_db
WHY = {"kind": "no_basis", "reason": "Anggaran perangkatnya dibatalkan."}


@pytest.fixture
def paper() -> Document:
    cache.clear()
    office.build()
    case = office.bring_to(office.ask(), "awaiting_notice")
    render.run(timezone.now(), care.Shift(), case_id=case.pk)
    return Document.objects.get(case=case, kind="approval_form")


def send(client: Any, paper: Document, **more: str) -> Any:
    return client.post(f"/dokumen/{paper.pk}/cabut", WHY | {"submission": str(uuid.uuid4())} | more)


def test_by_page_with_the_password_again_and_everything_says_so(paper: Document) -> None:
    client = aged("pengawas1", minutes=16)
    case = Case.objects.get(pk=paper.case_id)
    link = f"/dokumen/{paper.pk}/cabut"
    assert link in client.get(f"/permohonan/{case.number}").content.decode()
    for typed in ({}, {"confirm_password": "bukan-itu"}):
        stopped = send(client, paper, **typed)
        assert stopped.status_code == 422
        assert WHY["reason"] in stopped.content.decode()
        assert "bukan-itu" not in stopped.content.decode()
    assert send(client, paper, confirm_password=PASSWORD).status_code == 302
    shown = client.get(f"/permohonan/{case.number}").content.decode()
    assert link not in shown
    assert "mencabut dokumen" in shown
    book = client.get(f"/buku?buku={paper.book}").content.decode()
    assert "dasar penerbitannya tidak ada lagi" in book
    name = client.get(f"/dokumen/{paper.pk}.pdf")["Content-Disposition"]
    assert "DICABUT-approval_form" in name
    public = client.get(f"/verify/{paper.token}").content.decode()
    assert "Dokumen ini sudah dicabut" in public
    assert "dasar penerbitannya tidak ada lagi" in public
    assert WHY["reason"] not in public
    again = client.get(link)
    assert again.status_code == 409


def test_who_issued_it_is_told_before_typing_anything(paper: Document) -> None:
    answer = aged("kabid1", minutes=1).get(f"/dokumen/{paper.pk}/cabut")
    assert answer.status_code == 403
    assert 'name="reason"' not in answer.content.decode()
    assert aged("dinkes1", minutes=1).get(f"/dokumen/{paper.pk}/cabut").status_code == 403


def test_by_api_once_and_with_the_contracts_refusals(paper: Document) -> None:
    path = f"/documents/{paper.pk}/revoke"
    refused(Api("kabid1").post(path, WHY), 403, "SEPARATION_OF_DUTIES")
    refused(Api("operator1").post(path, WHY), 403, "NOT_YOUR_TURN")
    refused(Api("disdik1").post(path, WHY), 404, "NOT_FOUND")
    assert "kind" in refused(Api("pengawas1").post(path, WHY | {"kind": "x"}), 422, "INVALID_INPUT")["fields"]
    first = Api("pengawas1").post(path, WHY, key="r1")
    assert ok(first)["status"] == "revoked"
    assert ok(first)["ended_kind"] == "no_basis"
    assert Api("pengawas1").post(path, WHY, key="r1").content == first.content
    refused(Api("pengawas1").post(path, WHY), 409, "DOCUMENT_ENDED")
    assert Event.objects.filter(kind="document_revoked").count() == 1
    case = Case.objects.get(pk=paper.case_id)
    [event] = [
        one
        for one in ok(Api("dinkes1").get(f"/cases/{case.number}/events"))["items"]
        if one["kind"] == "document_revoked"
    ]
    assert event["payload"]["note"] == WHY["reason"], "the agency reads why its paper holds no longer"


def stale(username: str) -> None:
    """The example's token as one that was made long ago and not for signing."""
    row = ApiToken.objects.get(token_sha256=people_read.digest(token_of(username)))
    old = timezone.now() - timedelta(days=2)
    ApiToken.objects.filter(pk=row.pk).update(signs=False, created_at=old, confirmed_at=None)


def test_an_old_token_revokes_only_with_the_password_and_leaves_no_trace_of_it(paper: Document) -> None:
    path = f"/documents/{paper.pk}/revoke"
    stale("pengawas1")
    asked = refused(Api("pengawas1").post(path, WHY, key="p1"), 403, "PASSWORD_NEEDED")
    assert asked["field"] == "password"
    wrong = Api("pengawas1").post(path, WHY | {"password": "bukan-itu"}, key="p1")
    assert "password" in refused(wrong, 422, "INVALID_INPUT")["fields"]
    assert b"bukan-itu" not in wrong.content
    paper.refresh_from_db()
    assert paper.status == "issued"
    first = Api("pengawas1").post(path, WHY | {"password": PASSWORD}, key="p1")
    assert ok(first)["status"] == "revoked"
    assert Api("pengawas1").post(path, WHY, key="p1").content == first.content, "no hash covers the password"
    assert PASSWORD not in str(list(Event.objects.values_list("payload", flat=True)))


def test_who_may_not_is_told_so_before_what_was_sent_is_looked_at(paper: Document) -> None:
    path = f"/documents/{paper.pk}/revoke"
    refused(Api("kabid1").post(path, {}), 403, "SEPARATION_OF_DUTIES")
    refused(Api("operator1").post(path, {}), 403, "NOT_YOUR_TURN")
    refused(Api("kabid1").post("/archive/disposals", {}), 403, "FORBIDDEN")
    answer = aged("kabid1", minutes=16).post(f"/dokumen/{paper.pk}/cabut", {"submission": str(uuid.uuid4())})
    assert answer.status_code == 403


def test_the_agency_reads_nothing_of_a_paper_between_officers(paper: Document) -> None:
    sheet = Document.objects.get(case_id=paper.case_id, kind="disposition_sheet")
    revoker = next(
        name
        for name in ("pengawas2", "kabid2")
        if Api(name).post(f"/documents/{sheet.pk}/revoke", WHY).status_code == 200
    )
    case = Case.objects.get(pk=paper.case_id)
    assert revoker
    [event] = [
        one
        for one in ok(Api("dinkes1").get(f"/cases/{case.number}/events"))["items"]
        if one["kind"] == "document_revoked"
    ]
    assert event["payload"] == {}
