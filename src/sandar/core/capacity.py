"""What a claim draws from which pool, the picture of all pools at one moment, and the capacity table.

Everything that can run out is an integer pool: W, kg, Mbit/s, addresses, vCPU, GB. A place (a rack or a
compute pool) has routes: (pool, share), where the share names a quantity of the claim. So one rule,
`amounts`, decides what the ledger books, what the placement search promises and what the report prints.
Source: SOP step 3 ("server, listrik, UPS, genset, bandwidth, tempat"); design/domain.md 2.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, reduce

from sandar.core import power
from sandar.errors import NegativeQuantity

UNITS = {
    "space": "half_u",
    "rack_power_a": "W",
    "rack_power_b": "W",
    "pdu": "W",
    "panel": "W",
    "ups": "W",
    "transfer_switch": "W",
    "genset": "W",
    "utility": "W",
    "cooling": "W",
    "weight": "kg",
    "outlet": "outlet",
    "ports": "port",
    "bandwidth": "Mbit/s",
    "ip": "address",
    "vcpu": "vCPU",
    "ram_gb": "GB",
    "storage_gb": "GB",
}
RESOURCES = tuple(UNITS)

# A quantity asked needs at least one pool that provides it; without a route nothing of it is left.
# Ports and outlets are counted only where they are declared.
_PROVIDER = {
    "power_a_alone": ("rack_power_a", frozenset(power.OF_SIDE["A"])),
    "power_b_alone": ("rack_power_b", frozenset(power.OF_SIDE["B"])),
    "weight_kg": ("weight", frozenset({"weight_kg"})),
    "bandwidth_mbps": ("bandwidth", frozenset({"bandwidth_mbps"})),
    "ip_count": ("ip", frozenset({"ip_count"})),
    "vcpu": ("vcpu", frozenset({"vcpu"})),
    "ram_gb": ("ram_gb", frozenset({"ram_gb"})),
    "storage_gb": ("storage_gb", frozenset({"storage_gb"})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The countable wishes of one device or application. watts: real draw; cords: "", A, B or AB.

    ports: network ports, counted only in racks that have declared theirs. extra: more for a device that stands
    there already: no unit, no position on the side and, its cords being plugged, no outlet. beside_watts and
    beside_cords, of an extra for other cords: what the device draws until then; only what is more counts, on each
    node and in each failure state, with an outlet for a new cord.
    """

    watts: int = 0
    cords: str = ""
    weight_kg: int = 0
    bandwidth_mbps: int = 0
    ip_count: int = 0
    ports: int = 0
    vcpu: int = 0
    ram_gb: int = 0
    storage_gb: int = 0
    extra: bool = False
    beside_watts: int = 0
    beside_cords: str = ""


_COUNTED = ("weight_kg", "bandwidth_mbps", "ip_count", "ports", "vcpu", "ram_gb", "storage_gb")


def check_demand(demand: Demand) -> None:
    """Raises NegativeQuantity for an amount below zero, unknown cords, or power without a cord."""
    for name in ("watts", "beside_watts", *_COUNTED):
        if getattr(demand, name) < 0:
            raise NegativeQuantity(field=name, value=getattr(demand, name))
    if demand.cords not in {"", "A", "B", "AB"} or (demand.watts and not demand.cords):
        raise NegativeQuantity(field="cords", value=demand.cords)
    if demand.beside_cords not in {"", "A", "B", "AB"} or (demand.beside_cords and not demand.extra):
        raise NegativeQuantity(field="beside_cords", value=demand.beside_cords)


def amounts(demand: Demand) -> dict[str, int]:
    """Share -> amount, zero amounts left out. Power shares: see `core.power.shares`."""
    if demand.beside_cords:
        now = _plugged(demand.watts, demand.cords, extra=False)
        was = dict(_plugged(demand.beside_watts, demand.beside_cords, extra=False))
        found = {share: more for share, amount in now if (more := amount - was.get(share, 0)) > 0}
    else:
        found = dict(_plugged(demand.watts, demand.cords, extra=demand.extra))
    for name in _COUNTED:
        if amount := getattr(demand, name):
            found[name] = amount
    return found


