"""Number books after a restore, numbers used outside Sandar, and the printed register."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pypdf
import pytest
import python_calamine
from django.db import transaction
from django.test import Client

from sandar import errors
from sandar.doors.proof.register import numbers as number_flaws
from sandar.records.documents import read as papers
from sandar.records.documents import write as papers_write
from sandar.records.documents.models import SkippedNumbers
from sandar.records.facility import journal
from sandar.steps import numbers
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def told(**lasts: int) -> dict[str, Any]:
    """The page's form: every held book with what the backup knew, some of them changed."""
    typed: dict[str, Any] = {"submission": str(uuid.uuid4()), "reason": "surat terakhir di arsip"}
    for n, row in enumerate(numbers.held()):
        last = lasts.get(row.book, row.last)
        typed |= {f"books.{n}.book": row.book, f"books.{n}.year": row.year, f"books.{n}.last": last}
    return typed


def proved() -> bool:
    return not list(papers.damages()) and not list(number_flaws())


def test_after_a_restore_no_number_is_given_before_the_last_one_is_confirmed() -> None:
    office.build()
    first = office.ask()
    numbers.hold_all(first_year=2026, last_year=2027)
    with pytest.raises(errors.BookHeld):
        office.ask()
    with pytest.raises(errors.BookHeld), transaction.atomic():
        papers_write.take_number("surat_keluar", year=2027)  # a book the backup did not know yet
    admin = as_("admin")
    assert as_("kabid1").get("/pengaturan/buku").status_code == 403
    assert "tertahan" in as_("administrator1").get("/buku?tahun=2026").content.decode()
    assert "Agenda surat masuk" in admin.get("/pengaturan/buku").content.decode()

    fewer = admin.post("/pengaturan/buku/konfirmasi", told(tanda_terima=0))
    assert fewer.status_code == 422
    forgotten = {name: value for name, value in told().items() if not name.startswith("books.0.")}
    assert admin.post("/pengaturan/buku/konfirmasi", forgotten).status_code == 422
    assert numbers.held()

    lasts = {"permohonan": 4, "agenda_masuk": 5, "tanda_terima": 3}
    assert admin.post("/pengaturan/buku/konfirmasi", told(**lasts)).status_code == 302
    assert not numbers.held()
    after = office.ask()
    assert (first.number, after.number, after.agenda_no) == ("PMH-2026-0001", "PMH-2026-0005", 6)
    assert after.documents.get().sequence == 4
    assert proved()
    event = journal.events("office:books").get()
    assert {"book": "tanda_terima", "year": 2026, "first": 2, "last": 3} in event.payload["lost"]
    page = as_("administrator1").get("/buku?tahun=2026&buku=tanda_terima").content.decode()
    assert page.count("Hilang bersama pemulihan dari cadangan: surat terakhir di arsip") == 2
    assert "tanpa naskah" not in page


def test_numbers_used_elsewhere_are_explained_and_never_used_again() -> None:
    office.build()
    office.ask()
    typed = {"submission": "a", "book": "tanda_terima", "count": "2", "reason": "Surat tugas di luar Sandar"}
    assert as_("kabid1").post("/buku/lewati", typed).status_code == 403
    administrator = as_("administrator1")
    assert administrator.post("/buku/lewati", {**typed, "reason": ""}).status_code == 422
    assert administrator.post("/buku/lewati", {**typed, "book": "permohonan"}).status_code == 422
    for _ in range(2):  # a second click takes no further number
        assert administrator.post("/buku/lewati", typed).status_code == 302
    more = {"submission": "b", "book": "agenda_masuk", "count": "1", "reason": "Undangan rapat"}
    assert administrator.post("/buku/lewati", more).status_code == 302
    case = office.ask()
    assert case.agenda_no == 3
    assert case.documents.get().sequence == 4
    assert [(row.book, row.first, row.last) for row in SkippedNumbers.objects.order_by("pk")] == [
        ("tanda_terima", 2, 3),
        ("agenda_masuk", 2, 2),
    ]
    assert proved()
    SkippedNumbers.objects.filter(book="tanda_terima").delete()
    assert [found.what for found in papers.damages()] == ["number_gap"]


def test_a_book_is_printed_as_a_register_and_as_a_sheet() -> None:
    office.build()
    case = office.ask()
    assert (
        as_("administrator1")
        .post("/buku/lewati", {"book": "tanda_terima", "count": "1", "reason": "=1+1"})
        .status_code
        == 302
    )
    address = "/buku/cetak.pdf?tahun=2026&buku=tanda_terima"
    pdf = as_("kabid1").get(address)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert "BUKU TANDA TERIMA 2026" in text
    assert case.number in text.replace("\n", "")
    assert "=1+1" in text
    assert "Jumlah: 2 nomor" in text
    sheet = as_("kabid1").get(address.replace(".pdf", ".xlsx")).content
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["Urut", 1, 2]
    assert rows[1][1] == case.documents.get().number
    assert str(rows[2][6]).startswith("=1+1 (")
    assert as_("dinkes1").get(address).status_code == 403
    assert as_("kabid1").get("/buku/cetak.pdf?tahun=2026&buku=lain").status_code == 404
