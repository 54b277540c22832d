"""Racks by page: what stands where, holding and releasing by hand, the verdict when somebody was first."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sandar.core.rack import start_of
from sandar.doors.web import drawing
from sandar.records.facility import read as facility_read
from sandar.records.facility import write as facility
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def wish(**changes: str) -> dict[str, str]:
    return {
        "submission": str(uuid.uuid4()),
        "label": "Server uji",
        "position_u": "10",
        "height_u": "2",
        "watts": "400",
        "cords": "AB",
        "face": "full",
    } | changes


def test_the_list_tells_what_is_left_in_every_rack() -> None:
    office.build()
    page = as_("operator1").get("/rak").content.decode()
    assert page.count('class="rack-name"') == 12
    assert "36U" in page
    assert "style=" not in page


def test_the_filter_keeps_the_racks_in_which_it_still_fits() -> None:
    office.build()
    client = as_("operator1")
    assert "R12" in client.get("/rak?u=36&w=5000&jalur=AB").content.decode()
    nothing = client.get("/rak?u=37").content.decode()
    assert "Tidak ada rak yang cocok" in nothing
    assert client.get("/rak?u=abc&w=%C2%B2").status_code == 200


def test_racks_and_capacity_are_not_for_agencies() -> None:
    office.build()
    for path in ("/rak", "/rak/R01", "/rak/R01/depan.svg", "/kapasitas", "/dokumen", "/buku", "/laporan"):
        assert as_("dinkes1").get(path).status_code == 403, path
        assert Client().get(path).status_code == 302, path


def test_a_place_is_held_and_released_by_form() -> None:
    office.build()
    client = as_("operator1")
    sent = wish()
    done = client.post("/rak/R03/tahan", sent)
    claim = Claim.objects.get(label="Server uji")
    assert done.status_code == 302
    assert done["Location"] == f"/rak/R03#t{claim.pk}"
    assert (claim.start, claim.height, claim.state) == (start_of(10), 4, "held")
    again = client.post("/rak/R03/tahan", sent)
    assert again["Location"] == done["Location"]
    assert Claim.objects.filter(label="Server uji").count() == 1
    page = client.get("/rak/R03").content.decode()
    assert "U10–U11" in page
    client.post(f"/rak/R03/lepas/{claim.pk}", {"submission": str(uuid.uuid4()), "seen": str(claim.version)})
    claim.refresh_from_db()
    assert claim.state == "released"


def test_a_lost_race_names_the_holder_keeps_the_form_and_offers_others() -> None:
    office.build()
    client = as_("operator1")
    client.post("/rak/R03/tahan", wish(label="Yang pertama"))
    lost = client.post("/rak/R03/tahan", wish(label="Yang kedua", weight_kg="12,5"))
    page = lost.content.decode()
    assert lost.status_code == 409
    assert "Yang pertama" in page
    assert 'value="Yang kedua"' in page
    assert 'value="12,5"' in page
    assert re.search(r'href="/rak/R\d\d\?u=', page), "no other place is offered"
    assert "is-asked" in page


def test_bad_input_is_refused_with_its_field_and_nothing_is_held() -> None:
    office.build()
    client = as_("administrator1")
    before = Claim.objects.count()
    for changes, status in (
        ({"watts": "-5"}, 422),
        ({"position_u": "900"}, 422),
        ({"height_u": "0.3"}, 422),
        ({"cords": "X"}, 422),
        ({"expires_at": "1999-01-01"}, 422),
        ({"position_u": "42", "height_u": "2"}, 422),
        ({"case": "PMH-2026-9999"}, 404),
    ):
        answer = client.post("/rak/R03/tahan", wish(**changes))
        assert answer.status_code == status, (changes, answer.status_code)
    assert Claim.objects.count() == before


def test_only_two_roles_may_hold() -> None:
    office.build()
    for username in ("pemeriksa1", "kabid1"):
        client = as_(username)
        assert 'id="tahan"' not in client.get("/rak/R03").content.decode()
        assert client.post("/rak/R03/tahan", wish()).status_code == 403
    assert not Claim.objects.filter(label="Server uji").exists()


def test_a_place_that_a_step_booked_is_not_released_by_hand() -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_form")
    claim = ledger_read.claims_for_case(case.pk)[0]
    client = as_("operator1")
    page = client.get(f"/rak/{claim.place.name}").content.decode()
    assert f"/lepas/{claim.pk}" not in page
    refused = client.post(f"/rak/{claim.place.name}/lepas/{claim.pk}", {"submission": "x"})
    assert refused.status_code in (409, 422)
    claim.refresh_from_db()
    assert claim.state == "held"


def test_the_drawing_is_answered_304_until_the_rack_changes() -> None:
    office.build()
    client = as_("operator1")
    first = client.get("/rak/R03/depan.svg")
    assert first["Content-Type"] == "image/svg+xml"
    assert drawing.style_source() in first["Content-Security-Policy"]
    tag = first["ETag"]
    assert client.get("/rak/R03/depan.svg", headers={"If-None-Match": tag}).status_code == 304
    client.post("/rak/R03/tahan", wish())
    after = client.get("/rak/R03/depan.svg", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert "Server uji" in after.content.decode()


def test_what_people_type_never_becomes_markup_of_the_drawing() -> None:
    office.build()
    client = as_("operator1")
    client.post("/rak/R03/tahan", wish(label='"><script>x</script>'))
    for path in ("/rak/R03", "/rak/R03/depan.svg"):
        assert "<script>x" not in client.get(path).content.decode()


def test_a_rack_that_is_not_there_is_not_found() -> None:
    office.build()
    client = as_("operator1")
    for name in ("R99", "%22%3E", "R01/x.svg"):
        assert client.get(f"/rak/{name}").status_code == 404


def test_front_and_rear_are_drawn_apart() -> None:
    frame = drawing.Frame("R1", 84)
    blocks = [
        ledger_read.Block(
            claim_id=n, start=n * 4, height=2, face=face, state="installed", label=face, watts=0, cords="",
            weight_kg=0, agency_id=None, agency=None, case_id=None, case=None, item_no=None, expires_at=None,
            version=1,
        )
        for n, face in enumerate(("front", "rear", "full"))
    ]  # fmt: skip
    front, rear = (drawing.elevation(blocks, frame, face=face) for face in ("front", "rear"))
    assert ">front<" in front
    assert ">rear<" not in front
    assert ">rear<" in rear
    assert ">front<" not in rear
    assert "is-back" in rear
    assert drawing.units_text(0, 4, drawing.Frame("R1", 84, "top")) == "U41–U42"


def test_the_capacity_page_says_yes_with_reasons_or_what_is_short() -> None:
    office.build()
    client = as_("kabid1")
    yes = client.get("/kapasitas?u=2&w=500&jalur=AB&kg=28&jumlah=3").content.decode()
    assert "Ya, ada tempat untuk 3 perangkat" in yes
    assert 'class="pro"' in yes
    no = client.get("/kapasitas?u=2&w=9000&jalur=AB").content.decode()
    assert "Tidak, ini yang kurang" in no
    assert "9.000" in no
    bad = client.get("/kapasitas?u=0.3&w=-1")
    assert bad.status_code == 422
    assert 'value="-1"' in bad.content.decode()


def test_the_capacity_page_lists_what_will_be_given_back() -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_form")
    page = as_("pengawas1").get("/kapasitas").content.decode()
    assert case.number in page


def test_a_hold_without_a_date_ends_after_two_weeks() -> None:
    office.build()
    as_("operator1").post("/rak/R03/tahan", wish())
    claim = Claim.objects.get(label="Server uji")
    assert claim.expires_at is not None
    assert claim.expires_at > timezone.now() + timedelta(days=13)


def test_a_full_page_of_the_list_stays_below_sixty_kilobytes() -> None:
    office.build()
    room = facility_read.rooms()[0]
    for number in range(60):
        facility.create_rack(room, f"X{number:02}")
    ledger.define(facility_read.layout(), at=timezone.now())
    page = as_("operator1").get("/rak?q=X")
    assert page.content.count(b'class="rack-name"') == 24
    assert len(page.content) <= 60_000
    assert b"page=2" in page.content
