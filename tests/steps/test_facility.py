"""Entering the facility: one act changes facility, ledger and journal, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.errors import FacilityChanged, Forbidden, InUse, InvalidInput, LimitBelowUse
from sandar.records.facility import journal
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.steps import claiming
from sandar.steps.facility import act
from sandar.steps.facility.kinds import KINDS, kind_of
from sandar.steps.inputs import parsed
from tests import office
from tests.office import MONDAY

pytestmark = pytest.mark.django_db


def admin() -> Any:
    return office.person("administrator1")


def create(code: str, **fields: Any) -> str:
    return act.create(kind_of(code), fields, person=admin(), at=MONDAY)


def change(code: str, key: str, **fields: Any) -> str:
    return act.change(kind_of(code), key, fields, person=admin(), at=MONDAY)


def remove(code: str, key: str) -> None:
    act.remove(kind_of(code), key, person=admin(), at=MONDAY)


def install(rack: str, position: float, **more: Any) -> Claim:
    given = {"rack": rack, "position_u": position, "height_u": 1, "watts": 100, "cords": "AB", **more}
    claim = claiming.hold(parsed(claiming.Hold, given), person=office.person("operator1"), at=MONDAY)
    return claiming.change(
        claim.pk, claiming.Change(state="installed"), person=office.person("operator1"), at=MONDAY
    )


def new_rack(name: str = "X01") -> str:
    """A rack of 42 U beside R01, fed like it."""
    room = KINDS["rack"].stock()["R01"]["room"]
    create("rack", room=room, name=name)
    for side in ("A", "B"):
        like = KINDS["strip"].stock()[f"R01/{side}"]
        create("strip", **like | {"rack": name})
    return name


def test_what_is_stored_is_what_each_kind_would_accept_again():
    for kind in KINDS.values():
        for key, fields in kind.stock().items():
            again = parsed(kind.shape, fields).model_dump()
            assert again == fields, kind.code
            assert kind.key(fields) == key


def test_a_new_room_with_power_and_racks_is_ready_to_hold_places():
    before = journal.events().count()
    create("site", name="Gedung B")
    create("room", site="Gedung B", name="B-1", capacity_w=20_000, policy="tight", keep_free=10)
    create("cooling", room="B-1", name="AC-1", capacity_w=12_000)
    create("uplink", site="Gedung B", name="B-UP", bandwidth_mbps=1000)
    create("prefix", site="Gedung B", prefix="10.99.0.0/24")
    create("power", site="Gedung B", name="PLN-B", kind="utility", capacity_va=50_000, power_factor=90)
    create(
        "power",
        site="Gedung B",
        name="UPS-X",
        kind="ups",
        parents="PLN-B",
        capacity_w=20_000,
        battery="5000:30; 20000:6",
    )
    create("rack", room="B-1", name="B01", row="A", position=1, numbering="top")
    for side in ("A", "B"):
        create("strip", rack="B01", side=side, parents="UPS-X", volts=230, amps=16, outlets="C13:20")
    create("port", rack="B01", name="SW-1", count=48)
    create(
        "compute", site="Gedung B", name="KLASTER-B", cores=64, overcommit=400, ram_gb=512, storage_gb=10_000
    )
    create("state", site="Gedung B", kind="maintenance", node="UPS-X", must_survive=False)
    create("block", rack="B01", position_u=41, height_u=2, reason="baki kabel")
    place = ledger.place("rack", "B01")
    assert int(place.front, 16) == 0b1111 << 80
    assert ledger.recount() == []
    assert journal.events().count() == before + 14
    assert journal.broken() is None


def test_a_change_tells_from_what_to_what_by_whom():
    change("rack", "R01", row="Z", load_kg=900)
    event = journal.events("rack:R01").first()
    assert event is not None
    assert event.payload["after"] == {"row": "Z", "load_kg": 900}
    assert event.payload["before"].keys() == {"row", "load_kg"}
    assert event.actor["username"] == "administrator1"
    change("rack", "R01", row="Z")
    assert journal.events("rack:R01").count() == 1


def test_a_rack_under_equipment_is_neither_shrunk_nor_renumbered():
    rack = new_rack()
    before = journal.events().count()
    install(rack, 30, label="SIMPUS-1")
    with pytest.raises(LimitBelowUse) as refused:
        change("rack", rack, height_u=20)
    assert refused.value.facts["ref"] == rack
    assert refused.value.facts["holder"] == "SIMPUS-1"
    with pytest.raises(LimitBelowUse):
        change("rack", rack, numbering="top")
    assert Rack.objects.get(name=rack).height_u == 42
    assert journal.events().count() == before
    change("rack", rack, height_u=40)


def test_a_node_that_would_shrink_below_its_use_is_refused_with_the_holder():
    install("R01", 30, watts=1500)
    with pytest.raises(LimitBelowUse) as refused:
        change("strip", "R01/A", capacity_w=1000)
    assert refused.value.facts["ref"] == "R01-A"
    assert refused.value.facts["taken"] == 1500


def test_what_is_in_use_stays():
    with pytest.raises(InUse):
        remove("room", KINDS["rack"].stock()["R01"]["room"])
    install(new_rack(), 3)
    with pytest.raises(InUse):
        remove("rack", "X01")
    remove("rack", new_rack("X02"))
    assert "X02" not in KINDS["rack"].stock()
    assert ledger.recount() == []


def test_blocked_units_are_taken_and_given_back():
    key = create("block", rack=new_rack(), position_u=41, height_u=1, reason="pintu macet")
    assert key == "X01/U41/full"
    change("block", key, height_u=2, reason="baki kabel")
    with pytest.raises(InvalidInput):
        change("block", key, rack="R02")
    remove("block", key)
    assert key not in KINDS["block"].stock()
    assert ledger.recount() == []


def test_who_read_an_older_state_is_told_who_changed_it():
    seen = act.version_of(act.one(kind_of("rack"), "R01"))
    change("rack", "R01", row="Z")
    with pytest.raises(FacilityChanged) as refused:
        act.change(kind_of("rack"), "R01", {"row": "Y"}, person=admin(), at=MONDAY, seen=seen)
    assert refused.value.facts["actor"] == admin().name


@pytest.mark.parametrize("username", ["operator1", "kabid1", "dinkes1"])
def test_others_change_nothing(username: str):
    with pytest.raises(Forbidden):
        act.create(kind_of("site"), {"name": "X"}, person=office.person(username), at=MONDAY)


@pytest.mark.parametrize(
    ("code", "fields", "wrong"),
    [
        ("site", {"name": ""}, "name"),
        ("rack", {"room": "tidak ada", "name": "X"}, "room"),
        ("rack", {"room": "R", "name": "a/b"}, "name"),
        ("power", {"site": "?", "name": "X", "kind": "ups", "capacity_w": 1}, "site"),
        ("prefix", {"site": "?", "prefix": "x"}, "site"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(code: str, fields: dict[str, Any], wrong: str):
    with pytest.raises(InvalidInput) as refused:
        create(code, **fields)
    (said,) = refused.value.facts["fields"][wrong]
    assert said.endswith(".")
