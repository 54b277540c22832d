"""Where could it stand? Ranked places with reasons for and against, or what is short and by how much.

Pure and deterministic: the same snapshot and asks give the same answer. The search promises exactly what
the ledger would book: both use `core.capacity.amounts`, the routes of the place and the masks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sandar.core import rack
from sandar.core.capacity import (
    PlaceState,
    Shortage,
    Snapshot,
    amounts,
    check_demand,
)
from sandar.core.explaining import told
from sandar.core.fitting import Ask, Reason, Work, gaps
from sandar.core.scoring import HEAVY_KG, Meter, best_start, score

__all__ = ["Answer", "Ask", "Placement", "Reason", "find"]

# Places looked at for one request of several servers before giving up: about half a second.
_LOOKS = 150_000
_EXPIRIES = 32  # distinct expiry times looked at for `frees_at`


_Choice = tuple[int, PlaceState, int | None]  # score, place, start or index of the side position


@dataclass(frozen=True, slots=True)
class Placement:
    """One place for one ask (index into the asks). score 0-100; start in half-units, None for compute and for the
    rack's side, where `slot` is the position."""

    ask: int
    place_id: int
    rack_id: int | None
    name: str
    start: int | None
    face: str
    score: int
    pros: tuple[Reason, ...] = ()
    cons: tuple[Reason, ...] = ()
    slot: int | None = None


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
    """Depth-first over the asks, largest first, best place first; bounded by _LOOKS.

    First every rack offers its one best start. Only when that finds nothing, all starts are tried too: devices of
    half units or of one face may need a start that is best for none of them alone.
    """

    def __init__(self, snapshot: Snapshot, asks: Sequence[Ask], order: list[int], work: Work) -> None:
        self.snapshot, self.asks, self.order, self.work = snapshot, asks, order, work
        self.looks = 0
        self.depth = -1
        self.stuck = order[0] if order else 0
        self.deepest = work
        self.first: dict[Ask, list[_Choice]] = {}
        self.wide = False

    def run(self) -> list[_Choice] | None:
        if not self.order:
            return None
        found = self._from(0)
        if found is None and len(self.order) > 1 and self.looks < _LOOKS:
            self.wide = True
            found = self._from(0)
        return found

    def _from(self, depth: int) -> list[_Choice] | None:
        if depth == len(self.order):
            return []
        ask = self.asks[self.order[depth]]
        choices = self.first[ask] if depth == 0 else _ranked(self.snapshot, ask, self.work)
        if not choices and depth > self.depth:
            self.depth, self.stuck = depth, self.order[depth]
            self.deepest = self.work.copy()
        for choice in self._widened(ask, choices) if self.wide else choices:
            self.looks += len(self.snapshot.places)
            if self.looks > _LOOKS:
                return None
            self.work.book(choice[1], ask, choice[2])
            rest = self._from(depth + 1)
            self.work.book(choice[1], ask, choice[2], sign=-1)
            if rest is not None:
                return [choice, *rest]
        return None

    def _widened(self, ask: Ask, choices: Sequence[_Choice]) -> Iterator[_Choice]:
        """The choices, then every other start in the same racks."""
        yield from choices
        for points, place, at in choices if ask.height else ():
            starts = rack.starts(self.work.free(place, ask.face), ask.height)
            for other in range(starts.bit_length()):
                if starts >> other & 1 and other != at:
                    yield points, place, other


def _ranked(snapshot: Snapshot, ask: Ask, work: Work) -> list[_Choice]:
    """(score, place, at) of every place that fits, best first."""
    meter = Meter(amounts(ask.demand), work.left, snapshot.pools)
    heavy = ask.demand.weight_kg >= HEAVY_KG
    on_side = ask.on_side
    known_starts: dict[int, tuple[int, int]] = {}
    found: list[_Choice] = []
    for place in snapshot.places:
        if place.kind != ask.kind or (place.depth_mm and ask.depth_mm > place.depth_mm):
            continue
        at, contiguity = None, 100
        if ask.height:
            free = work.free(place, ask.face)
            if not rack.starts(free, ask.height):
                continue
            if free not in known_starts:
                known_starts[free] = best_start(free, ask.height, heavy=heavy)
            at, contiguity = known_starts[free]
        elif on_side and (at := work.free_side(place.id)) is None:
            continue
        headroom = meter.headroom(place)
        if headroom < 0:
            continue
        points = score(ask, place, work, meter=meter, at=at, contiguity=contiguity, headroom=headroom)
        found.append((points + (15 if place.id in snapshot.near else 0), place, at))
    found.sort(key=lambda item: (-item[0], item[1].name))
    return found


def _explained(snapshot: Snapshot, work: Work, index: int, ask: Ask, choice: _Choice) -> Placement:
    score, place, at = choice
    start = at if ask.height else None
    reasons = list(told(snapshot, ask, place, work=work, start=start))
    return Placement(
        index, place.id, place.rack_id, place.name, start, ask.face, score,
        tuple(reason for good, reason in reasons if good),
        tuple(reason for good, reason in reasons if not good),
        slot=at + 1 if at is not None and not ask.height else None,
    )  # fmt: skip


def _shortages(snapshot: Snapshot, ask: Ask, work: Work) -> tuple[Shortage, ...]:
    """What is short at the place that comes nearest: fewest gaps, then the smallest relative gap."""
    options = [
        (gaps(snapshot, ask, place, work=work), place) for place in snapshot.places if place.kind == ask.kind
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
    later = work.copy()
    open_gaps = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, work=work)}
    freed: dict[tuple[str, str], datetime] = {}
    times = sorted({claim.expires_at for claim in snapshot.pending if claim.expires_at})[:_EXPIRIES]
    for when in times:
        for claim in snapshot.pending:
            if claim.expires_at == when:
                for pool, amount in claim.draws:
                    if pool in later.left:
                        later.left[pool] += amount
                if claim.place_id in later.front:
                    at = claim.start if claim.height else claim.side and claim.side - 1
                    later.occupy(claim.place_id, at, claim.height, face=claim.face)
        still = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, work=later)}
        if _ranked(snapshot, ask, later):
            still = set()
        for key in open_gaps - still:
            freed.setdefault(key, when)
        if len(freed) == len(open_gaps):
            break
    return freed
