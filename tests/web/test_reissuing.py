"""`/dokumen/<id>/terbitkan-kembali`, the same by API, and what the case, the book and the public page say then."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from sandar.doors.cli.example.office import PASSWORD
from sandar.doors.jobs import after, care, render
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document, NumberBook
from sandar.steps import revoking
from sandar.steps.inputs import parsed
from tests import office
from tests.api.world import Api, ok, refused
from tests.web.test_confirming import aged
from tests.web.test_revoking import stale

pytestmark = pytest.mark.django_db
WHY = {"reason": "Pencabutannya sendiri keliru."}


@pytest.fixture
def paper() -> Document:
    """A revoked approval form."""
    cache.clear()
    office.build()
    case = office.bring_to(office.ask(), "awaiting_notice")
    render.run(timezone.now(), care.Shift(), case_id=case.pk)
    found = Document.objects.get(case=case, kind="approval_form")
    given = parsed(revoking.Revoke, {"kind": "no_basis", "reason": "Anggaran perangkatnya dibatalkan."})
    return revoking.revoke(found.pk, given, person=office.person("pengawas1"), at=timezone.now())


def send(client: Any, paper: Document, way: str = "", **more: str) -> Any:
    typed = WHY | {"submission": str(uuid.uuid4())} | more
    return client.post(f"/dokumen/{paper.pk}/terbitkan-kembali{way}", typed)


def test_by_page_with_preview_and_password_and_everything_says_so(paper: Document) -> None:
    client = aged("kabid1", minutes=16)
    case = Case.objects.get(pk=paper.case_id)
    link = f"/dokumen/{paper.pk}/terbitkan-kembali"
    assert link in client.get(f"/permohonan/{case.number}").content.decode()
    assert 'name="confirm_password"' in client.get(link).content.decode()
    last = NumberBook.objects.get(name=paper.book).last
    shown = send(client, paper, "/pratinjau")
    assert (shown.status_code, shown["Content-Type"], shown.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert NumberBook.objects.get(name=paper.book).last == last, "nothing is kept of a preview"
    assert Document.objects.filter(case=case, kind="approval_form").count() == 1
    for typed in ({}, {"confirm_password": "bukan-itu"}):
        stopped = send(client, paper, **typed)
        assert stopped.status_code == 422
        assert WHY["reason"] in stopped.content.decode()
    short = send(client, paper, reason="pendek", confirm_password=PASSWORD)
    assert short.status_code == 422
    assert send(client, paper, confirm_password=PASSWORD).status_code == 302
    after.act(case.pk)
    new = Document.objects.filter(case=case, kind="approval_form").latest("pk")
    assert (new.status, new.signatures_left, new.sequence) == ("issued", 0, last + 1)
    page = client.get(f"/permohonan/{case.number}").content.decode()
    assert link not in page
    assert "menerbitkan kembali dokumen" in page
    assert f"menggantikan {paper.number} yang dicabut" in page
    assert f"diganti oleh {new.number}" in client.get(f"/buku?buku={paper.book}").content.decode()
    old_public = client.get(f"/verify/{paper.token}").content.decode()
    assert "Dokumen ini sudah dicabut" in old_public
    assert new.token in old_public
    assert new.number in old_public
    assert WHY["reason"] not in old_public
    assert "Dokumen ini asli" in client.get(f"/verify/{new.token}").content.decode()
    assert client.get(link).status_code == 409


def test_who_revoked_it_is_offered_no_button_and_told_why(paper: Document) -> None:
    case = Case.objects.get(pk=paper.case_id)
    for username in ("pengawas1", "operator1"):
        client = aged(username, minutes=1)
        assert "terbitkan-kembali" not in client.get(f"/permohonan/{case.number}").content.decode()
        answer = client.get(f"/dokumen/{paper.pk}/terbitkan-kembali")
        assert answer.status_code == 403
        assert 'name="reason"' not in answer.content.decode()
        assert send(client, paper).status_code == 403
        assert send(client, paper, "/pratinjau").status_code == 403


def test_by_api_once_with_a_fresh_password_and_the_contracts_refusals(paper: Document) -> None:
    path = f"/documents/{paper.pk}/reissue"
    refused(Api("operator1").post(path, {}), 403, "NOT_YOUR_TURN")
    refused(Api("disdik1").post(path, WHY), 404, "NOT_FOUND")
    assert "reason" in refused(Api("kabid1").post(path, {"reason": "x"}), 422, "INVALID_INPUT")["fields"]
    stale("kabid1")
    assert refused(Api("kabid1").post(path, WHY, key="t1"), 403, "PASSWORD_NEEDED")["field"] == "password"
    assert Document.objects.filter(case_id=paper.case_id, kind="approval_form").count() == 1
    first = Api("kabid1").post(path, WHY | {"password": PASSWORD}, key="t1")
    assert first.status_code == 201
    new = first.json()
    assert new["number"] != paper.number
    assert Api("kabid1").post(path, WHY, key="t1").content == first.content
    refused(Api("kabid1").post(path, WHY), 409, "DOCUMENT_ENDED")
    refused(Api("kabid1").post(f"/documents/{new['id']}/reissue", WHY), 409, "DOCUMENT_NOT_REVOKED")
    assert Event.objects.filter(kind="document_reissued").count() == 1
    case = Case.objects.get(pk=paper.case_id)
    [event] = [
        one
        for one in ok(Api("dinkes1").get(f"/cases/{case.number}/events"))["items"]
        if one["kind"] == "document_reissued"
    ]
    assert event["payload"]["reissued"]["number"] == paper.number
    assert event["payload"]["documents"][0]["number"] == new["number"]
    assert "note" not in event["payload"], "the reason is for the office"
    assert PASSWORD not in str(list(Event.objects.values_list("payload", flat=True)))
