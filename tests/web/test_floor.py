"""The floor plan: where racks stand, how full they are by three measures, in drawing and table alike."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def fill(rack: str, *, units: int, watts: int) -> None:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=watts, cords="AB", weight_kg=10),
        start=geometry.start_of(1),
        height=units * 2,
        label="Penuh",
    )
    ledger.take_over([spec], at=timezone.now(), by=None)


def test_the_plan_shows_every_rack_in_its_row_and_order() -> None:
    office.build()
    Rack.objects.filter(name="R03").update(position=1)
    Rack.objects.filter(name__in=["R01", "R02"]).update(position=2)
    page = as_("operator1").get("/denah").content.decode()
    assert "Baris A" in page
    assert "Baris B" in page
    names = re.findall(r'floor-name" x="30" y="16">(R\d\d)<', page)
    assert len(names) == 12
    assert names.index("R03") < names.index("R01")
    assert "style=" not in page


def test_heat_is_a_colour_a_height_and_a_figure_and_the_table_says_the_same() -> None:
    office.build()
    fill("R01", units=32, watts=5_600)
    client = as_("kabid1")
    space = client.get("/denah").content.decode()
    # 4 U of the upper units are blocked by the room's own gear: 36 of 42 U are taken.
    assert "R01: 86\u00a0%, 36U dari 42U" in space
    assert "36U dari 42U</small>" in space
    power = client.get("/denah?ukur=daya").content.decode()
    assert 'class="floor-rack h5"' in power
    assert "R01: 100\u00a0%" in power
    heat = client.get("/denah?ukur=panas").content.decode()
    assert "R01: 5,6\u00a0kW" in heat
    assert client.get("/denah?ukur=tidak").status_code == 200


def test_the_plan_is_for_officers() -> None:
    office.build()
    assert as_("dinkes1").get("/denah").status_code == 403
    assert Client().get("/denah").status_code == 302
    assert 'href="/denah"' in as_("operator1").get("/rak").content.decode()
