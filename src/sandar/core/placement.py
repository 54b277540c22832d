"""Where could it stand? Ranked places with reasons for and against, or what is short and by how much.

Pure and deterministic: the same snapshot and asks give the same answer. The search promises exactly what
the ledger would book: both use `core.capacity.amounts`, the routes of the place and the masks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sandar.core import rack
from sandar.core.capacity import (
    PlaceState,
    PoolState,
    Shortage,
    Snapshot,
    amounts,
    check_demand,
    unprovided,
)
from sandar.core.fitting import HEAVY_KG, Ask, Reason, Work, gaps, told

__all__ = ["Answer", "Ask", "Placement", "Reason", "find"]

_TRIES = 3000  # places tried for one request of several servers before giving up
_EXPIRIES = 32  # distinct expiry times looked at for `frees_at`


_Choice = tuple[int, PlaceState, int | None]  # score, place, start


@dataclass(frozen=True, slots=True)
class Placement:
    """One place for one ask (index into the asks). score 0-100; start in half-units, None for compute."""

    ask: int
    place_id: int
    rack_id: int | None
    name: str
    start: int | None
    face: str
    score: int
    pros: tuple[Reason, ...] = ()
    cons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """plan: one placement per ask that fit together (empty = NO). placements: ranked alternatives per ask."""

    plan: tuple[Placement, ...]
    placements: tuple[Placement, ...]
    short: tuple[Shortage, ...] = ()

    @property
    def fits(self) -> bool:
        return bool(self.plan)


def find(snapshot: Snapshot, asks: Sequence[Ask], *, limit: int = 12) -> Answer:
    """Find places for all asks together and up to `limit` ranked alternatives for each alone.

    Raises PlaceOutsideRack or NegativeQuantity for an ask that is no device. A NO (empty plan) lists what
    is short at the place that comes nearest, and when holds that expire would free it.
    """
    for ask in asks:
        check_demand(ask.demand)
        if ask.kind == "rack":
            rack.check_place(0 if ask.height else None, ask.height, ask.face, total=1 << 30)
    work = Work.of(snapshot)
    ranked: dict[Ask, list[_Choice]] = {}
    for ask in asks:
        if ask not in ranked:
            ranked[ask] = _ranked(snapshot, ask, work)
    placements = tuple(
        _explained(snapshot, work, index, ask, choice)
        for index, ask in enumerate(asks)
        for choice in ranked[ask][:limit]
    )
    order = sorted(range(len(asks)), key=lambda i: (-asks[i].height, -asks[i].demand.watts, i))
    search = _Search(snapshot, asks, order, work)
    search.first = ranked
    chosen = search.run()
    if chosen is None:
        return Answer((), placements, _shortages(snapshot, asks[search.stuck], search.deepest))
    fresh = Work.of(snapshot)
    plan: dict[int, Placement] = {}
    for index, choice in zip(order, chosen, strict=True):
        plan[index] = _explained(snapshot, fresh, index, asks[index], choice)
        fresh.book(choice[1], asks[index], choice[2])
    return Answer(tuple(plan[index] for index in range(len(asks))), placements)


class _Search:
    """Depth-first over the asks, largest first, best place first; bounded by _TRIES."""

    def __init__(self, snapshot: Snapshot, asks: Sequence[Ask], order: list[int], work: Work) -> None:
        self.snapshot, self.asks, self.order, self.work = snapshot, asks, order, work
        self.tries = 0
        self.depth = -1
        self.stuck = order[0] if order else 0
        self.deepest = work
        self.first: dict[Ask, list[_Choice]] = {}

    def run(self) -> list[_Choice] | None:
        return self._from(0) if self.order else None

    def _from(self, depth: int) -> list[_Choice] | None:
        if depth == len(self.order):
            return []
        ask = self.asks[self.order[depth]]
        choices = self.first[ask] if depth == 0 else _ranked(self.snapshot, ask, self.work)
        if not choices and depth > self.depth:
            self.depth, self.stuck = depth, self.order[depth]
            self.deepest = Work(dict(self.work.left), dict(self.work.front), dict(self.work.rear))
        for choice in choices:
            self.tries += 1
            if self.tries > _TRIES:
                return None
            self.work.book(choice[1], ask, choice[2])
            rest = self._from(depth + 1)
            self.work.book(choice[1], ask, choice[2], sign=-1)
            if rest is not None:
                return [choice, *rest]
        return None


def _ranked(snapshot: Snapshot, ask: Ask, work: Work) -> list[_Choice]:
    """(score, place, start) of every place that fits, best first."""
    wanted = amounts(ask.demand)
    meter = _Meter(wanted, work.left, snapshot.pools)
    heavy = ask.demand.weight_kg >= HEAVY_KG
    known_starts: dict[int, tuple[int, int]] = {}
    found: list[_Choice] = []
    for place in snapshot.places:
        if place.kind != ask.kind or (place.depth_mm and ask.depth_mm > place.depth_mm):
            continue
        start, contiguity = None, 100
        if ask.height:
            free = work.free(place, ask.face)
            if not rack.starts(free, ask.height):
                continue
            if free not in known_starts:
                known_starts[free] = _best_start(free, ask.height, heavy=heavy)
            start, contiguity = known_starts[free]
        headroom = meter.headroom(place)
        if headroom < 0:
            continue
        low = 100 - 100 * (start or 0) // (place.half_units or 1)
        score = (35 * contiguity + 35 * headroom + 15 * low) // 100
        found.append((score + (15 if place.id in snapshot.near else 0), place, start))
    found.sort(key=lambda item: (-item[0], item[1].name))
    return found


class _Meter:
    """Smallest percentage of a limit still free after the booking, over all nodes and states; -1 = no fit.

    What racks share (the same tuple of upstream routes, the same set of shares) is looked at once.
    """

    def __init__(
        self, wanted: Mapping[str, int], left: Mapping[int, int], pools: Mapping[int, PoolState]
    ) -> None:
        self.wanted, self.left, self.pools = wanted, left, pools
        self.upstream: dict[int, int] = {}
        self.provided: dict[int, bool] = {}

    def headroom(self, place: PlaceState) -> int:
        key = id(place.shares)
        if key not in self.provided:
            self.provided[key] = not unprovided(self.wanted, place.shares)
        if not self.provided[key]:
            return -1
        key = id(place.upstream)
        if key not in self.upstream:
            self.upstream[key] = self._lowest(place.upstream)
        shared = self.upstream[key]
        return -1 if shared < 0 else min(shared, self._lowest(place.own))

    def _lowest(self, routes: tuple[tuple[str, int], ...]) -> int:
        lowest = 100
        for share, pool in routes:
            amount = self.wanted.get(share)
            if amount is None:
                continue
            rest = self.left[pool] - amount
            if rest < 0:
                return -1
            percent = 100 * rest // (self.pools[pool].limit or 1)
            if percent < lowest:
                lowest = percent
        return lowest


def _best_start(free: int, height: int, *, heavy: bool) -> tuple[int, int]:
    """The lowest start in the tightest run that fits, on a whole unit if possible; longest run kept in %.

    A heavy device goes to the lowest start of all: a gap at the top of the rack is no place for it.
    """
    found = list(rack.runs(free))
    whole = height % 2 == 0
    _, _, start, low, length = min(
        (start % 2 if whole else 0, 0 if heavy else length, start, low, length)
        for low, length in found
        for start in (low, low + 1)
        if start + height <= low + length
    )
    rest = max(start - low, low + length - start - height)
    after = max((other for begin, other in found if begin != low), default=0)
    return start, 100 * max(rest, after) // max(other for _, other in found)


def _explained(snapshot: Snapshot, work: Work, index: int, ask: Ask, choice: _Choice) -> Placement:
    score, place, start = choice
    reasons = list(told(snapshot, work, ask, place, start=start))
    return Placement(
        index, place.id, place.rack_id, place.name, start, ask.face, score,
        tuple(reason for good, reason in reasons if good),
        tuple(reason for good, reason in reasons if not good),
    )  # fmt: skip


def _shortages(snapshot: Snapshot, ask: Ask, work: Work) -> tuple[Shortage, ...]:
    """What is short at the place that comes nearest: fewest gaps, then the smallest relative gap."""
    options = [
        (gaps(snapshot, ask, place, work), place) for place in snapshot.places if place.kind == ask.kind
    ]
    if not options:
        return (Shortage("place", 1, 0, ask.kind),)
    lacks, place = min(
        options,
        key=lambda item: (
            len(item[0]),
            max((1000 * (gap.asked - gap.left) // gap.asked for gap in item[0]), default=0),
            item[1].name,
        ),
    )
    freed = _frees_at(snapshot, ask, work, place)
    return tuple(replace(gap, frees_at=freed.get((gap.resource, gap.where))) for gap in lacks)


def _frees_at(snapshot: Snapshot, ask: Ask, work: Work, place: PlaceState) -> dict[tuple[str, str], datetime]:
    """When holds that expire close each gap of the place, or make the ask fit somewhere."""
    later = Work(dict(work.left), dict(work.front), dict(work.rear))
    open_gaps = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, work)}
    freed: dict[tuple[str, str], datetime] = {}
    times = sorted({claim.expires_at for claim in snapshot.pending if claim.expires_at})[:_EXPIRIES]
    for when in times:
        for claim in snapshot.pending:
            if claim.expires_at == when:
                for pool, amount in claim.draws:
                    if pool in later.left:
                        later.left[pool] += amount
                if claim.place_id in later.front:
                    later.occupy(claim.place_id, claim.start, claim.height, face=claim.face)
        still = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, later)}
        if _ranked(snapshot, ask, later):
            still = set()
        for key in open_gaps - still:
            freed.setdefault(key, when)
        if len(freed) == len(open_gaps):
            break
    return freed
