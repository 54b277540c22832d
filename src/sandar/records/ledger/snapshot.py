"""The picture of the whole ledger at one moment, for the rules in core: whole, in part, or as if a case had nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import connection, connections

from sandar.core import candidates
from sandar.core import rack as geometry
from sandar.core.capacity import PoolState, Snapshot
from sandar.records.prepared import Question, Slot

from . import picture
from .models import LIVE, Claim, Line, Place, Pool, Route
from .picture import POOL

_NEAR = Question(
    lambda: Claim.objects.filter(agency_id=Slot("agency"), state__in=LIVE).values_list("place_id", "case_id")
)
_GEOMETRY = ("id", "place_id", "start", "height", "face", "host_id", "slot")
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
    plain = rack_ids is None and place_ids is None and ignoring_case is None and agency_id is None
    if plain and (known := picture.unchanged()):
        return known
    with consistent():
        if rack_ids is None and place_ids is None:
            found = picture.whole()
        else:
            found = picture.part(_places(rack_ids, place_ids))
        if ignoring_case is not None:
            found = _without(found, ignoring_case)
        if agency_id is None:
            return found
        # The case's own hold is no neighbour: asked again, the answer is the same.
        homes = _NEAR.all(agency=agency_id)
        near = frozenset(p for p, case in homes if ignoring_case is None or case != ignoring_case)
        seen = replace(found, near=near)
        candidates.lend(found, seen)
        return seen


def pools() -> tuple[PoolState, ...]:
    """Every pool with its figures, by kind, name, failure state."""
    rows = Pool.objects.filter(retired=False).order_by("kind", "ref", "failure_state").values_list(*POOL)
    return tuple(PoolState(*row) for row in rows)


def pools_of_place(place_id: int) -> tuple[PoolState, ...]:
    """The pools a claim in this place would draw from."""
    drawn = Route.objects.filter(place_id=place_id).values("pool_id")
    rows = Pool.objects.filter(pk__in=drawn).order_by("kind", "ref", "failure_state").values_list(*POOL)
    return tuple(PoolState(*row) for row in rows)


def _places(rack_ids: Iterable[int] | None, place_ids: Iterable[int] | None) -> list[int]:
    rows = Place.objects.filter(retired=False)
    if rack_ids is not None:
        rows = rows.filter(rack_id__in=list(rack_ids)) | rows.filter(kind="compute")
    if place_ids is not None:
        rows = rows.filter(pk__in=list(place_ids))
    return list(rows.values_list("id", flat=True))


def _without(snapshot: Snapshot, case_id: int) -> Snapshot:
    """The snapshot as if the claims of this case were not there."""
    found = {place.id: place for place in snapshot.places}
    mine, touched = set(), set()
    for claim, place_id, start, height, face, host, slot in _OF_CASE.all(case=case_id):
        mine.add(claim)
        touched.add(place_id)
        if (place := found.get(place_id)) and slot and host is None:
            found[place_id] = replace(place, sides=place.sides & ~(1 << (slot - 1)))
        elif place and start is not None:
            bits = geometry.mask(start, height)
            found[place_id] = replace(
                place,
                front=place.front & ~bits if face != "rear" else place.front,
                rear=place.rear & ~bits if face != "front" else place.rear,
            )
    if not mine:
        return snapshot
    left, drawn = dict(snapshot.pools), set()
    for pool_id, state, amount in _LINES_OF_CASE.all(case=case_id):
        if pool := left.get(pool_id):
            left[pool_id] = replace(pool, **{state: getattr(pool, state) - amount})
            drawn.add(pool_id)
    pending = tuple(claim for claim in snapshot.pending if claim.claim_id not in mine)
    changed = replace(snapshot, places=tuple(found.values()), pools=left, pending=pending)
    candidates.lend(snapshot, changed, places=touched & found.keys(), pools=drawn)
    return changed
