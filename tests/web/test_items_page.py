"""Items with different fates by page: what each side sees and does with some of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from sandar.core import fates
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from tests import office
from tests.web.people import client_of
from tests.web.test_whole_way_by_page import controls, press, signed_in

pytestmark = pytest.mark.django_db


def three(state: str) -> Case:
    office.build()
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2, 3)]
    return office.bring_to(office.ask(*items), state)


def fate(case: Case) -> list[str]:
    case.refresh_from_db()
    return [fates.of(case.fates, n) for n in range(1, len(case.items) + 1)]


def shown(client: Client, case: Case) -> str:
    return client.get(f"/permohonan/{case.number}").content.decode()


def refused(username: str, case: Case, action: str, **typed: str) -> str:
    """The page after an act that is refused."""
    client = signed_in(username)
    fields = controls(shown(client, case), action)
    answer = client.post(fields.pop(""), {**fields, **typed})
    assert answer.status_code == 422, answer.status_code
    return answer.content.decode()


def wrong(html: str) -> dict[str, str]:
    """Id of each control that has a complaint -> the complaint."""
    found = re.findall(r'id="(id_[^"]*)_error"[^>]*>(.*?)</p>', html, re.S)
    return {name: re.sub(r"<[^>]+>", "", text).strip() for name, text in found}


def minutes(case: Case) -> list[list[str]]:
    papers = Document.objects.filter(case=case, kind="handover_minutes").order_by("pk")
    return [[line["name"] for line in paper.facts["devices"]] for paper in papers]


WHY = {"reason": "beyond_limit", "note": "Terlalu dalam"}


def row(prefix: str, **values: Any) -> dict[str, str]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def test_one_of_three_is_not_approved_by_page_and_the_complaint_stands_at_that_one() -> None:
    case = three("awaiting_approval")
    page = refused("kabid1", case, "approve", **row("refused.1", chosen="true", note="Terlalu dalam"))
    assert list(wrong(page)) == ["id_refused_1_reason"]
    assert "2. Alasan" in page
    assert "Terlalu dalam" in controls(page, "approve")["refused.1.note"]
    assert controls(page, "approve")["refused.1.chosen"] == "true"
    press("kabid1", case, "approve", **row("refused.1", chosen="true", **WHY))
    assert (case.state, fate(case)) == ("awaiting_notice", ["approved", "refused", "approved"])
    assert {claim.item_no for claim in ledger.claims_for_case(case.pk)} == {1, 3}
    page = shown(signed_in("dinkes1"), case)
    assert "2. SRV-2" in page
    assert "1. disetujui; 2. ditolak" in page
    assert "Terlalu dalam" in page


def test_whoever_ticks_every_item_is_told_to_refuse_the_request() -> None:
    case = three("awaiting_approval")
    typed = {
        name: value for n in (0, 1, 2) for name, value in row(f"refused.{n}", chosen="true", **WHY).items()
    }
    page = refused("kabid1", case, "approve", **typed)
    assert "Tolak permohonannya" in page
    assert fate(case) == ["asked"] * 3


def test_some_are_handed_in_by_page_and_what_comes_later_needs_nothing_yet() -> None:
    case = three("awaiting_delivery")
    client = signed_in("dinkes1")
    form = re.search(r'<form[^>]*action="/tugas/\d+/hand_in".*?</form>', shown(client, case), re.S)
    assert form
    assert " required" not in form[0]
    later = {f"deliveries.{n}.later": "true" for n in (0, 2)}
    page = refused("dinkes1", case, "hand_in", **later, **row("deliveries.1", serial="x" * 300))
    assert list(wrong(page)) == ["id_deliveries_1_serial"]
    assert controls(page, "hand_in")["deliveries.2.later"] == "true"
    page = refused("dinkes1", case, "hand_in", **later, **row("deliveries.1", later="true"))
    assert "Yang diserahkan: Isi atau pilih paling sedikit 1." in page
    press("dinkes1", case, "hand_in", **later, **row("deliveries.1", serial="CTH-9999"))
    assert (case.state, fate(case)) == ("awaiting_receipt", ["approved", "delivered", "approved"])
    page = shown(signed_in("operator1"), case)
    assert "CTH-9999" in page
    assert "3. SRV-3</legend>" not in page
    press("operator1", case, "check_in")
    assert fate(case) == ["approved", "received", "approved"]


def test_at_the_door_one_goes_back_by_page() -> None:
    case = three("awaiting_receipt")
    back = row("received.0", back="damaged", note="Basah")
    page = refused("operator1", case, "check_in", **back, **row("received.2", serial="x" * 300))
    assert list(wrong(page)) == ["id_received_2_serial"]
    page = refused("operator1", case, "check_in", **row("received.0", back="damaged", note="x" * 9000))
    assert list(wrong(page)) == ["id_received_0_note"]
    press("operator1", case, "check_in", **back)
    assert (case.state, fate(case)) == ("inspection", ["taken_back", "received", "received"])
    assert "Basah" in shown(signed_in("dinkes1"), case)


def test_one_is_set_aside_the_others_are_handed_over_in_parts_and_the_head_sees_only_what_is_asked() -> None:
    case = three("inspection")
    page = refused(
        "pemeriksa1", case, "inspect", note="Dilihat", **row("inspections.1", aside_result="reapprove")
    )
    assert list(wrong(page)) == ["id_inspections_1_aside_reason"]
    assert controls(page, "inspect")["inspections.1.aside_result"] == "reapprove"
    why = {"aside_reason": "specification_mismatch", "aside_note": "Beda seri"}
    aside = row("inspections.1", aside_result="reapprove", **why)
    press("pemeriksa1", case, "inspect", note="Dilihat", **aside)
    assert (case.state, fate(case)) == ("installation", ["passed", "questioned", "passed"])
    page = shown(signed_in("operator1"), case)
    assert "Masih ditunggu: SRV-2." in page
    page = refused("operator1", case, "hand_over", **{"items.0.later": "true"})
    assert list(wrong(page)) == ["id_items_1_address"]  # of item 3; what is installed later needs none
    assert "3. Alamat IP" in page
    press("operator1", case, "hand_over", **{"items.0.later": "true", "items.1.address": "10.20.30.13"})
    assert (case.state, fate(case)) == ("installation", ["passed", "questioned", "installed"])
    press("operator1", case, "hand_over", **{"items.0.address": "10.20.30.11"})
    assert (case.state, minutes(case)) == ("awaiting_reapproval", [["SRV-3"], ["SRV-1"]])
    page = shown(signed_in("kabid1"), case)
    decided = re.search(r'<table class="table fold decided">.*?</table>', page, re.S)
    assert decided
    assert re.findall(r"SRV-\d", decided[0]) == ["SRV-2"]
    assert "Beda seri" in page.partition("Yang diputuskan")[0]
    press("kabid1", case, "accept", note="Boleh")
    assert (case.state, fate(case)) == ("inspection", ["installed", "received", "installed"])


def test_what_was_typed_for_a_withdrawal_that_is_refused_is_still_there() -> None:
    case = three("awaiting_form")
    client = client_of(office.person("dinkes1"))
    typed = {
        "version": case.version - 1,
        "submission": "b" * 32,
        "item_nos": ["1", "3"],
        "note": "Batal dibeli",
    }
    answer = client.post(f"/permohonan/{case.number}/withdraw_item", typed)
    assert answer.status_code == 409
    form = re.search(r'<form[^>]*/withdraw_item".*?</form>', answer.content.decode(), re.S)
    assert form
    assert "Batal dibeli" in form[0]
    assert re.findall(r'value="(\d)" checked', form[0]) == ["1", "3"]
    answer = client.post(
        f"/permohonan/{case.number}/withdraw_item", {"version": case.version, "submission": "c" * 32}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "id_item_nos_error" in page
    assert "Perangkat yang dicabut: Wajib diisi." in page
    assert "Isian Anda yang tidak terkirim" not in page, "the form is still there"


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


def test_the_rest_is_brought_by_page_while_the_first_is_worked_on_and_received_at_the_door() -> None:
    case = three("awaiting_delivery")
    press("dinkes1", case, "hand_in", **{"deliveries.1.later": "true", "deliveries.2.later": "true"})
    press("operator1", case, "check_in")
    press("pemeriksa1", case, "inspect", note="Dilihat")
    assert case.state == "installation"
    later = {"deliveries.1.later": "true"}
    page = refused("dinkes2", case, "hand_in_more", **later, **row("deliveries.0", serial="x" * 300))
    assert list(wrong(page)) == ["id_deliveries_0_serial"]
    assert '<details class="more first" open>' in page
    press("dinkes2", case, "hand_in_more", **later, **row("deliveries.0", serial="CTH-7777"))
    assert (case.state, fate(case)) == ("installation", ["passed", "delivered", "approved"])
    for name in ("operator1", "operator2"):
        page = signed_in(name).get("/").content.decode()
        assert "Kiriman di pintu" in page  # the holder's own row says so
    page = shown(signed_in("operator2"), case)
    assert "CTH-7777" in page
    assert "/hand_over" in page, "the form of the task is there too"
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids)), "no id is there twice"
    assert "Terima kiriman tambahan" not in shown(signed_in("pemeriksa1"), case)
    page = refused("operator2", case, "check_in_more", **row("received.0", back="damaged", note="x" * 9000))
    assert list(wrong(page)) == ["id_received_0_note"]
    press("operator2", case, "check_in_more")
    assert (case.state, fate(case)) == ("installation", ["passed", "received", "approved"])
    page = shown(signed_in("dinkes1"), case)
    assert "Kiriman 2" in page
    assert "menunggu giliran" in page
    press("operator1", case, "hand_over", **{"items.0.address": "10.20.30.11"})
    assert (case.state, minutes(case)) == ("inspection", [["SRV-1"]])
    assert "2. SRV-2</legend>" in shown(signed_in("pemeriksa1"), case)


def test_an_operator_finds_what_waits_at_the_door_among_the_tasks_while_the_inspector_holds_the_case() -> (
    None
):
    case = three("awaiting_delivery")
    press("dinkes1", case, "hand_in", **{"deliveries.1.later": "true", "deliveries.2.later": "true"})
    press("operator1", case, "check_in")
    client = signed_in("operator1")
    assert "Kiriman tambahan menunggu diterima" not in client.get("/").content.decode()
    press("dinkes1", case, "hand_in_more")
    assert (case.state, fate(case)) == ("inspection", ["received", "delivered", "delivered"])
    page = client.get("/").content.decode()
    assert "Kiriman tambahan menunggu diterima" in page
    assert f"/permohonan/{case.number}#kiriman" in page
    assert "Kiriman tambahan menunggu diterima" not in signed_in("pemeriksa1").get("/").content.decode()
    page = shown(client, case)
    assert '<section class="card act-card" id="kiriman">' in page
    press("operator1", case, "check_in_more")
    assert "Kiriman tambahan menunggu diterima" not in client.get("/").content.decode()


def test_whoever_releases_the_capacity_refuses_one_by_page_with_its_reason() -> None:
    case = three("capacity_release")
    page = refused("administrator1", case, "confirm", **row("refused.2", chosen="true", note="Terlalu dalam"))
    assert list(wrong(page)) == ["id_refused_2_reason"]
    assert "3. Alasan" in page
    assert controls(page, "confirm")["refused.2.chosen"] == "true"
    every = {
        name: value for n in (0, 1, 2) for name, value in row(f"refused.{n}", chosen="true", **WHY).items()
    }
    assert "Nyatakan tidak tersedia bagi semuanya" in refused("administrator1", case, "confirm", **every)
    press("administrator1", case, "confirm", **row("refused.2", chosen="true", **WHY))
    assert (case.state, fate(case)) == ("awaiting_form", ["asked", "asked", "refused"])
    assert {claim.item_no for claim in ledger.claims_for_case(case.pk)} == {1, 2}
    page = shown(signed_in("dinkes1"), case)
    assert "3. ditolak" in page
    assert "Surat Penolakan Permohonan" in page


def test_of_one_item_nothing_is_offered_to_be_refused_apart() -> None:
    office.build()
    case = office.bring_to(office.ask(), "capacity_release")
    page = shown(signed_in("administrator1"), case)
    assert "Tidak melayani sebagian" not in page


def test_the_letter_of_who_is_refused_is_seen_before_and_nothing_refused_has_none() -> None:
    case = three("capacity_release")
    client = signed_in("administrator1")
    fields = controls(shown(client, case), "confirm")
    url = f"{fields.pop('')}/pratinjau"
    seen = client.post(url, {**fields, **row("refused.2", chosen="true", **WHY)})
    assert seen["Content-Type"] == "application/pdf"
    assert fate(case) == ["asked", "asked", "asked"]
    none = client.post(url, fields)
    assert none.status_code == 422
    assert "Dengan isian ini tidak ada surat yang terbit" in none.content.decode()


def test_a_single_item_has_no_letter_to_look_at_when_capacity_is_released() -> None:
    office.build()
    case = office.bring_to(office.ask(), "capacity_release")
    assert "/confirm/pratinjau" not in shown(signed_in("administrator1"), case)
