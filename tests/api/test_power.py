"""The power chain over the API: the same figures as the ledger's pools, and who goes dark."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from tests.api.world import Api, ok, refused

pytestmark = pytest.mark.django_db


def stands(unit: float, cords: str, watts: int) -> None:
    spec = ledger.ClaimSpec(
        place_id=ledger_read.place("rack", "R01").pk,
        demand=Demand(watts=watts, cords=cords, weight_kg=10),
        start=geometry.start_of(unit),
        height=2,
        label=f"{cords}-{watts}",
    )
    ledger.take_over([spec], at=timezone.now(), by=None)


def test_every_load_equals_the_pool_of_that_node_in_that_state(built: None) -> None:
    stands(1, "AB", 700)
    stands(2, "A", 300)
    api = Api("operator1")
    compared = 0
    for state in ("normal", "a_lost", "b_lost", "utility_lost"):
        found = ok(api.get(f"/power?state={state}"))
        loads = {node["name"]: node for node in found["nodes"]}
        for pool in ledger_read.pools():
            if pool.state == state and pool.ref in loads and pool.kind == loads[pool.ref]["kind"]:
                assert (loads[pool.ref]["watts"], loads[pool.ref]["limit"]) == (pool.used, pool.limit), pool
                compared += 1
    assert compared > 20
    assert [one["key"] for one in found["states"]][:2] == ["normal", "a_lost"]


def test_a_node_that_is_switched_off_tells_who_goes_dark(built: None) -> None:
    stands(1, "AB", 700)
    stands(2, "A", 300)
    found = ok(Api("kabid1").get("/power/dark?node=UPS-A"))
    assert [one["label"] for one in found["dark"]] == ["A-300"]
    assert [one["label"] for one in found["weakened"]] == ["AB-700"]
    assert "UPS-A" in found["dead"]
    assert found["state"] == "maintenance:UPS-A"


def test_what_nobody_knows_is_not_found_and_agencies_see_nothing(built: None) -> None:
    for path in ("/power?state=kiamat", "/power/dark?node=TIDAK-ADA", "/power?site=Bulan"):
        refused(Api("operator1").get(path), 404, "NOT_FOUND")
    refused(Api("dinkes1").get("/power"), 403, "FORBIDDEN")
