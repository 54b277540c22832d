"""The disposition as officers know it: boxes, urgency, day, parallel hops, receipts, answers, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandar.errors import ActionNotAllowed, NotFound
from sandar.records.cases.models import Case, Event
from sandar.records.clocks import read as clocks
from sandar.records.dispositions import read as dispositions
from sandar.records.documents.models import Document
from sandar.records.facility import journal
from sandar.steps.s2_disposition import hops, receipts
from sandar.steps.s2_disposition.forms import Answer
from tests import office
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def opens(case: Case, username: str, *, minutes: int) -> list[int]:
    return receipts.read(case.number, person=office.person(username), at=office.MONDAY + minutes * MINUTE)


def answers(case: Case, username: str, hop: int, note: str = "Siap.") -> None:
    person = office.person(username)
    receipts.answer(case.number, Answer(hop=hop, note=note), person=person, at=office.MONDAY + 9 * MINUTE)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def disposed(**more: Any) -> Case:
    """A case whose head disposed to the supervisor, and beside him to an executor and a copy."""
    case = office.ask()
    others = [
        {"person": "pemeriksa1", "part": "executor"},
        {"person": "administrator2", "part": "copy"},
    ]
    data = {"instructions": ["advise", "complete"], "urgency": "segera", "due_on": "2026-11-24"}
    office.act(case, "forward", data | {"others": others, "note": "Utamakan."} | more)
    return case


def test_a_hop_reaches_its_lead_and_the_others_at_the_same_time_with_boxes_urgency_and_day():
    case = disposed()
    seen = look(case)
    assert (seen.state, seen.holder) == ("disposition_supervisor", "supervisor")
    assert seen.said["instructions"] == [
        {"code": "advise", "words": "Tanggapan dan saran"},
        {"code": "complete", "words": "Selesaikan"},
    ]
    assert (seen.said["urgency"], seen.said["due_on"]) == ("segera", "2026-11-24")
    assert seen.told == {"pengawas1", "pengawas2", "pemeriksa1", "administrator2"}
    (hop,) = hops.of_case(case)
    got = [(row.person.username, row.part, row.read_at) for row in hop.others]
    assert got == [("pemeriksa1", "executor", None), ("administrator2", "copy", None)]
    assert hop.lead == []
    waiting = {
        name: len(dispositions.waiting_for(office.person(name).pk)) for name in ("pemeriksa1", "kabid1")
    }
    assert waiting == {"pemeriksa1": 1, "kabid1": 0}


def test_a_receipt_is_kept_once_for_each_reader_and_makes_no_page_stale():
    case = disposed()
    version = look(case).version
    assert opens(case, "pengawas1", minutes=1) == [2]
    assert opens(case, "pengawas1", minutes=2) == []
    assert opens(case, "pemeriksa1", minutes=3) == [2]
    assert opens(case, "pemeriksa1", minutes=4) == []
    assert opens(case, "kabid2", minutes=4) == []  # neither holds the task nor got the hop
    assert kinds(case)[2:] == ["disposition_read", "disposition_read"]
    assert look(case).version == version
    (hop,) = hops.of_case(case)
    assert [row.read_at for row in hop.lead] == [office.MONDAY + MINUTE]
    assert [row.read_at for row in hop.others] == [office.MONDAY + 3 * MINUTE, None]
    office.act(case, "forward")  # the page that was open is still good


def test_whoever_got_it_beside_the_lead_answers_once_and_holds_nothing_up():
    case = disposed()
    answers(case, "pemeriksa1", 2, "Ruang siap hari Selasa.")
    assert kinds(case)[2:] == ["disposition_read", "disposition_answered"]
    with refused(ActionNotAllowed):
        answers(case, "pemeriksa1", 2)
    for stranger, hop in (("pengawas1", 2), ("kabid1", 2), ("pemeriksa1", 1)):
        with refused(NotFound):
            answers(case, stranger, hop)
    with refused(NotFound):
        answers(case, "disdik1", 2)
    row = hops.of_case(case)[0].others[0]
    assert (row.answer, row.read_at) == ("Ruang siap hari Selasa.", office.MONDAY + 9 * MINUTE)
    assert list(dispositions.waiting_for(office.person("pemeriksa1").pk)) == []
    assert look(case).state == "disposition_supervisor"


def test_after_the_case_ended_nobody_answers():
    case = disposed()
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    office.act(case, "withdraw", {})
    with refused(ActionNotAllowed):
        answers(case, "pemeriksa1", 2)
    assert opens(case, "administrator2", minutes=5) == []


def test_who_is_named_beside_the_lead_is_an_officer_once_and_not_oneself():
    case = office.ask()
    for others, field in (
        ([{"person": "dinkes1"}], "others.0.person"),
        ([{"person": "admin"}], "others.0.person"),
        ([{"person": "kabid1"}], "others.0.person"),
        ([{"person": "pemeriksa1"}, {"person": "pemeriksa1", "part": "copy"}], "others.1.person"),
    ):
        with invalid(field):
            office.act(case, "forward", {"others": others}, by="kabid1")
    with invalid("instructions"):
        office.act(case, "forward", {"instructions": ["follow_up", "terbang"]})
    with invalid("due_on"):
        office.act(case, "forward", {"due_on": "2026-11-22"})


def test_a_hop_goes_back_to_whom_it_came_from_with_a_reason_and_the_chains_clock_goes_on():
    case = office.bring_to(office.ask(), "disposition_staff", minutes=1)
    at = office.MONDAY + 5 * MINUTE
    with invalid("reason"):
        office.act(case, "return_hop", {}, at=at)
    back = {"reason": "unclear_instruction", "note": "Jalur mana?"}
    for state, holder in (
        ("disposition_administrator", "administrator"),
        ("disposition_supervisor", "supervisor"),
        ("disposition_head", "division_head"),
    ):
        office.act(case, "return_hop", back, at=at)
        seen = look(case)
        assert (seen.state, seen.holder, seen.event.kind) == (state, holder, "disposition_returned")
        assert seen.clocks == {"disposition": "runs"}
        assert case.returned_from == ""
    reading = clocks.running([case.pk], at)[case.pk, "disposition"]
    assert reading.elapsed == 5 * MINUTE
    with refused(ActionNotAllowed):
        office.act(case, "return_hop", back, by="kabid1", at=at)  # there is nobody before the head


def test_the_printed_sheet_tells_who_gave_what_to_whom_and_who_read_and_answered_it():
    case = disposed()
    opens(case, "pengawas1", minutes=1)
    answers(case, "pemeriksa1", 2, "Ruang siap.")
    office.act(case, "forward", {"instructions": ["coordinate"]}, at=office.MONDAY + 10 * MINUTE)
    office.act(case, "return_hop", {"reason": "wrong_addressee"}, at=office.MONDAY + 11 * MINUTE)
    office.act(case, "forward", {}, at=office.MONDAY + 12 * MINUTE)
    office.act(case, "forward", {}, at=office.MONDAY + 13 * MINUTE)
    office.act(case, "accept", {"note": "Diterima"}, at=office.MONDAY + 14 * MINUTE)
    facts = Document.objects.get(case=case, kind="disposition_sheet").facts
    assert (facts["urgency"], facts["due_on"]) == ("segera", "2026-11-24")
    assert facts["boxes"][:2] == ["Proses lebih lanjut", "Tanggapan dan saran"]
    told = [(hop["from_title"], hop["to_title"], hop.get("returned", "")) for hop in facts["hops"]]
    head, supervisor, administrator = "Kepala Bidang Infrastruktur", "Pengawas TIK", "Administrator TIK"
    assert told == [
        (head, supervisor, ""),
        (supervisor, administrator, ""),
        (administrator, supervisor, "Disposisi bukan untuk penerima ini."),
        (supervisor, administrator, ""),
        (administrator, "Pengelola Data Center", ""),
    ]
    first = facts["hops"][0]
    assert first["instructions"] == ["Tanggapan dan saran", "Selesaikan"]
    assert first["read_at"] == "2026-11-23T09:01+07:00"
    parts = [(one["part"], one.get("read_at", ""), one["answer"]) for one in first["others"]]
    assert parts == [("Pelaksana", "2026-11-23T09:09+07:00", "Ruang siap."), ("Tembusan", "", "")]
    assert (facts["accepted"]["note"], facts["accepted"]["at"]) == ("Diterima", "2026-11-23T09:14+07:00")


def test_the_office_writes_its_own_boxes_and_old_hops_keep_theirs():
    case = disposed()
    admin = office.person("admin")
    lines = ["Periksa kapasitas", "Siapkan jawaban tertulis"]
    receipts.keep_list(lines, person=admin, at=office.MONDAY)
    assert dispositions.instructions() == (
        ("check_capacity", "Periksa kapasitas"),  # a line that stays keeps its code
        ("siapkan-jawaban-tertulis", "Siapkan jawaban tertulis"),
    )
    event = journal.events("dispositions:instructions").get()
    assert (event.kind, event.payload["lines"]) == ("instructions_changed", lines)
    with invalid("instructions"):
        office.act(case, "forward", {"instructions": ["advise"]})
    office.act(case, "forward", {})
    assert look(case).said["instructions"][0]["code"] == "check_capacity"
    assert [box.code for box in hops.of_case(case)[0].instructions] == ["advise", "complete"]
    with invalid("lines"):
        receipts.keep_list(["Sama", "Sama"], person=admin, at=office.MONDAY)
    receipts.keep_list([], person=admin, at=office.MONDAY)
    assert dispositions.instructions() == dispositions.DEFAULTS
