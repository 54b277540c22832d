"""Every route that the official sheet forgets, walked to its end: state, clocks, papers, places, messages."""

from __future__ import annotations

import typing
from datetime import timedelta

import pytest

from sandar.doors.web.apply import again
from sandar.errors import NotFound
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.steps import reasons
from sandar.steps.inputs import Reasoned, parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request
from tests import office
from tests.steps.watch import invalid, look

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AT = office.MONDAY + 6 * 60 * MINUTE  # Monday afternoon


def elapsed(case: Case, step: str, at=AT) -> timedelta:
    return sum(
        (one.elapsed for one in clocks.of_case(case.pk, at) if one.step == step and one.owner == "office"),
        timedelta(),
    )


def kinds(case: Case) -> list[str]:
    return list(Document.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))


def test_returned_for_completion_only_the_agencys_time_runs_and_the_letter_comes_back_to_who_asked():
    case = office.bring_to(office.ask(), "disposition_supervisor", minutes=4)
    office.act(case, "send_back", {"reason": "incomplete_letter", "note": "Tanpa tanda tangan"}, at=AT)
    before = elapsed(case, "disposition")
    assert look(case).told == {"dinkes1", "dinkes2"}
    assert elapsed(case, "disposition", AT + 2 * DAY) == before  # the office's budget waits
    office.act(case, "resubmit", {"note": "Sudah ditandatangani"}, at=AT + 2 * DAY)
    seen = look(case)
    assert (seen.state, seen.told) == ("disposition_supervisor", {"pengawas1", "pengawas2"})
    assert elapsed(case, "disposition", AT + 2 * DAY + MINUTE) == before + MINUTE
    assert office.bring_to(case, "completed", at=AT + 2 * DAY).state == "completed"


def test_every_coded_reason_has_its_sentence_and_goes_into_the_letter():
    codes = set(typing.get_args(Reasoned.model_fields["reason"].annotation))
    assert codes == set(reasons.REASONS)
    assert not codes & set(reasons.OF_ITSELF)
    for code in ("security_test_failed", "better_in_national_dc"):
        case = office.ask()
        office.act(case, "refuse", {"reason": code, "note": "Lihat lampiran"})
        letter = Document.objects.get(case=case, kind="refusal_letter").facts
        assert letter["reasons"] == [str(reasons.REASONS[code])]
        assert (look(case).state, case.reason, look(case).clocks) == ("refused", code, {})


@pytest.mark.parametrize("state", ["disposition_staff", "awaiting_form", "awaiting_delivery"])
def test_withdrawn_the_places_are_free_and_the_reason_is_coded(state: str):
    case = office.bring_to(office.ask(), state)
    from sandar.steps import registry

    dinkes = office.person("dinkes1")
    registry.perform_on_case(case, "withdraw", person=dinkes, data={"note": "Ditunda"}, seen=None, at=AT)
    seen = look(case)
    assert (seen.state, case.reason, seen.said["note"]) == ("withdrawn", "withdrawn_by_agency", "Ditunda")
    assert (ledger.claims_for_case(case.pk), seen.clocks) == ([], {})
    assert seen.told == {"dinkes1", "dinkes2"}


def test_a_revision_asked_at_approval_pauses_the_approval_and_ends_with_the_second_form():
    case = office.bring_to(office.ask(), "awaiting_approval")
    office.act(case, "send_back", {"reason": "other", "note": "Lengkapi rencana cadangan"}, at=AT)
    before = elapsed(case, "approval")
    assert look(case).clocks["approval"] == "agency"
    office.act(case, "submit", office.form(case, backup_plan="Tiap malam"), at=AT + DAY)
    assert elapsed(case, "approval", AT + DAY) == before
    office.bring_to(case, "completed", at=AT + DAY)
    forms = [kind for kind in kinds(case) if kind == "application_form"]
    assert (case.state, len(forms)) == ("completed", 2)


def _differs(case: Case, **more: object) -> dict[str, object]:
    return {"inspections": [{"item_no": 1, "manual": {"serial": "LAIN-9"}}], **more}


