"""Approving, and every act that signs, asks for the password when it was last shown more than 15 minutes ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sandar.doors.cli.example.office import PASSWORD
from sandar.doors.web import confirming
from sandar.records.cases.models import Case, Submission
from sandar.records.people import write as people
from sandar.records.people.models import ApiToken
from sandar.steps import signatories
from sandar.steps.turn import Turn
from tests import office
from tests.api.world import Api, ok, refused
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


def test_every_act_that_signs_asks_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    office.build()
    seen: dict[tuple[str, str], bool] = {}
    whole = signatories.of

    def of(facts: Any, *, actor_id: int | None) -> Any:
        printed, signing = whole(facts, actor_id=actor_id)
        turn = turns[-1]
        seen[turn.place.step.key, turn.action.name] = signatories.consents(signing, actor_id)
        return printed, signing

    turns: list[Turn] = []
    issue = Turn.issue

    def issued(turn: Turn, kind: str, facts: Any, **more: Any) -> Any:
        turns.append(turn)
        return issue(turn, kind, facts, **more)

    monkeypatch.setattr(signatories, "of", of)
    monkeypatch.setattr(Turn, "issue", issued)
    office.bring_to(office.ask(), "completed")
    for state, action in (
        ("awaiting_approval", "refuse"),
        ("inspection", "reject"),
        ("inspection", "reapprove"),
    ):
        office.act(office.bring_to(office.ask(), state), action, {"reason": "specification_mismatch"})
    seen.pop(("letter", "submit"), None)
    assert sum(seen.values()) >= 7
    assert {key: confirming._signs(*key) for key in seen if key[0] != "letter"} == {
        key: signs for key, signs in seen.items() if key[0] != "letter"
    }


def test_an_act_that_does_not_sign_asks_nothing(case: Case) -> None:
    other = office.bring_to(office.ask(), "disposition_supervisor")
    assert ASKS not in page(aged("pengawas1", minutes=60), other)


def test_who_has_no_password_is_not_asked(case: Case) -> None:
    head = office.person("kabid1")
    head.set_unusable_password()
    head.save()
    client = aged("kabid1", minutes=60)
    assert ASKS not in page(client, case)
    assert approve(client, case).status_code == 302


def test_a_notice_is_signed_only_with_the_password_and_keeps_what_was_typed(case: Case) -> None:
    case = office.bring_to(office.ask(), "awaiting_notice")
    client = aged("administrator1", minutes=16)
    fields = controls(page(client, case), "notify")
    assert "confirm_password" in fields
    url = fields.pop("")
    stopped = client.post(url, fields | {"note": "Bawa rel sendiri", "confirm_password": ""})
    assert stopped.status_code == 422
    assert "Bawa rel sendiri" in stopped.content.decode()
    case.refresh_from_db()
    assert case.state == "awaiting_notice"
    assert client.post(url, fields | {"confirm_password": PASSWORD}).status_code == 302


def test_the_act_itself_refuses_where_the_form_did_not_ask(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.bring_to(office.ask(), "awaiting_notice")
    client = aged("administrator1", minutes=16)
    monkeypatch.setattr(confirming, "_signs", lambda step, action: False)
    fields = controls(page(client, case), "notify")
    url = fields.pop("")
    stopped = client.post(url, fields)
    assert stopped.status_code == 422
    assert ASKS in stopped.content.decode()
    assert client.post(url, fields | {"confirm_password": PASSWORD}).status_code == 302


def test_by_api_the_password_is_asked_for_kept_nowhere_and_good_for_a_quarter_of_an_hour(case: Case) -> None:
    head, at = office.person("kabid1"), timezone.now()
    old = at - timedelta(hours=1)
    token = people.create_token(head, name="lama", at=old, expires_at=old + timedelta(days=9))
    api = Api(None, Authorization=f"Bearer {token}")
    path = f"/tasks/{office.task_of(case).pk}/actions/approve"
    body = {"data": {}, "version": case.version}
    asked = refused(api.post(path, body, key="p1"), 403, "PASSWORD_NEEDED")
    assert (asked["field"], asked["minutes"]) == ("password", 15)
    wrong = refused(api.post(path, body | {"password": "bukan-itu"}, key="p1"), 422, "INVALID_INPUT")
    assert "bukan-itu" not in str(wrong)
    done = api.post(path, body | {"password": PASSWORD}, key="p1")
    assert ok(done)["case"]["state"] == "awaiting_notice"
    again = api.post(path, body | {"password": PASSWORD}, key="p1")
    assert (again.content, again["Idempotency-Replayed"]) == (done.content, "true")
    other = office.bring_to(office.ask(), "awaiting_approval")
    body = {"data": {}, "version": other.version}
    ok(api.post(f"/tasks/{office.task_of(other).pk}/actions/approve", body))
    third = office.bring_to(office.ask(), "awaiting_approval")
    ApiToken.objects.filter(name="lama").update(confirmed_at=at - timedelta(minutes=16))
    path, body = f"/tasks/{office.task_of(third).pk}/actions/approve", {"data": {}, "version": third.version}
    refused(api.post(path, body), 403, "PASSWORD_NEEDED")
    ApiToken.objects.filter(name="lama").update(signs=True)
    ok(api.post(path, body))


def test_a_token_is_fresh_when_it_was_just_made(case: Case) -> None:
    at = timezone.now()
    token = people.create_token(
        office.person("kabid1"), name="baru", at=at, expires_at=at + timedelta(days=9)
    )
    api = Api(None, Authorization=f"Bearer {token}")
    ok(api.post(f"/tasks/{office.task_of(case).pk}/actions/approve", {"data": {}, "version": case.version}))
