"""Relocation: the place is chosen and held in step 3; the move gives up the old one in the same transaction."""

from __future__ import annotations

import pytest

from sandar.doors.proof import register
from sandar.errors import CapacityTaken, ClaimChanged, InvalidInput
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write as ledger_write
from sandar.steps import registry
from tests import office
from tests.steps import assets

pytestmark = pytest.mark.django_db
AT = office.MONDAY


def test_a_server_goes_to_the_place_that_was_chosen():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("relocation", asset), "capacity_check")
    before = ledger.claim(asset.claim_id)
    office.act(
        case, "report_available", {"placements": [{"item_no": 1, "rack": "R07", "position_u": 20}]}, at=AT
    )
    (held,) = ledger.claims_for_case(case.pk)
    assert (held.place.name, ledger.claim(asset.claim_id).place_id) == ("R07", before.place_id)
    assets.bring_to(case, "relocation")
    done = office.act(case, "move", {"items": [{"item_no": 1, "switch_port": "SW-7/3"}]}, at=AT)
    now = ledger.claim(asset.claim_id)
    assert (now.place.name, now.state, now.start) == ("R07", "installed", 38)
    assert ledger.claims_for_case(case.pk) == []
    line = done.case.documents.get(kind="relocation_minutes").facts["lines"][0]
    assert line["now"] == ["Rak R07, U20–U21", "Porta switch SW-7/3"]
    assert line["was"] != line["now"]
    change = asset.changes.get()
    assert (change.was["place"], change.now["place"]) == (line["was"][0], line["now"][0])
    assets.bring_to(case, "completed")
    assert ledger.recount() == []
    assert list(register.flaws(None)) == []


def test_nobody_else_gets_the_chosen_place_meanwhile():
    case = assets.bring_to(assets.ask("relocation", assets.installed()), "capacity_check")
    office.act(case, "report_available", {"placements": [{"item_no": 1, "rack": "R07", "position_u": 20}]})
    other = office.bring_to(office.ask(office.server(name="LAIN-1")), "capacity_check")
    with pytest.raises(CapacityTaken) as fault:
        office.act(
            other, "report_available", {"placements": [{"item_no": 1, "rack": "R07", "position_u": 21}]}
        )
    assert case.number in str(fault.value.facts["holder"])


def test_a_reserved_place_that_was_given_back_is_not_moved_to():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("relocation", asset), "relocation")
    before = ledger.claim(asset.claim_id)
    (held,) = ledger.claims_for_case(case.pk)
    from django.db import transaction

    with transaction.atomic():
        ledger_write.release(held, at=AT, by=None)
    with pytest.raises(ClaimChanged):
        office.act(case, "move", {}, at=AT)
    after = ledger.claim(asset.claim_id)
    assert (after.place_id, after.start, asset.changes.get().done_at) == (before.place_id, before.start, None)


def test_what_is_withdrawn_gives_back_the_new_place_and_keeps_the_old():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("relocation", asset), "awaiting_notice")
    case.refresh_from_db()
    who = office.person("dinkes1")
    registry.perform_on_case(case, "withdraw", person=who, data={}, seen=case.version, at=AT)
    assert ledger.claims_for_case(case.pk) == []
    assert ledger.claim(asset.claim_id).state == "installed"
    assert ledger.recount() == []


def test_an_application_on_the_offices_machines_has_no_rack_to_leave():
    asset = assets.installed(office.application(vcpu=1))
    with pytest.raises(InvalidInput):
        assets.ask("relocation", asset)
