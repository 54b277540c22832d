"""What stands at one exact place: lift it out, put it in, and judge the place before anybody books it.

The search in `core.placement` answers "where?"; this answers "here?", for a place that a person points at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sandar.core import explaining, fitting, rack
from sandar.core.capacity import Demand, PlaceState, Shortage, Snapshot, amounts
from sandar.core.fitting import Ask, Reason
from sandar.errors import DeviceTooDeep, NoSuchSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One claim as plain data: what it takes, and where. start and height in half-units.

    hosted: on a shelf or in a chassis. slot: position on the rack's side, for what is not hosted.
    """

    place_id: int
    demand: Demand
    start: int | None = None
    height: int = 0
    face: str = "full"
    depth_mm: int = 0
    state: str = "installed"
    hosted: bool = False
    slot: int | None = None

    @property
    def ask(self) -> Ask:
        """What the search would be asked for this device."""
        return Ask(
            demand=self.demand, height=self.height, face=self.face, depth_mm=self.depth_mm, hosted=self.hosted
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Does it fit exactly here? `short` is empty when it does; then `pros` and `cons` say how well."""

    short: tuple[Shortage, ...] = ()
    pros: tuple[Reason, ...] = ()
    cons: tuple[Reason, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.short


def without(snapshot: Snapshot, stands: Iterable[Stand]) -> Snapshot:
    """The snapshot as if these were not there. Places that are not in the snapshot are passed over."""
    return _shifted(snapshot, stands, sign=-1)


def beside(snapshot: Snapshot, stands: Iterable[Stand]) -> Snapshot:
    """The snapshot as if these stood there too, whether or not there is room."""
    return _shifted(snapshot, stands, sign=1)


def judge(snapshot: Snapshot, stand: Stand) -> Verdict:
    """May this stand exactly there? Raises PlaceOutsideRack, NoSuchSlot or DeviceTooDeep when it never could."""
    place = _place(snapshot, stand.place_id)
    rack.check_place(stand.start, stand.height, stand.face, total=place.half_units)
    if place.depth_mm and stand.depth_mm > place.depth_mm:
        raise DeviceTooDeep(depth_mm=stand.depth_mm, limit_mm=place.depth_mm, place=place.name)
    if stand.ask.on_side and stand.slot is not None:
        if not 1 <= stand.slot <= rack.SIDE_POSITIONS:
            raise NoSuchSlot(host=None, slot=stand.slot, slots=rack.SIDE_POSITIONS)
        if place.sides & 1 << (stand.slot - 1):
            left = rack.SIDE_POSITIONS - place.sides.bit_count()
            return Verdict((Shortage("side", 1, left, place.name),))
    if short := fitting.lacking(snapshot, stand.ask, place, start=stand.start):
        return Verdict(short)
    pros, cons = explaining.reasons(snapshot, stand.ask, place, start=stand.start)
    return Verdict((), pros, cons)


def _place(snapshot: Snapshot, place_id: int) -> PlaceState:
    return next(place for place in snapshot.places if place.id == place_id)


def _shifted(snapshot: Snapshot, stands: Iterable[Stand], *, sign: int) -> Snapshot:
    places = {place.id: place for place in snapshot.places}
    pools = dict(snapshot.pools)
    for stand in stands:
        place = places.get(stand.place_id)
        if place is None:
            continue
        bits = rack.mask(stand.start or 0, stand.height)
        side = 1 << (stand.slot - 1) if stand.slot and stand.ask.on_side else 0
        front, rear = (0 if stand.face == other else bits for other in ("rear", "front"))
        places[place.id] = replace(
            place,
            front=place.front | front if sign > 0 else place.front & ~front,
            rear=place.rear | rear if sign > 0 else place.rear & ~rear,
            sides=place.sides | side if sign > 0 else place.sides & ~side,
        )
        wanted = amounts(stand.demand)
        for share, pool_id in place.routes:
            if amount := wanted.get(share, 0):
                pool = pools[pool_id]
                pools[pool_id] = replace(pool, **{stand.state: getattr(pool, stand.state) + sign * amount})
    return replace(snapshot, places=tuple(places.values()), pools=pools)
