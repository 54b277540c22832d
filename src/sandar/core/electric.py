"""Figures of electrical equipment: what may be used of a nameplate, and how long a battery carries a load.

Units: watts (W) of real draw, volt-amperes (VA), volts (V; between two phases for three phases), amperes a
phase (A), power factor and derating in percent, minutes. All integers, always rounded to the safe side.
Sources: P = S x pf; three phases P = sqrt(3) x U x I x pf (IEC 60038 low voltage systems: 400 V / 230 V).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isqrt

PHASES = ("L1", "L2", "L3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What is entered of one node; 0 = not given. Of modules, `spare_modules` may fail (N+1 = 1)."""

    watts: int = 0
    va: int = 0
    power_factor: int = 100
    volts: int = 0
    amps: int = 0
    phases: int = 1
    module_count: int = 0
    module_w: int = 0
    spare_modules: int = 0


def usable_watts(rating: Rating, *, modules_lost: int = 0) -> int:
    """The watts the node can give, before derating: the lowest of all that is given, 0 when nothing is.

    W as they are; VA x pf; U x I x pf, with sqrt(3) for three phases; modules: all but those that may fail,
    or all but those that have failed (`modules_lost`), whichever is fewer.
    """
    pf = rating.power_factor
    given: list[int] = []
    if rating.watts:
        given.append(rating.watts)
    if rating.va:
        given.append(rating.va * pf // 100)
    if rating.volts and rating.amps:
        volt_amps = rating.volts * rating.amps
        given.append(
            isqrt(3 * (volt_amps * pf) ** 2 // 10_000) if rating.phases == 3 else volt_amps * pf // 100
        )
    if rating.module_count and rating.module_w:
        working = rating.module_count - max(rating.spare_modules, modules_lost)
        given.append(max(working, 0) * rating.module_w)
    return min(given, default=0)


def cooling_watts(units: Iterable[tuple[int, int]], *, spare: int, lost: int = 0) -> tuple[int, int]:
    """(capacity, limit) in W of cooling units (capacity, derating percent) without the biggest that may fail.

    The units left out are those that give most after derating, so any others may fail instead.
    """
    weakest = sorted((capacity * derating // 100, capacity) for capacity, derating in units)
    kept = weakest[: max(len(weakest) - max(spare, lost), 0)]
    return sum(capacity for _, capacity in kept), sum(limit for limit, _ in kept)


def battery_minutes(points: Sequence[tuple[int, int]], watts: int) -> int | None:
    """How long the batteries carry `watts`: (watts, minutes) points, straight lines between them.

    Outside never more than in proportion to the nearest larger point: below the smallest point its own
    minutes (a lighter load would last longer; nobody has measured how much), above the largest none. None
    without any point.
    """
    known = sorted((load, minutes) for load, minutes in points if load > 0)
    if not known:
        return None
    at_least = [minutes for load, minutes in known if load >= watts]
    if not at_least:
        return 0
    above = next(i for i, (load, _) in enumerate(known) if load >= watts)
    (high, short) = known[above]
    if above == 0 or high == watts:
        return short
    (low, long) = known[above - 1]
    return min(long, max(short, long + (short - long) * (watts - low) // (high - low)))
