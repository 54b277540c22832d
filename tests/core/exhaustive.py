"""The search over all places, one after the other: what the index of core.candidates is held to.

The rules (what fits, how many points) are those of core.scoring and core.fitting; here nothing is kept, bounded or
left out. And facilities of any size for it, with rooms, paths and policies as the ledger has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sandar.core import placement, rack, scoring
from sandar.core.capacity import (
    Demand,
    Pending,
    PlaceState,
    PoolState,
    Shortage,
    Snapshot,
    amounts,
    unprovided,
)
from sandar.core.fitting import Ask, Work, gaps
from tests.core.power_model import Choice

SOON = datetime(2026, 12, 1, tzinfo=UTC)
_Routes = tuple[tuple[str, int], ...]
_OWN = (  # kind, state, share, limits: what a rack has alone
    ("rack_power_a", "normal", "power_a", [3_000, 4_000, 4_000]),
    ("rack_power_a", "b_lost", "power_a_alone", [3_000, 4_000, 4_000]),
    ("rack_power_b", "normal", "power_b", [3_000, 4_000, 4_000]),
    ("rack_power_b", "a_lost", "power_b_alone", [3_000, 4_000, 4_000]),
    ("weight", "normal", "weight_kg", [400, 800]),
)


@dataclass
class Ranking:
    """Stands in for placement's own: every place that fits, best first, all at once."""

    first: list[tuple[int, PlaceState, int | None]]

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work, limit: int = 0) -> None:
        self.all = ranked(snapshot, ask, work)
        self.first = self.all[:limit] if limit else self.all

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.all)

    def __bool__(self) -> bool:
        return bool(self.all)


def ranked(snapshot: Snapshot, ask: Ask, work: Work) -> list[tuple[int, PlaceState, int | None]]:
    """(score, place, at) of every place that fits, best first."""
    wanted = amounts(ask.demand)
    found = []
    for place in snapshot.places:
        if place.kind != ask.kind or (place.depth_mm and ask.depth_mm > place.depth_mm):
            continue
        at, contiguity = None, 100
        if ask.height:
            free = work.free(place, ask.face)
            if not rack.starts(free, ask.height):
                continue
            heavy = ask.demand.weight_kg >= scoring.HEAVY_KG
            at, contiguity = scoring.best_start(free, ask.height, heavy=heavy)
        elif ask.on_side and (at := work.free_side(place)) is None:
            continue
        left = {pool: work.left[pool] - wanted[share] for share, pool in place.routes if share in wanted}
        if unprovided(wanted, place.shares) or any(rest < 0 for rest in left.values()):
            continue
        headroom = min(
            [100, *(100 * rest // (snapshot.pools[pool].limit or 1) for pool, rest in left.items())]
        )
        meter = scoring.Meter(wanted, work.left, snapshot.pools)
        points = scoring.score(ask, place, work, meter=meter, at=at, contiguity=contiguity, headroom=headroom)
        found.append((points + (15 if place.id in snapshot.near else 0), place, at))
    found.sort(key=lambda item: (-item[0], item[1].name))
    return found


def find(snapshot: Snapshot, asks: Sequence[Ask], *, limit: int = 12) -> placement.Answer:
    """placement.find with every ranking, and what is short, found by looking at all places."""
    real = placement._Ranking, placement._shortages
    placement._Ranking, placement._shortages = Ranking, shortages  # type: ignore[assignment, misc]
    try:
        return placement.find(replace(snapshot), asks, limit=limit)
    finally:
        placement._Ranking, placement._shortages = real  # type: ignore[misc]


def shortages(snapshot: Snapshot, ask: Ask, work: Work) -> tuple[Shortage, ...]:
    """What is short at the place that comes nearest: has all that is asked, fewest gaps, the smallest relative gap."""
    wanted = amounts(ask.demand)
    options = [
        (gaps(snapshot, ask, place, work=work), place) for place in snapshot.places if place.kind == ask.kind
    ]
    options = [one for one in options if not unprovided(wanted, one[1].shares)] or options
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
    freed = frees_at(snapshot, ask, work, place)
    return tuple(replace(gap, frees_at=freed.get((gap.resource, gap.where))) for gap in lacks)


def frees_at(snapshot: Snapshot, ask: Ask, work: Work, place: PlaceState) -> dict[tuple[str, str], datetime]:
    """When holds that expire close each gap of the place, or make the ask fit somewhere."""
    later = work.copy()
    open_gaps = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, work=work)}
    freed: dict[tuple[str, str], datetime] = {}
    places = {one.id: one for one in snapshot.places}
    for when in sorted({claim.expires_at for claim in snapshot.pending if claim.expires_at})[:32]:
        for claim in snapshot.pending:
            if claim.expires_at == when:
                for pool, amount in claim.draws:
                    if pool in snapshot.pools:
                        later.left[pool] += amount
                if home := places.get(claim.place_id):
                    at = claim.start if claim.height else claim.side and claim.side - 1
                    later.occupy(home, at, claim.height, face=claim.face)
        still = {(gap.resource, gap.where) for gap in gaps(snapshot, ask, place, work=later)}
        if ranked(snapshot, ask, later):
            still = set()
        for key in open_gaps - still:
            freed.setdefault(key, when)
    return freed