def test_a_difference_is_accepted_with_a_note_and_the_checklist_says_so():
    case = office.bring_to(office.ask(), "inspection")
    with invalid("note"):
        office.act(case, "inspect", _differs(case), at=AT)
    office.act(case, "inspect", _differs(case, note="Unit pengganti dari pabrik"), at=AT)
    facts = Document.objects.get(case=case, kind="conformity_checklist").facts
    assert (facts["result"], facts["note"]) == ("conditional", "Unit pengganti dari pabrik")
    assert office.bring_to(case, "completed", at=AT).state == "completed"


def test_a_difference_that_needs_approval_anew_is_accepted_by_who_approved():
    case = office.bring_to(office.ask(), "inspection")
    office.act(case, "reapprove", _differs(case, reason="specification_mismatch", note="Beda seri"), at=AT)
    assert (look(case).holder, look(case).told) == ("division_head", {"kabid1", "kabid2"})
    office.act(case, "accept", {"note": "Disetujui"}, at=AT + MINUTE)
    office.act(case, "inspect", _differs(case), at=AT + 2 * MINUTE)  # passes with the note of the approval
    assert office.bring_to(case, "completed", at=AT).state == "completed"


@pytest.mark.parametrize("by", ["inspector", "division_head"])
def test_what_is_taken_back_keeps_its_place_until_the_right_one_is_brought(by: str):
    case = office.bring_to(office.ask(), "inspection")
    why = {"reason": "specification_mismatch", "note": "Bukan yang disetujui"}
    if by == "inspector":
        office.act(case, "reject", _differs(case, **why), at=AT)
    else:
        office.act(case, "reapprove", _differs(case, **why), at=AT)
        office.act(case, "decline", why, at=AT + MINUTE)
    seen = look(case)
    assert (seen.state, seen.claims, seen.clocks["installation"]) == (
        "awaiting_delivery",
        {1: "reserved"},
        "agency",
    )
    assert office.bring_to(case, "completed", at=AT + 2 * MINUTE).state == "completed"


def test_an_unreachable_service_is_mended_tried_again_and_reported():
    case = office.bring_to(office.ask(), "reporting")
    office.act(case, "probe", {}, at=AT)
    office.answer_probes(case, at=AT, reachable=False)
    with invalid("note"):
        office.act(case, "report", {}, at=AT)
    office.act(case, "fix", {"reason": "unreachable", "note": "Port tertutup"}, at=AT)
    assert (look(case).holder, look(case).state) == ("dc_operator", "access_fix")
    office.act(case, "fixed", {"note": "Port dibuka"}, at=AT + MINUTE)
    assert office.bring_to(case, "completed", at=AT + MINUTE).state == "completed"


def test_an_unreachable_service_is_reported_as_it_is_only_with_a_reason_that_is_printed():
    case = office.bring_to(office.ask(), "reporting")
    office.act(case, "probe", {}, at=AT)
    office.answer_probes(case, at=AT, reachable=False)
    office.act(case, "report", {"note": "Domain menunggu DNS instansi"}, at=AT)
    facts = Document.objects.get(case=case, kind="completion_report").facts
    assert (look(case).state, facts["note"]) == ("completed", "Domain menunggu DNS instansi")
    assert not facts["evidence"][0]["reached"]


def test_a_refused_request_is_sent_again_prefilled_and_both_name_each_other():
    old = office.ask(office.server(applications=["SIMPUS", "Antrean"]))
    with pytest.raises(NotFound):
        again(old)  # it is still open
    office.act(old, "refuse", {"reason": "incomplete_letter"})
    old.refresh_from_db()
    form = again(old)
    assert (form["items"], form["previous"]) == (old.items, old.number)
    assert "number" not in form["letter"]
    form["letter"] |= {"number": "440/1300/DINKES/XI/2026", "date": "2026-11-24"}
    form |= {"service": old.service, "agency": ""}
    new = receive(office.person("dinkes1"), parsed(Request, form), at=AT)
    from sandar.records.cases import read as cases

    assert (new.previous, cases.followed_by(old), cases.followed_by(new)) == (old, [new.number], [])
    assert office.bring_to(new, "completed", at=AT).state == "completed"


def test_hosting_alone_is_handed_in_as_an_artefact_and_ends_like_the_others():
    case = office.bring_to(office.ask(office.application()), "completed")
    assert "handover_minutes" in kinds(case)
    minutes = Document.objects.get(case=case, kind="handover_minutes").facts
    assert (minutes["devices"], len(minutes["hosted"])) == ([], 1)
