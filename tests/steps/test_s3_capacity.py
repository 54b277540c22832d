"""Step 3: is there room? YES holds the places, NO names what is short."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import CapacityTaken, Refused, SeparationOfDuties
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.steps import table
from tests import office
from tests.steps import watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

HUGE = office.application(vcpu=512, storage_gb=999_999)


def check(*items: dict, state: str = "capacity_check") -> Case:
    return office.bring_to(office.ask(*items), state)


def test_yes_holds_the_suggested_place_and_issues_the_report():
    case = check()
    office.act(case, "report_available", {"note": "Longgar"})
    seen = look(case)
    assert (seen.state, seen.holder) == ("capacity_release", "administrator")
    assert seen.claims == {1: "held"}
    claim = Claim.objects.get(case=case)
    assert claim.expires_at == office.MONDAY + timedelta(days=14)
    assert claim.agency == case.agency
    assert seen.papers[-1] == "capacity_report"
    assert watch.signed(seen, "operator1", "dc_operator", "capacity_checked")
    assert (seen.said["decision"], seen.said["held"][0]["claim"]) == ("available", claim.pk)
    facts = Document.objects.get(case=case, kind="capacity_report").facts
    assert facts["placements"][0]["rack"] == claim.place.name
    assert {row["resource"] for row in facts["rows"]} >= {"space", "ups", "cooling", "bandwidth", "ip"}
    assert seen.clocks == {"capacity": "runs"}
    assert ledger.recount() == []


def test_the_checker_may_choose_another_place():
    case = check()
    office.act(
        case,
        "report_available",
        {"placements": [{"item_no": 1, "rack": "R09", "position_u": 20, "face": "full"}]},
    )
    claim = Claim.objects.get(case=case)
    assert (claim.place.name, claim.start, claim.height) == ("R09", 38, 4)


@pytest.mark.parametrize(
    ("placements", "field"),
    [
        ([{"item_no": 1, "rack": "R99", "position_u": 3}], "placements"),
        ([{"item_no": 2, "rack": "R01", "position_u": 3}], "placements"),
        ([{"item_no": 1, "rack": "R01"}], "placements"),
        ([{"item_no": 1, "rack": "R01", "position_u": 3}] * 2, "placements"),
        ([{"item_no": 1, "rack": "R01", "position_u": 1.25}], "placements.0.position_u"),
    ],
)
def test_a_place_that_is_none_is_said_beside_the_field(placements, field):
    case = check()
    with invalid(field):
        office.act(case, "report_available", {"placements": placements})


def test_a_place_above_the_rack_is_refused_and_one_that_is_taken_names_the_holder():
    from sandar.errors import PlaceOutsideRack

    first, second = check(), check()
    place = {"placements": [{"item_no": 1, "rack": "R01", "position_u": 5}]}
    office.act(first, "report_available", place)
    with refused(CapacityTaken, holder=first.number, resource="space"):
        office.act(second, "report_available", place)
    with refused(PlaceOutsideRack):
        office.act(
            second, "report_available", {"placements": [{"item_no": 1, "rack": "R01", "position_u": 43}]}
        )


def test_yes_without_room_is_refused_and_names_what_is_short():
    case = check(HUGE)
    with refused(Refused, reason="no_room") as caught:
        office.act(case, "report_available")
    assert {"storage_gb"} <= {short["resource"] for short in caught.value.facts["shortages"]}


def test_no_names_every_shortage_and_holds_nothing():
    case = check(HUGE)
    office.act(case, "report_short", {})
    seen = look(case)
    assert (seen.state, seen.claims, seen.said["decision"]) == ("capacity_release", {}, "short")
    storage = next(s for s in seen.said["shortages"] if s["resource"] == "storage_gb")
    assert storage["short_by"] == storage["asked"] - storage["left"] > 0
    assert Document.objects.get(case=case, kind="capacity_report").facts["shortages"]


def test_no_against_the_ledger_needs_a_word():
    case = check()
    with invalid("note"):
        office.act(case, "report_short", {})
    office.act(
        case, "report_short", {"shortages": [{"resource": "Trafo", "asked": 2, "left": 1, "unit": "kVA"}]}
    )
    assert look(case).said["shortages"][0]["short_by"] == 1


def test_the_administrator_releases_yes_and_the_agency_is_told():
    case = check(state="capacity_release")
    office.act(case, "confirm", {"note": ""})
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_form", "applicant", {1: "held"})
    assert seen.told == {"dinkes1", "dinkes2"}
    assert watch.signed(seen, "administrator1", "administrator", "capacity_released")
    assert seen.clocks == {"application": "runs"}
    capacity = next(seen for seen in clocks.of_case(case.pk, office.MONDAY) if seen.step == "capacity")
    assert (capacity.budget, capacity.running) == (timedelta(minutes=60), False)


def test_a_no_cannot_be_released_as_yes():
    case = check(HUGE)
    office.act(case, "report_short", {})
    with refused(Refused, reason="reported_short"):
        office.act(case, "confirm")


def test_no_is_released_with_a_letter_that_names_what_is_short_and_the_request_ends():
    case = check(HUGE)
    office.act(case, "report_short", {})
    office.act(case, "refuse", {})
    seen = look(case)
    assert (seen.state, case.reason, seen.claims) == ("refused_capacity", "capacity", {})
    assert seen.papers[-1] == "refusal_letter"
    letter = Document.objects.get(case=case, kind="refusal_letter").facts
    assert {short["resource"] for short in letter["shortages"]} >= {"storage_gb"}
    assert [known["title"] for known in letter["references"]] != []
    assert ledger.recount() == []


def test_a_yes_is_released_as_no_only_with_a_word_and_gives_the_place_back():
    case = check(state="capacity_release")
    with invalid("note"):
        office.act(case, "refuse", {})
    office.act(case, "refuse", {"note": "Perbaikan panel listrik"})
    assert (look(case).claims, ledger.recount()) == ({}, [])


def test_a_recheck_needs_a_reason_keeps_the_hold_and_never_counts_it():
    case = check(state="capacity_release")
    with invalid("reason"):
        office.act(case, "recheck", {})
    office.act(case, "recheck", {"reason": "recheck"})
    assert look(case).claims == {1: "held"}
    before = Claim.objects.get(case=case, state="held")
    place = {"item_no": 1, "rack": before.place.name, "position_u": before.start / 2 + 1}
    office.act(case, "report_available", {"placements": [place]})  # on the very units it holds
    assert look(case).claims == {1: "held"}
    assert ledger.recount() == []
    papers = Document.objects.filter(case=case, kind="capacity_report").order_by("pk")
    assert [paper.status for paper in papers] == ["replaced", "prepared"]
    assert papers[0].replaced_by == papers[1]


def test_a_recheck_that_finds_nothing_releases_the_hold():
    case = check(state="capacity_release")
    office.act(case, "recheck", {"reason": "recheck"})
    office.act(case, "report_short", {"note": "Rak akan dipindah"})
    assert (look(case).claims, ledger.recount()) == ({}, [])


def test_who_checked_does_not_release():
    from tests.steps.roles import grant

    grant("operator1", "administrator")
    case = check(state="capacity_release")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "confirm", by="operator1")


def test_a_slow_office_does_not_eat_the_agency_s_time():
    case = check()
    at = office.MONDAY
    office.act(case, "report_available", at=at)
    office.act(case, "confirm", at=at + timedelta(days=13))
    claim = Claim.objects.get(case=case)
    assert claim.expires_at == at + timedelta(days=27)
    assert look(case).said["hold_until"] == claim.expires_at.isoformat()


def test_two_servers_and_an_application_are_held_together():
    case = check(office.server(), office.server(name="SIMPUS-2"), office.application())
    office.act(case, "report_available")
    assert look(case).claims == {1: "held", 2: "held", 3: "held"}
    assert ledger.recount() == []


def test_the_path_of_power_goes_from_the_rack_up_and_names_a_node_once():
    rows = [
        {"resource": kind, "label": name, "left_after": left, "limit": 9, "ok": True, "note": ""}
        for kind, name, left in (
            ("rack_power_a", "Daya rak jalur A R01", 5),
            ("pdu", "PDU-A1", 4),
            ("pdu", "PDU-A1/L1", 1),
            ("ups", "UPS-A", 3),
            ("ups", "UPS-A/L1", 2),
            ("transfer_switch", "ATS-A", 3),
        )
    ]
    sides = dict.fromkeys(("PDU-A1", "PDU-A1/L1", "UPS-A", "UPS-A/L1", "ATS-A"), "a")
    (line,) = table.lines(rows, sides)
    assert (line["path"], line["tightest"]) == ("R01 → PDU-A1 → UPS-A → ATS-A", "PDU-A1/L1")