@dataclass
class _Facility:
    """A facility in the making. alike: few different figures, and many racks that are empty."""

    choice: Choice
    alike: bool
    pools: list[PoolState] = field(default_factory=list)

    def pool(
        self, kind: str, ref: str, state: str, limit: int, *, own: int | None = None, empty: bool = False
    ) -> int:
        choice = self.choice
        used = choice.pick([0, limit // 3, limit // 2]) if self.alike else choice.number(0, limit)
        used = limit if choice.number(0, 30) == 0 else used
        used = 0 if empty else used
        held = choice.number(0, used) if choice.number(0, 3) == 0 else 0
        self.pools.append(
            PoolState(len(self.pools) + 1, kind, ref, state, limit, limit, held, 0, used - held, 0, own)
        )
        return len(self.pools)

    def masks(self, half: int, *, empty: bool) -> tuple[int, int]:
        choice, full, front, rear = self.choice, (1 << half) - 1, 0, 0
        if self.alike or empty:
            one = 0 if empty else choice.pick([0, (1 << half // 2) - 1, full])
            return one, one
        for _ in range(choice.number(0, 12)):
            bits = rack.mask(choice.number(0, half), choice.pick([1, 2, 2, 4, 8])) & full
            face = choice.pick(["full", "full", "front", "rear"])
            front |= bits if face != "rear" else 0
            rear |= bits if face != "front" else 0
        return front, rear

    def room(self, n: int) -> tuple[str, str, int, _Routes]:
        """name, policy, percent to keep free, and what all its racks draw from."""
        name = f"Ruang {n}"
        shared = [("power", self.pool("cooling", name, "normal", 50_000))]
        if self.choice.number(0, 1):
            shared.append(("bandwidth_mbps", self.pool("bandwidth", name, "normal", 10_000)))
        policy, keep_free = self.choice.pick(["", "", "tight", "spread"]), self.choice.pick([0, 0, 10, 30])
        return name, policy, keep_free, tuple(shared)

    def path(self, n: int) -> _Routes:
        return tuple(
            (share, self.pool(kind, f"{kind}{n}{share}", state, self.choice.number(4_000, 40_000)))
            for share, state in (("power_a_alone", "b_lost"), ("power_b_alone", "a_lost"))
            for kind in ("pdu", "ups")
        )

    def rack(self, n: int, room: tuple[str, str, int, _Routes], path: _Routes) -> PlaceState:
        choice = self.choice
        empty = choice.number(0, 1) == 0 if self.alike else choice.number(0, 9) == 0
        own = tuple(
            (share, self.pool(kind, f"R{n}", state, choice.pick(limits), own=n, empty=empty))
            for kind, state, share, limits in _OWN[: choice.pick([2, 4, 5, 5, 5, 5])]
        )
        half = choice.pick([84, 84, 90, 20])
        front, rear = self.masks(half, empty=empty)
        name, policy, keep_free, shared = room
        upstream = (*path, *shared)
        return PlaceState(
            n, "rack", f"R{choice.number(100, 999)}-{n}", name, n, half, choice.pick([0, 800, 1000, 1000]),
            front, rear, own, upstream, frozenset(share for share, _ in (*own, *upstream)), choice.number(0, 15),
            policy, keep_free,
        )  # fmt: skip

    def cluster(self, n: int, pk: int) -> PlaceState:
        own = tuple((share, self.pool(share, f"K{n}", "normal", 400, own=pk)) for share in ("vcpu", "ram_gb"))
        return PlaceState(pk, "compute", f"K{n}", own=own, shares=frozenset(share for share, _ in own))

    def hold(self, n: int, home: PlaceState) -> Pending:
        draws = tuple((pool, held) for _, pool in home.own if (held := self.pools[pool - 1].held))
        when = SOON + timedelta(days=self.choice.number(0, 9))
        return Pending(n + 1, "held", when, f"PMH/{n}", home.id, None, 0, "full", draws)


def facility(choice: Choice, *, racks: int, alike: bool = False) -> Snapshot:
    """Racks in rooms behind pairs of PDUs and UPS, with strips, loads and holds; one or two clusters."""
    made = _Facility(choice, alike)
    rooms = [made.room(n) for n in range(choice.number(1, 3))]
    paths = [made.path(n) for n in range(max(1, racks // choice.number(2, 20)))]
    places = [made.rack(n, choice.pick(rooms), choice.pick(paths)) for n in range(1, racks + 1)]
    pending = [made.hold(n, choice.pick(places)) for n in range(choice.number(0, 4))]
    places += [made.cluster(n, racks + n) for n in range(1, choice.number(2, 3))]
    near = frozenset(place.id for place in places if choice.number(0, 9) == 0)
    places.sort(key=lambda place: place.name)
    return Snapshot(
        tuple(places),
        {one.id: one for one in made.pools},
        tuple(pending),
        near if choice.number(0, 1) else frozenset(),
    )


def wish(choice: Choice) -> Ask:
    """A device of any shape, or an application."""
    if choice.number(0, 12) == 0:
        return Ask(kind="compute", demand=Demand(vcpu=choice.number(0, 200), ram_gb=choice.number(1, 300)))
    demand = Demand(
        watts=choice.number(0, 900),
        cords=choice.pick(["A", "B", "AB", "AB", "AB"]),
        weight_kg=choice.number(0, 60),
        bandwidth_mbps=choice.pick([0, 0, 100]),
    )
    height = choice.pick([0, 1, 2, 2, 3, 4, 4, 8, 20, 84])
    return Ask(
        demand=demand,
        height=height,
        face=choice.pick(["front", "rear", "full", "full"]) if height else "full",
        depth_mm=choice.pick([0, 700, 900, 1100]),
        hosted=not height and choice.number(0, 3) == 0,
    )
