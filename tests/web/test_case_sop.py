"""The official sheet of one case: its own revision, its own times, where it stands; for whoever may read the case."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests import office
from tests.steps.test_revising import AT, published
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _built() -> None:
    office.build()


def row_of(page: str, words: str) -> str:
    """The row of the chart whose activity begins with these words."""
    rows = re.findall(r"<tr[ >].*?</tr>", page[page.index('class="sop-chart"') :], re.DOTALL)
    return next(row for row in rows if words in row)


def test_a_case_shows_the_official_sheet_of_its_own_revision_with_its_times_and_its_place():
    case = office.ask(at=AT)
    office.bring_to(case, "capacity_check", at=AT)
    office.bring_to(case, "capacity_release", at=AT + timedelta(minutes=40))
    published({"step.capacity.name": "Kegiatan yang baru bernama lain"})
    client = client_of(office.person("kabid1"))
    assert (
        f'href="/permohonan/{case.number}/sop"' in client.get(f"/permohonan/{case.number}").content.decode()
    )
    page = client.get(f"/permohonan/{case.number}/sop").content.decode()
    assert "revisi 1" in page
    assert "Kegiatan yang baru bernama lain" not in page
    for words in (
        "Nomor SOP",
        "Disahkan Oleh",
        "Dasar Hukum",
        "Mutu Baku",
        "sop-symbol",
        "sop-drop",
        "sop-band-right",
    ):
        assert words in page
    capacity, disposition = row_of(page, "Mengecek ketersediaan"), row_of(page, "Memverifikasi dan")
    assert 'aria-current="step"' in capacity
    assert "Sekarang di sini" in capacity
    assert "Nyata" in disposition
    assert "mnt" in disposition
    assert page.count('aria-current="step"') == 1


def test_a_finished_case_stands_nowhere():
    case = office.bring_to(office.ask(), "completed")
    page = client_of(office.person("dinkes1")).get(f"/permohonan/{case.number}/sop").content.decode()
    assert 'aria-current="step"' not in page
    assert page.count('class="sop-real"') == 8  # every activity with a clock


def test_the_sheet_of_a_case_is_for_whoever_may_read_the_case():
    case = office.ask()
    url = f"/permohonan/{case.number}/sop"
    assert client_of(office.person("disdik1")).get(url).status_code == 404
    assert client_of(office.person("dinkes1")).get(url).status_code == 200
    assert Client().get(url).status_code == 302
