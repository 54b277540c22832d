"""Step 5: the division head approves, asks for a revision, or refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import ClaimChanged, NotYourTurn, SeparationOfDuties
from sandar.records.cases.models import Case, FormVersion
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write as ledger_write
from sandar.records.ledger.models import Claim
from tests import office
from tests.steps import roles, watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db


def submitted(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "awaiting_approval")


def test_an_approval_reserves_the_places_and_issues_the_form():
    case = submitted()
    office.act(case, "approve", {"conditions": ["Pakai rel sendiri"], "note": "Setuju"})
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_notice", "administrator", {1: "reserved"})
    assert Claim.objects.get(case=case).expires_at is None
    assert seen.papers[-1] == "approval_form"
    assert watch.signed(seen, "kabid1", "division_head", "approved")
    assert seen.said["reserved"][0]["state"] == "reserved"
    facts = Document.objects.get(case=case, kind="approval_form").facts
    assert facts["conditions"] == ["Pakai rel sendiri"]
    assert len(facts["references"]) == 3
    assert facts["placements"][0]["rack"]
    assert seen.clocks == {"notice": "runs"}
    assert ledger.recount() == []


def test_one_who_disposed_may_approve_and_the_journal_says_that_it_is_so():
    case = submitted()
    office.act(case, "approve", by="kabid1")
    assert look(case).said["warned"] == ["disposed"]


def test_an_approval_by_somebody_else_has_no_warning():
    case = submitted()
    office.act(case, "approve", by="kabid2")
    assert "warned" not in look(case).said


def test_a_past_date_is_refused():
    case = submitted()
    with invalid("valid_until"):
        office.act(case, "approve", {"valid_until": "2026-11-22"})
    office.act(case, "approve", {"valid_until": "2029-11-22"})


def test_nothing_is_approved_without_a_place():
    case = submitted()
    ledger_write.release_all(ledger.claims_for_case(case.pk), at=office.MONDAY, by=None)
    with refused(ClaimChanged, item_no=1):
        office.act(case, "approve")


def test_a_place_held_by_hand_for_the_case_does_not_stop_it_and_is_not_reserved():
    from sandar.steps import claiming
    from sandar.steps.inputs import parsed

    case = submitted()
    spare = claiming.hold(
        parsed(
            claiming.Hold,
            {"rack": "R11", "position_u": 2, "height_u": 1, "watts": 10, "cords": "A", "case": case.number},
        ),
        person=office.person("operator1"),
        at=office.MONDAY,
    )
    office.act(case, "approve")
    assert look(case).claims == {1: "reserved", None: "held"}
    office.bring_to(case, "reporting")
    assert look(case).claims == {1: "installed"}
    assert Claim.objects.get(pk=spare.pk).state == "released"


def test_a_revision_waits_for_the_agency_and_keeps_the_hold():
    case = submitted()
    with invalid("reason"):
        office.act(case, "send_back", {})
    at = office.MONDAY + timedelta(minutes=80)
    office.act(case, "send_back", {"reason": "other", "note": "RAM?"}, at=at)
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_form", "applicant", {1: "held"})
    assert seen.clocks == {"approval": "agency", "application": "runs"}
    assert seen.event.kind == "revision_asked"
    later = at + timedelta(minutes=40)
    before = clocks.running([case.pk], later)[case.pk, "approval"].elapsed
    office.act(case, "submit", at=later)
    assert look(case).clocks == {"approval": "runs"}
    assert clocks.running([case.pk], later)[case.pk, "approval"].elapsed == before
    forms = FormVersion.objects.filter(case=case).order_by("n")
    assert [form.n for form in forms] == [1, 2]
    assert all(form.submitted_at for form in forms)
    papers = Document.objects.filter(case=case, kind="application_form").order_by("pk")
    assert [paper.status for paper in papers] == ["replaced", "prepared"]
    rounds = [seen for seen in clocks.of_case(case.pk, later) if seen.step == "application"]
    assert len(rounds) == 2


def test_a_revision_asked_on_the_last_day_gives_the_agency_its_days():
    case = submitted()
    late = office.MONDAY + timedelta(days=13)
    office.act(case, "send_back", {"reason": "other"}, at=late)
    assert Claim.objects.get(case=case).expires_at == late + timedelta(days=14)


def test_a_refusal_ends_the_request_with_a_letter_and_gives_the_place_back():
    case = submitted()
    with invalid("reason"):
        office.act(case, "refuse", {})
    office.act(case, "refuse", {"reason": "security_test_failed"})
    seen = look(case)
    assert (seen.state, case.reason, seen.claims) == ("refused", "security_test_failed", {})
    assert seen.papers[-1] == "refusal_letter"
    assert seen.said["released"]
    assert ledger.recount() == []


def test_nobody_approves_the_own_agency_s_form():
    roles.grant("dinkes2", "division_head")
    case = office.bring_to(office.ask(by="dinkes1"), "awaiting_form")
    office.act(case, "submit", by="dinkes2")
    with refused(SeparationOfDuties):
        office.act(case, "approve", by="dinkes2")


def test_others_do_not_approve():
    case = submitted()
    for by in ("pengawas1", "administrator1", "operator1", "pemeriksa1", "dinkes1"):
        with refused(NotYourTurn):
            office.act(case, "approve", by=by)


# --- a delivery that differs


def differing() -> Case:
    case = office.bring_to(office.ask(), "inspection")
    found = {"inspections": [{"item_no": 1, "manual": {"ram_gb": 64}}]}
    office.act(case, "reapprove", found | {"reason": "specification_mismatch", "note": "RAM 64 GB"})
    return case


def test_a_difference_goes_to_whoever_approves_and_the_installation_waits():
    case = differing()
    seen = look(case)
    assert (seen.state, seen.holder) == ("awaiting_reapproval", "division_head")
    assert seen.clocks == {"approval": "runs", "installation": "office"}
    assert seen.papers[-1] == "conformity_checklist"
    assert seen.claims == {1: "reserved"}


def test_an_accepted_difference_lets_the_inspection_go_on_with_that_note():
    case = differing()
    office.act(case, "accept", {"note": "Cukup untuk SIMPUS"})
    seen = look(case)
    assert (seen.state, seen.clocks) == ("inspection", {"installation": "runs"})
    assert watch.signed(seen, "kabid1", "division_head", "approved")
    office.act(case, "inspect", {"inspections": [{"item_no": 1, "manual": {"ram_gb": 64}}]})
    after = look(case)
    assert (after.state, after.said["result"], after.said["note"]) == (
        "installation",
        "conditional",
        "Cukup untuk SIMPUS",
    )


def test_what_was_accepted_for_one_delivery_does_not_excuse_the_next():
    case = differing()
    office.act(case, "accept", {"note": "Cukup"})
    office.act(case, "reject", {"reason": "damaged"})
    office.bring_to(case, "inspection")
    with invalid("note"):
        office.act(case, "inspect", {"inspections": [{"item_no": 1, "manual": {"ram_gb": 64}}]})


def test_a_declined_difference_sends_the_device_home_and_the_clocks_wait_for_the_agency():
    case = differing()
    with invalid("reason"):
        office.act(case, "decline", {})
    office.act(case, "decline", {"reason": "specification_mismatch"})
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_delivery", "applicant", {1: "reserved"})
    assert seen.clocks == {"delivery": "runs", "installation": "agency"}
    office.bring_to(case, "completed")
    assert ledger.recount() == []
