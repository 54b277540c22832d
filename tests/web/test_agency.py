"""The agency's own page."""

from __future__ import annotations

import pytest

from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_an_agency_sees_its_requests_servers_and_what_ends() -> None:
    office.build()
    done = office.bring_to(office.ask(), "completed")
    running = office.bring_to(office.ask(office.server(name="RME")), "awaiting_form")
    page = client_of(office.person("dinkes2")).get("/instansi").content.decode()
    for part in (done.number, running.number, "SIMPUS-1", "Kerjakan", "lagi"):
        assert part in page, part


def test_nothing_of_another_agency_is_on_it() -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_form")
    page = client_of(office.person("disdik1")).get("/instansi").content.decode()
    assert case.number not in page
    assert "Tidak ada permohonan yang berjalan" in page


def test_officers_have_no_agency_page() -> None:
    office.build()
    assert client_of(office.person("kabid1")).get("/instansi").status_code == 403
