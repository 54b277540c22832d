"""Step 7: the agency brings it, the data centre checks it in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import NotFound, NotYourTurn, SeparationOfDuties
from sandar.records.assets.models import Delivery
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from tests import office
from tests.steps import roles, watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db


def noticed(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "awaiting_delivery")


def handed_in(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "awaiting_receipt")


def test_the_agency_hands_in_every_item_and_its_clock_waits():
    case = noticed(office.server(), office.application())
    office.act(
        case,
        "hand_in",
        {
            "deliveries": [
                {"item_no": 1, "serial": "CTH-0001"},
                {"item_no": 2, "artefact": "e-planning.tar", "artefact_sha256": "a" * 64, "version": "2.1"},
            ],
            "brought_by": "Petugas Contoh",
        },
    )
    seen = look(case)
    assert (seen.state, seen.holder) == ("awaiting_receipt", "dc_operator")
    assert seen.clocks == {"delivery": "office"}
    assert watch.signed(seen, "dinkes1", "applicant", "handed_in")
    rows = Delivery.objects.filter(case=case).order_by("item_no")
    assert [row.declared["brought_by"] for row in rows] == ["Petugas Contoh"] * 2
    assert rows[1].declared["version"] == "2.1"
    assert seen.told == {"operator1", "operator2"}


def test_the_operator_receives_with_serial_and_condition_as_seen():
    case = handed_in()
    at = office.MONDAY + timedelta(minutes=30)
    office.act(case, "check_in", {"received": [{"item_no": 1, "serial": "CTH-9", "condition": "RR"}]}, at=at)
    seen = look(case)
    assert (seen.state, seen.holder) == ("inspection", "inspector")
    row = Delivery.objects.get(case=case)
    assert (row.received["serial"], row.received["condition"], row.received_at) == ("CTH-9", "RR", at)
    assert watch.signed(seen, "operator1", "dc_operator", "received")
    assert seen.clocks == {"installation": "runs"}
    delivery = next(one for one in clocks.of_case(case.pk, at) if one.step == "delivery")
    assert (delivery.owner, delivery.budget) == ("agency", timedelta(minutes=450))


@pytest.mark.parametrize(
    ("action", "data", "field"),
    [
        ("hand_in", {}, "deliveries"),
        ("hand_in", {"deliveries": []}, "deliveries"),
        ("hand_in", {"deliveries": [{"item_no": 1}, {"item_no": 1}]}, "deliveries.1.item_no"),
        ("hand_in", {"deliveries": [{"item_no": 2}]}, "deliveries.0.item_no"),
        ("hand_in", {"deliveries": [{"item_no": 0}]}, "deliveries.0.item_no"),
        (
            "hand_in",
            {"deliveries": [{"item_no": 1, "artefact_sha256": "xyz"}]},
            "deliveries.0.artefact_sha256",
        ),
        ("check_in", {}, "received"),
        ("check_in", {"received": [{"item_no": 1, "condition": "X"}]}, "received.0.condition"),
        ("check_in", {"received": [{"item_no": 9}]}, "received"),
    ],
)
def test_every_item_is_named_once(action, data, field):
    case = noticed() if action == "hand_in" else handed_in()
    with invalid(field):
        office.act(case, action, data)


def test_a_delivery_sent_back_lets_the_agency_s_clock_go_on_and_the_next_is_a_new_round():
    case = handed_in()
    at = office.MONDAY + timedelta(hours=2)
    with invalid("reason"):
        office.act(case, "send_back", {})
    before = clocks.running([case.pk], at)[case.pk, "delivery"].elapsed
    office.act(case, "send_back", {"reason": "damaged", "note": "Penyok"}, at=at)
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_delivery", "applicant", {1: "reserved"})
    assert seen.clocks == {"delivery": "runs"}
    assert clocks.running([case.pk], at)[case.pk, "delivery"].elapsed == before
    office.act(case, "hand_in", {"deliveries": [{"item_no": 1, "serial": "CTH-0002"}]}, at=at)
    rounds = Delivery.objects.filter(case=case).order_by("round")
    assert [row.round for row in rounds] == [1, 2]
    office.act(case, "check_in", {"received": [{"item_no": 1, "serial": "CTH-0002"}]}, at=at)
    assert [bool(row.received) for row in Delivery.objects.filter(case=case).order_by("round")] == [
        False,
        True,
    ]


def test_who_asked_does_not_receive():
    roles.grant("dinkes1", "dc_operator")
    case = handed_in()
    with refused(SeparationOfDuties, did="requested", wants="received"):
        office.act(case, "check_in", by="dinkes1")


def test_another_agency_does_not_deliver_and_officers_do_not_hand_in():
    case = noticed()
    with refused(NotFound):
        office.act(case, "hand_in", by="disdik1")
    with refused(NotYourTurn):
        office.act(case, "hand_in", by="operator1")
