"""Where could it stand? Ranked places with reasons for and against, or what is short and by how much.

Pure and deterministic: the same snapshot and asks give the same answer. The search promises exactly what
the ledger would book: both use `core.capacity.amounts`, the routes of the place and the masks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sandar.core import rack
from sandar.core.candidates import Choice, Index, Search
from sandar.core.capacity import Shortage, Snapshot, check_demand
from sandar.core.explaining import told
from sandar.core.fitting import Ask, Reason, Work
from sandar.core.nearest import Nearest

__all__ = ["Answer", "Ask", "Placement", "Reason", "find"]

# What one request of several servers may cost before it gives up, in places looked at: about half a second. A choice
# in a large facility costs no more than in one of so many places.
_LOOKS, _LARGE = 150_000, 300
_FIRST = 12  # choices looked for at once; the others only when none of these leads to a plan


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
    left = Index.of(snapshot).left
    work = Work.of(snapshot, left)
    ranked = {ask: _Ranking(snapshot, ask, work, limit) for ask in dict.fromkeys(asks)}
    told = {ask: [_explained(snapshot, work, ask, choice) for choice in ranked[ask].first] for ask in ranked}
    placements = tuple(replace(one, ask=index) for index, ask in enumerate(asks) for one in told[ask])
    order = sorted(range(len(asks)), key=lambda i: (-asks[i].height, -asks[i].demand.watts, i))
    search = _Search(snapshot, asks, order, work)
    search.first = ranked
    chosen = search.run()
    if chosen is None:
        return Answer((), placements, _shortages(snapshot, asks[search.stuck], search.deepest))
    fresh = Work.of(snapshot, left)
    plan: dict[int, Placement] = {}
    for index, choice in zip(order, chosen, strict=True):
        plan[index] = replace(_explained(snapshot, fresh, asks[index], choice), ask=index)
        fresh.book(choice[1], asks[index], choice[2])
    return Answer(tuple(plan[index] for index in range(len(asks))), placements)


class _Ranking:
    """The choices for one ask as the work stands now, best first: `first` at once, the others when they are asked.

    The work must stand there again when they are.
    """

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work, limit: int = _FIRST) -> None:
        self._search, self._limit = Search(snapshot, ask, work), limit
        self.first = self._search.best(limit)
        self._rest: list[Choice] | None = None

    def __iter__(self) -> Iterator[Choice]:
        yield from self.first
        if len(self.first) == self._limit:
            if self._rest is None:
                self._rest = self._search.best()[self._limit :]
            yield from self._rest

    def __bool__(self) -> bool:
        return bool(self.first)


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
        self.first: dict[Ask, _Ranking] = {}
        self.cost = min(len(snapshot.places), _LARGE)
        self.wide = False

    def run(self) -> list[Choice] | None:
        if not self.order:
            return None
        found = self._from(0)
        if found is None and len(self.order) > 1 and self.looks < _LOOKS:
            self.wide = True
            found = self._from(0)
        return found

    def _from(self, depth: int) -> list[Choice] | None:
        if depth == len(self.order):
            return []
        ask = self.asks[self.order[depth]]
        choices = self.first[ask] if depth == 0 else _Ranking(self.snapshot, ask, self.work)
        if not choices and depth > self.depth:
            self.depth, self.stuck = depth, self.order[depth]
            self.deepest = self.work.copy()
        for choice in self._widened(ask, choices) if self.wide else choices:
            self.looks += self.cost
            if self.looks > _LOOKS:
                return None
            self.work.book(choice[1], ask, choice[2])
            rest = self._from(depth + 1)
            self.work.book(choice[1], ask, choice[2], sign=-1)
            if rest is not None:
                return [choice, *rest]
        return None

    def _widened(self, ask: Ask, choices: _Ranking) -> Iterator[Choice]:
        """The choices, then every other start in the same racks."""
        yield from choices
        for points, place, at in choices if ask.height else ():
            starts = rack.starts(self.work.free(place, ask.face), ask.height)
            for other in range(starts.bit_length()):
                if starts >> other & 1 and other != at:
                    yield points, place, other


def _explained(snapshot: Snapshot, work: Work, ask: Ask, choice: Choice) -> Placement:
    score, place, at = choice
    start = at if ask.height else None
    reasons = list(told(snapshot, ask, place, work=work, start=start))
    return Placement(
        0, place.id, place.rack_id, place.name, start, ask.face, score,
        tuple(reason for good, reason in reasons if good),
        tuple(reason for good, reason in reasons if not good),
        slot=at + 1 if at is not None and not ask.height else None,
    )  # fmt: skip


def _shortages(snapshot: Snapshot, ask: Ask, work: Work) -> tuple[Shortage, ...]:
    """What is short at the place that comes nearest, and when a hold that ends would free it."""
    nearest = Nearest(snapshot, ask, work)
    place = nearest.place()
    if place is None:
        return (Shortage("place", 1, 0, ask.kind),)
    freed = nearest.freed(place)
    return tuple(replace(gap, frees_at=freed.get((gap.resource, gap.where))) for gap in nearest.lacks(place))
