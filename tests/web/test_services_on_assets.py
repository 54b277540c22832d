"""The services for what stands in the register by their pages alone, without JavaScript."""

from __future__ import annotations

import pytest

from sandar.doors.web import forms
from sandar.errors import InvalidInput
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.sop import route
from sandar.steps import on_assets
from tests import office
from tests.steps import assets
from tests.web.test_whole_way_by_page import complaints, controls, press, signed_in

pytestmark = pytest.mark.django_db
LETTER = {
    "letter.number": "440/1200/DINKES/XI/2026",
    "letter.date": "2026-11-20",
    "letter.subject": "Permohonan atas server SIMPUS",
    "letter.signatory.name": "Kepala Dinas Contoh",
}
PEOPLE = {"admin_contact.name": "Sekretaris Contoh", "technical_contact.name": "Pranata Contoh"}
TYPED = {
    "submit": {"agreed": "true", **PEOPLE},
    "change": {"verified": "true"},
    "check": {"data_saved": "true"},
    "report": {"note": "Selesai."},
}


@pytest.fixture(autouse=True)
def _an_office():
    office.build()


def sent(service: str, asset: Asset, **typed: str) -> Case:
    until = {"until": "2028-12-31"} if service == "renewal" else {}
    items = {}
    if service == "change":
        page = signed_in("dinkes1").get(f"/ajukan?layanan=change&aset={asset.number}").content.decode()
        assert f'value="{asset.spec["watts"]}"' in page
        items = forms.flat({"items": [assets.more(on_assets.item_of(asset))]})
        items = {name: str(value) for name, value in items.items() if value not in ("", False)}
    answer = signed_in("dinkes1").post(
        "/ajukan", {**LETTER, "service": service, "assets": asset.number, **until, **items, **typed}
    )
    assert answer.status_code == 302, complaints(answer.content.decode())
    return Case.objects.get(service=service)


@pytest.mark.parametrize("service", assets.SERVICES)
def test_officers_carry_the_request_from_the_letter_to_the_report(service: str):
    asset = assets.installed()
    page = signed_in("dinkes1").get(f"/ajukan?layanan={service}&aset={asset.number}").content.decode()
    assert f'value="{asset.number}"' in page
    case = sent(service, asset)
    while case.closed_at is None:
        action = assets.WAY[case.state]
        known = {one.name: one for one in route.actions(cases.procedure_of(case), case.state)}
        who = office.OFFICER_OF[known[action].by]
        if case.state == "reporting" and "probe" in known:
            press(who, case, "probe")
            office.answer_probes(case, at=office.MONDAY)
        press(who, case, action, **TYPED.get(action, {}))
    assert case.state == "completed"
    assert AssetChange.objects.get(asset=asset).done_at is not None
    shown = signed_in("dinkes1").get(f"/aset/{asset.number}").content.decode()
    assert f"/permohonan/{case.number}" in shown


def test_a_refused_letter_keeps_what_was_typed_and_chosen():
    asset = assets.installed()
    first = assets.ask("removal", asset)
    data = {**LETTER, "service": "removal", "assets": asset.number}
    answer = signed_in("dinkes1").post("/ajukan", data)
    page = answer.content.decode()
    assert (answer.status_code, first.number in page, LETTER["letter.number"] in page) == (409, True, True)
    answer = signed_in("dinkes1").post("/ajukan", {**LETTER, "service": "removal"})
    assert answer.status_code == 422
    assert "Pilih sekurangnya satu aset." in answer.content.decode()


def test_another_agency_sees_nothing_to_choose():
    asset = assets.installed()
    page = signed_in("disdik1").get(f"/ajukan?layanan=removal&aset={asset.number}").content.decode()
    assert asset.name not in page
    answer = signed_in("disdik1").post("/ajukan", {**LETTER, "service": "removal", "assets": asset.number})
    assert answer.status_code == 422


def test_the_front_desk_types_the_numbers_of_a_paper_letter():
    asset = assets.installed()
    data = {**LETTER, "service": "removal", "assets": f"{asset.number}\n", "agency": "DINKES"}
    answer = signed_in("administrator1").post("/ajukan", data)
    assert answer.status_code == 302, complaints(answer.content.decode())
    assert Case.objects.get(service="removal").agency.code == "DINKES"


def test_a_withdrawn_request_is_asked_again_with_its_assets():
    asset = assets.installed()
    case = assets.ask("removal", asset)
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    office.act(case, "withdraw", {}, by="dinkes1")
    page = signed_in("dinkes1").get(f"/ajukan?dari={case.number}").content.decode()
    assert f'value="{asset.number}" checked' in page


