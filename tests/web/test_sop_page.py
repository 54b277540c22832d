"""The SOP as a page."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_the_sheet_its_style_and_its_files_are_there() -> None:
    office.build()
    client = client_of(office.person("kabid1"))
    page = client.get("/sop").content.decode()
    assert 'class="sop-sheet"' in page
    assert "Keadaan dasar hukum" in page
    assert "style=" not in page
    assert client.get("/sop/1").status_code == 200
    assert client.get("/sop/lembar.css")["Content-Type"].startswith("text/css")
    assert client.get("/sop/1.pdf").content.startswith(b"%PDF")
    assert b"[[legal_basis]]" in client.get("/sop/1.toml").content
    assert b"bpmn" in client.get("/sop/1.bpmn").content
    for path in ("/sop/2", "/sop/99.pdf"):
        assert client.get(path).status_code == 404, path


def test_agencies_may_read_what_was_promised() -> None:
    office.build()
    assert client_of(office.person("dinkes1")).get("/sop").status_code == 200


def test_the_pdf_with_measured_times_is_for_officers_and_is_never_kept() -> None:
    office.build()
    office.bring_to(office.ask(), "completed")
    client = client_of(office.person("kabid1"))
    assert 'href="/sop/1.pdf?nyata=1"' in client.get("/sop").content.decode()
    official, living = client.get("/sop/1.pdf"), client.get("/sop/1.pdf?nyata=1&kertas=f4")
    assert (living["Content-Type"], living["Cache-Control"]) == ("application/pdf", "no-store")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(living.content)).pages)
    assert words.count("Nyata (1×)") == 8  # every activity with a standard time
    assert "bukan lembar resmi" in words
    assert "Nyata" not in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(official.content)).pages
    )
    assert client_of(office.person("dinkes1")).get("/sop/1.pdf?nyata=1").status_code == 403
