"""Peers' bugs about time and mandates, through whole acts: T11, T13, T15 (lessons-from-peers.md 7).

Another standard time, other words and another zone come while a request waits; what was paused stays paused, what was
used stays used, and who acts on which local day is who holds the mandate on that day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandar.errors import NotFound, NotYourTurn
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import calendars, read
from sandar.records.clocks.models import Pause
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import RoleGrant
from sandar.steps.people import grants
from sandar.steps.people.shapes import NewAbsence, Why
from sandar.steps.revising import moving
from sandar.steps.turn import viewer_of
from tests import office
from tests.steps.test_revising import WHY, published
from tests.steps.watch import refused

pytestmark = pytest.mark.django_db

AT = office.MONDAY  # 09:00 WIB
MINUTE = timedelta(minutes=1)


def waiting_for_the_agency() -> Case:
    """Six minutes of the disposition's fifteen used, then sent back: its clock pauses from 09:06 on."""
    case = office.ask()
    office.act(case, "send_back", {"reason": "incomplete_letter"}, at=AT + 6 * MINUTE)
    case.refresh_from_db()
    assert case.state == "letter_completion"
    return case


def clock(case: Case, at: datetime) -> read.Reading:
    return read.running([case.pk], at)[case.pk, "disposition"]


def moved_to(*edits: dict[str, str], at: datetime) -> None:
    row = published(*edits, at=at)
    plan = moving.plan(row)
    moving.move(
        row.service, row.revision, token=plan.token, reason=WHY, person=office.person("kabid1"), at=at
    )


@pytest.mark.parametrize(("minutes", "left"), [("40", 34), ("7", 1), ("5", -1)])
def test_t13_another_standard_time_while_paused_keeps_the_pause(minutes: str, left: int):
    case, hour = waiting_for_the_agency(), AT + 60 * MINUTE
    fields = {
        "step.disposition.amount": minutes,
        "step.disposition.unit": "min",
        "step.disposition.time_text": "x",
    }
    moved_to(fields, at=AT + 30 * MINUTE)
    case.refresh_from_db()
    assert case.revision.revision == 2
    paused = clock(case, hour)
    assert (paused.elapsed, paused.waiting_for, paused.due_at) == (6 * MINUTE, "agency", None)
    assert paused.budget == int(minutes) * MINUTE
    assert Pause.objects.get(ended_at__isnull=True).started_at == AT + 6 * MINUTE
    office.act(case, "resubmit", by="dinkes1", at=hour)
    on = clock(case, hour)
    assert (on.elapsed, on.remaining, on.waiting_for) == (6 * MINUTE, left * MINUTE, "")
    used_up_before = int(minutes) <= 6  # then it was due before it paused, and stays due then
    assert on.due_at == AT + (int(minutes) + (0 if used_up_before else 54)) * MINUTE


def test_t13_a_budget_in_days_in_place_of_minutes_keeps_the_pause_too():
    case, hour = waiting_for_the_agency(), AT + 60 * MINUTE
    fields = {
        "step.disposition.amount": "1",
        "step.disposition.unit": "day",
        "step.disposition.time_text": "x",
    }
    moved_to(fields, at=AT + 30 * MINUTE)
    assert clock(case, hour).waiting_for == "agency"
    office.act(case, "resubmit", by="dinkes1", at=hour)
    assert clock(case, hour).remaining == timedelta(minutes=450 - 6)


