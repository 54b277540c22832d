"""The disposition by API and by page: read, receipts, answers, boxes; nothing of it for the agency."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from sandar.records.cases.models import Case, Event, Task
from sandar.records.dispositions import read as dispositions
from sandar.records.people.models import Person
from tests import office
from tests.api.world import Api, ok

pytestmark = pytest.mark.django_db
OTHERS = [{"person": "pemeriksa1", "part": "executor"}, {"person": "administrator2", "part": "copy"}]


@pytest.fixture
def case(built: None) -> Case:
    return office.ask()


def browser(username: str) -> Client:
    client = Client(headers={"Accept-Language": "id"})
    client.force_login(office.person(username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_the_whole_disposition_by_api(case: Case) -> None:
    head, beside = Api("kabid1"), Api("pemeriksa1")
    boxes = ok(head.get("/instructions"))["items"]
    assert boxes[0] == {"code": "follow_up", "words": "Proses lebih lanjut"}
    data = {"instructions": ["advise"], "urgency": "segera", "due_on": "2026-12-31", "others": OTHERS}
    task = office.task_of(case).pk
    ok(head.post(f"/tasks/{task}/actions/forward", {"version": 1, "data": data}, key="a"))
    url = f"/cases/{case.number}/disposition"
    told = ok(beside.get(url))
    assert (told["urgency"], told["count"]) == ("segera", 1)
    hop = told["items"][0]
    assert (hop["to_role"], hop["due_on"], hop["seq"]) == ("supervisor", "2026-12-31", 2)
    assert [row["read_at"] for row in hop["recipients"]] == [None, None]
    ok(beside.post(f"{url}/read", {}, key="b"))
    note = {"hop": 2, "note": "Ruang siap."}
    first = ok(beside.post(f"{url}/answer", note, key="c"))
    assert ok(beside.post(f"{url}/answer", note, key="c")) == first  # the same key: the same answer
    row = first["items"][0]["recipients"][0]
    assert (row["username"], row["answer"], bool(row["read_at"])) == ("pemeriksa1", "Ruang siap.", True)
    assert beside.post(f"{url}/answer", note, key="d").status_code == 422
    back = {"version": 2, "data": {"reason": "wrong_addressee", "note": "Bukan kami."}}
    ok(Api("pengawas1").post(f"/tasks/{office.task_of(case).pk}/actions/return_hop", back, key="e"))
    assert ok(head.get(url))["items"][1]["reason"] == "wrong_addressee"


@pytest.mark.parametrize("username", ["dinkes1", "disdik1", "admin"])
def test_to_the_agency_and_to_strangers_it_does_not_exist(case: Case, username: str) -> None:
    office.act(case, "forward", {"others": OTHERS})
    office.act(case, "return_hop", {"reason": "other", "note": "Catatan di antara pejabat"})
    api = Api(username)
    assert api.get(f"/cases/{case.number}/disposition").status_code == 404
    for call, body in (("read", {}), ("answer", {"hop": 2, "note": "x"})):
        assert api.post(f"/cases/{case.number}/disposition/{call}", body, key=call).status_code == 404
    page = browser(username).get(f"/permohonan/{case.number}")
    assert page.status_code == (200 if username == "dinkes1" else 404)
    assert "Catatan di antara pejabat" not in page.content.decode()
    assert "Bukan" not in api.get(f"/cases/{case.number}/events").content.decode()
    # The administrator is no part of the case but keeps the list of boxes.
    assert api.get("/instructions").status_code == (200 if username == "admin" else 403)


def test_by_page_boxes_day_and_people_beside_the_lead_are_given_read_and_answered(case: Case) -> None:
    head = browser("kabid1")
    url = f"/permohonan/{case.number}"
    page = head.get(url).content.decode()
    assert 'value="check_capacity"' in page
    assert "Pelaksana lain dan tembusan" in page
    sent = {
        "version": 1,
        "submission": "s1",
        "instructions": ["advise", "complete"],
        "urgency": "segera",
        "note": "Utamakan.",
        "others.0.person": "pemeriksa1",
        "others.0.part": "executor",
        "others.1.person": "operator1",
        "others.1.part": "",
    }
    task = office.task_of(case).pk
    assert head.post(f"/tugas/{task}/forward", sent | {"due_on": "2020-01-01"}).status_code == 422
    assert head.post(f"/tugas/{task}/forward", sent).status_code == 302
    inspector = browser("pemeriksa1")
    assert "Disposisi untuk Anda" in inspector.get("/").content.decode()
    assert "Disposisi untuk Anda" not in browser("operator1").get("/").content.decode()
    before = Event.objects.filter(case=case).count()
    shown = inspector.get(url).content.decode()
    inspector.get(url)
    assert Event.objects.filter(case=case).count() == before + 1  # opened twice, journaled once
    assert "Disposisi ini juga untuk Anda laksanakan" in shown
    answer = {"submission": "s2", "hop": 2, "note": "Ruang siap hari Selasa."}
    assert inspector.post(f"{url}/disposisi/tanggapan", answer).status_code == 302
    supervisor = browser("pengawas1").get(url).content.decode()
    assert "Ruang siap hari Selasa." in supervisor
    assert "Tanggapan dan saran" in supervisor


def test_the_inbox_shows_the_officers_urgency_and_the_day_and_when_it_is_over(case: Case) -> None:
    today = timezone.localdate()
    data = {"urgency": "sangat_segera", "due_on": today.isoformat(), "others": OTHERS}
    office.act(case, "forward", data, at=timezone.now())
    for name in ("pengawas1", "pemeriksa1"):
        page = browser(name).get("/").content.decode()
        assert "Sangat segera" in page
        assert "batas waktu disposisi" in page
        assert "lewat batas" not in page
    assert "Sangat segera" not in browser("dinkes1").get("/").content.decode()
    Case.objects.filter(pk=case.pk).update(ordered_until=today - timedelta(days=1))
    for name in ("pengawas1", "pemeriksa1"):
        assert "lewat batas" in browser(name).get("/").content.decode()
    Case.objects.filter(pk=case.pk).update(state="awaiting_notice")
    Task.objects.filter(case=case).update(state="awaiting_notice", step="notice", role="administrator")
    page = browser("administrator1").get("/").content.decode()
    assert case.number in page
    assert "batas waktu disposisi" not in page  # it was about the disposition and the check


def test_by_page_no_box_and_own_words_is_no_box_and_the_executors_part_comes_to_the_superior(
    case: Case,
) -> None:
    head, task = browser("kabid1"), office.task_of(case).pk
    sent = {"version": 1, "submission": "s1", "others.0.person": "pemeriksa1", "others.0.part": "executor"}
    refused = head.post(f"/tugas/{task}/forward", sent)
    assert refused.status_code == 422
    assert "Centang paling sedikit satu instruksi" in refused.content.decode()
    assert head.post(f"/tugas/{task}/forward", sent | {"note": "Temui saya."}).status_code == 302
    assert Event.objects.get(case=case, seq=2).payload["instructions"] == []
    Person.objects.filter(username="pemeriksa1").update(is_active=False)
    above = browser("administrator1")
    name = office.person("pemeriksa1").name
    assert f"menggantikan {name} yang tidak bertugas" in above.get("/").content.decode()
    assert (
        f"Disposisi untuk {name}, yang tidak bertugas"
        in above.get(f"/permohonan/{case.number}").content.decode()
    )
    answer = {"submission": "s2", "hop": 2, "note": "Siap."}
    assert above.post(f"/permohonan/{case.number}/disposisi/tanggapan", answer).status_code == 302
    told = ok(Api("kabid1").get(f"/cases/{case.number}/disposition"))["items"][0]["recipients"][0]
    assert (told["username"], told["answer"]) == ("pemeriksa1", "Siap.")
    assert told["answered_by"] == office.person("administrator1").name
    assert "menggantikan" not in above.get("/").content.decode()


def test_a_refused_hop_keeps_every_ticked_box(case: Case) -> None:
    head = browser("kabid1")
    sent = {"version": 1, "submission": "s", "instructions": ["advise", "complete"], "due_on": "2020-01-01"}
    page = head.post(f"/tugas/{office.task_of(case).pk}/forward", sent).content.decode()
    for code in ("advise", "complete"):
        assert f'value="{code}" checked' in page
    assert 'value="follow_up" checked' not in page


def test_the_list_of_boxes_is_the_system_administrators(built: None) -> None:
    lines = {"submission": "s3", "lines": "Periksa kapasitas\r\nSiapkan jawaban"}
    assert browser("kabid1").post("/pengaturan/disposisi/simpan", lines).status_code == 403
    assert browser("operator1").get("/pengaturan/disposisi").status_code == 403
    assert "Proses lebih lanjut" in browser("kabid1").get("/pengaturan/disposisi").content.decode()
    admin = browser("admin")
    twins = {"submission": "s4", "lines": "Sama\nSama"}
    assert admin.post("/pengaturan/disposisi/simpan", twins).status_code == 422
    assert admin.post("/pengaturan/disposisi/simpan", lines).status_code == 302
    assert [box.words for box in dispositions.instructions()] == ["Periksa kapasitas", "Siapkan jawaban"]
