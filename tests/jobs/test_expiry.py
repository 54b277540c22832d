"""Holds and delivery windows that lapse: only the agency's own delay ends its request."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from sandar.core.capacity import Demand
from sandar.doors.jobs import care, expiry
from sandar.records.cases.models import Case, Event
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write as ledger_write
from sandar.records.ledger.models import Claim
from sandar.records.outbox.models import Message
from tests import office
from tests.office import MONDAY

pytestmark = pytest.mark.django_db

LAPSED = MONDAY + timedelta(days=settings.HOLD_DAYS, hours=3)


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def run(at: datetime) -> int:
    return expiry.run(at, care.Shift())


def state_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_a_hold_lapses_when_the_agency_does_not_fill_the_form() -> None:
    case = office.bring_to(office.ask(), "awaiting_form")
    assert run(LAPSED - timedelta(hours=4)) == 0
    assert state_of(case) == "awaiting_form"
    assert run(LAPSED) == 1
    assert state_of(case) == "expired"
    assert ledger.claims_for_case(case.pk) == []
    assert ledger.recount() == []
    last = Event.objects.filter(case=case).latest("seq")
    assert (last.kind, last.actor, last.person["username"]) == ("hold_expired", None, "system")
    assert Message.objects.filter(case=case, kind="ended", person__username="dinkes1").exists()
    assert run(LAPSED) == 0


@pytest.mark.parametrize("state", ["capacity_release", "awaiting_approval", "inspection"])
def test_an_office_that_is_late_ends_nobodys_request(state: str) -> None:
    case = office.bring_to(office.ask(), state)
    assert run(LAPSED + timedelta(days=60)) == 0
    assert state_of(case) == state
    assert len(ledger.claims_for_case(case.pk)) == 1


def test_the_delivery_window_lapses_at_its_end_and_not_before() -> None:
    case = office.bring_to(office.ask(), "awaiting_delivery")
    end = Case.objects.get(pk=case.pk).window_end
    assert end is not None
    assert run(end - timedelta(seconds=1)) == 0
    assert run(end) == 1
    assert state_of(case) == "expired"
    assert Event.objects.filter(case=case).latest("seq").kind == "delivery_lapsed"


def test_a_window_that_an_agency_kept_does_not_lapse_in_the_offices_hands() -> None:
    case = office.bring_to(office.ask(), "awaiting_receipt")
    assert run(LAPSED + timedelta(days=60)) == 0
    assert state_of(case) == "awaiting_receipt"


def test_an_agency_whose_delivery_was_sent_back_has_its_days_once_more() -> None:
    case = office.bring_to(office.ask(), "awaiting_receipt")
    back = LAPSED + timedelta(days=30)
    office.act(case, "send_back", {"reason": "damaged", "note": "Kemasan rusak."}, at=back)
    assert run(back + timedelta(days=4)) == 0
    assert state_of(case) == "awaiting_delivery"
    assert run(back + timedelta(days=14)) == 1
    assert state_of(case) == "expired"


def test_a_form_that_was_sent_back_late_is_not_expired_at_once() -> None:
    case = office.bring_to(office.ask(), "awaiting_approval")
    back = LAPSED + timedelta(days=30)
    office.act(case, "send_back", {"reason": "other", "note": "Lengkapi."}, at=back)
    assert run(back + timedelta(minutes=1)) == 0
    assert state_of(case) == "awaiting_form"


def bare_claim(until: datetime) -> Claim:
    place = ledger.place("rack", "R02")
    spec = ledger_write.ClaimSpec(place_id=place.pk, demand=Demand(), start=0, height=2, label="Rencana")
    return ledger_write.hold(spec, at=MONDAY, by=None, expires_at=until)


def test_a_hold_without_a_case_is_released_and_those_of_cases_are_left_to_them() -> None:
    case = office.bring_to(office.ask(), "awaiting_approval")
    lapsed, living = bare_claim(MONDAY + timedelta(days=1)), None
    assert run(LAPSED) == 1
    lapsed.refresh_from_db()
    assert lapsed.state == "expired"
    assert living is None
    assert [claim.state for claim in ledger.claims_for_case(case.pk)] == ["held"]
    assert ledger.recount() == []


def test_one_case_that_cannot_be_expired_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = office.bring_to(office.ask(), "awaiting_form")
    healthy = office.bring_to(office.ask(by="disdik1"), "awaiting_form")
    real = expiry.case

    def case(case_id: int, *, at: datetime) -> bool:
        if case_id == broken.pk:
            raise RuntimeError("poison")
        return real(case_id, at=at)

    monkeypatch.setattr(expiry, "case", case)
    assert run(LAPSED) == 1
    assert (state_of(broken), state_of(healthy)) == ("awaiting_form", "expired")
