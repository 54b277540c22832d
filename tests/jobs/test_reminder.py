"""Before something of an agency's lapses it is told, once for each end, and only when it is the one waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandar.doors.jobs import care, expiry, reminder
from sandar.records.assets.models import Asset
from sandar.records.cases.models import Case, Event
from sandar.records.outbox.models import Message
from tests import office
from tests.office import MONDAY
from tests.steps import assets

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def run(at: datetime) -> int:
    return reminder.run(at, care.Shift())


def mails(case: Case) -> list[str]:
    rows = Message.objects.filter(case=case, kind="reminder").order_by("pk")
    return list(rows.values_list("person__username", flat=True))


def test_a_hold_is_reminded_of_two_working_days_before_it_lapses_and_once() -> None:
    case = office.bring_to(office.ask(), "awaiting_form")
    until = expiry.ends_at(case)  # 14 days later: Monday 7 December
    assert until is not None
    assert (until.date() - MONDAY.date()).days == 14
    assert run(until - 5 * DAY) == 0  # Wednesday: three working days before
    assert run(until - 4 * DAY) == 1  # Thursday: Friday and Monday are left
    assert run(until - 4 * DAY + timedelta(minutes=1)) == 0
    assert run(until - DAY) == 0
    assert mails(case) == ["dinkes1", "dinkes2"]
    event = Event.objects.filter(case=case).latest("seq")
    assert (event.kind, event.actor, event.person["username"]) == ("lapse_reminded", None, "system")
    assert "7 Desember 2026" in Message.objects.filter(case=case, kind="reminder").first().body
    office.act(case, "submit", at=until - DAY)  # the page that was open is still good
    assert run(until - DAY) == 0  # now the office is waited for


def test_where_a_part_is_installed_the_reminder_says_that_only_the_rest_lapses() -> None:
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2)]
    case = office.bring_to(office.ask(*items), "awaiting_delivery")
    whole = expiry.ends_at(case)
    assert whole is not None
    assert run(whole - DAY) == 1
    body = Message.objects.filter(case=case, kind="reminder").latest("pk").body
    assert "permohonannya berakhir" in body
    assert "tetap dilayani" not in body
    office.act(case, "hand_in", {"deliveries": [{"item_no": 1, "serial": "CTH-0001"}]}, at=whole - DAY)
    for action in ("check_in", "inspect", "hand_over"):
        office.act(case, action, at=whole - DAY)
    case.refresh_from_db()
    rest = expiry.ends_at(case)
    assert rest is not None
    assert run(rest - timedelta(hours=1)) == 1
    body = Message.objects.filter(case=case, kind="reminder").latest("pk").body
    assert "yang sudah terpasang tetap dilayani" in body
    assert "permohonannya berakhir" not in body


def test_an_end_that_moved_is_reminded_of_anew() -> None:
    case = office.bring_to(office.ask(), "awaiting_form")
    first = expiry.ends_at(case)
    assert first is not None
    assert run(first - DAY) == 1
    office.act(case, "submit", at=first - DAY)
    office.act(case, "send_back", {"reason": "incomplete_letter"}, at=first - DAY)
    case.refresh_from_db()
    second = expiry.ends_at(case)
    assert second is not None
    assert second > first
    assert run(first - DAY) == 0
    assert run(second - DAY) == 1
    assert len(mails(case)) == 4


@pytest.mark.parametrize("state", ["awaiting_delivery", "capacity_offer"])
def test_delivery_windows_and_offers_are_reminded_of_too_and_then_lapse(state: str) -> None:
    if state == "capacity_offer":
        case = office.bring_to(office.ask(), "capacity_release")
        office.act(case, "propose")
    else:
        case = office.bring_to(office.ask(), state)
    case.refresh_from_db()
    until = expiry.ends_at(case)
    assert until is not None
    assert run(until - timedelta(hours=1)) == 1
    assert run(until) == 0  # what lapsed is no longer reminded of
    assert expiry.run(until + timedelta(minutes=1), care.Shift()) == 1
    case.refresh_from_db()
    lapsed = {"awaiting_delivery": "delivery_lapsed", "capacity_offer": "offer_lapsed"}[state]
    assert (case.state, case.reason) == ("expired", lapsed)


@pytest.mark.parametrize("state", ["capacity_release", "awaiting_approval", "inspection"])
def test_nobody_is_reminded_while_the_office_is_waited_for(state: str) -> None:
    case = office.bring_to(office.ask(), state)
    assert run(MONDAY + 13 * DAY) == 0
    assert mails(case) == []


def test_the_end_of_a_term_is_told_once_with_the_way_to_renew_it() -> None:
    asset = assets.installed()
    Asset.objects.filter(pk=asset.pk).update(valid_until=(MONDAY + 20 * DAY).date())
    at = MONDAY + DAY
    assert reminder.terms(MONDAY - 11 * DAY, care.Shift()) == 0  # 31 days before
    assert reminder.terms(at, care.Shift()) == 1
    assert reminder.terms(at + DAY, care.Shift()) == 0
    mails = Message.objects.filter(kind="term").order_by("pk")
    assert [mail.person.username for mail in mails] == ["dinkes1", "dinkes2"]
    assert f"/ajukan?layanan=renewal&aset={asset.number}" in mails[0].body
    assert "13 Desember 2026" in mails[0].body
    Asset.objects.filter(pk=asset.pk).update(valid_until=(MONDAY + 25 * DAY).date())
    assert reminder.terms(at + DAY, care.Shift()) == 1  # another end


def test_who_asked_for_a_renewal_already_is_not_reminded() -> None:
    asset = assets.installed()
    Asset.objects.filter(pk=asset.pk).update(valid_until=(MONDAY + 20 * DAY).date())
    assets.ask("renewal", asset)
    assert reminder.terms(MONDAY + DAY, care.Shift()) == 0
