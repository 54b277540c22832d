"""Step 1: the letter comes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn
from sandar.records.cases.models import Case, CaseBook
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document, StoredFile
from sandar.records.documents.uploads import accept_upload
from sandar.records.people.models import Agency, Person
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request
from tests import office
from tests.records.test_documents_uploads import pdf
from tests.steps import watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db


def test_a_letter_becomes_a_case_with_number_agenda_receipt_task_clock_and_news():
    case = office.ask()
    seen = look(case)
    assert (case.number, case.agenda_no, case.year) == ("PMH-2026-0001", 1, 2026)
    assert (seen.state, seen.version, seen.holder) == ("disposition_head", 1, "division_head")
    assert seen.papers == ["receipt"]
    assert seen.clocks == {"disposition": "runs"}
    assert seen.claims == {}
    assert seen.told == {"kabid1", "kabid2"}
    assert seen.jobs == 1
    assert seen.event.kind == "request_received"
    assert watch.signed(seen, "dinkes1", "applicant", "requested")
    assert seen.said["state"] == "disposition_head"
    assert seen.said["letter"]["number"] == case.letter["number"]
    assert seen.said["documents"][0]["number"] == Document.objects.get(case=case).number
    assert seen.event.seq == 1


def test_numbers_of_a_year_follow_each_other_and_begin_anew_at_the_office_s_new_year():
    first, second = office.ask(), office.ask()
    assert (second.agenda_no - first.agenda_no, second.number > first.number) == (1, True)
    new_year_at_the_office = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # 00:30 WIB on 1 January
    assert office.ask(at=new_year_at_the_office).number == "PMH-2027-0001"


def test_a_refused_letter_takes_no_number():
    office.ask()
    with refused(NotYourTurn):
        office.ask(by="operator1")
    assert CaseBook.objects.get(year=2026).last_case == 1


def test_files_are_kept_with_the_case_and_named_in_the_journal():
    accepted = accept_upload("surat.pdf", "application/pdf", pdf(), kind="letter_scan")
    wanted = parsed(Request, office.request())
    case = receive(office.person("dinkes1"), wanted, at=office.MONDAY, files=[accepted])
    kept = StoredFile.objects.get(case=case)
    assert look(case).said["files"] == [kept.sha256]
    assert Document.objects.get(case=case).facts["files"][0]["sha256"] == kept.sha256


def test_the_front_desk_enters_another_agency_s_paper_letter():
    case = office.ask(by="administrator1", agency="DISDIK")
    assert case.agency.code == "DISDIK"
    assert watch.signed(look(case), "administrator1", "administrator", "requested")


def test_an_applicant_cannot_ask_for_another_agency_and_an_unknown_one_does_not_exist():
    with refused(NotYourTurn):
        office.ask(agency="DISDIK")
    with refused(NotFound, what="agency"):
        office.ask(by="administrator1", agency="NIHIL")


def test_a_closed_account_or_a_closed_agency_asks_for_nothing():
    who = office.person("dinkes1")
    Person.objects.filter(pk=who.pk).update(is_active=False)  # `who` in hand still says active
    with refused(NotYourTurn):
        receive(who, parsed(Request, office.request()), at=office.MONDAY)
    Agency.objects.filter(code="DISDIK").update(is_active=False)
    with refused(NotYourTurn):
        office.ask(by="disdik1")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"letter": {}}, ("letter.number", "letter.date", "letter.subject", "letter.signatory")),
        ({"items": []}, ("items",)),
        ({"service": "hosting"}, ("service",)),
        ({"service": "awan"}, ("service",)),
        ({"state": "completed"}, ("state",)),
        ({"items": [office.server(watts=-5)]}, ("items.0.watts",)),
        ({"items": [office.server(height_u=1.3)]}, ("items.0.height_u",)),
        ({"items": [office.server(ram_gb="banyak")]}, ("items.0.ram_gb",)),
        ({"items": [office.server(name="a\x00b")]}, ("items.0.name",)),
        ({"items": [office.server(serial="9" * 101)]}, ("items.0.serial",)),
        ({"items": [{"kind": "awan"}]}, ("items.0",)),
        ({"previous": "PMH-2020-0001"}, ("previous",)),
    ],
)
def test_what_is_missing_or_wrong_is_said_field_by_field(changes, fields):
    with invalid(*fields), transaction.atomic():
        receive(office.person("dinkes1"), parsed(Request, office.request() | changes), at=office.MONDAY)


def test_a_server_and_an_application_need_the_service_both():
    with invalid("service"):
        office.ask(office.server(), office.application(), service="colocation")


def test_a_new_request_may_name_the_refused_one_before_it():
    old = office.ask()
    with invalid("previous"):
        office.ask(previous=old.number)  # still open
    office.act(old, "refuse", {"reason": "duplicate"})
    new = office.ask(previous=old.number)
    assert new.previous == old
    assert look(new).said["previous"] == old.number
    with invalid("previous"):
        office.ask(by="disdik1", previous=old.number)


def test_a_served_request_is_nothing_to_follow_up():
    done = office.bring_to(office.ask(), "completed")
    with invalid("previous"):
        office.ask(previous=done.number)


# --- returned for completion


def returned(state: str = "disposition_supervisor") -> Case:
    case = office.bring_to(office.ask(), state)
    office.act(case, "send_back", {"reason": "incomplete_letter"}, at=office.MONDAY + timedelta(minutes=10))
    return case


def test_only_the_agency_s_time_runs_while_it_completes_the_letter():
    case = returned()
    seen = look(case)
    assert (seen.state, seen.holder) == ("letter_completion", "applicant")
    assert seen.clocks == {"disposition": "agency", "letter": "runs"}
    assert case.returned_from == "disposition_supervisor"
    assert seen.told == {"dinkes1", "dinkes2"}
    before = clocks.running([case.pk], office.MONDAY + timedelta(minutes=10))[case.pk, "disposition"]
    later = clocks.running([case.pk], office.MONDAY + timedelta(minutes=100))[case.pk, "disposition"]
    assert before.elapsed == later.elapsed == timedelta(minutes=10)
    assert later.due_at is None


def test_a_completed_letter_goes_back_to_whoever_asked_and_their_clock_goes_on():
    case = returned()
    letter = office.request()["letter"] | {"subject": "Permohonan yang dilengkapi"}
    at = office.MONDAY + timedelta(minutes=100)
    office.act(case, "resubmit", {"letter": letter, "note": "Dilengkapi"}, by="dinkes2", at=at)
    seen = look(case)
    assert (seen.state, seen.holder) == ("disposition_supervisor", "supervisor")
    assert (case.title, case.returned_from) == ("Permohonan yang dilengkapi", "")
    assert seen.clocks == {"disposition": "runs"}
    assert watch.signed(seen, "dinkes2", "applicant", "requested")
    now = clocks.running([case.pk], at + timedelta(minutes=2))[case.pk, "disposition"]
    assert (now.elapsed, now.remaining) == (timedelta(minutes=12), timedelta(minutes=3))
    assert now.due_at == at + timedelta(minutes=5)


def test_a_completed_letter_still_asks_for_the_service_it_asked_for():
    case = returned()
    with invalid("service"):
        office.act(case, "resubmit", {"items": [office.application()]})
    office.act(case, "resubmit", {"items": [office.server(watts=300), office.server(name="Kedua")]})
    case.refresh_from_db()
    assert [item["watts"] for item in case.items] == [300, 575]


def test_a_letter_may_be_returned_more_than_once():
    case = returned("disposition_head")
    office.act(case, "resubmit", {})
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    assert look(case).clocks == {"disposition": "agency", "letter": "runs"}
    office.act(case, "resubmit", {})
    office.bring_to(case, "capacity_check")


# --- withdrawn


BEFORE_INSPECTION = [
    "letter_completion",
    "disposition_head",
    "disposition_supervisor",
    "disposition_administrator",
    "disposition_staff",
    "capacity_check",
    "capacity_release",
    "awaiting_form",
    "awaiting_approval",
    "awaiting_notice",
    "awaiting_delivery",
    "awaiting_receipt",
]


def withdraw(case: Case, by: str = "dinkes1") -> None:
    from sandar.steps import registry

    case.refresh_from_db()
    registry.perform_on_case(
        case,
        "withdraw",
        person=office.person(by),
        data={"note": "Batal"},
        seen=case.version,
        at=office.MONDAY + timedelta(hours=2),
    )


@pytest.mark.parametrize("state", BEFORE_INSPECTION)
def test_the_agency_withdraws_before_the_inspection_and_everything_is_given_back(state):
    case = returned() if state == "letter_completion" else office.bring_to(office.ask(), state)
    withdraw(case, by="dinkes2")
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims, seen.clocks) == ("withdrawn", None, {}, {})
    assert seen.event.kind == "request_withdrawn"
    assert case.closed_at is not None
    assert seen.told == {"dinkes1", "dinkes2"}


@pytest.mark.parametrize("state", ["inspection", "installation", "reporting", "completed"])
def test_after_delivery_nobody_withdraws(state):
    case = office.bring_to(office.ask(), state)
    with refused(ActionNotAllowed):
        withdraw(case)


def test_neither_officers_nor_another_agency_withdraw():
    case = office.ask()
    with refused(NotYourTurn):
        withdraw(case, by="kabid1")
    with refused(NotFound):
        withdraw(case, by="disdik1")
