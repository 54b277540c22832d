"""Offers and the waiting list by page: what is asked of whom, what everybody else reads, in sums for the public."""

from __future__ import annotations

import pytest
from django.test import Client

from sandar.doors.jobs import care, waiting
from sandar.records.cases.models import Case
from sandar.records.waiting import read as waiting_read
from tests import office
from tests.web.test_whole_way_by_page import controls, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> Case:
    """400 of the cluster's 614 vCPU are held."""
    office.build()
    return office.bring_to(office.ask(office.application(vcpu=400)), "awaiting_form")


def short(vcpu: int = 300, *more: dict, by: str = "dinkes1") -> Case:
    case = office.bring_to(office.ask(office.application(vcpu=vcpu), *more, by=by), "capacity_check")
    office.act(case, "report_short", {"note": "vCPU"})
    return case


def queued(vcpu: int = 300, by: str = "dinkes1") -> Case:
    case = short(vcpu, by=by)
    office.act(case, "queue", {"note": "Surat"})
    return case


def shown(client: Client, case: Case) -> str:
    return client.get(f"/permohonan/{case.number}").content.decode()


def press(client: Client, case: Case, action: str, **changes: str) -> None:
    fields = controls(shown(client, case), action)
    url = fields.pop("")
    answer = client.post(url, fields | changes)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    case.refresh_from_db()


def test_the_form_of_an_offer_begins_with_what_would_fit() -> None:
    case = short()
    page = shown(signed_in("administrator1"), case)
    assert "Di antara YA dan TIDAK" in page
    assert "muat bila" in page
    assert "vCPU 214 (diminta 300)" in page
    assert "7 Desember 2026" in page  # when the hold in the way ends
    fields = controls(page, "propose")
    assert (fields["items.0.vcpu"], fields["items.0.ram_gb"]) == ("214", "32")


def test_an_offer_goes_by_page_to_the_agency_and_back() -> None:
    case = short()
    press(signed_in("administrator1"), case, "propose", note="Sisanya nanti")
    assert case.state == "capacity_offer"
    agency = signed_in("dinkes1")
    page = shown(agency, case)
    for part in ("Apakah Anda menerima usulan ini?", "Sisanya nanti", "214", "300", "Tolak usulan"):
        assert part in page, part
    assert "Jawab usulan" in agency.get("/").content.decode()
    officer = shown(signed_in("operator1"), case)
    assert "lebih sedikit dari yang diminta" in officer
    press(agency, case, "accept")
    assert (case.state, case.items[0]["vcpu"]) == ("awaiting_form", 214)
    assert "Diterima pemohon" in shown(signed_in("operator1"), case)
    assert "vCPU 214 (diminta 300)" in shown(agency, case)  # the journal says what was offered


def test_one_of_two_items_may_be_left_out_and_a_place_chosen_by_page() -> None:
    case = short(300, office.server())
    places = {"placements.1.rack": "R09", "placements.1.position_u": "20"}
    press(signed_in("administrator1"), case, "propose", **{"items.0.dropped": "true"}, **places)
    rows = waiting_read.offer_of(case.pk).rows  # type: ignore[union-attr]
    assert [row["offered"] for row in rows if row["what"] == "place"] == ["R09 U20"]
    assert "tidak termasuk" in shown(signed_in("dinkes1"), case)


def test_a_later_time_is_offered_and_accepted_by_page() -> None:
    case = short()
    press(signed_in("administrator1"), case, "postpone")
    page = shown(signed_in("dinkes1"), case)
    assert "Bersediakah Anda menunggu?" in page
    assert "mulai 7 Desember 2026" in page
    press(signed_in("dinkes1"), case, "accept")
    assert case.state == "waiting_capacity"
    assert "Urutan ke-<b>1</b> dari 1" in shown(signed_in("dinkes1"), case)


def test_what_is_wrong_with_an_offer_is_said_beside_the_field_and_nothing_is_lost() -> None:
    case = short()
    client = signed_in("administrator1")
    fields = controls(shown(client, case), "propose")
    url = fields.pop("")
    answer = client.post(url, fields | {"items.0.vcpu": "301", "note": "Catatan yang panjang"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tidak boleh lebih dari yang diminta" in page
    assert "Catatan yang panjang" in page


def test_the_list_shows_everybody_to_officers_and_its_own_lines_to_an_agency() -> None:
    mine, theirs = queued(), queued(310, by="disdik1")
    page = signed_in("pengawas1").get("/daftar-tunggu").content.decode()
    assert mine.number in page
    assert theirs.number in page
    own = signed_in("disdik1").get("/daftar-tunggu").content.decode()
    assert mine.number not in own
    assert theirs.number in own
    assert "dari 2" in own
    assert "Ubah urutan" not in page
    assert signed_in("admin").get("/daftar-tunggu").status_code == 403


def test_the_list_tells_who_was_passed_over_when_and_why() -> None:
    large = queued(300)
    small = queued(210, by="disdik1")
    assert waiting.run(office.MONDAY, care.Shift()) == 1
    page = signed_in("operator1").get("/daftar-tunggu").content.decode()
    assert "Dilewati 1 kali" in page
    assert "belum cukup untuk permohonan ini" in page
    assert page.count(small.number) > 2  # its own line, and who went ahead
    own = signed_in("dinkes1").get("/daftar-tunggu").content.decode()
    assert "Dilewati 1 kali" in own
    assert small.number not in own
    case = shown(signed_in("dinkes1"), large)
    for part in (
        "Dilewati 1 kali",
        "belum cukup untuk permohonan ini",
        "Urutan di daftar tunggu tidak berubah",
    ):
        assert part in case, part
    assert small.number not in case
    assert small.number in shown(signed_in("operator1"), large)


def test_the_division_head_changes_the_order_on_the_list() -> None:
    first, second = queued(300), queued(310)
    head = signed_in("kabid1")
    task = office.task_of(second)
    second.refresh_from_db()
    fields = {"submission": "a-b-c", "version": second.version, "priority": 5, "note": "Darurat"}
    assert head.post(f"/tugas/{task.pk}/prioritise", fields).status_code == 302
    assert waiting_read.positions() == {second.pk: 1, first.pk: 2}
    assert "prioritas 5" in head.get("/daftar-tunggu").content.decode()
    assert "mengubah urutan daftar tunggu" in shown(head, second)


def test_who_waits_for_room_is_nobodys_task() -> None:
    case = queued()
    inbox = signed_in("administrator1").get("/").content.decode()
    assert case.number not in inbox
    assert "Daftar tunggu" in shown(signed_in("dinkes1"), case)


def test_the_public_reads_sums_and_neither_names_nor_places() -> None:
    case = short(300, office.server(name="RAHASIA-1"))
    office.act(case, "propose", {"items": [{"item_no": 1, "vcpu": 8}]})
    page = Client().get(f"/track/{case.number}").content.decode()
    for part in ("Kantor menawarkan", "lebih sedikit dari yang diminta", "300", "<b>8</b>"):
        assert part in page, part
    for secret in ("RAHASIA-1", "e-Planning", "KLUSTER", "R01"):
        assert secret not in page, secret
    office.act(case, "queue", {})
    assert "Urutan ke-<b>1</b> di daftar tunggu" in Client().get(f"/track/{case.number}").content.decode()


def test_no_says_on_the_page_what_was_short_and_when_a_hold_on_it_ends() -> None:
    case = short()
    office.act(case, "refuse", {})
    page = shown(signed_in("dinkes1"), case)
    for part in ("Yang kurang", "kurang 86", "7 Desember 2026"):
        assert part in page.replace("\u00a0", " "), part
