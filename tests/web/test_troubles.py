"""`/gangguan`: failed work and mail that has not left, for the system administrator alone."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule
from pytest_django.fixtures import Settings

from sandar.doors.jobs import care, schedule
from sandar.records.documents.models import Document
from sandar.records.outbox import read as outbox_read
from sandar.records.outbox.models import Message, Trouble
from tests import office
from tests.web.test_whole_way_by_page import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def page(client: Client) -> str:
    answer = client.get("/gangguan")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_only_the_system_administrator_sees_it() -> None:
    for username in ("kabid1", "operator1", "dinkes1"):
        assert signed_in(username).get("/gangguan").status_code == 403
        assert signed_in(username).post("/gangguan/1/ulangi").status_code == 403
    assert Client().get("/gangguan").status_code == 302
    assert "Tidak ada pekerjaan yang gagal" in page(signed_in("admin"))


def test_failed_work_is_named_with_its_case_cause_and_code_and_can_be_tried_again() -> None:
    case = office.ask()
    paper = Document.objects.get(case=case)
    care.failed("paper", paper.pk, RuntimeError("jenis huruf hilang"), at=timezone.now(), most=1)
    client = signed_in("admin")
    text = page(client)
    trouble = Trouble.objects.get()
    for shown in ("Menyusun dokumen", case.number, "jenis huruf hilang", trouble.correlation, "disisihkan"):
        assert shown in text
    assert paper.pk in outbox_read.put_off("paper", timezone.now())
    answer = client.post(f"/gangguan/{trouble.pk}/ulangi", follow=True)
    assert "Dicoba lagi dalam satu menit." in answer.content.decode()
    assert paper.pk not in outbox_read.put_off("paper", timezone.now())
    assert client.post(f"/gangguan/{trouble.pk}/ulangi").status_code == 404


def test_unsent_mail_is_counted_without_its_words_and_a_refused_one_is_due_again(
    settings: Settings,
) -> None:
    office.ask()
    message = Message.objects.earliest("pk")
    Message.objects.filter(pk=message.pk).update(
        created_at=timezone.now() - timedelta(hours=3), next_try_at=timezone.now() + timedelta(hours=6),
        attempts=2, last_error="550 kotak tidak ada",
    )  # fmt: skip
    care.failed("message", message.pk, RuntimeError("550"), at=timezone.now(), most=1)
    client = signed_in("admin")
    assert "Server surel belum diatur" in page(client)
    settings.EMAIL_HOST = "surel.contoh.invalid"
    text = page(client)
    assert f"{outbox_read.waiting()} surel menunggu." in text
    assert "550 kotak tidak ada" in text
    assert message.person.username in text
    assert message.body not in text
    client.post(f"/gangguan/{Trouble.objects.get().pk}/ulangi")
    assert message.pk in outbox_read.due(timezone.now())


def test_a_worker_that_gives_no_sign_is_told() -> None:
    client = signed_in("admin")
    assert "Pekerja latar belum pernah terlihat" in page(client)
    schedule.ensure(timezone.now() - timedelta(minutes=5))
    assert "Pekerja latar tidak memberi tanda" in page(client)
    Schedule.objects.update(next_run=timezone.now())
    assert "Pekerja latar" not in page(client)


def test_nothing_the_menu_offers_leads_to_a_refusal() -> None:
    assert 'href="/gangguan"' in page(signed_in("admin"))
    assert 'href="/gangguan"' not in signed_in("kabid1").get("/").content.decode()
