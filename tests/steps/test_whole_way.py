"""The whole SOP by its acts: from the letter to the accessible server."""

from __future__ import annotations

import pytest

from sandar.records.assets.models import Asset
from sandar.records.cases.models import Event
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from tests import office

pytestmark = pytest.mark.django_db


def test_a_colocation_case_goes_from_the_letter_to_the_report():
    case = office.bring_to(office.ask(), "completed")
    assert Asset.objects.get(case=case).claim.state == "installed"
    kinds = list(Document.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "receipt",
        "disposition_sheet",
        "capacity_report",
        "application_form",
        "approval_form",
        "notice",
        "conformity_checklist",
        "handover_minutes",
        "completion_report",
    ]
    assert ledger.recount() == []
    assert case.closed_at is not None
    assert [event.seq for event in Event.objects.filter(case=case)] == list(range(1, 17))


def test_a_request_for_both_services_goes_the_same_way():
    case = office.bring_to(office.ask(office.server(), office.application()), "completed")
    assert {asset.kind for asset in Asset.objects.filter(case=case)} == {"colocation", "hosting"}
