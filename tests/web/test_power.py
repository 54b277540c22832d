"""The power chain on pages: loads equal to the ledger's, who goes dark, and the servers that hang on one thread."""

from __future__ import annotations

import csv
import re
import zipfile
from io import BytesIO, StringIO

import pytest
from django.test import Client
from django.utils import timezone

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.facility.models import FailureState, PowerFeed, PowerNode
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.people.models import Agency
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
PAGES = ("/kapasitas/listrik", "/kapasitas/bagaimana-jika", "/kapasitas/jalur-tunggal")


def as_(username: str) -> Client:
    return client_of(office.person(username))


def stands(
    rack: str, unit: float, cords: str, *, watts: int = 600, label: str = "", agency: str = "DINKES"
) -> None:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=watts, cords=cords, weight_kg=10),
        start=geometry.start_of(unit),
        height=2,
        agency_id=Agency.objects.get(code=agency).pk,
        label=label or f"{rack}-{unit}-{cords}",
    )
    ledger.take_over([spec], at=timezone.now(), by=None)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_the_tree_tells_in_every_state_what_the_ledger_has_in_its_pools() -> None:
    office.build()
    stands("R01", 1, "AB", watts=1_500)
    stands("R02", 1, "A", watts=700)
    client = as_("operator1")
    for state, watts, figure in (("normal", 1_450, "1,5 / 17,6 kW"), ("b_lost", 2_200, "2,2 / 17,6 kW")):
        pool = next(p for p in ledger_read.pools() if (p.ref, p.state) == ("PDU-A1", state))
        assert (pool.used, pool.limit) == (watts, 17_600)
        page = client.get(f"/kapasitas/listrik?keadaan={state}").content.decode()
        assert figure in text(page), state
        assert "style=" not in page
    lost = text(client.get("/kapasitas/listrik?keadaan=a_lost").content.decode())
    assert "1 server padam" in lost
    assert "Jalur A padam" in lost


def test_every_node_may_be_switched_off_and_an_unknown_one_is_the_normal_state() -> None:
    office.build()
    stands("R01", 1, "AB")
    client = as_("kabid1")
    for node in PowerNode.objects.filter(rack__isnull=True).values_list("name", flat=True):
        for page in PAGES[:2]:
            assert client.get(page, {"keadaan": f"maintenance:{node}"}).status_code == 200
    unknown = client.get("/kapasitas/listrik", {"keadaan": "maintenance:TIDAK-ADA", "lokasi": "x"})
    assert "<h1>Keadaan biasa</h1>" in unknown.content.decode()


def test_who_goes_dark_is_told_by_agency_and_by_server() -> None:
    office.build()
    stands("R01", 1, "A", label="Satu kabel")
    stands("R01", 3, "AB", label="Dua kabel")
    stands("R02", 3, "B", label="Lain sisi", agency="BPKAD")
    page = as_("pengawas1").get("/kapasitas/bagaimana-jika?keadaan=maintenance:UPS-A").content.decode()
    said = text(page)
    assert "Siapa padam bila UPS-A dimatikan?" in said
    assert "1 server padam 1 tetap hidup, kehilangan satu jalur 1 tidak terpengaruh" in said
    gone, rest = said.split("Kehilangan satu jalur", 1)
    assert "Satu kabel" in gone
    assert "Dua kabel" in rest
    assert "Lain sisi" not in said
    assert "Dinas Kesehatan Contoh 1 1 0" in said
    assert "PDU-A1, PDU-A2" in said


def test_an_overload_is_said_in_words_with_its_watts() -> None:
    office.build()
    for unit in range(1, 9):
        stands("R01", unit, "AB", watts=690)
    PowerNode.objects.filter(name="PDU-A1").update(capacity_w=5_000)
    page = text(as_("operator1").get("/kapasitas/listrik?keadaan=b_lost").content.decode())
    assert re.search(r"Beban lebih: PDU PDU-A1 memikul [\d.,]+ k?W di atas batas amannya", page)
    assert "1 beban lebih" in page


def test_servers_without_two_feeds_are_reported_with_their_reason_in_three_forms() -> None:
    office.build()
    stands("R01", 1, "A", label="=HYPERLINK(1)")
    stands("R01", 3, "AB", label="Aman")
    client = as_("operator1")
    page = text(client.get("/kapasitas/jalur-tunggal").content.decode())
    assert "1 dari 2 server padam oleh satu gangguan saja." in page
    assert "hanya memakai jalur A" in page
    assert "Aman" not in page
    sheet = client.get("/kapasitas/jalur-tunggal.csv")
    rows = list(csv.reader(StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows] == ["Perangkat", "'=HYPERLINK(1)"]
    book = zipfile.ZipFile(BytesIO(client.get("/kapasitas/jalur-tunggal.xlsx").content))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=HYPERLINK(1)" in page
    assert "<f>" not in page
    assert '<c r="F5"><v>600</v></c>' in page


def test_a_site_without_a_power_chain_says_what_to_do() -> None:
    office.build()
    FailureState.objects.all().delete()
    PowerFeed.objects.all().delete()
    PowerNode.objects.all().delete()
    client = as_("operator1")
    for page in PAGES[:2]:
        assert "Jalur listrik belum dimasukkan" in client.get(page).content.decode()


def test_power_pages_are_for_officers() -> None:
    office.build()
    for page in (*PAGES, "/kapasitas/jalur-tunggal.csv", "/kapasitas/jalur-tunggal.xlsx"):
        assert as_("dinkes1").get(page).status_code == 403, page
        assert Client().get(page).status_code == 302, page
