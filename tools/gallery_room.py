"""A year of a data centre on top of the example office, for the pictures of the gallery: plainly made up.

Devices come, move and go through the ledger's own verbs at moments in the past, so every trend and every figure
on the pictures is what the ledger says. The same day gives the same room.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.errors import SandarError
from sandar.records.facility import write as facility
from sandar.records.facility.models import PowerNode
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim, Place
from sandar.records.people.models import Agency

DAYS = 240
NAMES = (
    "SIMPUS", "SIPD", "SIMPEG", "PPDB", "e-Office", "SIPKD", "ANTREAN", "CCTV", "ABSENSI", "PERIZINAN", "PAJAK", "JDIH",
    "WEB-DESA", "ARSIP", "SIMRS", "E-PLANNING", "SP4N", "GIS", "MAIL", "BACKUP",
)  # fmt: skip
# (height in U, watts, kilograms, face)
SHAPES = ((1, 310, 16, "full"), (2, 575, 29, "full"), (2, 480, 27, "full"), (1, 240, 12, "full"),
          (4, 980, 52, "full"), (2, 640, 30, "full"), (1, 90, 6, "front"), (2, 520, 26, "full"),
          (1, 350, 15, "full"), (2, 430, 24, "full"), (1, 70, 5, "rear"), (0.5, 40, 3, "full"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    kind: str


def fill(now: datetime) -> None:
    """Two thirds of a year of devices in the racks R01 to R12 of the example office, and batteries for its UPS."""
    for ups in PowerNode.objects.filter(kind="ups"):
        facility.set_battery(ups, [(9_000, 38), (18_000, 17), (28_800, 8)])
    dice = random.Random(26)
    agencies = list(Agency.objects.filter(is_provider=False).order_by("pk"))
    places = list(Place.objects.filter(kind="rack").order_by("name"))
    standing: list[Claim] = []
    counter: dict[str, int] = {}
    for event in _events(dice, now):
        if event.kind == "goes" and len(standing) > 8:
            ledger.release(standing.pop(dice.randrange(len(standing))), at=event.at, by=None)
            continue
        spec = _spec(dice, places, agencies, counter)
        if spec is None:
            continue
        left = (now - event.at).days
        try:
            claim = ledger.hold(spec, at=event.at, by=None, expires_at=event.at + timedelta(days=14))
            if left > 6:
                claim = ledger.install(claim, at=event.at + timedelta(hours=5), by=None)
                standing.append(claim)
            elif left > 3:
                ledger.reserve(
                    claim, at=event.at + timedelta(hours=2), by=None, expires_at=now + timedelta(days=9)
                )
        except SandarError:
            continue


def _events(dice: random.Random, now: datetime) -> Iterator[_Event]:
    """Two to four come a week and now and then one goes; more in the last quarter, as budgets have it."""
    for day in range(DAYS, 0, -1):
        at = now - timedelta(days=day)
        if at.weekday() >= 5:
            continue
        busy = 0.75 if day < 70 else 0.5
        if dice.random() < busy:
            yield _Event(at, "comes")
        if dice.random() < 0.07:
            yield _Event(at + timedelta(hours=1), "goes")


def _spec(
    dice: random.Random, places: list[Place], agencies: list[Agency], counter: dict[str, int]
) -> ledger.ClaimSpec | None:
    height_u, watts, weight, face = dice.choice(SHAPES)
    name = dice.choice(NAMES)
    counter[name] = counter.get(name, 0) + 1
    height = geometry.half_units(height_u)
    # The first racks fill first; a few devices have one cord only.
    chosen = sorted(dice.sample(places, 2), key=lambda place: place.name)[0]
    place = ledger_read.place("rack", chosen.name)
    free = geometry.free_for(int(place.front, 16), int(place.rear, 16), face, total=place.half_units)
    starts = geometry.starts(free, height)
    even = starts & int("01" * 64, 2) if height > 1 else starts
    if not even:
        return None
    start = (even & -even).bit_length() - 1
    return ledger.ClaimSpec(
        place_id=place.pk,
        demand=Demand(
            watts=watts + dice.randrange(0, 60, 10),
            cords=dice.choice(("AB", "AB", "AB", "AB", "A", "B")),
            weight_kg=weight,
            bandwidth_mbps=dice.choice((0, 5, 10, 20)),
            ip_count=1,
        ),
        start=start,
        height=height,
        face=face,
        agency_id=dice.choice(agencies).pk,
        label=f"{name}-{counter[name]}",
    )
