"""What speaks for and against a place, as codes with the figures of their sentences.

Source of the reasons: issue "capacity", placement; design/domain.md 2.2. A room's policy is advice: the ledger
decides by limits alone, so a proposal may warn of a policy but never leaves out what the ledger would accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sandar.core import rack
from sandar.core.capacity import PlaceState, PoolState, Snapshot, amounts
from sandar.core.fitting import Ask, Reason, Work
from sandar.core.scoring import HEAVY_KG, below_reserve, fill, sides_after

LITTLE_HEADROOM, MUCH_HEADROOM = 10, 30  # percent of a limit that stays free after the booking


def reasons(
    snapshot: Snapshot, ask: Ask, place: PlaceState, *, start: int | None
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """(reasons for, reasons against) this exact place, which must have room."""
    found = list(told(snapshot, ask, place, work=Work.of(snapshot), start=start))
    good, bad = (tuple(reason for pro, reason in found if pro is wanted) for wanted in (True, False))
    return good, bad


def told(
    snapshot: Snapshot, ask: Ask, place: PlaceState, *, work: Work, start: int | None
) -> Iterator[tuple[bool, Reason]]:
    """(is a pro, reason) in the order in which they are shown."""
    wanted = amounts(ask.demand)
    if ask.height and start is not None:
        yield from _space(work, ask, place, start)
    yield from _power(snapshot, work, ask, place)
    tight = [
        (100 * (work.left[pool] - wanted[share]) // (snapshot.pools[pool].limit or 1), snapshot.pools[pool])
        for share, pool in place.routes
        if share in wanted
    ]
    yield from _headroom(tight)
    yield from _policy(work, ask, place, wanted, snapshot.pools)
    if place.id in snapshot.near:
        yield True, Reason("agency_here")


def _space(work: Work, ask: Ask, place: PlaceState, start: int) -> Iterator[tuple[bool, Reason]]:
    free = work.free(place, ask.face)
    before = rack.longest_run(free)
    after = rack.longest_run(free & ~rack.mask(start, ask.height))
    code = "keeps_longest_run" if after == before else "shortens_longest_run"
    yield after == before, Reason(code, {"before_u": before / 2, "after_u": after / 2})
    if start % 2 and ask.height % 2 == 0:
        yield False, Reason("half_step", {"position_u": rack.position_of(start)})
    if ask.demand.weight_kg >= HEAVY_KG:
        low = start * 3 <= place.half_units
        yield low, Reason("heavy_low" if low else "heavy_high", {"weight_kg": ask.demand.weight_kg})


def _power(snapshot: Snapshot, work: Work, ask: Ask, place: PlaceState) -> Iterator[tuple[bool, Reason]]:
    if ask.demand.cords not in {"A", "B"}:
        return
    yield False, Reason("single_cord", {"cords": ask.demand.cords})
    after = sides_after(ask, place, left=work.left, pools=snapshot.pools)
    if after is not None:
        a, b = after
        even = (a <= b) if ask.demand.cords == "A" else (b <= a)
        yield even, Reason("balances_sides" if even else "sides_uneven", {"a_w": a, "b_w": b})


def _headroom(tight: list[tuple[int, PoolState]]) -> Iterator[tuple[bool, Reason]]:
    """The node and failure state with the least room after the booking, and cooling where that is another."""
    if not tight:
        return
    percent, pool = min(tight, key=lambda item: (item[0], item[1].kind, item[1].ref, item[1].state))
    facts = {"percent": percent, "resource": pool.kind, "ref": pool.ref, "state": pool.state}
    if percent < LITTLE_HEADROOM:
        yield False, Reason("little_headroom", facts)
    elif percent >= MUCH_HEADROOM:
        yield True, Reason("much_headroom", facts)
    for left, other in tight:
        if other.kind == "cooling" and other is not pool and left < MUCH_HEADROOM:
            yield False, Reason("cooling_short", {"percent": left, "ref": other.ref})


def _policy(
    work: Work, ask: Ask, place: PlaceState, wanted: Mapping[str, int], pools: Mapping[int, PoolState]
) -> Iterator[tuple[bool, Reason]]:
    """What the room wants: few racks filled, or load spread, and a share kept free."""
    if place.policy and place.half_units:
        percent = fill(work, place)
        good = percent > 0 if place.policy == "tight" else percent < 50
        yield good, Reason(f"room_{place.policy}", {"percent": percent})
    if place.keep_free:
        left = below_reserve(work, ask, place, wanted=wanted, pools=pools)
        if left is not None:
            yield False, Reason("below_reserve", {"percent": left, "keep_free": place.keep_free})
