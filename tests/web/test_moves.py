"""Moving by form, without a script: the verdict first if wanted, once for a submission, nothing lost by a refusal."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def stands(rack: str, unit: float, label: str) -> Claim:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", rack).pk,
        demand=Demand(watts=400, cords="AB", weight_kg=10),
        start=geometry.start_of(unit),
        height=4,
        label=label,
    )
    return ledger.hold(spec, at=timezone.now(), by=None, expires_at=timezone.now() + timedelta(days=9))


def form(claim: Claim, **changes: str) -> dict[str, str]:
    return {
        "submission": str(uuid.uuid4()),
        "seen": str(claim.version),
        "rack": "R05",
        "position_u": "20",
        "face": "full",
    } | changes


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_the_form_to_move_needs_no_script_and_the_verdict_changes_nothing() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    client = as_("operator1")
    page = client.get("/rak/R03").content.decode()
    assert f'href="/rak/R03/pindah/{claim.pk}#pindah"' in page
    opened = client.get(f"/rak/R03/pindah/{claim.pk}").content.decode()
    assert "Pindahkan atau ubah Dipindah" in text(opened)
    asked = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, periksa="1"))
    assert asked.status_code == 200
    assert "R05 U20–U21: cocok" in text(asked.content.decode())
    claim.refresh_from_db()
    assert claim.version == 1


def test_a_move_to_another_rack_is_done_once_for_its_submission() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    client = as_("administrator1")
    sent = form(claim, position_u="20,5")
    done = client.post(f"/rak/R03/pindah/{claim.pk}", sent)
    assert (done.status_code, done["Location"]) == (302, f"/rak/R05#t{claim.pk}")
    again = client.post(f"/rak/R03/pindah/{claim.pk}", sent)
    assert again["Location"] == done["Location"]
    claim.refresh_from_db()
    assert (claim.place.name, claim.start, claim.version) == ("R05", geometry.start_of(20.5), 2)


def test_a_taken_target_names_who_is_there_and_keeps_what_was_typed() -> None:
    office.build()
    claim, _other = stands("R03", 5, "Dipindah"), stands("R05", 20, "Sudah ada")
    client = as_("operator1")
    asked = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, periksa="1"))
    assert "Sudah ada" in text(asked.content.decode())
    refused = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim))
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Sudah ada" in text(page)
    assert re.search(r'name="position_u"[^>]*value="20"', page)
    assert '<option value="R05" selected>' in page
    claim.refresh_from_db()
    assert claim.version == 1


def test_a_page_that_is_old_says_so_and_offers_the_form_with_what_is_true_now() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    ledger.move(claim, place_id=claim.place_id, start=geometry.start_of(30), at=timezone.now(), by=None)
    client = as_("operator1")
    stale = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim))
    page = stale.content.decode()
    assert stale.status_code == 409
    assert 'name="seen" value="2"' in page
    assert re.search(r'name="position_u"[^>]*value="20"', page)
    claim.refresh_from_db()
    assert claim.start == geometry.start_of(30)


def test_bad_targets_are_refused_beside_their_field() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    client = as_("operator1")
    for changes, status in (({"position_u": "900"}, 422), ({"rack": "X99"}, 422), ({"face": "atas"}, 422)):
        answer = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, **changes))
        assert answer.status_code == status, changes
    assert client.get("/rak/R03/pindah/999999").status_code == 404
    assert client.get(f"/rak/R04/pindah/{claim.pk}").status_code == 404
    claim.refresh_from_db()
    assert claim.version == 1


def test_only_those_who_may_hold_may_move() -> None:
    office.build()
    claim = stands("R03", 5, "Dipindah")
    for username in ("kabid1", "pemeriksa1", "dinkes1"):
        client = as_(username)
        assert client.post(f"/rak/R03/pindah/{claim.pk}", form(claim)).status_code == 403
        assert "/pindah/" not in client.get("/rak/R03").content.decode()
    claim.refresh_from_db()
    assert claim.version == 1


def test_a_rack_is_drawn_by_state_by_agency_and_by_feed_with_a_legend_for_each() -> None:
    office.build()
    stands("R03", 5, "Dipindah")
    client = as_("kabid1")
    seen = {
        mode: client.get(f"/rak/R03?warna={mode}").content.decode()
        for mode in ("keadaan", "instansi", "daya")
    }
    assert "is-held" in seen["keadaan"]
    assert "tanpa instansi" in seen["instansi"]
    assert "p-ab" in seen["daya"]
    assert "A dan B" in seen["daya"]
    tags = {client.get(f"/rak/R03/depan.svg?warna={mode}")["ETag"] for mode in seen}
    assert len(tags) == 3
    for mode, page in seen.items():
        assert f'href="?warna={mode}#tampak" aria-current="true"' in page


def test_a_chassis_shows_its_nodes_side_by_side_and_the_rack_its_sides_from_behind() -> None:
    office.build()
    place = ledger_read.place("rack", "R03").pk
    now = timezone.now()
    chassis = ledger.ClaimSpec(
        place_id=place,
        demand=Demand(weight_kg=20),
        start=geometry.start_of(5),
        height=4,
        slots=2,
        label="Sasis",
    )
    host = ledger.take_over([chassis], at=now, by=None)[0]
    node = Demand(watts=300, cords="AB", weight_kg=8)
    nodes = [
        ledger.ClaimSpec(place_id=place, demand=node, host_id=host.pk, slot=slot, label=f"Simpul-{slot}")
        for slot in (1, 2)
    ]
    side = ledger.ClaimSpec(place_id=place, demand=Demand(weight_kg=4), slot=3, label="PDU samping")
    ledger.take_over([*nodes, side], at=now, by=None)
    client = as_("operator1")
    front, rear = (client.get(f"/rak/R03/{face}.svg").content.decode() for face in ("depan", "belakang"))
    assert re.findall(r">(Simpul-\d)</text>", front) == ["Simpul-1", "Simpul-2"]
    assert "PDU samping" in rear
    assert "PDU samping" not in front
    page = text(client.get("/rak/R03").content.decode())
    assert "U5–U6 slot 1" in page
    assert "samping rak" in page


def test_the_button_that_releases_carries_the_version_it_was_drawn_with() -> None:
    office.build()
    claim = stands("R03", 5, "Ditahan")
    client = as_("operator1")
    page = client.get("/rak/R03").content.decode()
    key = re.search(rf'formaction="/rak/R03/lepas/{claim.pk}" name="submission" value="(v1-[^"]+)"', page)
    assert key is not None
    ledger.move(claim, place_id=claim.place_id, start=geometry.start_of(30), at=timezone.now(), by=None)
    stale = client.post(f"/rak/R03/lepas/{claim.pk}", {"submission": key[1]})
    assert stale.status_code == 409
    fresh = client.post(f"/rak/R03/lepas/{claim.pk}", {"submission": f"v2{key[1][2:]}"})
    assert fresh.status_code == 302
    claim.refresh_from_db()
    assert claim.state == "released"


def test_what_is_held_by_hand_is_converted_and_resized_in_one_step_by_its_form() -> None:
    office.build()
    claim, _above = stands("R03", 5, "Dipindah"), stands("R03", 8, "Di atasnya")
    client = as_("operator1")
    wish = form(claim, rack="R03", position_u="5", state="installed", height_u="4", watts="450")
    refused = client.post(f"/rak/R03/pindah/{claim.pk}", wish)
    assert refused.status_code == 409
    assert "sudah ditahan untuk Di atasnya" in text(refused.content.decode())
    assert re.search(r'name="height_u"[^>]*value="4"', refused.content.decode())
    done = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, **(wish | {"height_u": "2,5"})))
    assert done.status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.height, claim.watts, claim.expires_at) == ("installed", 5, 450, None)
    back = client.post(f"/rak/R03/pindah/{claim.pk}", form(claim, rack="R03", position_u="5", state="held"))
    assert back.status_code == 422
    assert "yang sudah terpasang tidak dapat menjadi ditahan" in text(back.content.decode())
    assert ledger_read.recount() == []


def test_shelf_guest_side_and_half_unit_are_held_by_the_form_of_the_rack() -> None:
    office.build()
    client = as_("operator1")
    plain = {"face": "full", "label": "Lewat form", "watts": "0", "cords": "-"}

    def held(**wish: str) -> tuple[int, Claim]:
        answer = client.post("/rak/R05/tahan", {"submission": str(uuid.uuid4()), **plain, **wish})
        return answer.status_code, Claim.objects.order_by("-id").first()

    status, board = held(position_u="10", height_u="2", slots="2", depth_mm="600")
    assert (status, board.slots, board.depth_mm) == (302, 2, 600)
    page = client.get("/rak/R05").content.decode()
    assert f'<option value="{board.pk}">' in page
    on_it = {"height_u": "0", "host": str(board.pk), "watts": "120", "cords": "A", "ports": "1"}
    status, guest = held(**on_it, ip_count="1", bandwidth_mbps="10")
    assert (status, guest.host_id, guest.slot, guest.ports) == (302, board.pk, 1, 1)
    status, _second = held(**on_it)
    status, _third = held(**on_it)
    assert status == 409
    status, side = held(height_u="0")
    assert (status, side.start, side.host_id, side.slot) == (302, None, None, 1)
    status, half = held(position_u="20,5", height_u="0,5")
    assert (status, half.start, half.height) == (302, geometry.start_of(20.5), 1)
    done = client.post(
        f"/rak/R05/pindah/{guest.pk}",
        {"submission": str(uuid.uuid4()), "seen": str(guest.version), "rack": "R05", "state": "reserved"},
    )
    assert done.status_code == 302
    guest.refresh_from_db()
    assert (guest.state, guest.host_id, guest.slot) == ("reserved", board.pk, 1)
    assert ledger_read.recount() == []


def test_a_refused_hold_of_a_shelf_keeps_what_was_typed_in_the_folded_part() -> None:
    office.build()
    answer = as_("operator1").post(
        "/rak/R05/tahan",
        {
            "submission": str(uuid.uuid4()), "face": "full", "label": "Papan", "watts": "100", "cords": "-",
            "height_u": "1", "position_u": "10", "slots": "3",
        },
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Yang memakai daya harus tersambung" in text(page)
    assert '<details class="more" open>' in page
    assert re.search(r'name="slots"[^>]*value="3"', page)
    assert '<option value="-" selected>' in page


def test_every_complaint_about_a_hold_names_its_control() -> None:
    office.build()
    bad = {
        "position_u": "9" * 30,
        "height_u": "-1",
        "watts": "1e9",
        "cords": "AB",
        "face": "full",
        "label": "X",
    }
    answer = as_("operator1").post("/rak/R05/tahan", {"submission": str(uuid.uuid4()), **bad})
    page = text(answer.content.decode())
    assert answer.status_code == 422
    for said in ("Mulai unit: Paling banyak 1.000.", "Tinggi: Paling sedikit 0.", "Daya nyata: Harus berupa"):
        assert said in page.replace(" :", ":")
