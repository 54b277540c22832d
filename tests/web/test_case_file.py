"""A case file as one PDF: what is in it, for whom, and that an unreadable file does not stop it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image

from sandar.records.cases.models import Case
from sandar.records.documents import store, uploads
from sandar.steps import filing
from tests import office
from tests.cli.run import sandar_json
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def scan(text: str) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(2):
        writer.add_blank_page(300, 400)
    writer.metadata = {"/Title": text}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4000, 3000), "teal").save(out, "JPEG")
    return out.getvalue()


def attach(case: Case, name: str, data: bytes, kind: str) -> None:
    file = uploads.accept_upload(name, "", data, kind=kind)
    filing.attach(case.number, file, person=office.person("dinkes1"), at=office.MONDAY)


def built() -> Case:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_form")
    attach(case, "rencana.pdf", scan("rencana"), "attachment")
    attach(case, "rak.jpg", photo(), "photo")
    attach(case, "server.json", b'{"id": "x", "class": "system"}', "inventory")
    return case


def outline(reader: pypdf.PdfReader) -> list[tuple[str, int]]:
    rows: list[Any] = list(reader.outline)
    return [(row.title, reader.get_destination_page_number(row) or 0) for row in rows]


def test_every_paper_and_attachment_stands_behind_an_index_with_bookmarks() -> None:
    case = built()
    answer = client_of(office.person("kabid1")).get(f"/berkas/permohonan/{case.number}.pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    marks = outline(reader)
    assert [title.split(" ")[0] for title, _ in marks] == [
        "Berkas",
        "Tanda",
        "Lembar",
        "Laporan",
        "rencana.pdf",
        "rak.jpg",
    ]
    assert marks[0][1] == 0
    assert [page for _, page in marks] == sorted({page for _, page in marks})
    assert len(reader.pages) == marks[-1][1] + 1
    index = reader.pages[0].extract_text()
    for title, page in marks[1:]:
        assert title.split(" ")[0] in index
        assert f"{page + 1}" in index
    assert "data, tersedia tersendiri" in index
    assert not reader.attachments
    wide, high = (float(side) for side in reader.pages[-1].mediabox[2:])
    assert wide <= 596
    assert high <= 842


def test_the_agency_gets_its_own_papers_and_nobody_elses() -> None:
    case = built()
    mine = client_of(office.person("dinkes1")).get(f"/berkas/permohonan/{case.number}.pdf")
    titles = [title for title, _ in outline(pypdf.PdfReader(io.BytesIO(mine.content)))]
    assert not [title for title in titles if title.startswith(("Lembar Disposisi", "Laporan Ketersediaan"))]
    assert client_of(office.person("disdik1")).get(f"/berkas/permohonan/{case.number}.pdf").status_code == 404


def test_a_file_no_parser_reads_is_listed_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    case = built()
    broken = store.put(b"%PDF-1.7\nbroken\nstartxref\n0\n%%EOF")
    case.files.filter(name="rencana.pdf").update(sha256=broken)
    answer = client_of(office.person("kabid1")).get(f"/berkas/permohonan/{case.number}.pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert "tidak terbaca, tersedia tersendiri" in reader.pages[0].extract_text()
    assert "rencana.pdf" not in [title.split(" ")[0] for title, _ in outline(reader)]


def test_the_command_writes_it_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = built()
    target = tmp_path / "berkas.pdf"
    code, said = sandar_json(capsys, "case-file", case.number.lower(), str(target))
    assert (code, said["size"]) == (0, target.stat().st_size)
    assert target.stat().st_mode & 0o077 == 0
    code, said = sandar_json(capsys, "case-file", case.number, str(target))
    assert (code, said["code"]) == (1, "FILE_EXISTS")
    assert json.dumps(said)
