"""Moving by page: the verdict while dragging, and the whole plan as one act."""

from __future__ import annotations

import json
import re
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


def test_a_swap_is_shown_before_and_after_with_the_order_of_work_and_carried_out() -> None:
    office.build()
    one, two = stands("R02", 30, label="Satu"), stands("R02", 31, height_u=2, label="Dua")
    client = as_("operator1")
    assert "Tukar tempat" in client.get("/pindah").content.decode()
    listed = client.get("/pindah?cara=tukar&rak=R02").content.decode()
    assert f'value="{one.pk}"' in listed
    page = client.get(f"/pindah?cara=tukar&rak=R02&satu={one.pk}&dua={two.pk}").content.decode()
    assert (
        "belum dapat dilaksanakan" in page
    )  # two units do not fit where one unit was, beside what comes there
    assert "Tidak ada yang perlu diangkat" in page
    three = stands("R03", 30, height_u=2, label="Tiga")
    for claim in (two, three):
        given = claiming.Change(state="installed")
        claiming.change(claim.pk, given, person=office.person("operator1"), at=timezone.now())
    page = client.get(f"/pindah?cara=tukar&satu={two.pk}&dua={three.pk}").content.decode()
    assert "2 perangkat pindah dan semuanya muat" in page
    assert page.count("<figure>") == 8  # two racks, before and after, front and rear
    assert "sementara" in page
    found = dict(re.findall(r'name="(moves[^"]+)" value="([^"]*)"', page))
    answer = client.post("/pindah/laksanakan", found | {"submission": "x1", "cara": "tukar"})
    assert answer.status_code == 302
    assert [ledger.claim(pk).place.name for pk in (two.pk, three.pk)] == ["R03", "R02"]
    assert ledger.recount() == []


def test_a_rack_is_pushed_together_in_one_act_and_then_nothing_is_left_to_do() -> None:
    office.build()
    claims = [stands("R02", unit, label=f"Gap {unit}") for unit in (30, 33, 36)]
    client = as_("administrator1")
    page = client.get("/pindah?cara=padat&rak=R02").content.decode()
    found = dict(re.findall(r'name="(moves[^"]+)" value="([^"]*)"', page))
    assert client.post("/pindah/laksanakan", found | {"submission": "x2"}).status_code == 302
    assert any((ledger.claim(claim.pk).start or 0) < (claim.start or 0) for claim in claims)
    assert "Tidak ada yang perlu dipindahkan" in client.get("/pindah?cara=padat&rak=R02").content.decode()
    assert ledger.recount() == []


def test_racks_of_a_room_are_emptied_into_the_others() -> None:
    office.build()
    room = ledger.places("rack").first().room
    page = as_("operator1").get("/pindah", {"cara": "kosongkan", "ruang": room}).content.decode()
    assert "Urutan kerja" in page or "Tidak ada yang perlu dipindahkan" in page


def test_a_plan_that_somebody_overtook_shows_what_is_in_the_way() -> None:
    office.build()
    one = stands("R02", 30)
    plan = moves((one, "R02", "33"))
    stands("R02", 33, label="Didahului")
    answer = as_("operator1").post("/pindah/laksanakan", plan)
    assert answer.status_code == 409
    assert "Didahului" in answer.content.decode()


def test_rearranging_is_for_those_who_may_and_takes_any_address() -> None:
    office.build()
    assert as_("dinkes1").get("/pindah").status_code == 403
    assert as_("kabid1").get("/pindah").status_code == 403
    client = as_("operator1")
    for query, status in (
        ("cara=padat&rak=X", 422),
        ("cara=kosongkan&ruang=X", 200),
        ("cara=tukar&satu=9&dua=9", 422),
        ("cara=tukar&satu=99999&dua=99998", 404),
        ("cara=apa&satu=-1&dua=%C2%B2", 200),
    ):
        assert client.get(f"/pindah?{query}").status_code == status, query