@lru_cache(maxsize=4_096)
def _plugged(watts: int, cords: str, *, extra: bool) -> tuple[tuple[str, int], ...]:
    """What watts on these cords draw, an outlet a cord unless extra; asked for every claim and rack, so kept."""
    outlets = "" if extra else cords
    found = power.shares(watts, cords) | {f"outlet_{side.lower()}": 1 for side in outlets}
    return tuple((share, amount) for share, amount in found.items() if amount)


def unprovided(asked: Mapping[str, int], shares: Iterable[str]) -> list[tuple[str, int]]:
    """(resource, amount asked) for every asked quantity that no route of the place provides."""
    provided = frozenset(shares)
    return [
        (kind, asked[share])
        for share, (kind, enough) in _PROVIDER.items()
        if share in asked and enough.isdisjoint(provided)
    ]


def limit_of(capacity: int, derating: int) -> int:
    """The usable part of a capacity: `derating` percent, rounded down."""
    return capacity * derating // 100


# --- The layout: what the facility tells the ledger.


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A pool to define. `own`: "kind:name" of the place that alone draws from it ("" = shared)."""

    kind: str
    ref: str
    state: str
    capacity: int
    derating: int = 100
    label: str = ""
    own: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.ref, self.state


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """A rack or compute pool to define, with its routes: (pool key, share). half_units: the height."""

    kind: str
    name: str
    routes: tuple[tuple[tuple[str, str, str], str], ...]
    rack_id: int | None = None
    room: str = ""
    half_units: int = 0
    depth_mm: int = 0
    policy: str = ""
    keep_free: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """All pools and places of the facility as plain data."""

    pools: tuple[PoolSpec, ...]
    places: tuple[PlaceSpec, ...]


# --- The snapshot: what the ledger tells the rules.


@dataclass(frozen=True, slots=True)
class PoolState:
    """One pool at one moment. `own`: id of the place that alone draws from it."""

    id: int
    kind: str
    ref: str
    state: str
    capacity: int
    limit: int
    held: int = 0
    reserved: int = 0
    installed: int = 0
    blocked: int = 0
    own: int | None = None
    label: str = ""

    @property
    def used(self) -> int:
        return self.held + self.reserved + self.installed + self.blocked

    @property
    def left(self) -> int:
        return self.limit - self.used


@dataclass(frozen=True, slots=True)
class PlaceState:
    """One rack or compute pool at one moment; front and rear are masks of occupied half-units, sides one of
    occupied positions beside them. policy, keep_free (percent): what the room wants of proposals.

    Routes are (share, pool id): `own` to pools that only this place draws from, `upstream` to shared ones
    (racks on one path have the very same tuple, which makes the search fast).
    """

    id: int
    kind: str
    name: str
    room: str = ""
    rack_id: int | None = None
    half_units: int = 0
    depth_mm: int = 0
    front: int = 0
    rear: int = 0
    own: tuple[tuple[str, int], ...] = ()
    upstream: tuple[tuple[str, int], ...] = ()
    shares: frozenset[str] = frozenset()
    sides: int = 0
    policy: str = ""
    keep_free: int = 0

    @property
    def routes(self) -> tuple[tuple[str, int], ...]:
        """All routes of the place."""
        return self.own + self.upstream


@dataclass(frozen=True, slots=True)
class Pending:
    """A held or reserved claim: what it will give back when it expires, and who has it. side: 1-based position."""

    claim_id: int
    state: str
    expires_at: datetime | None
    holder: str
    place_id: int
    start: int | None
    height: int
    face: str
    draws: tuple[tuple[int, int], ...] = ()
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger at one moment. `near`: places where the asking agency already has something.

    index: what core.candidates has prepared for searches over these places and pools; a changed copy has none.
    """

    places: tuple[PlaceState, ...]
    pools: Mapping[int, PoolState]
    pending: tuple[Pending, ...] = ()
    near: frozenset[int] = field(default_factory=frozenset)
    index: object = field(default=None, init=False, repr=False, compare=False)

    def keep(self, index: object) -> None:
        """Keep what was prepared; everything else of a snapshot never changes."""
        object.__setattr__(self, "index", index)


@dataclass(frozen=True, slots=True)
class Shortage:
    """A resource that does not suffice: asked and left in its unit; `where` names the node or rack."""

    resource: str
    asked: int
    left: int
    where: str = ""
    state: str = power.NORMAL
    frees_at: datetime | None = None


