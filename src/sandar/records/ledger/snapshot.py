"""The picture of the whole ledger at one moment, for the rules in core.

A place that has not changed since this process saw it last (same `version`) is not read again: its routes,
masks and own pools are kept. So a question over 500 racks reads 500 short rows and the few shared pools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, connections

from sandar.core import rack as geometry
from sandar.core.capacity import Pending, PlaceState, PoolState, Snapshot
from sandar.records.prepared import Question, Slot, at_one_moment

from .models import LIVE, Claim, Line, Place, Pool, Route

_POOL = (
    "id", "kind", "ref", "failure_state", "capacity", "limit",
    "held", "reserved", "installed", "blocked", "place_id", "label",
)  # fmt: skip
_PLACE = (
    "id", "kind", "name", "room", "rack_id", "half_units", "depth_mm", "policy", "keep_free",
    "front", "rear", "sides", "version",
)  # fmt: skip
_PENDING = (
    "id", "state", "expires_at", "case__number", "label", "place_id", "start", "height", "face", "host_id", "slot",
    "case_id",
)  # fmt: skip

_VERSIONS = Question(
    lambda: Place.objects.filter(retired=False).order_by("name").values_list("id", "version")
)
_SHARED = Question(lambda: Pool.objects.filter(place__isnull=True, retired=False).values_list(*_POOL))
_PENDING_CLAIMS = Question(
    lambda: (
        Claim.objects.filter(state__in=["held", "reserved"])
        .order_by("expires_at", "pk")
        .values_list(*_PENDING)
    )
)
_PENDING_LINES = Question(
    lambda: Line.objects.filter(
        claim_id__in=Claim.objects.filter(state__in=["held", "reserved"]).values("pk")
    ).values_list("claim_id", "pool_id", "amount")
)
_NEAR = Question(
    lambda: Claim.objects.filter(agency_id=Slot("agency"), state__in=LIVE).values_list("place_id", "case_id")
)
_GEOMETRY = ("place_id", "start", "height", "face", "host_id", "slot")
_OF_CASE = Question(
    lambda: Claim.objects.filter(case_id=Slot("case"), state__in=LIVE).values_list(*_GEOMETRY)
)
_LINES_OF_CASE = Question(
    lambda: Line.objects.filter(claim__case_id=Slot("case"), claim__state__in=LIVE).values_list(
        "pool_id", "claim__state", "amount"
    )
)


_reading: set[int] = set()  # connections with such a transaction open


@contextmanager
def consistent() -> Iterator[None]:
    """Several reads, one moment, no write lock: a read transaction of its own unless one is open.

    Plain BEGIN on SQLite (Django's atomic() would be IMMEDIATE and queue behind writers); REPEATABLE READ,
    READ ONLY on PostgreSQL. Inside another one it is that one.
    """
    this = id(connections[connection.alias])  # each thread has its own
    if connection.in_atomic_block or this in _reading:
        yield
        return
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN DEFERRED")
        _reading.add(this)
        try:
            yield
        finally:
            _reading.discard(this)
            cursor.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A place as it was at one version, with the pools that only it draws from."""

    version: int
    state: PlaceState
    pools: dict[int, PoolState]


_kept: dict[tuple[str, int], _Kept] = {}
# Racks on one path share one tuple: core.placement looks at each path once.
_paths: dict[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]] = {}
_shares: dict[frozenset[str], frozenset[str]] = {}


def snapshot(
    *,
    rack_ids: Iterable[int] | None = None,
    place_ids: Iterable[int] | None = None,
    ignoring_case: int | None = None,
    agency_id: int | None = None,
) -> Snapshot:
    """The ledger at one moment: places, pools, what is pending.

    rack_ids: only these racks (compute pools always come along). place_ids: only these places.
    ignoring_case: as if this case held nothing, so that re-checking a case never counts its own hold.
    agency_id: fills `near`.
    """
    whole = rack_ids is None and place_ids is None and ignoring_case is None and agency_id is None
    if whole and (known := _at_once()):
        return known
    with consistent():
        places, pools = _places(rack_ids, place_ids)
        pending = _pending(ignoring_case)
        near: frozenset[int] = frozenset()
        if agency_id is not None:
            # The case's own hold is no neighbour: asked again, the answer is the same.
            homes = _NEAR.all(agency=agency_id)
            near = frozenset(p for p, case in homes if ignoring_case is None or case != ignoring_case)
        found = Snapshot(places, pools, pending, near)
        return found if ignoring_case is None else _without(found, ignoring_case)


def pools() -> tuple[PoolState, ...]:
    """Every pool with its figures, by kind, name, failure state."""
    rows = Pool.objects.filter(retired=False).order_by("kind", "ref", "failure_state").values_list(*_POOL)
    return tuple(PoolState(*row) for row in rows)


def pools_of_place(place_id: int) -> tuple[PoolState, ...]:
    """The pools a claim in this place would draw from."""
    drawn = Route.objects.filter(place_id=place_id).values("pool_id")
    rows = Pool.objects.filter(pk__in=drawn).order_by("kind", "ref", "failure_state").values_list(*_POOL)
    return tuple(PoolState(*row) for row in rows)


