"""What placement promises is what the ledger books: thousands of cases from seeds, against the real tables.

A case is committed, as in life: the picture is the one the process keeps from version to version. What is proposed
or pointed at is booked and taken back. PROPERTY_CASES tries 50,000 of them (tests/core/properties.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from django.db import transaction

from sandar.core import standing
from sandar.core.capacity import Demand, Snapshot
from sandar.core.placement import Ask, Placement, find
from sandar.errors import CapacityTaken, DeviceTooDeep, NoSuchSlot, PlaceOutsideRack
from sandar.records.ledger import read, write
from sandar.records.ledger.models import LIVE, Claim, Place
from tests.core.properties import of_the_bar
from tests.records.ledger_world import AT, LATER, make_world

# The transactions are real ones: inside a test's own, the process would keep no picture.
pytestmark = pytest.mark.django_db(transaction=True)
NEVER = (PlaceOutsideRack, NoSuchSlot, DeviceTooDeep)
WORLDS: tuple[dict[str, Any], ...] = (
    {"racks": 2, "height_u": 8, "strip_w": 1200, "ups_w": 2000, "load_kg": 90, "bandwidth_mbps": 100},
    {"racks": 3, "height_u": 6, "strip_w": 2500, "ups_w": 2600, "load_kg": 400, "bandwidth_mbps": 900},
    {"racks": 4, "height_u": 4, "strip_w": 900, "ups_w": 9000, "load_kg": 60, "bandwidth_mbps": 150},
    {"racks": 2, "height_u": 10, "strip_w": 3000, "ups_w": 4000, "load_kg": 200, "bandwidth_mbps": 400},
)
ACTS = ("hold", "hold", "hold", "hold", "plan", "plan", "install", "move", "release", "expire")


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("number", range(len(WORLDS)))
def test_what_is_proposed_pointed_at_and_booked_agree_for_thousands_of_seeds(number: int) -> None:
    make_world(**WORLDS[number], cores=6)
    Place.objects.filter(name="R1").update(depth_mm=800, policy="tight", keep_free=20)
    Place.objects.filter(name="R2").update(policy="spread")
    met: Counter[str] = Counter()
    cases = of_the_bar(160) // len(WORLDS)
    for seed in range(20):
        Case(f"{number}-start-{seed}", met).change()
    for seed in range(cases):
        Case(f"{number}-{seed}", met).run()
        if seed % 50 == 0:
            assert read.recount() == [], seed
    assert read.recount() == []
    assert min(met[name] for name in ("proposed", "no room", "pointed yes", "pointed no")) > cases // 20, met


class Case:
    """One case: an act changes what is there, then a wish is asked, proposed, pointed at and booked."""

    def __init__(self, seed: str, met: Counter[str]) -> None:
        self.seed, self.met, self.chance = seed, met, Random(seed)
        self.racks = {p.id: p.half_units for p in read.snapshot().places if p.kind == "rack"}

    def run(self) -> None:
        self.change()
        picture = read.snapshot()
        wishes = [self.wish() for _ in range(self.chance.choice([1, 1, 1, 2, 3]))]
        answer = find(picture, wishes)
        assert answer.fits is not bool(answer.short), self.seed
        self.met["proposed" if answer.fits else "no room"] += 1
        if answer.fits:
            plan = [spec_of(wishes[option.ask], option) for option in answer.plan]
            assert booked(plan), f"{self.seed}: the plan is refused"
        for option in answer.placements:
            assert booked([spec_of(wishes[option.ask], option)]), f"{self.seed}: {option} is refused"
        proposed = {option.ask for option in answer.placements}
        for index, wish in enumerate(wishes):
            for spec in [self.somewhere(wish) for _ in range(2)]:
                accepted = booked([spec])
                self.met["pointed yes" if accepted else "pointed no"] += 1
                assert accepted is said(picture, spec), f"{self.seed}: {spec} is {accepted}"
                assert index in proposed or not accepted, f"{self.seed}: {spec} was refused by the search"

    def change(self) -> None:
        """One act on what is there, as a click would do it. A refusal changes nothing."""
        kind, live = self.chance.choice(ACTS), []
        if kind in ("install", "move", "release"):
            live = list(Claim.objects.filter(state__in=LIVE).order_by("pk"))
            if not live:
                return
        try:
            with transaction.atomic():
                self.act(kind, self.chance.choice(live) if live else None)
        except (CapacityTaken, *NEVER):
            self.met["act refused"] += 1

    def act(self, kind: str, claim: Claim | None) -> None:
        if kind == "hold":
            until = self.chance.choice([AT, LATER, None])
            write.hold(self.somewhere(self.wish()), at=AT, by=None, expires_at=until)
        elif kind == "plan":
            wishes = [self.wish(), self.wish()]
            plan = find(read.snapshot(), wishes).plan
            specs = [spec_of(wishes[option.ask], option) for option in plan]
            write.hold_all(specs, at=AT, by=None, expires_at=LATER)
        elif claim is None:
            write.expire(AT)
        elif kind == "move":
            to = self.somewhere(Ask(demand=Demand(), height=claim.height))
            if claim.height:
                write.move(claim, place_id=to.place_id, start=to.start, at=AT, by=None)
        elif kind == "release":
            gone = self.chance.sample(list(Claim.objects.filter(state__in=LIVE)), 1)
            write.release_all({claim.pk: claim, gone[0].pk: gone[0]}.values(), at=AT, by=None)
        elif claim.state in ("held", "reserved"):
            write.install(claim, at=AT, by=None)

    def wish(self) -> Ask:
        chance = self.chance
        if chance.random() < 0.1:
            demand = Demand(vcpu=chance.randint(0, 9), ram_gb=chance.choice([4, 200]), storage_gb=50)
            return Ask(demand=demand, kind="compute")
        demand = Demand(
            watts=chance.randint(1, 900),
            cords=chance.choice(["A", "B", "AB", "AB"]),
            weight_kg=chance.randint(0, 40),
            bandwidth_mbps=chance.choice([0, 0, 20, 60]),
        )
        height = chance.choice([0, 1, 2, 2, 3, 4, 5])
        face = chance.choice(["front", "rear", "full", "full"])
        return Ask(demand=demand, height=height, face=face, depth_mm=chance.choice([0, 0, 0, 700, 900]))

    def somewhere(self, wish: Ask) -> write.ClaimSpec:
        """Any place, a few that no rack has among them."""
        if wish.kind == "compute":
            return spec(wish, read.place("compute", "Klaster").pk)
        place = self.chance.choice(sorted(self.racks))
        if not wish.height:
            return spec(wish, place, slot=self.chance.randint(0, 5))
        return spec(wish, place, start=self.chance.randint(-1, self.racks[place]))


def spec(wish: Ask, place: int, *, start: int | None = None, slot: int | None = None) -> write.ClaimSpec:
    return write.ClaimSpec(
        place_id=place, demand=wish.demand, start=start, height=wish.height, face=wish.face,
        depth_mm=wish.depth_mm, slot=slot,
    )  # fmt: skip


def spec_of(wish: Ask, option: Placement) -> write.ClaimSpec:
    return spec(wish, option.place_id, start=option.start, slot=option.slot)


def booked(specs: Sequence[write.ClaimSpec]) -> bool:
    """Whether the ledger books them together; whatever it says, it is undone."""
    try:
        with transaction.atomic():
            write.hold_all(specs, at=AT, by=None, expires_at=LATER)
            transaction.set_rollback(True)
    except (CapacityTaken, *NEVER):
        return False
    return True


def said(picture: Snapshot, wanted: write.ClaimSpec) -> bool:
    """What the verdict says of a place; one that no rack has is one that does not fit."""
    try:
        return standing.judge(
            picture,
            standing.Stand(
                place_id=wanted.place_id, demand=wanted.demand, start=wanted.start, height=wanted.height,
                face=wanted.face, depth_mm=wanted.depth_mm, slot=wanted.slot,
            ),
        ).fits  # fmt: skip
    except NEVER:
        return False
