"""Items with different fates by page: what the agency sees and withdraws."""

from __future__ import annotations

import pytest

from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_the_agency_withdraws_one_item_by_page_and_sees_what_became_of_each() -> None:
    office.build()
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2)]
    case = office.bring_to(office.ask(*items), "awaiting_form")
    client = client_of(office.person("dinkes1"))
    page = client.get(f"/permohonan/{case.number}").content.decode()
    assert "2. SRV-2" in page
    sent = {"version": case.version, "submission": "a" * 32, "item_nos": "2", "note": "Batal"}
    answer = client.post(f"/permohonan/{case.number}/withdraw_item", sent)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.fates["2"]["fate"]) == ("awaiting_form", "withdrawn")
    page = client.get(f"/permohonan/{case.number}").content.decode()
    assert "dicabut" in page
    assert "Batal" in page
