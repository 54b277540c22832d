"""The ledger beside the naive model of the power chain: a hold, another limit, another path or a newly declared
state is accepted exactly when the model carries every live claim in every declared state.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from django.db import transaction

from sandar.core.capacity import Demand
from sandar.core.outage import Device
from sandar.core.power import Topology
from sandar.errors import CapacityTaken, InvalidInput, LimitBelowUse, NotFound, PowerLoop
from sandar.records.facility import read
from sandar.records.facility import write as build
from sandar.records.facility.models import PowerNode, Room, Site
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write
from sandar.records.ledger.models import LIVE, Claim
from tests.core.power_model import Model, Seeded, chain
from tests.core.properties import ASKED
from tests.records.ledger_world import AT

pytestmark = pytest.mark.django_db
KINDS = ("a_lost", "b_lost", "utility_lost", "module_lost")


@transaction.atomic
def built(plan: Topology) -> None:
    """The chain of the plan in the records, every rack of 42U."""
    site = build.create_site("Gedung Contoh")
    room = build.create_room(site, "Ruang 1")
    made: dict[str, PowerNode] = {}
    strips = {ref: rack for rack, feeds in plan.feeds.items() for ref in feeds.values()}
    for rack in plan.feeds:
        build.create_rack(room, rack)
    for ref, node in plan.nodes.items():
        rating = node.rating
        made[ref] = build.create_power_node(
            site,
            ref,
            kind=node.kind,
            side=node.side,
            parents=[made[parent] for parent in node.parents],
            rack=read.rack_named(strips[ref]) if ref in strips else None,
            capacity_w=rating.watts,
            module_count=rating.module_count,
            module_w=rating.module_w,
            spare_modules=rating.spare_modules,
            phases=node.phases,
            phase=node.phase,
            derating=node.derating,
        )
    write.define(read.layout(), at=AT)


def live() -> list[Device]:
    rows = Claim.objects.filter(state__in=LIVE).select_related("place").order_by("pk")
    return [Device(claim.pk, claim.place.name, claim.watts, claim.cords) for claim in rows]


def carried(devices: list[Device]) -> bool:
    """What the model says of the chain as it is entered now."""
    states = [state for state in read.failure_states(Site.objects.get()) if state.must_survive]
    return all(Model(read.topology(), state).holds(devices) for state in states)


def holds(random: Random) -> bool:
    """Hold some device somewhere."""
    plan = read.topology()
    rack = random.choice(sorted(plan.feeds))
    cords = random.choice(["A", "B", "AB", "AB"] if "B" in plan.feeds[rack] else ["A"])
    device = Device(0, rack, random.randint(1, 1500), cords)
    place = ledger.place("rack", rack)
    start = Claim.objects.filter(place=place).count() * 2 % 84
    spec = write.ClaimSpec(
        place_id=place.pk, demand=Demand(watts=device.watts, cords=cords), start=start, height=1
    )
    expected = carried([*live(), device])
    refusal = None
    try:
        with transaction.atomic():
            write.hold(spec, at=AT, by=None, expires_at=None)
    except CapacityTaken as found:
        refusal = found.facts
    assert (refusal is None) == expected
    assert refusal is None or refusal["resource"] != "space"
    return expected


def releases(random: Random) -> bool:
    """Give one back."""
    if claims := list(Claim.objects.filter(state__in=LIVE)):
        with transaction.atomic():
            write.release(random.choice(claims), at=AT, by=None)
    return True


def changes(random: Random) -> bool:
    """Change the facility somehow, and define the ledger anew."""
    act = random.choice([_limit, _parents, _declare, _declare, _withdraw])
    expected, refusal = None, None
    try:
        with transaction.atomic():
            act(random)
            expected = carried(live())
            write.define(read.layout(), at=AT)
    except (InvalidInput, NotFound, PowerLoop):
        return False
    except LimitBelowUse as found:
        refusal = found.facts
    assert (refusal is None) == expected
    assert refusal is None or refusal["over"] > 0
    return refusal is None


def _limit(random: Random) -> None:
    node = random.choice(list(PowerNode.objects.order_by("pk")))
    build.change_power_node(node, capacity_w=random.randint(300, 8000))


def _parents(random: Random) -> None:
    node = random.choice(list(PowerNode.objects.exclude(kind__in=["utility", "genset"]).order_by("pk")))
    others = list(PowerNode.objects.filter(rack=None).order_by("pk"))
    build.change_power_node(node, parents=random.sample(others, random.randint(1, 2)))


def _declare(random: Random) -> None:
    site, must = Site.objects.get(), random.random() < 0.7
    if random.random() < 0.5:
        build.declare_state(site, random.choice(KINDS), must_survive=must)
    else:
        node = random.choice(list(PowerNode.objects.order_by("pk")))
        build.declare_state(site, "maintenance", node=node, must_survive=must)


def _withdraw(random: Random) -> None:
    build.withdraw_state(Site.objects.get(), random.choice(KINDS))


ACTS: tuple[Callable[[Random], bool], ...] = (holds, holds, holds, changes, changes, releases)


@pytest.mark.parametrize("seed", range(ASKED // 500 or 3))
def test_the_ledger_accepts_exactly_what_the_model_carries(seed: int) -> None:
    random = Random(seed)
    built(chain(Seeded(random)))
    answers = {True: 0, False: 0}
    for _ in range(30):
        answers[random.choice(ACTS)(random)] += 1
        assert ledger.recount() == []
    assert Room.objects.count() == 1
    assert answers[True] >= 1
