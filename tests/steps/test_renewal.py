"""Renewal: the approved last day goes into the register; nothing else changes."""

from __future__ import annotations

from datetime import date

import pytest

from sandar.doors.proof import register
from sandar.errors import InvalidInput
from sandar.records.assets.models import Asset
from sandar.records.ledger import read as ledger
from tests import office
from tests.steps import assets

pytestmark = pytest.mark.django_db
AT = office.MONDAY


def test_the_day_that_was_asked_for_is_approved_and_written_down():
    asset = assets.installed()
    before = ledger.claim(asset.claim_id)
    case = assets.bring_to(assets.ask("renewal", asset), "completed")
    asset.refresh_from_db()
    assert asset.valid_until == date(2028, 12, 31)
    assert case.documents.get(kind="approval_form").facts["valid_until_on"] == "2028-12-31"
    line = case.documents.get(kind="completion_report").facts["lines"][0]
    assert (line["was"], line["now"]) == (["tanpa batas"], ["berlaku sampai 31 Desember 2028"])
    change = asset.changes.get()
    assert (change.was, change.now) == ({"valid_until": None}, {"valid_until": "2028-12-31"})
    assert ledger.claim(asset.claim_id).version == before.version
    assert list(register.flaws(None)) == []


def test_the_division_head_may_approve_another_day():
    asset = assets.installed()
    case = assets.bring_to(assets.ask("renewal", asset), "awaiting_approval")
    office.act(case, "approve", {"valid_until": "2027-06-30"}, at=AT)
    assets.bring_to(case, "completed")
    asset.refresh_from_db()
    assert asset.valid_until == date(2027, 6, 30)


@pytest.mark.parametrize("until", [None, "2026-11-01"])
def test_a_renewal_names_a_day_to_come(until: str | None):
    with pytest.raises(InvalidInput) as fault:
        assets.ask("renewal", assets.installed(), until=until)
    assert "until" in fault.value.facts["fields"]


def test_an_end_moved_beside_the_journal_is_found():
    asset = assets.installed()
    assets.bring_to(assets.ask("renewal", asset), "completed")
    Asset.objects.filter(pk=asset.pk).update(valid_until=date(2040, 1, 1))
    assert [flaw.code for flaw in register.flaws(None)] == ["ASSET_DIFFERS_FROM_JOURNAL"]
