"""The whole ledger as this process saw it last, and how it is brought up to now (ADR 0019).

Every write of the ledger raises the version of the places it touches, in its own transaction, and no place is ever
deleted: so the number of places and the sum of their versions are the change counter of the whole picture. Equal
means that nothing was written since; otherwise only what has another version is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from sys import intern
from typing import Any

from django.db import connection

from sandar.core import candidates
from sandar.core.capacity import Pending, PlaceState, PoolState, Snapshot
from sandar.records.prepared import Question, Slot, cursor

from .models import Claim, Place, Pool
from .sql import marks

POOL = (
    "id", "kind", "ref", "failure_state", "capacity", "limit",
    "held", "reserved", "installed", "blocked", "place_id", "label",
)  # fmt: skip
_PENDING = (
    "id", "state", "expires_at", "case__number", "label", "place_id", "start", "height", "face", "host_id", "slot",
)  # fmt: skip

# How many places there are and the sum of their versions: grows with everything that is written.
_TOTAL = "SELECT count(*), CAST(sum(version) AS bigint) FROM ledger_place"
_BLOCK, _FEW = 64, 8  # places whose versions are summed together; more blocks, or places, are read as a whole
_BLOCKS = "SELECT id / 64, count(*), CAST(sum(version) AS bigint) FROM ledger_place GROUP BY id / 64"
_IN_BLOCKS = "SELECT id, version, name, retired FROM ledger_place WHERE {within}"
_VERSIONS = Question(
    lambda: Place.objects.filter(retired=False).order_by("name").values_list("id", "version")
)
_SHARED = Question(lambda: Pool.objects.filter(place__isnull=True, retired=False).values_list(*POOL))
_SOME_SHARED = (
    "SELECT id, kind, ref, failure_state, capacity, \"limit\", held, reserved, installed, blocked, place_id, label"
    " FROM ledger_pool WHERE id IN ({ids}) AND place_id IS NULL AND NOT retired"
)  # fmt: skip
_OWN_POOLS = (
    "SELECT id, kind, ref, failure_state, capacity, \"limit\", held, reserved, installed, blocked, place_id, label"
    " FROM ledger_pool WHERE place_id IN ({ids}) AND NOT retired"
)  # fmt: skip
_ROUTES = "SELECT place_id, share, pool_id FROM ledger_route WHERE place_id IN ({ids}) ORDER BY pool_id"
_PLACES = (
    "SELECT id, kind, name, room, rack_id, half_units, depth_mm, policy, keep_free, front, rear, sides, version"
    " FROM ledger_place WHERE id IN ({ids})"
)
_PENDING_HERE = Question(
    lambda: Claim.objects.filter(place_id=Slot("place"), state__in=["held", "reserved"]).values_list(
        *_PENDING
    )
)
PENDING_IN = "SELECT id FROM ledger_claim WHERE place_id IN ({ids}) AND state IN ('held', 'reserved')"
_LINES = "SELECT claim_id, pool_id, amount FROM ledger_line WHERE claim_id IN ({ids})"
_ROWS = 200  # places read together
_MANY = 500  # shared pools; more are read with all others
# A change of the facility raises versions by so much, bookings by one: after bookings alone only the shared pools of
# their places can differ. More bookings than this in one place since the last picture look like one: no harm.
FACILITY_CHANGED = 1 << 16

_Total = tuple[int, int | None]
_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A place as it was at one version, with the pools that only it draws from and what is pending there."""

    version: int
    state: PlaceState
    pools: tuple[PoolState, ...]
    pending: tuple[Pending, ...]


@dataclass(frozen=True, slots=True)
class _Picture:
    """The ledger at one moment: never changed, the next one takes what is the same from it."""

    total: _Total
    kept: Mapping[int, _Kept]  # by name, as the places of the snapshot
    shared: Mapping[int, _Row]
    pending: Mapping[int, tuple[Pending, ...]]  # of the places where something is
    snapshot: Snapshot
    order: Mapping[int, int] = field(default_factory=dict)  # place -> its number in the snapshot
    blocks: Mapping[int, _Total] = field(default_factory=dict)  # the total of every so many ids


_EMPTY = _Picture((0, None), {}, {}, {}, Snapshot((), {}))
_pictures: dict[str, _Picture] = {}  # by database
# Racks on one path share one tuple: core.candidates looks at each path once.
_paths: dict[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]] = {}
_shares: dict[frozenset[str], frozenset[str]] = {}


def whole() -> Snapshot:
    """The whole ledger as of now. Inside a transaction or `consistent` as of its moment; else only if one is kept."""
    return _current().snapshot


def unchanged() -> Snapshot | None:
    """The kept picture if nothing was written since, by one question in a moment of its own."""
    kept = _pictures.get(_database())
    return kept.snapshot if kept is not None and kept.total == _total() else None


