"""The register by page: scope, filters, the sheet, one asset."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandar.doors.web import assets_sheet
from sandar.records.assets.models import Asset
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def installed(**changes: object) -> Asset:
    office.build()
    case = office.bring_to(office.ask(office.server(**changes)), "completed")
    return Asset.objects.get(case=case)


def test_officers_see_all_and_an_agency_only_its_own() -> None:
    asset = installed()
    officer, owner, other = (client_of(office.person(name)) for name in ("kabid1", "dinkes2", "disdik1"))
    for client in (officer, owner):
        assert asset.number in client.get("/aset").content.decode()
        assert client.get(f"/aset/{asset.number}").status_code == 200
    assert asset.number not in other.get("/aset").content.decode()
    assert other.get(f"/aset/{asset.number}").status_code == 404
    assert other.get("/aset?instansi=DINKES").content.decode().count("AST-") == 0
    assert client_of(office.person("admin")).get("/aset").status_code == 404


def test_one_asset_shows_place_papers_inspection_and_probe() -> None:
    asset = installed()
    page = client_of(office.person("operator1")).get(f"/aset/{asset.number}").content.decode()
    for part in (
        "CTH-0001",
        asset.claim.place.name,
        "is-here",
        f"/dokumen/{asset.handover.pk}.pdf",
        "dapat diakses",
        "memasang perangkat",
    ):
        assert part in page, part


def test_an_agency_does_not_see_what_others_have_in_the_same_rack() -> None:
    asset = installed()
    office.OFFICER_OF["applicant"] = "disdik1"
    try:
        office.bring_to(office.ask(office.server(name="Rahasia-9"), by="disdik1"), "completed")
    finally:
        office.OFFICER_OF["applicant"] = "dinkes1"
    page = client_of(office.person("dinkes1")).get(f"/aset/{asset.number}").content.decode()
    assert "Rahasia-9" not in page
    assert office.person("operator1").name not in page.split('class="timeline"')[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=simpus", True),
        ("q=CTH-0001", True),
        ("q=tidak-ada", False),
        ("instansi=DINKES&jenis=colocation", True),
        ("jenis=hosting", False),
        ("keadaan=removed", False),
        ("keadaan=active&page=99", True),
    ],
)
def test_filters_narrow_the_list(query: str, found: bool) -> None:
    asset = installed()
    page = client_of(office.person("kabid1")).get(f"/aset?{query}").content.decode()
    assert (asset.number in page) is found


def test_the_sheet_has_the_columns_of_the_register_and_no_formulas() -> None:
    asset = installed(name="=1+1", brand="+cmd", ip_count=1)
    answer = client_of(office.person("kabid1")).get("/aset/register.xlsx")
    assert answer["Content-Type"] == assets_sheet.MEDIA_TYPE
    assert b"<f>" not in answer.content
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    head = rows[assets_sheet.HEAD]
    for title in ("Kode barang", "Nomor register", "Merek/tipe", "Kondisi", "OPD pemilik", "Rak", "Titipan"):
        assert title in head
    line = dict(zip(head, rows[assets_sheet.HEAD + 1], strict=True))
    assert line["Nama barang"] == "=1+1"
    assert line["Nomor aset"] == asset.number
    assert line["Rak"] == asset.claim.place.name
    assert isinstance(line["Tanggal masuk"], date)


def test_fifty_lines_are_a_page_of_at_most_sixty_kilobytes_and_few_queries() -> None:
    asset = installed()
    copies = []
    for n in range(2, 62):
        claim = asset.claim
        claim.pk = None
        claim.case = None
        claim.state = "released"
        claim.save()
        copies.append(
            Asset(
                number=f"AST-2026-{n:04}", case=asset.case, item_no=n, agency=asset.agency, claim=claim,
                handover=asset.handover, kind="colocation", name=f"Server pelayanan nomor {n}", brand="Contoso",
                model="R740 Contoh", serial=f"CTH-{n:04}", address=f"10.20.30.{n}",
                hostname=f"layanan-{n}.contoh.invalid", installed_at=asset.installed_at,
            )
        )  # fmt: skip
    Asset.objects.bulk_create(copies)
    client = client_of(office.person("kabid1"))
    client.get("/aset")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/aset")
    assert page.content.decode().count("/aset/AST-") == 50
    assert len(page.content) <= 60_000, len(page.content)
    assert len(queries) <= 16, [query["sql"][:90] for query in queries]
