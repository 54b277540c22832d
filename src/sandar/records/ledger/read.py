"""Questions to the ledger. Pictures come as plain data (core.capacity, Block) in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sandar.core import rack as geometry
from sandar.core.capacity import Pending, PlaceState, PoolState, Snapshot
from sandar.errors import NotFound

from .engine import holder_facts
from .models import LIVE, Cell, Claim, Line, Place, Pool, Route
from .recount import Discrepancy, recount

__all__ = [
    "Block",
    "Discrepancy",
    "claim",
    "claims",
    "claims_for_case",
    "consistent",
    "due",
    "elevation",
    "holder_of",
    "place",
    "place_of_rack",
    "places",
    "pools",
    "pools_of_place",
    "rack_space",
    "recount",
    "snapshot",
]


@contextmanager
def consistent() -> Iterator[None]:
    """Several reads, one moment, no write lock: a read transaction of its own unless one is open.

    Plain BEGIN on SQLite (Django's atomic() would be IMMEDIATE and queue behind writers); REPEATABLE READ,
    READ ONLY on PostgreSQL.
    """
    if connection.in_atomic_block:
        yield
        return
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


# --- The snapshot for the rules.

_POOL = (
    "id", "kind", "ref", "failure_state", "capacity", "limit",
    "held", "reserved", "installed", "blocked", "place_id", "label",
)  # fmt: skip
_PLACE = ("id", "kind", "name", "room", "rack_id", "half_units", "depth_mm", "front", "rear")
_PENDING = ("id", "state", "expires_at", "case__number", "label", "place_id", "start", "height", "face")


def snapshot(
    *,
    rack_ids: Iterable[int] | None = None,
    ignoring_case: int | None = None,
    agency_id: int | None = None,
) -> Snapshot:
    """The ledger at one moment: places, pools, what is pending. Six queries, whatever the size.

    rack_ids: only these racks (compute pools always come along). ignoring_case: as if this case held
    nothing, so that re-checking a case never counts its own hold. agency_id: fills `near`.
    """
    with consistent():
        chosen = Place.objects.order_by("name")
        if rack_ids is not None:
            chosen = chosen.filter(rack_id__in=list(rack_ids)) | chosen.filter(kind="compute")
        rows = list(chosen.values_list(*_PLACE))
        routes: dict[int, list[tuple[str, int]]] = {}
        drawn = Route.objects.order_by("pool_id").values_list("place_id", "share", "pool_id")
        for place_id, share, pool_id in drawn if rack_ids is None else drawn.filter(place__in=chosen):
            routes.setdefault(place_id, []).append((share, pool_id))
        known = pools()
        pending = _pending(ignoring_case)
        near: frozenset[int] = frozenset()
        if agency_id is not None:
            mine = Claim.objects.filter(agency_id=agency_id, state__in=LIVE)
            near = frozenset(mine.values_list("place_id", flat=True).distinct())
        own = _own(ignoring_case)
    places = tuple(_place_state(row, routes.get(row[0], [])) for row in rows)
    return _without(Snapshot(places, {pool.id: pool for pool in known}, pending, near), own)


def _place_state(row: tuple[Any, ...], routes: list[tuple[str, int]]) -> PlaceState:
    shares = frozenset(share for share, _ in routes)
    facts = dict(zip(_PLACE, row, strict=True))
    facts |= {"front": int(facts["front"], 16), "rear": int(facts["rear"], 16)}
    return PlaceState(**facts, routes=tuple(routes), shares=shares)


def _pending(ignoring_case: int | None) -> tuple[Pending, ...]:
    claims = Claim.objects.filter(state__in=["held", "reserved"]).order_by("expires_at", "pk")
    if ignoring_case is not None:
        claims = claims.exclude(case_id=ignoring_case)
    draws: dict[int, list[tuple[int, int]]] = {}
    for claim_id, pool_id, amount in Line.objects.filter(claim__state__in=["held", "reserved"]).values_list(
        "claim_id", "pool_id", "amount"
    ):
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
            draws=tuple(draws.get(row[0], [])),
        )
        for row in claims.values_list(*_PENDING)
    )


@dataclass(frozen=True, slots=True)
class _Own:
    """What one case has now: (place, start, height, face) and (pool, state, amount)."""

    places: list[tuple[int, int | None, int, str]]
    draws: list[tuple[int, str, int]]


def _own(case_id: int | None) -> _Own:
    if case_id is None:
        return _Own([], [])
    claims = Claim.objects.filter(case_id=case_id, state__in=LIVE)
    lines = Line.objects.filter(claim__case_id=case_id, claim__state__in=LIVE)
    return _Own(
        list(claims.values_list("place_id", "start", "height", "face")),
        list(lines.values_list("pool_id", "claim__state", "amount")),
    )


def _without(snapshot: Snapshot, own: _Own) -> Snapshot:
    """The snapshot as if these claims were not there."""
    if not own.places:
        return snapshot
    found = {place.id: place for place in snapshot.places}
    for place_id, start, height, face in own.places:
        if (place := found.get(place_id)) and start is not None:
            bits = geometry.mask(start, height)
            found[place_id] = replace(
                place,
                front=place.front & ~bits if face != "rear" else place.front,
                rear=place.rear & ~bits if face != "front" else place.rear,
            )
    left = dict(snapshot.pools)
    for pool_id, state, amount in own.draws:
        pool = left[pool_id]
        left[pool_id] = replace(pool, **{state: getattr(pool, state) - amount})
    return replace(snapshot, places=tuple(found.values()), pools=left)


def pools() -> tuple[PoolState, ...]:
    """Every pool with its figures, by kind, name, failure state."""
    rows = Pool.objects.order_by("kind", "ref", "failure_state").values_list(*_POOL)
    return tuple(PoolState(*row) for row in rows)


def pools_of_place(place_id: int) -> tuple[PoolState, ...]:
    """The pools a claim in this place would draw from."""
    drawn = Route.objects.filter(place_id=place_id).values("pool_id")
    rows = Pool.objects.filter(pk__in=drawn).order_by("kind", "ref", "failure_state").values_list(*_POOL)
    return tuple(PoolState(*row) for row in rows)


def rack_space() -> Iterator[tuple[str, int, dict[str, int]]]:
    """(rack, half-units, half-units taken by state) of every rack; a half-unit is taken when either face is.

    held, reserved and blocked are counted from the claims, the rest of what is taken is installed.
    """
    pending: dict[int, dict[str, int]] = {}
    rows = Claim.objects.filter(state__in=["held", "reserved", "blocked"], height__gt=0)
    for place_id, state, start, height in rows.values_list("place_id", "state", "start", "height"):
        masks = pending.setdefault(place_id, {"held": 0, "reserved": 0, "blocked": 0})
        masks[state] |= geometry.mask(start or 0, height)
    racks = Place.objects.filter(kind="rack").order_by("name")
    for pk, name, total, front, rear in racks.values_list("id", "name", "half_units", "front", "rear"):
        left = int(front, 16) | int(rear, 16)
        taken = {}
        for state in ("blocked", "reserved", "held"):
            mask = pending.get(pk, {}).get(state, 0) & left
            taken[state] = mask.bit_count()
            left &= ~mask
        yield name, total, {**taken, "installed": left.bit_count()}


# --- Places, claims, holders.


def places(kind: str | None = None) -> QuerySet[Place]:
    """Racks and compute pools, by name."""
    rows = Place.objects.order_by("name")
    return rows.filter(kind=kind) if kind else rows


def place(kind: str, name: str) -> Place:
    """The rack or compute pool of this name. Raises NotFound."""
    if found := Place.objects.filter(kind=kind, name=name).first():
        return found
    raise NotFound(what="place", name=name)


def place_of_rack(rack_id: int) -> Place:
    """The place of a rack. Raises NotFound."""
    if found := Place.objects.filter(rack_id=rack_id).first():
        return found
    raise NotFound(what="place", id=rack_id)


def claim(claim_id: int) -> Claim:
    """One claim with its place. Raises NotFound."""
    if found := Claim.objects.select_related("place").filter(pk=claim_id).first():
        return found
    raise NotFound(what="claim", id=claim_id)


def claims(ids: Iterable[int]) -> dict[int, Claim]:
    """Several claims by id, with their places; unknown ones are left out."""
    return Claim.objects.select_related("place").in_bulk(list(ids))


def claims_for_case(case_id: int, *, live: bool = True) -> list[Claim]:
    """The claims of a case by item number, with their places; live=False: the ended ones too."""
    rows = Claim.objects.select_related("place").filter(case_id=case_id).order_by("item_no", "pk")
    return list(rows.filter(state__in=LIVE) if live else rows)


def due(now: datetime) -> list[Claim]:
    """Held and reserved claims whose time has come."""
    rows = Claim.objects.filter(state__in=["held", "reserved"], expires_at__lte=now)
    return list(rows.order_by("expires_at", "pk"))


def holder_of(rack_id: int, half_u: int, face: str) -> dict[str, Any] | None:
    """Who has this half-unit (face front or rear): holder, holder_claim, holder_state, expires_at."""
    cell = Cell.objects.filter(rack_id=rack_id, half_u=half_u, face=geometry.FACES[face][0])
    claim_id = cell.values_list("claim_id", flat=True).first()
    return None if claim_id is None else holder_facts(claim_id)


@dataclass(frozen=True, slots=True)
class Block:
    """One live claim in a rack's elevation; start and height in half-units."""

    claim_id: int
    start: int | None
    height: int
    face: str
    state: str
    label: str
    watts: int
    cords: str
    weight_kg: int
    agency_id: int | None
    agency: str | None
    case_id: int | None
    case: str | None
    item_no: int | None
    expires_at: datetime | None
    version: int

    @property
    def position_u(self) -> float | None:
        """Lowest unit, counted from the bottom, 1-based."""
        return None if self.start is None else geometry.position_of(self.start)


_BLOCK = (
    "id", "start", "height", "face", "state", "label", "watts", "cords", "weight_kg", "agency_id",
    "agency__name", "case_id", "case__number", "item_no", "expires_at", "version",
)  # fmt: skip


def elevation(rack_id: int) -> tuple[Block, ...]:
    """Everything that stands or is held in a rack, from the floor up. One query."""
    rows = Claim.objects.filter(rack_id=rack_id, state__in=LIVE).order_by("start", "face", "pk")
    return tuple(Block(*row) for row in rows.values_list(*_BLOCK))
