"""The escalation ladder (T12, T16): to whom, once, inside working time, and not while somebody else is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandar.core import escalation as rules
from sandar.core import worktime
from sandar.doors.jobs import care, escalation
from sandar.records.clocks import read as clocks
from sandar.records.clocks.models import Rung, Timer
from sandar.records.outbox.models import Message
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
MONDAY = office.MONDAY  # 09:00 WIB; the disposition has 15 minutes


def fired(at: datetime) -> list[str]:
    escalation.run(at, care.Shift())
    return list(Rung.objects.filter(fired_at=at).order_by("pk").values_list("name", flat=True))


def told(at: datetime) -> set[str]:
    rows = Message.objects.filter(kind="escalated", created_at=at)
    return {name.rstrip("0123456789") for name in rows.values_list("person__username", flat=True)}


def test_t16_each_rung_goes_once_to_whom_the_sop_names_and_is_seen_on_case_and_inbox() -> None:
    office.build()
    case = office.ask()
    assert fired(MONDAY + timedelta(minutes=11)) == []
    reminder = MONDAY + timedelta(minutes=12)
    assert (fired(reminder), told(reminder)) == (["reminder"], {"kabid"})
    assert fired(reminder + timedelta(minutes=1)) == []
    due = MONDAY + timedelta(minutes=15)
    assert fired(due) == ["due"]
    assert "kabid" in told(due)
    late = MONDAY + timedelta(minutes=30)
    assert fired(late) == ["late"]
    assert fired(late + timedelta(days=1)) == []
    head = client_of(office.person("kabid1"))
    for address in ("/", f"/permohonan/{case.number}", f"/permohonan/{case.number}/waktu"):
        assert "Terlambat selama satu kali waktu baku" in head.get(address).content.decode(), address


def test_t16_nobody_is_mailed_outside_working_time_and_what_was_reached_then_comes_in_the_morning() -> None:
    office.build()
    friday = datetime.fromisoformat("2026-11-27T16:20:00+07:00")
    office.ask(at=friday)
    evening, saturday = friday + timedelta(hours=1), friday + timedelta(days=1)
    monday = datetime.fromisoformat("2026-11-30T07:30:00+07:00")
    assert fired(evening) == fired(saturday) == []
    assert fired(monday) == []  # ten minutes were worked: the reminder comes a minute and a quarter later
    assert fired(monday + timedelta(minutes=2)) == ["reminder"]


def test_a_paused_or_stopped_clock_fires_nothing_and_what_was_paused_shifts_the_ladder() -> None:
    office.build()
    case = office.ask()
    office.act(
        case, "send_back", {"reason": "incomplete_letter", "note": "Kurang"}, at=MONDAY + timedelta(minutes=5)
    )
    rows = Rung.objects.filter(timer__step="disposition")
    fired(MONDAY + timedelta(hours=2))
    assert not rows.exists()
    assert Timer.objects.get(step="disposition").stopped_at is None


def test_t12_a_rung_before_the_due_time_lies_inside_a_window_and_never_on_midnight() -> None:
    office.build()
    calendar = clocks.calendar()
    start = datetime.fromisoformat("2026-11-26T08:00:00+07:00")
    for minutes in range(15, 2_000, 35):
        budget = timedelta(minutes=minutes)
        for amount in (-75, -50, -25, 0, 100):
            at = rules.reached(calendar, start, rules.used(budget, amount, "%"), any_time=False)
            assert at is not None
            assert worktime.is_working(calendar, at), (minutes, amount, at)
            used = worktime.elapsed(calendar, start, at)
            assert used == budget * (100 + amount) / 100
