"""A file handed in on the case page is an entry of the journal, as by the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sandar.records.cases import read as cases
from sandar.records.documents.models import StoredFile
from tests import office
from tests.records.test_documents_uploads import pdf
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def hand_in(client: Client, number: str) -> int:
    scan = SimpleUploadedFile("surat.pdf", pdf(), "application/pdf")
    return client.post(f"/permohonan/{number}/lampiran", {"scan": scan}).status_code


def test_the_journal_names_what_was_handed_in_by_page() -> None:
    office.build()
    case = office.ask()
    assert hand_in(client_of(office.person("dinkes1")), case.number) == 302
    last = cases.journal(case).last()
    assert last is not None
    assert (last.kind, last.payload["sha256"]) == ("file_attached", StoredFile.objects.get(case=case).sha256)


def test_an_ended_case_takes_no_file() -> None:
    office.build()
    case = office.ask()
    office.act(case, "refuse", {"reason": "incomplete_letter"})
    assert hand_in(client_of(office.person("dinkes1")), case.number) == 422
    assert not StoredFile.objects.filter(case=case).exists()
