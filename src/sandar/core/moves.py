"""Plans of moves: push a rack together, empty racks of a room, and the order in which hands can do it.

A plan is carried out by the ledger as one atomic step in which only the end must fit. People move one device
after the other, so `order` finds an order of work in which every device goes to units that are free at that
moment; where devices wait for each other in a ring, one of them goes to a temporary place first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandar.core import rack
from sandar.core.capacity import PlaceState, Snapshot
from sandar.core.placement import find
from sandar.core.standing import Stand, beside, without

Cell = tuple[int, int, str]  # place, half-unit or side position, F, R or S
MOST_MOVES = 100


@dataclass(frozen=True, slots=True)
class Way:
    """One claim from where it stands to where it shall stand."""

    claim: int
    was: Stand
    to: Stand

    @property
    def is_move(self) -> bool:
        return self.was != self.to


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do with the hands. to None: set aside, outside of all racks.

    kind: move, temporary (to a free place for the time being), aside.
    """

    kind: str
    claim: int
    was: Stand | None
    to: Stand | None


def cells(stand: Stand) -> frozenset[Cell]:
    """Everything in a rack that it has for itself alone."""
    if stand.height:
        found = rack.cells(stand.start or 0, stand.height, stand.face)
        return frozenset((stand.place_id, half, side) for half, side in found)
    if stand.slot and not stand.hosted:
        return frozenset({(stand.place_id, stand.slot, "S")})
    return frozenset()


# --- the order of work


def order(snapshot: Snapshot, ways: Sequence[Way]) -> tuple[Work, ...]:
    """The moves in an order in which no two devices are ever in one unit; snapshot: before the plan.

    Of a plan that puts two devices into one unit the order ends where it cannot go on.
    """
    waiting = {way.claim: way for way in ways if way.is_move}
    at: dict[int, Stand | None] = {claim: way.was for claim, way in waiting.items()}
    static = without(snapshot, [way.was for way in waiting.values()])
    done: list[Work] = []
    while waiting:
        claim = next((pk for pk, way in waiting.items() if not _in_the_way(way, at)), None)
        if claim is not None:
            done.append(Work("move", claim, at[claim], waiting[claim].to))
            at[claim] = waiting.pop(claim).to
            continue
        claim = _smallest(waiting, at)
        if claim is None:
            break
        free = _temporary(static, waiting[claim].was, at, waiting)
        done.append(Work("temporary" if free else "aside", claim, at[claim], free))
        at[claim] = free
    return tuple(done)


def _in_the_way(way: Way, at: Mapping[int, Stand | None]) -> bool:
    wanted = cells(way.to)
    return any(stand and wanted & cells(stand) for claim, stand in at.items() if claim != way.claim)


def _smallest(waiting: Mapping[int, Way], at: Mapping[int, Stand | None]) -> int | None:
    """Of those that still stand where they were, in somebody's way: the lowest, then the lightest."""
    still = [way for way in waiting.values() if at[way.claim] == way.was]
    blocking = [
        way
        for way in still
        if any(cells(other.to) & cells(way.was) for other in waiting.values() if other is not way)
    ]
    if not blocking:
        return None
    return min(blocking, key=lambda way: (way.was.height, way.was.demand.weight_kg, way.claim)).claim


def _temporary(
    static: Snapshot, stand: Stand, at: Mapping[int, Stand | None], waiting: Mapping[int, Way]
) -> Stand | None:
    """A place nobody has now and nobody of the plan will want, near by; None when there is none."""
    taken = {cell for other in at.values() if other for cell in cells(other)}
    taken |= {cell for way in waiting.values() for cell in cells(way.to)}
    near = [way.to.place_id for way in waiting.values()]
    places = sorted(
        (place for place in static.places if place.half_units),
        key=lambda place: (place.id != stand.place_id, place.id not in near, place.name),
    )
    for place in places:
        free = rack.free_for(place.front, place.rear, stand.face, total=place.half_units)
        starts = rack.starts(free, stand.height) if stand.height else 0
        for start in range(starts.bit_length()):
            there = replace(stand, place_id=place.id, start=start)
            if starts >> start & 1 and (start % 2 == 0 or stand.height % 2) and not cells(there) & taken:
                return there
    return None


