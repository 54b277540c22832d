"""Racers that rebuild the power chain while others hold. Imported by `jobs`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from django.db import transaction

from sandar.core.outage import Device
from sandar.errors import SandarError
from sandar.records.facility import read as facility
from sandar.records.facility import write as build
from sandar.records.facility.models import PowerNode, Site
from sandar.records.ledger import write
from sandar.records.ledger.models import LIVE, Claim
from tests.core.power_model import Model
from tests.records.ledger_world import AT, spec


def rebuild_or_fill(*, seed: int, rounds: int, racks: int, rebuilds: bool) -> dict[str, int]:
    """Change limits, paths and failure states, or hold small devices and give some back; what was answered."""
    chance = random.Random(seed)
    return _counted(lambda: _one_change(chance) if rebuilds else _one_hold(chance, racks), rounds)


def not_carried() -> list[str]:
    """The declared states that the naive model does not carry with the claims that are there."""
    rows = Claim.objects.filter(state__in=LIVE).select_related("place")
    devices = [Device(claim.pk, claim.place.name, claim.watts, claim.cords) for claim in rows]
    states = [state for state in facility.failure_states(Site.objects.get()) if state.must_survive]
    chain = facility.topology()
    return [state.key for state in states if not Model(chain, state).holds(devices)]


def _counted(act: Callable[[], None], rounds: int) -> dict[str, int]:
    said: dict[str, int] = {}
    for _ in range(rounds):
        try:
            with transaction.atomic():
                act()
            word = "won"
        except SandarError as refusal:
            word = refusal.code
        said[word] = said.get(word, 0) + 1
    return said


def _one_change(chance: random.Random) -> None:
    kind = chance.choice(["limit", "limit", "path", "state"])
    if kind == "limit":
        node = facility.node_named(chance.choice(["UPS-A", "UPS-B", "PDU-A1", "PDU-B2", "PLN", "R1-A"]))
        build.change_power_node(node, capacity_w=chance.randint(1500, 9000))
    elif kind == "path":
        strip = chance.choice(list(PowerNode.objects.filter(kind="rack_power_a").order_by("pk")))
        build.change_power_node(
            strip, parents=[facility.node_named(chance.choice(["PDU-A1", "PDU-A2", "PDU-B1"]))]
        )
    else:
        state = chance.choice(["a_lost", "b_lost", "utility_lost"])
        build.declare_state(Site.objects.get(), state, must_survive=chance.random() < 0.6)
    write.define(facility.layout(), at=AT)


def _one_hold(chance: random.Random, racks: int) -> None:
    claims = list(Claim.objects.filter(state__in=LIVE).order_by("pk"))
    if len(claims) > 10 and chance.random() < 0.5:
        write.release(chance.choice(claims), at=AT, by=None)
        return
    wish: dict[str, Any] = {"watts": chance.randint(50, 900), "cords": chance.choice(["A", "B", "AB"])}
    wanted = spec(f"R{chance.randint(1, racks)}", u=chance.randint(1, 40), **wish)
    write.hold(wanted, at=AT, by=None, expires_at=None)
