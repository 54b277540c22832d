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
from sandar.records.people.models import RoleGrant
from sandar.steps.people import accounts, grants
from sandar.steps.people.shapes import NewAbsence, Why
from sandar.steps.s2_disposition import hops, receipts
from sandar.steps.s2_disposition.forms import Answer
from sandar.steps.turn import viewer_of
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


def test_an_instruction_in_own_words_ticks_no_box_and_nothing_at_all_is_refused():
    case = office.ask()
    with invalid("instructions"):
        office.act(case, "forward", {"instructions": []})
    office.act(case, "forward", {"instructions": [], "note": "Bicarakan dengan saya dahulu."})
    assert look(case).said["instructions"] == []
    office.act(case, "forward", {})  # by API, left out: the first box of the list
    assert [box["code"] for box in look(case).said["instructions"]] == ["follow_up"]
    office.bring_to(case, "capacity_check")
    first = Document.objects.get(case=case, kind="disposition_sheet").facts["hops"][0]
    assert (first["instructions"], first["note"]) == ([], "Bicarakan dengan saya dahulu.")


def test_urgency_and_day_go_along_with_the_case_until_a_later_hop_says_otherwise():
    case = disposed()
    office.act(case, "forward")
    case.refresh_from_db()
    assert (case.nature, str(case.ordered_until)) == ("segera", "2026-11-24")
    office.act(case, "forward", {"urgency": "sangat_segera", "due_on": "2026-11-23"})
    case.refresh_from_db()
    assert (case.nature, str(case.ordered_until)) == ("sangat_segera", "2026-11-23")


def left_to(username: str) -> set[int]:
    viewer = viewer_of(office.person(username), office.MONDAY)
    return receipts.left_to(viewer, office.MONDAY.date())


def test_the_part_of_an_executor_whose_account_was_closed_comes_to_the_superior_who_answers_once():
    case = disposed()
    gone = office.person("pemeriksa1").pk
    assert left_to("administrator1") == set()
    with refused(NotFound):
        answers(case, "administrator1", 2)
    accounts.close("pemeriksa1", Why(why="Mutasi"), person=office.person("admin"), at=office.MONDAY)
    assert left_to("administrator1") == left_to("administrator2") == {gone}
    assert [left_to(name) for name in ("kabid1", "pengawas1", "pemeriksa2")] == [set(), set(), set()]
    with refused(NotFound):
        answers(case, "pemeriksa2", 2)
    answers(case, "administrator1", 2, "Diperiksa oleh pemeriksa yang lain.")
    with refused(NotFound):
        answers(case, "administrator1", 2)
    row = hops.of_case(case)[0].others[0]
    assert (row.person_id, row.answer) == (gone, "Diperiksa oleh pemeriksa yang lain.")
    assert row.answered_by is not None
    assert row.answered_by["username"] == "administrator1"
    office.bring_to(case, "capacity_check")
    printed = Document.objects.get(case=case, kind="disposition_sheet").facts["hops"][0]["others"][0]
    assert printed["answer"] == "Diperiksa oleh pemeriksa yang lain. (oleh Administrator TIK)"


def test_the_part_of_who_is_away_is_the_substitutes_and_comes_back_with_the_person():
    case = disposed()
    day = office.MONDAY.date()
    away = NewAbsence(
        first_day=day, last_day=day, why="Cuti", substitute="pemeriksa2", mandate="800/9", mandate_date=day
    )
    grants.note_absence("pemeriksa1", away, person=office.person("admin"), at=office.MONDAY)
    gone = office.person("pemeriksa1").pk
    assert (left_to("pemeriksa2"), left_to("administrator1")) == ({gone}, set())
    viewer = viewer_of(office.person("pemeriksa2"), office.MONDAY)
    assert dispositions.waiting_for(viewer.person_id, left={gone}).get().case_id == case.pk
    tomorrow = office.MONDAY + timedelta(days=1)
    viewer = viewer_of(office.person("pemeriksa2"), tomorrow)
    assert receipts.left_to(viewer, tomorrow.date()) == set()


def test_the_part_of_whose_role_was_ended_moves_too():
    disposed()
    RoleGrant.objects.filter(person=office.person("pemeriksa1")).update(revoked_at=office.MONDAY)
    assert left_to("administrator1") == {office.person("pemeriksa1").pk}
