"""`/tanda-tangan`: only one's own papers, in their turn; password, passphrase, code and scan."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from sandar.doors.jobs import care, render, signing
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document, Signature, StoredFile
from tests import office
from tests.jobs.bsre_world import NIK, PASSPHRASE, approval, papers_for, service
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
PAGE = "/tanda-tangan"


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def of(username: str) -> Client:
    person = office.person(username)
    person.set_password("kata-sandi-uji-1")
    person.save()
    return client_of(person)


def work(case: Case) -> None:
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    signing.run(at, care.Shift(), case_id=case.pk)


def test_the_agency_and_the_head_sign_the_minutes_with_their_password_in_turn() -> None:
    case = office.bring_to(office.ask(), "reporting")
    work(case)
    minutes = Document.objects.get(case=case, kind="handover_minutes")
    head, agency = of("kabid1"), of("dinkes1")
    [mine] = minutes.signatures.filter(person__username="dinkes1")
    assert "Belum giliran Anda" in head.get(PAGE).content.decode()
    wrong = agency.post(PAGE, {"id": mine.pk, "confirm_password": "salah", "do": "sign"})
    assert wrong.status_code == 422
    assert minutes.signatures.get(pk=mine.pk).consented_at is None
    stolen = head.post(PAGE, {"id": mine.pk, "confirm_password": "kata-sandi-uji-1", "do": "sign"})
    assert stolen.status_code == 422
    for client in (agency, head):
        said = client.get(PAGE).content.decode()
        row = minutes.signatures.exclude(state="signed").order_by("order").first()
        assert row is not None
        assert f'value="{row.pk}"' in said
        done = client.post(PAGE, {"id": row.pk, "confirm_password": "kata-sandi-uji-1", "do": "sign"})
        assert done.status_code == 302
        work(case)
    minutes.refresh_from_db()
    assert minutes.signatures_left == 0
    assert "Tidak ada yang menunggu" in agency.get(PAGE).content.decode()


def test_papers_are_signed_by_bsre_with_one_passphrase_typed_once(settings: Any, tmp_path: Path) -> None:
    with service(settings, tmp_path) as server:
        case, [row] = papers_for(server, "kabid1")
        client = of("kabid1")
        assert "Passphrase BSrE" in client.get(PAGE).content.decode()
        empty = client.post(PAGE, {"id": row.pk, "nik": NIK, "do": "sign"})
        assert empty.status_code == 422
        wrong = client.post(PAGE, {"id": row.pk, "nik": NIK, "passphrase": "kenari-salah", "do": "sign"})
        assert wrong.status_code == 422
        said = wrong.content.decode()
        assert "passphrase atau kode OTP salah" in said
        assert "kenari-salah" not in said
        assert NIK not in said
        code = client.post(PAGE, {"id": row.pk, "nik": NIK, "do": "code"}, follow=True)
        assert "BSrE mengirim kode OTP" in code.content.decode()
        assert server.outbox[0]["to"] == NIK
        done = client.post(
            PAGE, {"id": row.pk, "nik": NIK, "passphrase": PASSPHRASE, "do": "sign"}, follow=True
        )
        assert "1 dokumen ditandatangani" in done.content.decode()
        assert approval(case).signatures_left == 0


def test_a_paper_signed_by_hand_comes_back_as_a_scan_and_both_hashes_are_kept(settings: Any) -> None:
    settings.PAPER_SIGNING = "manual"
    case = office.bring_to(office.ask(), "awaiting_notice")
    work(case)
    client = of("kabid1")
    paper = approval(case)
    [row] = paper.signatures.all()
    where = f"{PAGE}/{row.pk}/pindaian"
    assert client.post(where, {}).status_code == 422
    picture = SimpleUploadedFile("x.pdf", b"GIF89a", "application/pdf")
    assert client.post(where, {"scan": picture}).status_code == 415
    sheet = io.BytesIO()
    Image.new("L", (60, 80), 255).save(sheet, "PDF")
    scan = SimpleUploadedFile("pindai.pdf", sheet.getvalue(), "application/pdf")
    assert client.post(where, {"scan": scan}).status_code == 302
    paper.refresh_from_db()
    row.refresh_from_db()
    assert (paper.signatures_left, row.base_sha256) == (0, paper.pdf_sha256)
    assert row.sha256 == paper.signed_sha256 == StoredFile.objects.get(case=case, kind="signed_scan").sha256
    event = Event.objects.get(case=case, kind="document_signed", payload__document=paper.pk)
    assert (event.payload["base_sha256"], event.payload["sha256"]) == (paper.pdf_sha256, row.sha256)
    assert of("operator1").post(where, {"scan": scan}).status_code == 404
    case.refresh_from_db()
    office.act(case, "notify")


def test_nobody_signs_in_for_another(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert Signature.objects.count() == 0
