"""`/kapasitas`: figures equal to the ledger's, courses in words, and where each figure comes from."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.core.trend import Outlook
from sandar.doors.web import figures, trends
from sandar.records.facility import write as facility
from sandar.records.facility.models import Rack, Site
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.people.models import Agency
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def stands(rack: str, unit: float, *, watts: int = 700, days_ago: int = 0, label: str = "Server uji") -> None:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=watts, cords="AB", weight_kg=20, bandwidth_mbps=10),
        start=geometry.start_of(unit),
        height=2,
        agency_id=Agency.objects.get(code="DINKES").pk,
        label=label,
    )
    ledger.take_over([spec], at=timezone.now() - timedelta(days=days_ago), by=None)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_without_enough_history_the_page_says_so_and_promises_nothing() -> None:
    office.build(timezone.now())
    stands("R01", 1)
    page = text(as_("operator1").get("/kapasitas").content.decode())
    assert "belum cukup data" in page
    assert "perlu riwayat 8 minggu" in page
    assert "sampai" not in page.split("tempat ditahan atau dipesan")[0].split("Kapasitas Sisa")[-1]


def test_a_resource_that_grows_every_week_is_said_to_be_full_between_two_times() -> None:
    office.build(timezone.now() - timedelta(days=200))
    for week in range(20):
        stands(f"R{week % 12 + 1:02}", 1 + week // 12, days_ago=7 * (20 - week), label=f"S-{week}")
    client = as_("operator1")
    page = client.get("/kapasitas").content.decode()
    assert 'class="spark"' in page
    assert "±" in page
    assert re.search(r"antara .{3,20} dan ", text(page))
    assert "style=" not in page


def test_the_figure_of_a_node_is_the_sum_of_the_claims_it_links_to() -> None:
    office.build(timezone.now())
    stands("R01", 1, watts=700)
    stands("R02", 5, watts=450)
    client = as_("operator1")
    assert "jenis=pdu&amp;ref=PDU-A1" in client.get("/kapasitas").content.decode()
    page = text(client.get("/kapasitas/rincian?jenis=pdu&ref=PDU-A1&keadaan=b_lost").content.decode())
    pool = next(p for p in ledger_read.pools() if (p.kind, p.ref, p.state) == ("pdu", "PDU-A1", "b_lost"))
    assert pool.used == 1150
    assert "2 tempat mengambil dari sini" in page
    assert "700 W" in page
    assert f"Sisa {figures.quantity(pool.left / 1000, 'kW')}".replace("\u00a0", " ") in page
    assert "Sumber angka pelat nama" in page
    assert "Dinas Kesehatan Contoh" in page


def test_every_line_of_the_page_leads_to_a_page_that_answers() -> None:
    office.build(timezone.now())
    stands("R01", 1)
    client = as_("kabid1")
    links = set(re.findall(r'href="(/kapasitas/rincian\?[^"]+)"', client.get("/kapasitas").content.decode()))
    assert len(links) > 8
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert client.get("/kapasitas/rincian?jenis=ups&ref=TIDAK-ADA").status_code == 404
    assert client.get("/kapasitas/rincian").status_code == 404


def test_a_room_can_be_chosen_and_only_its_racks_count() -> None:
    office.build(timezone.now())
    room = facility.create_room(Site.objects.get(), "Ruang Server 2", capacity_w=10_000)
    facility.create_rack(room, "Z01")
    from sandar.records.facility import read as facility_read

    ledger.define(facility_read.layout(), at=timezone.now())
    client = as_("operator1")
    assert Rack.objects.count() == 13
    whole = text(client.get("/kapasitas").content.decode())
    chosen = text(client.get("/kapasitas?ruang=Ruang+Server+2").content.decode())
    assert "546 U" in whole
    assert "42 U" in chosen
    assert "546 U" not in chosen


def test_agencies_see_none_of_it() -> None:
    office.build()
    for address in ("/kapasitas", "/kapasitas/rincian?jenis=ups&ref=UPS-A"):
        assert as_("dinkes1").get(address).status_code == 403
        assert Client().get(address).status_code == 302


def test_the_words_of_an_outlook() -> None:
    office.build()
    said = {
        Outlook("full", 0, 0, 0): ("penuh sekarang", ""),
        Outlook("unknown"): ("belum cukup data", "perlu riwayat 8 minggu"),
        Outlook("steady"): ("tidak bertambah", ""),
        Outlook("far"): ("lebih dari 5 tahun", ""),
        Outlook("growing", 40, 20, 100): ("± 5 minggu", "antara 2 minggu dan 3 bulan"),
        Outlook("growing", 400, 200, None): ("± 13 bulan", "paling cepat 6 bulan"),
        Outlook("growing", 10, 10, 10): ("± 10 hari", ""),
    }
    for outlook, words in said.items():
        course = trends.Course("", outlook, 10)  # type: ignore[arg-type]
        assert (course.text, course.note) == words
