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
    """Everything of one rack as low as it goes, in the same order from the floor; `fixed` stays where it is.

    What stands on whole units stays on whole units.
    """
    taken = {cell for stand in fixed for cell in cells(stand)}
    ways: list[Way] = []
    lowest = sorted(stands.items(), key=lambda item: (item[1].start or 0, item[1].face, item[0]))
    for claim, stand in lowest:
        if not stand.height or stand.start is None:
            continue
        step = 2 if stand.start % 2 == 0 and stand.height % 2 == 0 else 1
        for start in range(0, stand.start + 1, step):
            there = replace(stand, start=start)
            if not cells(there) & taken and _reachable(ways, there):
                break
        else:
            there = stand
        taken |= cells(there)
        ways.append(Way(claim, stand, there))
    return [way for way in ways if way.is_move]


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
