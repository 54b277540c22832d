"""Issued papers and number books."""

from __future__ import annotations

import pytest

from sandar.records.documents.models import Document, Signature
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_papers_are_found_by_kind_number_and_case() -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_approval")
    client = client_of(office.person("pengawas1"))
    report = Document.objects.get(case=case, kind="capacity_report")
    receipt = Document.objects.get(case=case, kind="receipt")
    page = client.get("/dokumen").content.decode().replace("<wbr>", "")
    assert report.number in page
    assert receipt.number in page
    only = client.get("/dokumen?jenis=capacity_report").content.decode().replace("<wbr>", "")
    assert report.number in only
    assert receipt.number not in only
    assert receipt.number in client.get(f"/dokumen?q={case.number}").content.decode().replace("<wbr>", "")
    assert "Tidak ada naskah" in client.get("/dokumen?q=tidak-ada").content.decode().replace("<wbr>", "")


def test_every_book_counts_from_one_without_a_gap() -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_form")
    office.ask()
    client = client_of(office.person("kabid1"))
    page = client.get("/buku?tahun=2026").content.decode().replace("<wbr>", "")
    assert "Agenda surat masuk" in page
    assert "nomor 1 sampai 2, lengkap" in page
    book = client.get("/buku?tahun=2026&buku=disposisi").content.decode().replace("<wbr>", "")
    assert Document.objects.get(case=case, kind="disposition_sheet").number in book
    assert client.get("/buku?tahun=1999").status_code == 200
    assert client.get("/buku?tahun=%C2%B2026").status_code == 200


def test_a_number_without_its_paper_is_shown_as_a_gap() -> None:
    office.build()
    office.ask()
    office.ask()
    lost = Document.objects.filter(book="tanda_terima", sequence=1)
    Signature.objects.filter(document__in=lost).delete()
    lost.delete()
    page = (
        client_of(office.person("kabid1"))
        .get("/buku?tahun=2026&buku=tanda_terima")
        .content.decode()
        .replace("<wbr>", "")
    )
    assert "1 nomor tanpa naskah" in page
    assert "tidak punya naskah" in page
