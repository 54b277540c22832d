"""The racks as lines of a list: free units, longest run, power of both sides, load; from one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sandar.core import placement
from sandar.core import rack as geometry
from sandar.core.capacity import Demand, PlaceState, PoolState, Snapshot
from sandar.doors.web import drawing, figures, resources
from sandar.doors.web.resources import Line
from sandar.records.ledger import read as ledger_read


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter: name, room, and what shall still fit. height in half-units, watts of real draw."""

    q: str = ""
    room: str = ""
    height: int = 0
    watts: int = 0
    cords: str = "AB"
    order: str = ""

    @property
    def height_u(self) -> str:
        return f"{self.height / 2:g}" if self.height else ""

    @property
    def fits(self) -> bool:
        return bool(self.height or self.watts)


def wish_of(query: QueryDict) -> Wanted:
    """The filter of the address; what cannot be read counts as not given."""
    cords = query.get("jalur", "AB")
    return Wanted(
        q=query.get("q", "").strip()[:40],
        room=query.get("ruang", "")[:80],
        height=_number(query.get("u", ""), scale=2, most=120),
        watts=_number(query.get("w", ""), scale=1, most=50_000),
        cords=cords if cords in ("A", "B", "AB") else "AB",
        order=query.get("urut", "") if query.get("urut") in ("kosong", "daya") else "",
    )


def _number(text: str, *, scale: int, most: int) -> int:
    try:
        return max(0, min(round(float(text.replace(",", ".")) * scale), most))
    except (ValueError, OverflowError):
        return 0


@dataclass(frozen=True, slots=True)
class Row:
    """One rack. Heights in half-units; strip is its drawing lying down."""

    id: int
    name: str
    room: str
    total: int
    free: int
    longest: int
    run_from: int
    pending: int
    side_a: Line | None
    side_b: Line | None
    weight: Line | None
    strip: SafeString

    @property
    def used(self) -> int:
        return self.total - self.free

    @property
    def run_text(self) -> str:
        """The longest free run, as it would be asked for: U5–U36."""
        if not self.longest:
            return _("penuh")
        low = geometry.position_of(self.run_from)
        high = geometry.position_of(self.run_from + self.longest - 2) if self.longest > 1 else low
        return f"U{figures.number(low)}–U{figures.number(high)}" if high > low else f"U{figures.number(low)}"

    @property
    def sides(self) -> list[tuple[str, Line]]:
        return [(side, line) for side, line in (("A", self.side_a), ("B", self.side_b)) if line]


def rows(wanted: Wanted) -> list[Row]:
    """Every rack that passes the filter, by name, or by what is left."""
    snapshot = ledger_read.snapshot()
    pending = _pending(snapshot)
    places: Iterable[PlaceState] = (place for place in snapshot.places if place.kind == "rack")
    if wanted.q:
        places = (place for place in places if wanted.q.lower() in place.name.lower())
    if wanted.room:
        places = (place for place in places if place.room == wanted.room)
    if wanted.fits:
        fitting = _fitting(snapshot, wanted)
        places = (place for place in places if place.id in fitting)
    found = [row_of(place, _own(place, snapshot), pending.get(place.id, 0)) for place in places]
    if wanted.order == "kosong":
        found.sort(key=lambda row: (-row.longest, -row.free, row.name))
    if wanted.order == "daya":
        found.sort(key=lambda row: (-_least_power(row), row.name))
    return found


def _least_power(row: Row) -> float:
    return min((line.left for _side, line in row.sides), default=0)


def _fitting(snapshot: Snapshot, wanted: Wanted) -> set[int]:
    demand = Demand(watts=wanted.watts, cords=wanted.cords if wanted.watts else "")
    ask = placement.Ask(demand=demand, height=wanted.height)
    return {
        found.place_id for found in placement.find(snapshot, [ask], limit=len(snapshot.places)).placements
    }


def _pending(snapshot: Snapshot) -> Mapping[int, int]:
    found: dict[int, int] = {}
    for claim in snapshot.pending:
        if claim.start is not None:
            found[claim.place_id] = found.get(claim.place_id, 0) | geometry.mask(claim.start, claim.height)
    return found


def longest_run(snapshot: Snapshot) -> int:
    """The longest free run of all racks, in half-units."""
    racks = (place for place in snapshot.places if place.kind == "rack")
    free = (geometry.free_for(place.front, place.rear, "full", total=place.half_units) for place in racks)
    return max((geometry.longest_run(mask) for mask in free), default=0)


def row_of(place: PlaceState, own_pools: Iterable[PoolState], pending: int) -> Row:
    """One rack. own_pools: what it alone draws from; pending: mask of held and reserved half-units."""
    taken = place.front | place.rear
    free = geometry.free_for(place.front, place.rear, "full", total=place.half_units)
    low, longest = max(geometry.runs(free), key=lambda run: (run[1], -run[0]), default=(0, 0))
    own = {line.kind: line for line in resources.lines(own_pools)}
    said = _("%(used)s dari %(total)s unit terisi, ruang menyambung terpanjang %(run)s") % {
        "used": figures.units(taken.bit_count()),
        "total": figures.units(place.half_units),
        "run": figures.units(longest),
    }
    drawn = drawing.strip(taken, pending, half_units=place.half_units, said=said)
    return Row(
        place.id, place.name, place.room, place.half_units, free.bit_count(), longest, low, pending.bit_count(),
        own.get("rack_power_a"), own.get("rack_power_b"), own.get("weight"),
        mark_safe(drawn),  # noqa: S308 - drawing escapes
    )  # fmt: skip


def _own(place: PlaceState, snapshot: Snapshot) -> list[PoolState]:
    pools = (snapshot.pools[pool] for _share, pool in place.routes)
    return [pool for pool in pools if pool.own == place.id]


def totals(found: Sequence[Row]) -> dict[str, float]:
    """Over the racks shown, in half-units."""
    return {
        "racks": len(found),
        "free": sum(row.free for row in found),
        "total": sum(row.total for row in found),
        "longest": max((row.longest for row in found), default=0),
        "pending": sum(row.pending for row in found),
    }