def part(places: Sequence[int]) -> Snapshot:
    """Only these places, with their own pools and all shared ones."""
    rows = Place.objects.filter(retired=False, pk__in=places).order_by("name").values_list("id", "version")
    seen = list(rows)
    return _next(_some(_pictures.get(_database(), _EMPTY), [pk for pk, _ in seen]), (0, None), seen).snapshot


def _some(old: _Picture, places: Iterable[int]) -> _Picture:
    """Of this picture only these places and what is shared."""
    kept = {pk: old.kept[pk] for pk in places if pk in old.kept}
    pools = {pk: old.snapshot.pools[pk] for pk in old.shared}
    pools.update((pool.id, pool) for one in kept.values() for pool in one.pools)
    pending = {pk: one.pending for pk, one in kept.items() if one.pending}
    return _Picture((0, None), kept, old.shared, pending, Snapshot((), pools))


def _current() -> _Picture:
    database, total = _database(), _total()
    kept = _pictures.get(database, _EMPTY)
    if kept.total == total and total[0]:
        return kept
    found = _some_moved(kept, total) if kept.blocks else None
    if found is None:
        found = replace(_next(kept, total, _VERSIONS.all()), blocks=_blocks())
    # What others committed is as true inside a write transaction as outside. But there a version may be undone and
    # given again: nothing that was read there is kept.
    if not connection.in_atomic_block:
        _pictures[database] = found
    return found


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _total() -> _Total:
    with cursor() as ready:
        ready.execute(_TOTAL)
        count, total = ready.fetchone()
    return count, total


def _blocks() -> dict[int, _Total]:
    with cursor() as ready:
        ready.execute(_BLOCKS)
        return {block: (count, total) for block, count, total in ready.fetchall()}


def _some_moved(old: _Picture, total: _Total) -> _Picture | None:
    """The next picture when few places were written to: only their blocks are asked for versions.

    None when many were, or a place came, went or has another name.
    """
    blocks = _blocks()
    changed = [block for block, one in blocks.items() if old.blocks.get(block) != one]
    if not 0 < len(changed) <= _FEW or blocks.keys() != old.blocks.keys():
        return None
    stale = []
    within = " OR ".join(["id BETWEEN %s AND %s"] * len(changed))
    ends = [end for block in changed for end in (block * _BLOCK, block * _BLOCK + _BLOCK - 1)]
    with cursor(len(changed)) as ready:
        ready.execute(_IN_BLOCKS.format(within=within), ends)
        rows = ready.fetchall()
    for pk, version, name, retired in rows:
        one = old.kept.get(pk)
        if (one is None) != bool(retired) or (one and one.state.name != name):
            return None
        if one and one.version != version:
            stale.append(pk)
    fresh = {one.state.id: one for one in _load(stale)}
    now = replace(old, total=total, kept={**old.kept, **fresh}, blocks=blocks)
    return _painted(old, now, fresh, gone=(), shared=_drawn_by(old, fresh))


def _drawn_by(old: _Picture, fresh: Mapping[int, _Kept]) -> dict[int, _Row] | None:
    """The shared pools, where the places were only booked in: theirs as they are now. None: read all."""
    if any(one.version - old.kept[pk].version >= FACILITY_CHANGED for pk, one in fresh.items()):
        return None
    paths = {one.state.upstream for one in fresh.values()}
    drawn = {pool for path in paths for _, pool in path}
    if len(drawn) > _MANY or not drawn <= old.shared.keys():
        return None
    return {**old.shared, **{row[0]: row for row in (_rows(_SOME_SHARED, sorted(drawn)) if drawn else ())}}


def _next(old: _Picture, total: _Total, seen: Sequence[tuple[int, int]]) -> _Picture:
    """The picture of the places seen (id, version; by name), with everything of `old` that is still so."""
    stale = [pk for pk, version in seen if (one := old.kept.get(pk)) is None or one.version != version]
    fresh = {one.state.id: one for one in _load(stale)}
    kept = {pk: fresh[pk] if pk in fresh else old.kept[pk] for pk, _ in seen}
    order = {pk: number for number, pk in enumerate(kept)}
    gone = [pk for pk in old.kept if pk not in kept]
    return _painted(old, replace(old, total=total, kept=kept, order=order), fresh, gone=gone)