def test_t11_a_renamed_column_a_renamed_state_and_another_role_keep_what_was_paused():
    """Zammad finds pauses by the name of a state; here a name is a word, and a pause is a row."""
    case, hour = waiting_for_the_agency(), AT + 60 * MINUTE
    before = read.explain(case.pk, AT + 30 * MINUTE)
    moved_to(
        {
            "actor.division_head.name": "Sekretaris Dinas",
            "stage.letter_completion.label": "Dokumen dilengkapi OPD",
            "stage.disposition_head.label": "Telaah Sekretaris",
            "step.disposition.name": "Menelaah dan mendisposisikan",
        },
        at=AT + 30 * MINUTE,
    )
    case.refresh_from_db()
    assert cases.procedure_of(case).actor("division_head").name == "Sekretaris Dinas"
    told = read.explain(case.pk, AT + 30 * MINUTE)
    assert [one.segments for one in told] == [one.segments for one in before]
    office.act(case, "resubmit", by="dinkes1", at=hour)
    office.act(case, "send_back", {"reason": "incomplete_letter"}, at=hour + 2 * MINUTE)
    office.act(case, "resubmit", by="dinkes1", at=hour + 4 * MINUTE)
    assert clock(case, hour + 5 * MINUTE).elapsed == (6 + 2 + 1) * MINUTE
    reasons = [pause.reason for pause in Pause.objects.order_by("pk")]
    assert reasons == ["Menunggu kelengkapan dari pemohon", "Dokumen dilengkapi OPD"], (
        "each as it was called then"
    )


# --- T15: local days, substitutes of substitutes


DAY = date(2026, 11, 24)  # a Tuesday
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
LETTER = {"mandate": "800/19/2026", "mandate_date": DAY - timedelta(days=2), "why": "Cuti"}


def in_zone(zone: str) -> None:
    people_write.set_zone(zone)
    calendars.store(replace(calendars.current().declared, zone=zone), at=AT)


def finds_it(username: str, case: Case, at: datetime) -> bool:
    return cases.open_tasks_for(viewer_of(office.person(username), at)).filter(case=case).exists()


def away(username: str, substitute: str) -> None:
    given = NewAbsence(first_day=DAY, last_day=DAY, substitute=substitute, **LETTER)
    grants.note_absence(username, given, person=office.person("admin"), at=AT)


@pytest.mark.parametrize("zone", ZONES)
def test_t15_the_substitute_of_one_day_acts_from_local_midnight_to_local_midnight(zone: str):
    in_zone(zone)
    away("kabid1", "pengawas1")
    away("kabid2", "pengawas1")
    case = office.ask()
    local = ZoneInfo(zone)
    for day, hour, minute, acts, other, refusal in (
        (23, 23, 59, "kabid1", "pengawas1", NotYourTurn),
        (24, 0, 0, "pengawas1", "kabid1", NotFound),  # in UTC still the 23rd; who is away has no role at all
        (24, 23, 59, "pengawas1", "kabid1", NotFound),
        (25, 0, 0, "kabid1", "pengawas1", NotYourTurn),  # over at once, whatever UTC says
    ):
        at = datetime(2026, 11, day, hour, minute, tzinfo=local)
        assert (finds_it(acts, case, at), finds_it(other, case, at)) == (True, False), at
        with refused(refusal):
            office.act(case, "forward", by=other, at=at)
    at = datetime(2026, 11, 24, 0, 0, tzinfo=local)
    office.act(case, "forward", by="pengawas1", at=at)
    signature = cases.last_event(case, "disposition_forwarded").person
    assert (signature["kind"], signature["mandate"]) == ("plh", "800/19/2026")


@pytest.mark.parametrize("zone", ZONES)
def test_t15_a_substitute_of_a_substitute_falls_with_the_mandate_it_stands_on(zone: str):
    in_zone(zone)
    away("kabid1", "pengawas1")
    away("kabid2", "pengawas1")
    away("pengawas1", "pengawas2")  # who was to stand in falls ill the same day
    case, noon = office.ask(), datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo(zone))
    assert [finds_it(name, case, noon) for name in ("pengawas1", "pengawas2")] == [False, True]
    second = RoleGrant.objects.filter(person=office.person("pengawas2"), role="division_head").first()
    assert second is not None
    chain = people.represented(people.authority(office.person("pengawas2"), "division_head", DAY), DAY)
    assert chain[0] == office.person("pengawas1").pk
    assert set(chain[1:]) & {office.person("kabid1").pk, office.person("kabid2").pk}
    for grant in RoleGrant.objects.filter(person=office.person("pengawas1"), kind="plh"):
        grants.revoke(grant.pk, Why(why="Kembali"), of="pengawas1", person=office.person("admin"), at=noon)
    assert not finds_it("pengawas2", case, noon)
    with refused(NotYourTurn):
        office.act(case, "forward", by="pengawas2", at=noon)
