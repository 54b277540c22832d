"""Removal: an agency takes back what stands in the register; the place is free and the line closed in one act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.doors import proof
from sandar.doors.proof import register
from sandar.errors import AssetBusy, ClaimChanged, InvalidInput, NotYourTurn
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases.models import Case, Event
from sandar.records.ledger import read as ledger
from tests import office
from tests.steps import assets

pytestmark = pytest.mark.django_db
AT = office.MONDAY


def test_a_server_is_taken_back_from_the_letter_to_the_report():
    asset = assets.installed()
    case = assets.ask("removal", asset)
    assert (case.revision.service, case.items[0]["serial"]) == ("removal", asset.serial)
    assets.bring_to(case, "removal")
    assert ledger.claim(asset.claim_id).state == "installed"
    done = office.act(case, "hand_back", {"receiver": "Petugas Contoh", "data_wiped": True}, at=AT)
    asset.refresh_from_db()
    assert asset.removed_at == AT
    assert ledger.claim(asset.claim_id).state == "released"
    assert done.event.payload["assets"] == [asset.number]
    minutes = done.case.documents.get(kind="return_minutes")
    assert minutes.facts["lines"][0]["asset"] == asset.number
    assert minutes.facts["lines"][0]["was"][0].startswith("Rak R")
    assert asset.changes.get().minutes_id == minutes.pk
    assets.bring_to(case, "completed")
    assert case.documents.get(kind="completion_report").facts["lines"][0]["serial"] == asset.serial
    assert ledger.recount() == []
    assert proof.everything().flaws == []


def test_what_was_asked_for_is_still_compared_with_the_journal_after_the_inspection():
    case = assets.bring_to(assets.ask("removal", assets.installed()), "removal")
    assert proof.everything().flaws == []
    Case.objects.filter(pk=case.pk).update(items=[{**case.items[0], "name": "LAIN"}])
    assert [flaw.code for flaw in proof.everything().flaws] == ["ITEMS_DIFFER_FROM_JOURNAL"]


def test_the_line_of_the_register_is_closed_and_kept():
    asset = assets.installed()
    assets.bring_to(assets.ask("removal", asset), "completed")
    assert Asset.objects.filter(pk=asset.pk, removed_at__isnull=False).exists()
    change = AssetChange.objects.get(asset=asset)
    assert (change.was["removed_at"], change.service) == (None, "removal")
    assert change.closed_at is not None
    with pytest.raises(InvalidInput) as fault:
        assets.ask("removal", asset)
    assert asset.number in fault.value.facts["fields"]["assets"][0]


def test_another_agencys_asset_looks_like_one_that_does_not_exist():
    asset = assets.installed()
    with pytest.raises(InvalidInput) as theirs:
        assets.ask("removal", asset, by="disdik1")
    with pytest.raises(InvalidInput) as unknown:
        assets.ask("removal", "AST-2026-9999", by="disdik1")
    said = [fault.value.facts["fields"]["assets"][0] for fault in (theirs, unknown)]
    assert said[0].replace(asset.number, "X") == said[1].replace("AST-2026-9999", "X")
    assert Case.objects.filter(service="removal").count() == 0


@pytest.mark.parametrize("second", assets.SERVICES)
def test_an_asset_with_an_open_request_is_not_named_by_another_one(second: str):
    asset = assets.installed()
    first = assets.ask("removal", asset)
    with pytest.raises(AssetBusy) as fault:
        assets.ask(second, asset)
    assert fault.value.facts["case"] == first.number
    office.act(first, "send_back", {"reason": "incomplete_letter"})
    office.act(first, "withdraw", {}, by="dinkes1")
    assert assets.ask(second, asset).state == "disposition_head"


def test_nothing_is_taken_out_before_the_agency_saved_its_data():
    case = assets.bring_to(assets.ask("removal", assets.installed()), "removal_check")
    with pytest.raises(InvalidInput) as fault:
        office.act(case, "check", {"items": [{"item_no": 1}]})
    assert "data_saved" in fault.value.facts["fields"]
    case.refresh_from_db()
    assert case.state == "removal_check"


def test_another_serial_number_needs_a_note_and_nobody_else_may_check():
    case = assets.bring_to(assets.ask("removal", assets.installed()), "removal_check")
    other = {"items": [{"item_no": 1, "serial": "LAIN"}], "data_saved": True}
    with pytest.raises(InvalidInput) as fault:
        office.act(case, "check", other)
    assert "items.0.note" in fault.value.facts["fields"]
    with pytest.raises(NotYourTurn):
        office.act(case, "check", other, by="administrator1")


def test_when_the_agency_cannot_come_a_new_window_replaces_the_old_notice():
    case = assets.bring_to(assets.ask("removal", assets.installed()), "removal_check")
    office.act(case, "postpone", {"reason": "other", "note": "kendaraan rusak"})
    assets.bring_to(case, "removal_check")
    notices = case.documents.filter(kind="notice").order_by("pk")
    assert [notice.status == "replaced" for notice in notices] == [True, False]


def test_what_is_withdrawn_leaves_the_asset_as_it_was():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("removal", asset), "awaiting_notice")
    from sandar.steps import registry

    case.refresh_from_db()
    registry.perform_on_case(
        case, "withdraw", person=office.person("dinkes1"), data={}, seen=case.version, at=AT + timedelta(1)
    )
    asset.refresh_from_db()
    assert (asset.removed_at, ledger.claim(asset.claim_id).state) == (None, "installed")
    assert AssetChange.objects.get(asset=asset).closed_at is not None
    assert Event.objects.filter(case=case, kind="request_withdrawn").count() == 1


def test_what_is_changed_beside_the_journal_is_found():
    asset = assets.installed()
    assets.bring_to(assets.ask("removal", asset), "completed")
    Asset.objects.filter(pk=asset.pk).update(removed_at=AT - timedelta(days=3))
    assert [flaw.code for flaw in register.flaws(None)] == ["ASSET_DIFFERS_FROM_JOURNAL"]


def test_a_line_that_was_closed_by_other_means_is_not_handed_back_again():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("removal", asset), "removal")
    Asset.objects.filter(pk=asset.pk).update(removed_at=AT)
    with pytest.raises(ClaimChanged):
        office.act(case, "hand_back", {}, at=AT)
    assert not case.documents.filter(kind="return_minutes").exists()
