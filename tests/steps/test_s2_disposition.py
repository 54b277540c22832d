"""Step 2: four hops down the chain, in one budget."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import ActionNotAllowed, InvalidInput, NotFound, NotYourTurn, StaleVersion
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from tests import office
from tests.steps import watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

HOPS = [
    ("disposition_head", "kabid1", "division_head", "disposition_supervisor", {"pengawas1", "pengawas2"}),
    ("disposition_supervisor", "pengawas1", "supervisor", "disposition_administrator",
     {"administrator1", "administrator2"}),
    ("disposition_administrator", "administrator1", "administrator", "disposition_staff",
     {"operator1", "operator2"}),
]  # fmt: skip


@pytest.mark.parametrize(("state", "officer", "role", "to", "told"), HOPS)
def test_a_hop_hands_the_letter_on_with_instruction_note_and_time(state, officer, role, to, told):
    case = office.bring_to(office.ask(), state)
    version = case.version
    done = office.act(case, "forward", {"instructions": ["check_capacity"], "note": "Segera"})
    seen = look(case)
    assert (seen.state, seen.version, seen.told) == (to, version + 1, told)
    assert seen.event.kind == "disposition_forwarded"
    assert watch.signed(seen, officer, role, "disposed")
    box = {"code": "check_capacity", "words": "Periksa kapasitas"}
    assert (seen.said["hop"], seen.said["instructions"], seen.said["note"]) == (role, [box], "Segera")
    assert seen.clocks == {"disposition": "runs"}
    assert done.next_task is not None
    assert (done.next_task.state, done.next_task.role) == (to, seen.holder)
    closed = case.tasks.get(state=state)
    assert (closed.outcome, closed.closed_by.username) == ("forward", officer)
    assert seen.papers == ["receipt"]


def test_the_staff_accepts_and_the_sheet_with_every_hop_is_issued():
    case = office.bring_to(office.ask(), "disposition_staff")
    office.act(case, "accept", {"note": "Diterima"}, at=office.MONDAY + timedelta(minutes=14))
    seen = look(case)
    assert (seen.state, seen.holder) == ("capacity_check", "dc_operator")
    assert seen.papers == ["receipt", "disposition_sheet"]
    hops = Document.objects.get(case=case, kind="disposition_sheet").facts["hops"]
    assert [hop["from_title"] for hop in hops] == [
        "Kepala Bidang Infrastruktur",
        "Pengawas TIK",
        "Administrator TIK",
    ]
    assert [hop["to_title"] for hop in hops] == [
        "Pengawas TIK",
        "Administrator TIK",
        "Pengelola Data Center",
    ]
    assert seen.clocks == {"capacity": "runs"}


def test_the_four_hops_share_one_budget_of_fifteen_minutes():
    case = office.ask()
    at = office.MONDAY
    due = clocks.running([case.pk], at)[case.pk, "disposition"].due_at
    assert due == at + timedelta(minutes=15)
    for minutes, action in ((4, "forward"), (8, "forward"), (12, "forward")):
        now = at + timedelta(minutes=minutes)
        office.act(case, action, at=now)
        reading = clocks.running([case.pk], now)[case.pk, "disposition"]
        assert (reading.elapsed, reading.due_at) == (timedelta(minutes=minutes), due)
    office.act(case, "accept", at=at + timedelta(minutes=20))
    first = clocks.of_case(case.pk, at + timedelta(days=1))[0]
    assert (first.step, first.elapsed, first.running) == ("disposition", timedelta(minutes=20), False)
    assert first.remaining == timedelta(minutes=-5)


@pytest.mark.parametrize(
    "state", ["disposition_head", "disposition_supervisor", "disposition_administrator", "disposition_staff"]
)
def test_every_holder_may_return_the_letter_with_a_coded_reason(state):
    case = office.bring_to(office.ask(), state)
    with invalid("reason"):
        office.act(case, "send_back", {"note": "kurang"})
    with invalid("reason"):
        office.act(case, "send_back", {"reason": "bosan"})
    office.act(case, "send_back", {"reason": "incomplete_letter", "note": "Tanpa tanda tangan"})
    seen = look(case)
    assert (seen.state, case.returned_from, seen.said["reason"]) == (
        "letter_completion",
        state,
        "incomplete_letter",
    )


def test_the_division_head_refuses_with_a_letter_and_the_request_ends():
    case = office.ask()
    with invalid("reason"):
        office.act(case, "refuse", {})
    office.act(case, "refuse", {"reason": "outside_service_scope", "note": "Bukan layanan kami"})
    seen = look(case)
    assert (seen.state, seen.holder, seen.clocks) == ("refused", None, {})
    assert seen.papers == ["receipt", "refusal_letter"]
    assert (case.reason, case.closed_at) == ("outside_service_scope", office.MONDAY)
    assert seen.told == {"dinkes1", "dinkes2"}
    letter = Document.objects.get(case=case, kind="refusal_letter").facts
    assert letter["reasons"] == ["Permohonan berada di luar lingkup layanan pusat data."]
    assert letter["note"] == "Bukan layanan kami"


def test_only_the_holder_acts_and_another_agency_sees_nothing():
    case = office.ask()
    for stranger in ("pengawas1", "administrator1", "operator1", "pemeriksa1", "dinkes1"):
        with refused(NotYourTurn, role="division_head"):
            office.act(case, "forward", by=stranger)
    for nobody in ("disdik1", "admin"):
        with refused(NotFound):
            office.act(case, "forward", by=nobody)


def test_a_stale_page_learns_who_acted_how_and_when():
    case = office.ask()
    task = office.task_of(case)
    at = office.MONDAY + timedelta(minutes=3)
    office.act(case, "forward", by="kabid2", at=at)
    from sandar.steps import registry

    with refused(
        StaleVersion, actor="Kepala Bidang Infrastruktur", action="disposition_forwarded", at=at, seen=1
    ):
        registry.perform(
            task.pk, "forward", person=office.person("kabid1"), data={}, seen=1, at=at + timedelta(minutes=1)
        )
    with refused(ActionNotAllowed):  # the task is done, even with today's version
        registry.perform(
            task.pk, "forward", person=office.person("kabid1"), data={}, seen=2, at=at + timedelta(minutes=1)
        )


def test_filing_a_paper_neither_makes_a_page_stale_nor_takes_the_blame():
    from sandar.records.documents.uploads import accept_upload
    from sandar.steps.filing import attach
    from tests.records.test_documents_uploads import pdf

    case = office.ask()
    office.act(case, "forward", by="kabid1")
    file = accept_upload("lampiran.pdf", "application/pdf", pdf(), kind="attachment")
    attach(case.number, file, person=office.person("dinkes2"), at=office.MONDAY)
    with refused(StaleVersion, action="disposition_forwarded", actor="Kepala Bidang Infrastruktur"):
        from sandar.steps import registry

        registry.perform(
            office.task_of(case).pk,
            "forward",
            person=office.person("pengawas1"),
            data={},
            seen=1,
            at=office.MONDAY,
        )
    office.act(case, "forward")
    assert look(case).state == "disposition_administrator"


def test_an_unknown_action_or_one_of_another_step_is_not_in_the_sop():
    case = office.ask()
    for action in ("approve", "expire", "terbang", "submit"):
        with refused(ActionNotAllowed):
            office.act(case, action, {}, by="kabid1")


def test_an_unknown_field_is_not_taken():
    case = office.ask()
    with invalid("state"):
        office.act(case, "forward", {"state": "completed"})
    with pytest.raises(InvalidInput):
        office.act(case, "forward", {"instructions": ["lain"]})
