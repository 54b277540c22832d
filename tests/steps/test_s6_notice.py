"""Step 6: the agency is told, with a delivery window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandar.errors import NotYourTurn
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Office
from tests import office
from tests.steps import watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

WIB = ZoneInfo("Asia/Jakarta")


def approved() -> Case:
    return office.bring_to(office.ask(), "awaiting_notice")


def test_without_a_wish_the_window_is_the_next_five_working_days():
    case = approved()
    office.act(case, "notify", {})
    seen = look(case)
    assert (seen.state, seen.holder) == ("awaiting_delivery", "applicant")
    assert case.window_start == datetime(2026, 11, 24, 7, 30, tzinfo=WIB)
    assert case.window_end == datetime(2026, 12, 1, 16, 0, tzinfo=WIB)
    assert Claim.objects.get(case=case).expires_at == case.window_end
    assert seen.claims == {1: "reserved"}
    assert seen.papers[-1] == "notice"
    assert seen.told == {"dinkes1", "dinkes2"}
    assert watch.signed(seen, "administrator1", "administrator", "notified")
    assert seen.said["window_end"] == "2026-12-01T16:00+07:00"
    assert seen.clocks == {"delivery": "runs"}


def test_a_time_without_an_offset_is_the_office_s_own():
    Office.objects.update(time_zone="Asia/Jayapura")
    case = approved()
    office.act(case, "notify", {"window_start": "2026-11-25T08:00", "window_end": "2026-11-26T15:00"})
    look(case)
    assert case.window_start == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert Document.objects.get(case=case, kind="notice").facts["window_end_at"] == "2026-11-26T15:00+09:00"


@pytest.mark.parametrize(
    ("window", "field"),
    [
        ({"window_start": "2026-11-26T08:00", "window_end": "2026-11-25T08:00"}, "window_end"),
        ({"window_start": "2026-11-25T08:00", "window_end": "2026-11-25T08:00"}, "window_end"),
        ({"window_start": "2026-11-01T08:00", "window_end": "2026-11-02T08:00"}, "window_start"),
        ({"window_end": "2026-11-23T08:00"}, "window_end"),
        ({"window_start": "2026-11-25T08:00", "window_end": "2026-11-26T08:00+07:00"}, None),
        ({"window_start": "2026-11-25T08:00+07:00", "window_end": "2026-11-24T08:00"}, "window_end"),
        ({"window_end": "9999-12-31T23:59"}, "window_end"),
        ({"window_start": "0001-01-01T00:00"}, "window_end"),
        ({"window_start": "2026-11-20T08:00", "window_end": "2026-11-26T08:00"}, "window_start"),
        ({"window_end": "besok"}, "window_end"),
    ],
)
def test_a_window_ends_after_it_begins_and_is_not_past(window, field):
    case = approved()
    if field is None:
        office.act(case, "notify", window)
        return
    with invalid(field):
        office.act(case, "notify", window)


def test_only_the_administrator_tells():
    case = approved()
    with refused(NotYourTurn):
        office.act(case, "notify", by="kabid1")


def test_a_window_that_lapses_ends_the_request():
    from sandar.steps import registry

    case = approved()
    office.act(case, "notify", {})
    registry.perform_on_case(
        case, "expire", person=None, data={}, seen=None, at=office.MONDAY + timedelta(days=9)
    )
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.claims) == ("expired", "delivery_lapsed", {})
    assert Claim.objects.get(case=case).state == "expired"
