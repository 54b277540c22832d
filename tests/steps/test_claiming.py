"""Places moved by hand while a request goes its way: onto a shelf, with a chassis, from rack to rack."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.doors.proof import everything
from sandar.errors import ClaimInProcedure
from sandar.records.cases.models import Event
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.steps import claiming
from tests import office

pytestmark = pytest.mark.django_db


def shelf(rack: str, unit: float) -> Claim:
    wish: dict[str, Any] = {
        "rack": rack,
        "position_u": unit,
        "height_u": 1,
        "watts": 0,
        "cords": "",
        "slots": 2,
    }
    return claiming.hold(claiming.Hold(**wish), person=office.person("operator1"), at=office.MONDAY)


def change(claim: Claim, **wanted: Any) -> Claim:
    person = office.person("operator1")
    return claiming.change(claim.pk, claiming.Change(**wanted), person=person, at=office.MONDAY)


def test_a_request_whose_device_was_put_on_a_shelf_goes_its_whole_way() -> None:
    case = office.bring_to(office.ask(at=office.MONDAY), "awaiting_form")
    board = shelf("R03", 20)
    change(case.claims.get(state="held"), rack="R03", host=board.pk)
    office.bring_to(case, "completed")
    claim = case.claims.get()
    assert (claim.state, claim.host_id, claim.slot, claim.start) == ("installed", board.pk, 1, None)
    minutes = case.documents.filter(kind="handover_minutes").latest("pk")
    assert minutes.facts["devices"][0]["position_u"] == 20
    assert [flaw.as_dict() for flaw in everything().flaws] == []
    person = office.person("operator1")
    plan = claiming.Plan.model_validate({"moves": [{"claim": board.pk, "rack": "R04", "position_u": 10}]})
    claiming.plan(plan, person=person, at=office.MONDAY)
    assert ledger.claim(claim.pk).place.name == "R04"
    told = Event.objects.filter(case=case, kind="claim_changed").latest("seq").payload["claims"][0]
    assert (told["from"]["place"], told["place"]) == ("R03", "R04")
    assert [flaw.as_dict() for flaw in everything().flaws] == []


def test_what_a_request_brings_is_never_hung_on_the_side() -> None:
    case = office.bring_to(office.ask(at=office.MONDAY), "awaiting_form")
    with pytest.raises(ClaimInProcedure):
        change(case.claims.get(state="held"), height_u=0)
