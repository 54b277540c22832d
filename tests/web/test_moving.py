"""Moving by page: the verdict while dragging, and the whole plan as one act."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.steps import claiming
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def stands(rack: str, unit: float, **more: Any) -> Claim:
    wish = {"rack": rack, "position_u": unit, "height_u": 1, "watts": 100, "cords": "AB", **more}
    return claiming.hold(claiming.Hold(**wish), person=office.person("operator1"), at=timezone.now())


def moves(*steps: tuple[Claim, str, str]) -> dict[str, str]:
    found = {"submission": str(uuid.uuid4())}
    for index, (claim, rack, unit) in enumerate(steps):
        found |= {
            f"moves.{index}.claim": str(claim.pk),
            f"moves.{index}.rack": rack,
            f"moves.{index}.position_u": unit,
            f"moves.{index}.version": str(claim.version),
        }
    return found


def test_the_verdict_on_a_place_comes_before_the_drop() -> None:
    office.build()
    wish = {"rack": "R02", "position_u": "30,5", "height_u": "1", "watts": "100", "cords": "AB"}
    told = json.loads(as_("operator1").post("/tahan/coba", wish).content)
    assert told["fits"] is True
    assert told["after"]["position_u"] == 30.5
    stands("R02", 31, label="Server lain")
    told = json.loads(as_("operator1").post("/tahan/coba", wish).content)
    assert told["fits"] is False
    assert "Server lain" in told["refusal"]["detail"]
    assert as_("dinkes1").post("/tahan/coba", wish).status_code == 403


def test_a_swap_is_judged_and_then_carried_out_once() -> None:
    office.build()
    one, two = stands("R02", 30), stands("R02", 31, height_u=2)
    plan = moves((one, "R02", "32"), (two, "R02", "30"))
    told = json.loads(as_("operator1").post("/pindah/coba", plan).content)
    assert (told["fits"], [move["fits"] for move in told["moves"]]) == (True, [True, True])
    client = as_("operator1")
    assert client.post("/pindah/laksanakan", plan).status_code == 302
    again = client.post("/pindah/laksanakan", plan)
    assert again.status_code == 302
    assert "2 perangkat dipindahkan." in client.get(again["Location"]).content.decode()
    assert [claim.position for claim in _now(one, two)] == [32, 30]
    assert ledger.recount() == []


def test_a_plan_that_does_not_fit_changes_nothing() -> None:
    office.build()
    one, two = stands("R02", 30), stands("R02", 31)
    client = as_("operator1")
    assert client.post("/pindah/laksanakan", moves((one, "R02", "31"))).status_code == 409
    assert [claim.position for claim in _now(one, two)] == [30, 31]


def _now(*claims: Claim) -> list[Any]:
    found = [ledger.claim(claim.pk) for claim in claims]
    for claim in found:
        claim.position = 1 + (claim.start or 0) / 2  # type: ignore[attr-defined]
    return found