# --- The table of the capacity report (Laporan Ketersediaan Kapasitas).


@dataclass(frozen=True, slots=True)
class Booking:
    """A demand put into a place, for the table."""

    place_id: int
    demand: Demand
    height: int = 0
    face: str = "full"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the capacity table, in the failure state that leaves least. left: after `asked`.

    Units: see UNITS; space in half-units. ref "" = sum over all places.
    """

    resource: str
    ref: str
    state: str
    capacity: int
    limit: int
    installed: int
    reserved: int
    held: int
    blocked: int
    asked: int

    @property
    def used(self) -> int:
        return self.installed + self.reserved + self.held + self.blocked

    @property
    def left(self) -> int:
        return self.limit - self.used - self.asked

    @property
    def enough(self) -> bool:
        return self.left >= 0

    @property
    def unit(self) -> str:
        return UNITS.get(self.resource, "")


def table(snapshot: Snapshot, bookings: Sequence[Booking] = ()) -> tuple[Row, ...]:
    """The capacity table: with bookings, every pool and rack they touch; without, the whole facility.

    Pools that belong to one rack are summed up when no bookings are given. Rows come in `RESOURCES`
    order, then by name; of several failure states of a node only the tightest is shown.
    """
    places = {place.id: place for place in snapshot.places}
    asked: dict[int, int] = {}
    space: dict[int, int] = {}
    for booking in bookings:
        wanted = amounts(booking.demand)
        for share, pool in places[booking.place_id].routes:
            asked[pool] = asked.get(pool, 0) + wanted.get(share, 0)
        space[booking.place_id] = space.get(booking.place_id, 0) + booking.height
    rows = list(_space_rows(snapshot, places, space if bookings else None))
    chosen = [snapshot.pools[pool] for pool in asked] if bookings else list(snapshot.pools.values())
    rows += _tightest(_pool_rows(chosen, asked, by_place=bool(bookings)))
    order = {resource: index for index, resource in enumerate(RESOURCES)}
    return tuple(sorted(rows, key=lambda row: (order.get(row.resource, len(order)), row.ref)))


def _pool_rows(pools: Iterable[PoolState], asked: Mapping[int, int], *, by_place: bool) -> Iterator[Row]:
    sums: dict[tuple[str, str, str], Row] = {}
    for pool in pools:
        ref = pool.ref if by_place or pool.own is None else ""
        row = Row(
            pool.kind, ref, pool.state, pool.capacity, pool.limit, pool.installed,
            pool.reserved, pool.held, pool.blocked, asked.get(pool.id, 0),
        )  # fmt: skip
        key = (pool.kind, ref, pool.state)
        sums[key] = _sum(sums[key], row) if key in sums else row
    yield from sums.values()


def _sum(one: Row, two: Row) -> Row:
    return Row(
        one.resource, one.ref, one.state, one.capacity + two.capacity, one.limit + two.limit,
        one.installed + two.installed, one.reserved + two.reserved, one.held + two.held,
        one.blocked + two.blocked, one.asked + two.asked,
    )  # fmt: skip


def _tightest(rows: Iterable[Row]) -> Iterator[Row]:
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row.resource, row.ref)
        if key not in best or (row.left, row.state) < (best[key].left, best[key].state):
            best[key] = row
    yield from best.values()


def _space_rows(
    snapshot: Snapshot, places: Mapping[int, PlaceState], asked: Mapping[int, int] | None
) -> Iterator[Row]:
    pending: dict[int, dict[str, int]] = {}
    for claim in snapshot.pending:
        own = pending.setdefault(claim.place_id, {})
        own[claim.state] = own.get(claim.state, 0) + claim.height
    found: list[Row] = []
    for place in places.values():
        if place.kind != "rack" or (asked is not None and place.id not in asked):
            continue
        own = pending.get(place.id, {})
        held, reserved = own.get("held", 0), own.get("reserved", 0)
        taken = (place.front | place.rear).bit_count()
        total, wanted = place.half_units, (asked or {}).get(place.id, 0)
        rest = max(taken - held - reserved, 0)
        found.append(Row("space", place.name, power.NORMAL, total, total, rest, reserved, held, 0, wanted))
    if asked is None and found:
        found = [replace(reduce(_sum, found), ref="")]
    yield from found
