"""Approving asks for the password once more when the sign-in is longer than 15 minutes ago."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sandar.doors.cli.example.office import PASSWORD
from sandar.doors.web import confirming
from sandar.records.cases.models import Case, Submission
from tests import office
from tests.web.test_whole_way_by_page import controls, signed_in

pytestmark = pytest.mark.django_db
ASKS = 'name="confirm_password"'


@pytest.fixture
def case() -> Case:
    cache.clear()  # the limit of wrong passwords is counted there
    office.build()
    return office.bring_to(office.ask(), "awaiting_approval")


def aged(username: str, *, minutes: int) -> Client:
    """Somebody who signed in so many minutes ago."""
    client = signed_in(username)
    client.get("/")
    session = client.session
    session["began_at"] = int(timezone.now().timestamp()) - minutes * 60
    session.save()
    return client


def page(client: Client, case: Case) -> str:
    return client.get(f"/permohonan/{case.number}").content.decode()


def approve(client: Client, case: Case, **typed: str) -> Any:
    fields = controls(page(client, case), "approve")
    return client.post(fields.pop(""), fields | {"note": "Setuju dengan catatan"} | typed)


def test_a_fresh_sign_in_approves_without_more(case: Case) -> None:
    client = aged("kabid1", minutes=14)
    assert ASKS not in page(client, case)
    assert approve(client, case).status_code == 302


def test_an_old_one_needs_the_password_and_keeps_what_was_typed(case: Case) -> None:
    client = aged("kabid1", minutes=16)
    assert ASKS in page(client, case)
    for typed, sentence in (
        ("", "Tulis kata sandi Anda."),
        ("bukan-itu-sandinya", "Kata sandi tidak cocok."),
    ):
        answer = approve(client, case, confirm_password=typed)
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in shown
        assert "Setuju dengan catatan" in shown
        assert "bukan-itu-sandinya" not in shown
    case.refresh_from_db()
    assert case.state == "awaiting_approval"
    assert approve(client, case, confirm_password=PASSWORD).status_code == 302
    case.refresh_from_db()
    assert case.state == "awaiting_notice"


def test_one_proof_holds_for_the_next_quarter_of_an_hour(case: Case) -> None:
    client = aged("kabid1", minutes=60)
    approve(client, case, confirm_password=PASSWORD)
    other = office.bring_to(office.ask(), "awaiting_approval")
    assert ASKS not in page(client, other)
    assert approve(client, other).status_code == 302


def test_the_password_leaves_no_trace_not_even_in_the_hash_of_the_submission(case: Case) -> None:
    client = aged("kabid1", minutes=60)
    fields = controls(page(client, case), "approve")
    url = fields.pop("")
    client.post(url, fields | {"confirm_password": PASSWORD})
    again = client.post(url, fields, follow=True)  # the same submission without it is the same submission
    assert "kiriman kedua tidak mengubah apa pun" in again.content.decode()
    assert PASSWORD not in str(Submission.objects.latest("pk").answer)


def test_guessing_is_stopped(case: Case) -> None:
    client = aged("kabid1", minutes=60)
    answers = [approve(client, case, confirm_password=f"tebakan-{n}").status_code for n in range(12)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_only_the_approval_asks_and_only_who_has_a_password(case: Case) -> None:
    assert {("approval", "approve"), ("approval", "accept")} == confirming.ASKED
    other = office.bring_to(office.ask(), "disposition_supervisor")
    assert ASKS not in page(aged("pengawas1", minutes=60), other)
    head = office.person("kabid1")
    head.set_unusable_password()
    head.save()
    client = aged("kabid1", minutes=60)
    assert ASKS not in page(client, case)
    assert approve(client, case).status_code == 302