def test_the_completed_letter_keeps_its_assets():
    case = assets.ask("removal", assets.installed())
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    press("dinkes1", case, "resubmit", note="lengkap")
    assert case.state == "disposition_head"


def test_a_change_begins_with_the_choice_of_one_asset():
    asset = assets.installed()
    page = signed_in("dinkes1").get("/ajukan?layanan=change").content.decode()
    assert f"layanan=change&amp;aset={asset.number}" in page
    theirs = signed_in("disdik1").get(f"/ajukan?layanan=change&aset={asset.number}")
    assert theirs.status_code == 404


def test_the_check_of_a_change_offers_no_other_place_and_racks_do_not_wait_for_it():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("change", asset), "capacity_check")
    client = signed_in("operator1")
    page = client.get(f"/permohonan/{case.number}").content.decode()
    assert "tetap di Rak" in page
    assert "pick-manual" not in page
    assert case.number not in client.get("/rak/R01").content.decode()
    there = [{"item_no": 1, "rack": "R02", "position_u": 10}]
    with pytest.raises(InvalidInput):
        office.act(case, "report_available", {"placements": there})
    press("operator1", case, "report_available")
    place = asset.claim.place.name
    assert "tambahan daya" in client.get(f"/rak/{place}").content.decode()


def test_another_address_goes_by_page_from_the_agencys_wish_to_the_register():
    asset, other = assets.installed(office.server(cords="A")), assets.installed()
    page = signed_in("dinkes1").get(f"/ajukan?layanan=change&aset={asset.number}").content.decode()
    assert "Sekarang 10.20.30.11" in page
    case = sent("change", asset, **{"network.prefix": "10.20.30.0/24", "items.0.cords": "AB"})
    assets.bring_to(case, "capacity_check")
    page = signed_in("operator1").get(f"/permohonan/{case.number}").content.decode()
    assert "10.20.30.11 → alamat lain dalam 10.20.30.0/24" in page
    assert 'name="address" value="10.20.30.2"' in " ".join(page.split())
    fields = controls(page, "report_available")
    answer = signed_in("operator1").post(fields.pop(""), fields | {"address": other.address})
    taken = answer.content.decode()
    assert answer.status_code == 409
    assert f"Alamat {other.address} sudah milik {other.number}" in taken
    assert f'value="{other.address}"' in taken
    press("operator1", case, "report_available", address="10.20.30.44")
    assert (
        "10.20.30.11 → 10.20.30.44 (ditahan)"
        in signed_in("dinkes1").get(f"/permohonan/{case.number}").content.decode()
    )
    assets.bring_to(case, "change")
    page = signed_in("operator1").get(f"/permohonan/{case.number}").content.decode()
    assert all(text in page for text in ("10.20.30.44", "A dan B", "Porta switch"))
    press("operator1", case, "change", verified="true", ports="443, 8443", switch_port="SW1/7")
    asset.refresh_from_db()
    assert (asset.address, asset.ports, asset.claim.cords) == ("10.20.30.44", [443, 8443], "AB")
    page = signed_in("dinkes1").get(f"/permohonan/{case.number}").content.decode()
    assert "10.20.30.11 → 10.20.30.44" in page
    assert "10.20.30.44" in signed_in("dinkes1").get(f"/aset/{asset.number}").content.decode()


def test_a_wish_that_cannot_be_keeps_what_was_typed():
    asset = assets.installed()
    items = forms.flat({"items": [on_assets.item_of(asset)]})
    items = {name: str(value) for name, value in items.items() if value not in ("", False)}
    wish = {"network.prefix": "any", "network.address": "192.0.2.1"}
    data = {**LETTER, "service": "change", "assets": asset.number, **items, **wish}
    answer = signed_in("dinkes1").post("/ajukan", data)
    page = answer.content.decode()
    assert (answer.status_code, 'value="192.0.2.1"' in page, "Sekarang 10.20.30.11" in page) == (
        422,
        True,
        True,
    )
    assert "Alamat di luar jaringan pusat data yang terdaftar." in page


def test_the_page_of_corrections_sends_addresses_to_the_change():
    asset = assets.installed()
    page = signed_in("administrator1").get(f"/aset/{asset.number}/pembetulan").content.decode()
    assert "Tempat, daya, alamat IP, dan masa layanan tidak dibetulkan di sini" in page
