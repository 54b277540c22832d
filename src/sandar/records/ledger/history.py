"""What was taken week by week, walked back from the present through the ledger's own movements.

Only what is firm counts (reserved, installed, blocked): holds come and go and foretell nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from sandar.core import rack as geometry
from sandar.core.capacity import Demand, PlaceState, Snapshot, amounts

from .models import LIVE, Claim, Line, Movement

FIRM = frozenset({"reserved", "installed", "blocked"})
WEEK = timedelta(days=7)
# The stock an office brings with it on its first day is no growth.
FIRST_DAY = timedelta(days=1)
_DEMAND = tuple(Demand.__slots__)


@dataclass(frozen=True, slots=True)
class History:
    """Firm use at each mark, oldest first, the last one now. Pools in their unit, space in half-units a place."""

    marks: tuple[datetime, ...]
    pools: Mapping[int, tuple[int, ...]]
    space: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One movement: what the claim took before and after, None where it took nothing firm."""

    at: datetime
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def weekly(snapshot: Snapshot, *, at: datetime, weeks: int = 26) -> History:
    """Firm use of every pool and rack of the snapshot, one mark a week up to `at`; as far back as is known."""
    first = Movement.objects.aggregate(first=Min("at"))["first"] or at
    marks = [
        at - WEEK * back for back in range(weeks + 1) if back == 0 or at - WEEK * back > first + FIRST_DAY
    ]
    since = marks[-1].replace(hour=0, minute=0, second=0, microsecond=0)  # the same all day: kept
    steps = _steps(str(connection.settings_dict["NAME"]), _last(), since)
    return _walk(snapshot, steps, marks)


def _last() -> int:
    return Movement.objects.aggregate(last=Max("id"))["last"] or 0


@lru_cache(maxsize=2)
def _steps(_database: str, _last_id: int, since: datetime) -> tuple[_Step, ...]:
    """Every movement after `since`, newest first. Movements are only ever added: the last id tells them all."""
    rows = Movement.objects.filter(claim__in=Movement.objects.filter(at__gt=since).values("claim"))
    known: dict[int, Mapping[str, Any] | None] = {}
    found: list[_Step] = []
    for claim, state, moment, facts in rows.order_by("id").values_list("claim_id", "to_state", "at", "facts"):
        after = facts if state in FIRM else None
        if moment > since and (after or known.get(claim)):
            found.append(_Step(moment, known.get(claim), after))
        known[claim] = after
    found.sort(key=lambda step: step.at, reverse=True)
    return tuple(found)


def _walk(snapshot: Snapshot, steps: Iterable[_Step], marks: Sequence[datetime]) -> History:
    places = {place.id: place for place in snapshot.places}
    used = {pk: pool.reserved + pool.installed + pool.blocked for pk, pool in snapshot.pools.items()}
    masks = _firm_masks(snapshot)
    pools: dict[int, list[int]] = {pk: [] for pk in used}
    space: dict[int, list[int]] = {pk: [] for pk in masks}
    left = iter(steps)
    step = next(left, None)
    for mark in marks:
        while step is not None and step.at > mark:
            for facts, sign in ((step.after, -1), (step.before, 1)):
                if facts is not None and (place := places.get(facts.get("place_id", 0))):
                    _apply(facts, place, sign, used=used, masks=masks)
            step = next(left, None)
        for pk, amount in used.items():
            pools[pk].append(max(amount, 0))
        for pk, (front, rear) in masks.items():
            space[pk].append((front | rear).bit_count())
    return History(
        tuple(reversed(marks)),
        {pk: tuple(reversed(values)) for pk, values in pools.items()},
        {pk: tuple(reversed(values)) for pk, values in space.items()},
    )


def _firm_masks(snapshot: Snapshot) -> dict[int, list[int]]:
    masks = {place.id: [place.front, place.rear] for place in snapshot.places if place.kind == "rack"}
    for claim in snapshot.pending:
        if claim.state == "held" and claim.start is not None and claim.place_id in masks:
            _toggle(masks[claim.place_id], claim.start, claim.height, claim.face)
    return masks


def _toggle(mask: list[int], start: int, height: int, face: str) -> None:
    """A cell has one owner at a time, so what comes and what goes are the same stroke."""
    bits = geometry.mask(start, height)
    for index, side in enumerate("FR"):
        if side in geometry.FACES[face]:
            mask[index] ^= bits


def _apply(
    facts: Mapping[str, Any],
    place: PlaceState,
    sign: int,
    *,
    used: dict[int, int],
    masks: dict[int, list[int]],
) -> None:
    wanted = amounts(Demand(**{name: facts[name] for name in _DEMAND if name in facts}))
    for share, pool in place.routes:
        if pool in used:
            used[pool] += sign * wanted.get(share, 0)
    if height := facts.get("height", 0):  # a fact of zero is left out, so U1 has no start
        _toggle(masks[place.id], facts.get("start", 0), height, facts.get("face", "full"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One live claim and what it takes from a pool (or, for space, its height in half-units)."""

    claim_id: int
    place: str
    kind: str
    start: int | None
    height: int
    half_units: int
    label: str
    agency: str | None
    case: str | None
    state: str
    amount: int


_DRAWN = (
    "place__name", "place__kind", "start", "height", "place__half_units", "label", "agency__name",
    "case__number", "state",
)  # fmt: skip


def drawn(pool_ids: Iterable[int]) -> list[Drawn]:
    """Every live claim that draws from these pools, the largest first."""
    rows = Line.objects.filter(pool_id__in=list(pool_ids), claim__state__in=LIVE)
    names = ("claim_id", *(f"claim__{name}" for name in _DRAWN), "amount")
    return [Drawn(*row) for row in rows.order_by("-amount", "claim_id").values_list(*names)]


def standing(place_ids: Iterable[int]) -> list[Drawn]:
    """Every live claim that takes units in these racks, by rack, from the floor up."""
    rows = Claim.objects.filter(place_id__in=list(place_ids), state__in=LIVE, height__gt=0)
    names = ("id", *_DRAWN, "height")
    return [Drawn(*row) for row in rows.order_by("place__name", "start", "id").values_list(*names)]