def _painted(
    old: _Picture,
    now: _Picture,
    fresh: Mapping[int, _Kept],
    *,
    gone: Iterable[int],
    shared: dict[int, _Row] | None = None,
) -> _Picture:
    """`now` with the snapshot of its places. fresh: those that were read; gone: those that are no more; shared: the
    shared pools, where they were read."""
    shared = shared or {row[0]: row for row in _SHARED.all()}
    moved = [pk for pk, row in shared.items() if (was := old.shared.get(pk)) is not row and was != row]
    pools, pending = dict(old.snapshot.pools), dict(old.pending)
    for pk in old.shared.keys() - shared.keys():
        del pools[pk]
    for pk in (*fresh, *gone):
        pending.pop(pk, None)
        for pool in old.kept[pk].pools if pk in old.kept else ():
            pools.pop(pool.id, None)
    for pk, one in fresh.items():
        pools.update((pool.id, pool) for pool in one.pools)
        if one.pending:
            pending[pk] = one.pending
    pools.update((pk, _pool(shared[pk])) for pk in moved)
    places = (
        [one.state for one in now.kept.values()] if now.order is not old.order else list(old.snapshot.places)
    )
    for pk, one in fresh.items():
        places[now.order[pk]] = one.state
    waiting = sorted((one for some in pending.values() for one in some), key=_by_end)
    snapshot = Snapshot(tuple(places), pools, tuple(waiting))
    candidates.carry_over(old.snapshot, snapshot, places=fresh, pools=moved)
    return replace(now, shared=shared, pending=pending, snapshot=snapshot)


def _by_end(claim: Pending) -> tuple[bool, float, int]:
    """In the order in which they end; what has no end comes last."""
    return claim.expires_at is None, claim.expires_at.timestamp() if claim.expires_at else 0.0, claim.claim_id


def _load(ids: Sequence[int]) -> Iterator[_Kept]:
    """Read these places, some hundred at a time: all rows of a large facility at once would take much memory."""
    for first in range(0, len(ids), _ROWS):
        some = ids[first : first + _ROWS]
        own: dict[int, list[PoolState]] = {}
        routes: dict[int, list[tuple[str, int]]] = {}
        for row in _rows(_OWN_POOLS, some):
            own.setdefault(row[10], []).append(_pool(row))
        for place_id, share, pool_id in _rows(_ROUTES, some):
            routes.setdefault(place_id, []).append((intern(share), pool_id))
        pending = _pending(some, [pk for (pk,) in _rows(PENDING_IN, some)])
        for row in _rows(_PLACES, some):
            mine, drawn = own.get(row[0], []), routes.get(row[0], [])
            place = _place(row, {pool.id for pool in mine}, drawn)
            yield _Kept(row[12], place, tuple(mine), tuple(pending.get(place.id, ())))


def _place(row: _Row, mine: set[int], drawn: Sequence[tuple[str, int]]) -> PlaceState:
    path = tuple(route for route in drawn if route[1] not in mine)
    shares = frozenset(share for share, _ in drawn)
    return PlaceState(
        id=row[0],
        kind=intern(row[1]),
        name=row[2],
        room=intern(row[3]),
        rack_id=row[4],
        half_units=row[5],
        depth_mm=row[6],
        policy=intern(row[7]),
        keep_free=row[8],
        front=int(row[9], 16),
        rear=int(row[10], 16),
        sides=row[11],
        own=tuple(route for route in drawn if route[1] in mine),
        upstream=_paths.setdefault(path, path),
        shares=_shares.setdefault(shares, shares),
    )


def _pool(row: _Row) -> PoolState:
    pk, kind, ref, state, capacity, limit, held, reserved, installed, blocked, own, label = row
    kind, ref, state, label = intern(kind), intern(ref), intern(state), intern(label)
    return PoolState(pk, kind, ref, state, capacity, limit, held, reserved, installed, blocked, own, label)


def _pending(places: Sequence[int], claims: Sequence[int]) -> dict[int, list[Pending]]:
    """Place -> the held and reserved claims there. claims: their ids."""
    if not claims:
        return {}
    draws: dict[int, list[tuple[int, int]]] = {}
    for claim_id, pool_id, amount in _rows(_LINES, claims):
        draws.setdefault(claim_id, []).append((pool_id, amount))
    found: dict[int, list[Pending]] = {}
    rows: Iterable[_Row] = Claim.objects.filter(pk__in=claims).values_list(*_PENDING)
    if len(places) <= _FEW:
        rows = [row for pk in places for row in _PENDING_HERE.all(place=pk)]
    for row in sorted(rows, key=lambda row: int(row[0])):
        one = Pending(
            claim_id=row[0],
            state=row[1],
            expires_at=row[2],
            holder=row[3] or row[4] or f"#{row[0]}",
            place_id=row[5],
            start=row[6],
            height=row[7],
            face=row[8],
            side=row[10] if row[9] is None else None,
            draws=tuple(draws.get(row[0], [])),
        )
        found.setdefault(row[5], []).append(one)
    return found


def _rows(statement: str, ids: Sequence[int]) -> Iterable[_Row]:
    """The rows of these ids; few thousand of them at most, as both databases bind 32,766 values."""
    with cursor(len(ids)) as ready:
        ready.execute(statement.format(ids=marks(ids)), list(ids))
        yield from ready.fetchall()
