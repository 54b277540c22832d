"""Step 8: compared, installed, handed over, registered; the last four in one act or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandar.errors import CapacityTaken, InventoryUnreadable, NotFound, NotYourTurn, SeparationOfDuties
from sandar.records.assets.models import Asset, Inspection
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document, StoredFile
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from tests import office
from tests.steps import roles, watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

LSHW = json.loads((Path(__file__).parents[1] / "core/inventories/rack_2u_raid.json").read_text())
BY_EYE = {"inspections": [{"item_no": 1}], "note": "Diperiksa dengan mata."}


def checked_in(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "inspection")


def ready(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "installation")


def test_what_nobody_saw_is_unknown_and_passes_only_with_a_word():
    case = checked_in()
    with invalid("note"):
        office.act(case, "inspect", {"inspections": [{"item_no": 1}]})
    office.act(case, "inspect", BY_EYE)
    seen = look(case)
    assert (seen.state, seen.holder) == ("installation", "dc_operator")
    assert (seen.said["result"], seen.said["inspections"][0]["overall"]) == ("conditional", "unknown")
    assert watch.signed(seen, "pemeriksa1", "inspector", "inspected")
    assert seen.papers[-1] == "conformity_checklist"
    assert Document.objects.get(case=case, kind="conformity_checklist").facts["result"] == "conditional"
    assert seen.clocks == {"installation": "runs"}


def test_the_inventory_of_the_device_is_kept_and_compared():
    case = checked_in()
    office.act(
        case, "inspect", {"inspections": [{"item_no": 1, "inventory": LSHW}], "note": "Lihat rincian."}
    )
    kept = StoredFile.objects.get(case=case, kind="inventory")
    row = Inspection.objects.get(case=case)
    assert row.inventory_sha256 == kept.sha256
    verdicts = {finding["field"]: finding["verdict"] for finding in row.findings}
    assert set(verdicts.values()) <= {
        "conform",
        "different",
        "less",
        "more",
        "unknown",
        "missing",
        "extra",
    }, verdicts
    assert look(case).said["inspections"][0]["inventory_sha256"] == kept.sha256


@pytest.mark.parametrize("hostile", ["a\x00b", "\ud800", float("nan"), "x" * 10_000])
def test_a_hostile_inventory_or_remark_is_kept_or_refused_but_breaks_nothing(hostile):
    from sandar.errors import SandarError

    for line in (
        {"item_no": 1, "manual": {"serial": hostile}},
        {"item_no": 1, "manual": {"anything": {"deep": hostile}}},
        {"item_no": 1, "inventory": LSHW | {"serial": hostile, "product": hostile}},
    ):
        case = checked_in()
        status = 200
        try:
            office.act(case, "inspect", {"inspections": [line], "note": "Ada yang aneh."})
        except SandarError as refusal:
            status = refusal.status
        assert (status, look(case).state) in [
            (200, "installation"),
            (400, "inspection"),
            (422, "inspection"),
        ]


def test_garbage_is_no_inventory():
    case = checked_in()
    with refused(InventoryUnreadable):
        office.act(case, "inspect", {"inspections": [{"item_no": 1, "inventory": {"a": 1}}], "note": "x"})


def test_a_file_of_another_case_does_not_exist_here():
    case = checked_in()
    with refused(NotFound, what="file"):
        office.act(
            case, "inspect", {"inspections": [{"item_no": 1, "inventory_sha256": "0" * 64}], "note": "x"}
        )


def test_a_rejected_device_goes_home_and_the_office_waits():
    case = checked_in()
    with invalid("reason"):
        office.act(case, "reject", {})
    office.act(case, "reject", {"reason": "specification_mismatch", "inspections": [{"item_no": 1}]})
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims) == ("awaiting_delivery", "applicant", {1: "reserved"})
    assert (seen.said["result"], seen.papers[-1]) == ("rejected", "conformity_checklist")
    assert seen.clocks == {"delivery": "runs", "installation": "agency"}
    office.bring_to(case, "installation")
    assert look(case).clocks == {"installation": "runs"}
    papers = Document.objects.filter(case=case, kind="conformity_checklist").order_by("pk")
    assert [paper.status for paper in papers] == ["replaced", "prepared"]


def test_a_device_is_rejected_at_sight_without_a_checklist():
    case = checked_in()
    office.act(case, "reject", {"reason": "damaged"})
    assert look(case).papers[-1] == "notice"


def test_place_minutes_and_register_change_in_one_act():
    case = ready(office.server(), office.application())
    office.act(case, "hand_over", office.default_data(case, "hand_over") | {"valid_until": "2029-12-31"})
    seen = look(case)
    assert (seen.state, seen.holder) == ("reporting", "administrator")
    assert seen.claims == {1: "installed", 2: "installed"}
    minutes = Document.objects.get(case=case, kind="handover_minutes")
    assets = Asset.objects.filter(case=case).order_by("item_no")
    assert [asset.kind for asset in assets] == ["colocation", "hosting"]
    assert {asset.handover for asset in assets} == {minutes}
    assert seen.said["assets"] == [asset.number for asset in assets]
    assert assets[0].item_code == "1.3.2.10.02.04.001"
    assert (assets[0].serial, assets[0].address) == ("CTH-0001", "10.20.30.11")
    device = minutes.facts["devices"][0]
    assert (device["rack"], device["ip"]) == (assets[0].claim.place.name, "10.20.30.11")
    assert minutes.facts["first_party"]["name"] == case.requester.name
    assert minutes.facts["second_party"]["name"] == office.person("operator1").name
    assert watch.signed(seen, "operator1", "dc_operator", "installed")
    assert seen.clocks == {"completion": "runs"}
    assert ledger.recount() == []


def test_the_operator_may_install_elsewhere_than_reserved():
    case = ready()
    line = {"item_no": 1, "address": "10.20.30.11", "rack": "R12", "position_u": 10}
    office.act(case, "hand_over", {"items": [line]})
    asset = Asset.objects.get(case=case)
    assert (asset.claim.place.name, asset.claim.start) == ("R12", 18)
    assert asset.claim.state == "installed"
    assert look(case).said["installed"][0]["place"] == "R12"
    assert ledger.recount() == []


def test_a_taken_place_refuses_the_whole_act():
    other = office.bring_to(office.ask(), "capacity_release")
    held = Claim.objects.select_related("place").get(case=other)
    case = ready()
    line = {"item_no": 1, "address": "10.20.30.11", "rack": held.place.name, "position_u": held.start / 2 + 1}
    with refused(CapacityTaken, holder=other.number):
        office.act(case, "hand_over", {"items": [line]})


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"item_no": 1}, "items.0.address"),
        ({"item_no": 1, "address": "bukan"}, "items.0.address"),
        ({"item_no": 1, "address": "192.0.2.7"}, "items.0.address"),
        ({"item_no": 1, "address": "::ffff:10.20.30.11"}, "items.0.address"),
        ({"item_no": 1, "address": "169.254.1.1"}, "items.0.address"),
        ({"item_no": 2, "address": "10.20.30.11"}, "items.0.item_no"),
        ({"item_no": 1, "address": "10.20.30.11", "rack": "R99"}, "placements"),
        ({"item_no": 1, "address": "10.20.30.11", "ports": [0]}, "items.0.ports.0"),
        ({"item_no": 1, "address": "10.20.30.11", "hostname": "a b"}, "items.0.hostname"),
        ({"item_no": 1, "address": "10.20.30.11", "serial": "9" * 101}, "items.0.serial"),
    ],
)
def test_what_is_wrong_with_the_handover_is_said_beside_the_field(line, field):
    case = ready()
    with invalid(field):
        office.act(case, "hand_over", {"items": [line]})


def test_who_approved_neither_inspects_nor_installs_and_who_asked_does_neither():
    for role in ("inspector", "dc_operator"):
        roles.grant("kabid1", role)
        roles.grant("dinkes1", role)
    case = checked_in()
    with refused(SeparationOfDuties, did="approved", wants="inspected"):
        office.act(case, "inspect", BY_EYE, by="kabid1")
    with refused(SeparationOfDuties, did="requested", wants="inspected"):
        office.act(case, "inspect", BY_EYE, by="dinkes1")
    office.act(case, "inspect", BY_EYE)
    for by, did in (("kabid1", "approved"), ("dinkes1", "requested")):
        with refused(SeparationOfDuties, did=did, wants="installed"):
            office.act(case, "hand_over", by=by)


def test_who_inspected_may_install_and_the_journal_says_that_it_is_so():
    roles.grant("pemeriksa1", "dc_operator")
    case = ready()
    office.act(case, "hand_over", by="pemeriksa1")
    assert look(case).said["warned"] == ["inspected"]


def test_only_the_inspector_inspects_and_only_the_operator_installs():
    case = checked_in()
    for by in ("operator1", "kabid1", "administrator1", "dinkes1"):
        with refused(NotYourTurn):
            office.act(case, "inspect", BY_EYE, by=by)
    office.act(case, "inspect", BY_EYE)
    with refused(NotYourTurn):
        office.act(case, "hand_over", by="pemeriksa1")
