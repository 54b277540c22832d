"""How good a place is, 0 to 100: space left in one piece, headroom in the worst failure state, weight low, sides
even, the agency together, and the room's policy.

Shares of the score: contiguity 35, headroom 35 (with a single cord 25, and 10 for even sides), low 15, agency 15.
A room with a policy gives 30 of every 100 to it: `tight` prefers racks that are full already, `spread` empty ones.
A place that would eat into what the room keeps free loses 50, so it is proposed last and never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sandar.core import rack
from sandar.core.capacity import PlaceState, PoolState, amounts, unprovided
from sandar.core.fitting import Ask, Work

HEAVY_KG = 25
NEAR = 15  # points for a place where the agency has something already
POLICY_SHARE, RESERVE_COST = 30, 50


class Meter:
    """Smallest percentage of a limit still free after the booking, over all nodes and states; -1 = no fit.

    What racks share (the same tuple of upstream routes, the same set of shares) is looked at once.
    """

    def __init__(
        self, wanted: Mapping[str, int], left: Mapping[int, int], pools: Mapping[int, PoolState]
    ) -> None:
        self.wanted, self.left, self.pools = wanted, left, pools
        self._paths: dict[tuple[int, int], tuple[object, object, int]] = {}

    def headroom(self, place: PlaceState) -> int:
        shared = self.path(place.shares, place.upstream)
        return -1 if shared < 0 else min(shared, self.lowest(place.own))

    def path(self, shares: frozenset[str], upstream: tuple[tuple[str, int], ...]) -> int:
        """What places with these shares and this path have at most; -1 = they provide not all, or have no room."""
        key = (id(shares), id(upstream))
        if key in self._paths:
            return self._paths[key][2]
        found = -1 if unprovided(self.wanted, shares) else self.lowest(upstream)
        self._paths[key] = (shares, upstream, found)  # both kept, so that their ids stay theirs
        return found

    def lowest(self, routes: tuple[tuple[str, int], ...]) -> int:
        """Over these routes alone."""
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


def score(
    ask: Ask, place: PlaceState, work: Work, *, meter: Meter, at: int | None, contiguity: int, headroom: int
) -> int:
    """The score without the agency's share. contiguity, headroom: percent."""
    points = 35 * contiguity + 35 * headroom + 15 * lowness(place, ask.height, at or 0)
    if ask.demand.cords in {"A", "B"}:
        points -= 10 * headroom - 10 * _evenness(ask, place, work, meter)
    found = points // 100
    if place.policy and place.half_units:
        found = (found * (100 - POLICY_SHARE) + policy_points(place, fill(work, place))) // 100
    if (
        place.keep_free
        and below_reserve(work, ask, place, wanted=meter.wanted, pools=meter.pools) is not None
    ):
        found = max(0, found - RESERVE_COST)
    return found


def lowness(place: PlaceState, height: int, at: int) -> int:
    """Percent: 100 at the floor, and for what takes no unit."""
    return 100 - 100 * at // place.half_units if height else 100


def policy_points(place: PlaceState, percent: int) -> int:
    """Hundredths of a point that the room's policy gives a rack that is full to so many percent."""
    fits = percent if place.policy == "tight" else 100 - percent
    return 85 * POLICY_SHARE * fits // 100


def _evenness(ask: Ask, place: PlaceState, work: Work, meter: Meter) -> int:
    after = sides_after(ask, place, left=work.left, pools=meter.pools)
    if after is None:
        return 0
    return 100 - 100 * abs(after[0] - after[1]) // (max(after) or 1)


def sides_after(
    ask: Ask, place: PlaceState, *, left: Mapping[int, int], pools: Mapping[int, PoolState]
) -> tuple[int, int] | None:
    """(W on A, W on B) of the rack's strips in the normal state after the booking; None without two strips."""
    wanted = amounts(ask.demand)
    sides = {
        pools[pool].kind: pools[pool].limit - left[pool] + wanted.get(share, 0)
        for share, pool in place.own
        if share in {"power_a", "power_b"} and pools[pool].kind in {"rack_power_a", "rack_power_b"}
    }
    if len(sides) != 2:
        return None
    return sides["rack_power_a"], sides["rack_power_b"]


def fill(work: Work, place: PlaceState) -> int:
    """Percent of the rack's units that are taken on either face."""
    return 100 * work.taken(place) // place.half_units


def below_reserve(
    work: Work, ask: Ask, place: PlaceState, *, wanted: Mapping[str, int], pools: Mapping[int, PoolState]
) -> int | None:
    """Percent that would be left in the rack (units, strips, load) when that is less than the room keeps free."""
    left = [100]
    if place.half_units:
        left.append(units_left(place, work.taken(place) + ask.height))
    left.append(Meter(wanted, work.left, pools).lowest(place.own))
    percent = max(0, min(left))
    return percent if percent < place.keep_free else None


def units_left(place: PlaceState, taken: int) -> int:
    """Percent of the rack's units that stay free when so many half-units are taken."""
    return 100 - -(-100 * taken // place.half_units)


@lru_cache(maxsize=4_096)  # many racks look alike
def best_start(free: int, height: int, *, heavy: bool) -> tuple[int, int]:
    """The lowest start in the tightest run that fits, on a whole unit if possible; longest run kept in %.

    A heavy device goes to the lowest start of all: a gap at the top of the rack is no place for it.
    """
    whole = height % 2 == 0
    best, run = (2, 0, 0), (0, 0)
    longest = second = 0
    for low, length in rack.runs(free):
        if length > longest:
            longest, second = length, longest
        elif length > second:
            second = length
        if length >= height:
            start = low + 1 if whole and low % 2 and length > height else low
            rank = (start % 2 if whole else 0, 0 if heavy else length, start)
            if rank < best:
                best, run = rank, (low, length)
    start, (low, length) = best[2], run
    rest = max(start - low, low + length - start - height)
    other = second if length == longest else longest
    return start, 100 * max(rest, other) // longest