# --- pushing together


def compact_rack(place: PlaceState, stands: Mapping[int, Stand], fixed: Iterable[Stand] = ()) -> list[Way]:
    """The fewest devices lowered so that the longest free run is as long as it can become; empty when no move helps.

    From the floor up the first so many devices go as low as they can, in their order, the others stay. `fixed`
    stays where it is; what stands on whole units stays on whole units.
    """
    solid = list(fixed)
    inside = sorted(
        ((claim, stand) for claim, stand in stands.items() if stand.height),
        key=lambda item: (item[1].start or 0, item[1].face, item[0]),
    )
    best: list[Way] = []
    longest = _longest(place, [*solid, *(stand for _, stand in inside)])
    for count in range(1, len(inside) + 1):
        resting = [*solid, *(stand for _, stand in inside[count:])]
        ways = _lowered(inside[:count], resting)
        found = _longest(place, [*resting, *(way.to for way in ways)])
        moved = [way for way in ways if way.is_move]
        if found > longest:
            best, longest = moved, found
    return best


def _lowered(inside: Sequence[tuple[int, Stand]], resting: Iterable[Stand]) -> list[Way]:
    taken = {cell for stand in resting for cell in cells(stand)}
    ways: list[Way] = []
    for claim, stand in inside:
        low = stand.start or 0
        step = 2 if low % 2 == 0 and stand.height % 2 == 0 else 1
        there = next(
            found
            for start in range(0, low + 1, step)
            if (found := replace(stand, start=start)) == stand
            or (not cells(found) & taken and _reachable(ways, found))
        )
        taken |= cells(there)
        ways.append(Way(claim, stand, there))
    return ways


def _longest(place: PlaceState, stands: Iterable[Stand]) -> int:
    """The longest run in half-units that is free on both faces."""
    taken = 0
    for stand in stands:
        taken |= rack.mask(stand.start or 0, stand.height)
    return rack.longest_run(~taken & ((1 << place.half_units) - 1))


def _reachable(ways: Sequence[Way], there: Stand) -> bool:
    """Not below something that stood lower on the same face: the order from the floor is kept."""
    sides = set(rack.FACES[there.face])
    return all(
        (way.to.start or 0) + way.to.height <= (there.start or 0)
        for way in ways
        if sides & set(rack.FACES[way.to.face])
    )


def empty_racks(snapshot: Snapshot, stands: Mapping[int, Stand], keep: Iterable[int] = ()) -> list[Way]:
    """Empty as many racks as the others take in, the emptiest first; `keep`: places that must not be emptied.

    stands: what may move, by claim. A rack is emptied wholly or left alone. At most MOST_MOVES moves.
    """
    ways: dict[int, Way] = {}
    now = snapshot
    untouched = {stand.place_id for stand in stands.values()} - set(keep)
    racks = [place for place in snapshot.places if place.id in untouched]
    closed: set[int] = set()
    for place in sorted(racks, key=lambda one: ((one.front | one.rear).bit_count(), one.name)):
        inside = {
            claim: stand
            for claim, stand in stands.items()
            if stand.place_id == place.id and claim not in ways
        }
        if (
            not inside
            or len(ways) + len(inside) > MOST_MOVES
            or any(w.to.place_id == place.id for w in ways.values())
        ):
            continue
        lifted = without(now, inside.values())
        others = replace(
            lifted,
            places=tuple(p for p in lifted.places if p.id not in closed | {place.id} and p.kind == "rack"),
        )
        answer = find(others, [stand.ask for stand in inside.values()], limit=1)
        if not answer.fits:
            continue
        closed.add(place.id)
        for (claim, stand), found in zip(inside.items(), answer.plan, strict=True):
            there = replace(stand, place_id=found.place_id, start=found.start, slot=found.slot)
            ways[claim] = Way(claim, stand, there)
            lifted = beside(lifted, [there])
        now = lifted
    return list(ways.values())
