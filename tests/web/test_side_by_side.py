"""Racks side by side without a script: which racks are shown, both faces, and where an act comes back to."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sandar.records.facility.models import Rack
from sandar.records.ledger.models import Claim
from tests import office
from tests.web.people import client_of
from tests.web.test_moves import form, stands, text

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def shown(page: str, face: str = "front") -> list[str]:
    return re.findall(rf'data-face="{face}" data-rack="([^"]+)"', page)


def test_the_row_of_a_rack_is_shown_in_its_order_front_and_rear_with_one_rack_more_if_wanted() -> None:
    office.build()
    row = list(Rack.objects.order_by("name"))[:3]
    for position, rack in enumerate(reversed(row)):
        Rack.objects.filter(pk=rack.pk).update(row="Z", position=position)
    names = [rack.name for rack in reversed(row)]
    client = as_("operator1")
    page = client.get(f"/jajaran?dekat={names[0]}").content.decode()
    assert shown(page) == shown(page, "rear") == names
    other = Rack.objects.exclude(row="Z").order_by("name").first()
    assert other is not None
    page = client.get("/jajaran", {"baris": f"{row[0].room.name} / Z", "tambah": other.name}).content.decode()
    assert shown(page) == [*names, other.name]
    page = client.get("/jajaran", {"dekat": names[0], "sisi": "belakang"}).content.decode()
    assert (shown(page), shown(page, "rear")) == ([], names)


def test_every_device_has_its_button_in_the_table_and_its_link_in_both_drawings() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    page = as_("operator1").get("/jajaran?dekat=R03").content.decode()
    assert page.count(f'data-claim="{claim.pk}"') == 2
    assert f'href="/rak/R03/pindah/{claim.pk}#pindah"' in page
    assert f'<tr id="t{claim.pk}">' in page
    watched = as_("kabid1").get("/jajaran?dekat=R03").content.decode()
    assert "Dipindah" in watched
    assert "data-claim" not in watched
    assert "/pindah/" not in watched


def test_what_was_dragged_here_comes_back_here_and_a_refusal_keeps_the_way() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    client = as_("operator1")
    here = "baris=Ruang+Server+1+%2F+A&sisi=semua"
    done = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, jajaran=here))
    assert done["Location"] == f"/jajaran?{here}#t{claim.pk}"
    stands("R04", 20, "Sudah ada")
    claim.refresh_from_db()
    refused = client.post(f"/rak/R05/pindah/{claim.pk}", form(claim, rack="R04", jajaran=here))
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Sudah ada" in text(page)
    assert re.search(r'name="jajaran" value="baris=Ruang', page)
    wish = {
        "submission": str(uuid.uuid4()), "rack": "R04", "position_u": "20", "height_u": "1", "watts": "100",
        "cords": "AB", "label": "Baru", "jajaran": here,
    }  # fmt: skip
    refused = client.post("/rak/R04/tahan", wish)
    assert refused.status_code == 409
    assert re.search(r'name="jajaran" value="baris=Ruang', refused.content.decode())
    done = client.post("/rak/R04/tahan", wish | {"position_u": "30", "submission": str(uuid.uuid4())})
    assert done["Location"] == f"/jajaran?{here}#t{Claim.objects.get(label='Baru').pk}"


def test_the_way_back_is_never_another_address() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    away = "//example.org/?a\r\nSet-Cookie: x"
    done = as_("operator1").post(f"/rak/R03/pindah/{claim.pk}", form(claim, jajaran=away))
    assert done["Location"].startswith("/jajaran?")
    assert "\n" not in done["Location"]


def test_any_address_is_answered_and_the_page_is_for_officers_only() -> None:
    office.build()
    assert as_("dinkes1").get("/jajaran").status_code == 403
    client = as_("operator1")
    for query in ("baris=X", "dekat=X", "tambah=X&sisi=x&warna=x", "page=99", "page=-1", "baris=%00"):
        assert client.get(f"/jajaran?{query}").status_code == 200, query


def test_one_row_costs_the_same_questions_however_much_stands_in_it() -> None:
    office.build()
    client = as_("kabid1")
    client.get("/jajaran?dekat=R03")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/jajaran?dekat=R03")
    for unit in (5, 9, 13, 17):
        stands("R03", unit, f"Perangkat {unit}")
        stands("R05", unit, f"Perangkat {unit}")
    with CaptureQueriesContext(connection) as many:
        client.get("/jajaran?dekat=R03")
    assert len(many) == len(few)


def test_an_office_without_racks_is_told_where_they_come_from() -> None:
    office.build()
    Rack.objects.update(retired=True)
    assert "Belum ada rak" in as_("operator1").get("/jajaran").content.decode()
