"""Settings: who may look."""

from __future__ import annotations

import pytest

from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_heads_and_the_system_administrator_look_nobody_else() -> None:
    office.build()
    for username, status in (
        ("admin", 200),
        ("kabid1", 200),
        ("pengawas1", 200),
        ("operator1", 403),
        ("dinkes1", 403),
    ):
        for address in ("/pengaturan", "/pengaturan/kalender"):
            assert client_of(office.person(username)).get(address).status_code == status, username
    page = client_of(office.person("kabid1")).get("/pengaturan").content.decode()
    for part in ("Tembilahan", "Pengawas TIK", "07.30–12.00", "{urut:03}"):
        assert part in page
