"""The head of the sheet by the page of a draft: office, boxes, and the legal basis with its state."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sandar.records.cases.models import SopDraft
from sandar.sop import definition
from sandar.steps.revising import drafts
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> SopDraft:
    office.build()
    return drafts.begin("colocation", person=office.person("pengawas1"), at=timezone.now())


def test_the_head_of_the_sheet_and_its_legal_basis_are_edited_by_page(draft: SopDraft):
    """The regulation that was revoked is replaced, one is added, one goes; the office has its own name."""
    author = client_of(office.person("pengawas1"))
    url = f"/sop/rancangan/{draft.pk}"
    page = author.get(url).content.decode()
    assert "Peraturan Pemerintah Nomor 82 Tahun 2012" in page
    new = "Peraturan Bupati Nomor 9 Tahun 2026 tentang Pusat Data"
    fields = {
        "identity.office": "PEMERINTAH KABUPATEN CONTOH\r\nDINAS KOMINFO\r\n\r\n",
        "sheet.recording": "Buku agenda\r\nRegister aset",
        "sheet.warning": "Tanpa SOP ini\r\ndata terancam",
        "legal.2.text": "Peraturan Pemerintah Nomor 71 Tahun 2019",
        "legal.2.status": "in_force",
        "legal.2.cite": "",
        "legal.3.text": " ",
        "legal.new.text": new,
        "legal.new.status": "in_force",
    }
    sent = {"version": str(draft.version), **fields}
    assert author.post(url, sent, follow=True).status_code == 200
    draft.refresh_from_db()
    procedure = definition.loads(draft.text)
    assert procedure.identity.office == ("PEMERINTAH KABUPATEN CONTOH", "DINAS KOMINFO")
    assert procedure.recording == ("Buku agenda", "Register aset")
    assert procedure.warning == "Tanpa SOP ini data terancam"
    assert [one.text for one in procedure.legal_basis][2:] == [
        "Peraturan Pemerintah Nomor 71 Tahun 2019",
        definition.bundled().legal_basis[4].text,
        new,
    ]
    assert [one.status for one in procedure.legal_basis][2:] == ["in_force", "unverified", "in_force"]
    page = author.get(url).content.decode()
    assert f"Dasar hukum “{new}” ditambahkan." in page
    wrong = {"version": str(draft.version), "legal.0.status": "perhaps"}
    page = author.post(url, wrong, follow=True).content.decode()
    assert "perhaps" in page
    assert "dapat dijalankan" not in page