def _at_once() -> Snapshot | None:
    """The picture in one message to PostgreSQL; None where that is not possible or a place must be read again."""
    this = connections[connection.alias]
    if this.vendor != "postgresql" or this.in_atomic_block or id(this) in _reading:
        return None
    seen, shared, claims, lines = at_one_moment(_VERSIONS, _SHARED, _PENDING_CLAIMS, _PENDING_LINES)
    database = str(this.settings_dict["NAME"])
    found = {row[0]: PoolState(*row) for row in shared}
    places = []
    for pk, version in seen:
        kept = _kept.get((database, pk))
        if kept is None or kept.version != version:
            return None
        found.update(kept.pools)
        places.append(kept.state)
    return Snapshot(tuple(places), found, _told(claims, lines))


def _places(
    rack_ids: Iterable[int] | None, place_ids: Iterable[int] | None
) -> tuple[tuple[PlaceState, ...], dict[int, PoolState]]:
    database = str(connection.settings_dict["NAME"])
    seen = _versions(rack_ids, place_ids)
    known = {pk: _kept.get((database, pk)) for pk, _ in seen}
    stale = [pk for pk, version in seen if (kept := known[pk]) is None or kept.version != version]
    fresh = {entry.state.id: entry for entry in _load(stale)}
    # What others committed is as true inside a write transaction as outside. But there a version may be undone and
    # given again: nothing that was read there is kept.
    if not connection.in_atomic_block:
        _kept.update({(database, pk): entry for pk, entry in fresh.items()})
    found = {row[0]: PoolState(*row) for row in _SHARED.all()}
    entries = [fresh.get(pk) or _sure(known[pk]) for pk, _ in seen]
    for entry in entries:
        found.update(entry.pools)
    return tuple(entry.state for entry in entries), found


def _versions(rack_ids: Iterable[int] | None, place_ids: Iterable[int] | None) -> list[tuple[int, int]]:
    """Place and version of the places asked for, by name."""
    if rack_ids is None and place_ids is None:
        return _VERSIONS.all()
    rows = Place.objects.filter(retired=False).order_by("name")
    if rack_ids is not None:
        rows = rows.filter(rack_id__in=list(rack_ids)) | rows.filter(kind="compute")
    if place_ids is not None:
        rows = rows.filter(pk__in=list(place_ids))
    return list(rows.values_list("id", "version"))


def _sure(entry: _Kept | None) -> _Kept:
    assert entry is not None, "a place is either fresh or kept"
    return entry


def _load(ids: list[int]) -> Iterator[_Kept]:
    if not ids:
        return
    own: dict[int, dict[int, PoolState]] = {}
    routes: dict[int, list[tuple[str, int]]] = {}
    for row in Pool.objects.filter(place_id__in=ids, retired=False).values_list(*_POOL):
        own.setdefault(row[10], {})[row[0]] = PoolState(*row)
    drawn = Route.objects.filter(place_id__in=ids).order_by("pool_id")
    for place_id, share, pool_id in drawn.values_list("place_id", "share", "pool_id"):
        routes.setdefault(place_id, []).append((share, pool_id))
    for row in Place.objects.filter(pk__in=ids).values_list(*_PLACE):
        *_, policy, keep_free, front, rear, sides, version = row
        mine, all_routes = own.get(row[0], {}), routes.get(row[0], [])
        path = tuple(route for route in all_routes if route[1] not in mine)
        shares = frozenset(share for share, _ in all_routes)
        state = PlaceState(
            id=row[0],
            kind=row[1],
            name=row[2],
            room=row[3],
            rack_id=row[4],
            half_units=row[5],
            depth_mm=row[6],
            front=int(front, 16),
            rear=int(rear, 16),
            own=tuple(route for route in all_routes if route[1] in mine),
            upstream=_paths.setdefault(path, path),
            shares=_shares.setdefault(shares, shares),
            sides=sides,
            policy=policy,
            keep_free=keep_free,
        )
        yield _Kept(version, state, mine)


def _pending(ignoring_case: int | None) -> tuple[Pending, ...]:
    rows = [row for row in _PENDING_CLAIMS.all() if ignoring_case is None or row[11] != ignoring_case]
    return _told(rows, _PENDING_LINES.all() if rows else [])


def _told(rows: Iterable[tuple[Any, ...]], lines: Iterable[tuple[Any, ...]]) -> tuple[Pending, ...]:
    draws: dict[int, list[tuple[int, int]]] = {}
    for claim_id, pool_id, amount in lines:
        draws.setdefault(claim_id, []).append((pool_id, amount))
    return tuple(
        Pending(
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
        for row in rows
    )


def _without(snapshot: Snapshot, case_id: int) -> Snapshot:
    """The snapshot as if the claims of this case were not there."""
    found = {place.id: place for place in snapshot.places}
    for place_id, start, height, face, host, slot in _OF_CASE.all(case=case_id):
        if (place := found.get(place_id)) and slot and host is None:
            found[place_id] = replace(place, sides=place.sides & ~(1 << (slot - 1)))
        elif place and start is not None:
            bits = geometry.mask(start, height)
            found[place_id] = replace(
                place,
                front=place.front & ~bits if face != "rear" else place.front,
                rear=place.rear & ~bits if face != "front" else place.rear,
            )
    left = dict(snapshot.pools)
    for pool_id, state, amount in _LINES_OF_CASE.all(case=case_id):
        if pool := left.get(pool_id):
            left[pool_id] = replace(pool, **{state: getattr(pool, state) - amount})
    return replace(snapshot, places=tuple(found.values()), pools=left)
