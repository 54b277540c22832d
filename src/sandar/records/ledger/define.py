"""Bring the ledger's places, pools and routes in line with the facility, without ever overselling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import F

from sandar.core.capacity import Layout, PlaceSpec, PoolSpec, limit_of
from sandar.errors import LimitBelowUse

from .engine import Change, apply, holder_facts, spec_of
from .models import LIVE, Cell, Claim, Place, Pool, Route
from .sql import LockedPlace, lock_places

_PLACE_FIELDS = ("rack_id", "room", "half_units", "depth_mm", "policy", "keep_free")


def define(layout: Layout, *, at: datetime, by: int | None = None) -> None:
    """Create and update places, pools and routes; what the layout does not name stays as it is.

    Claims in a place whose routes changed are booked anew along the new routes. Raises LimitBelowUse when a
    rack or pool would shrink below what is taken, CapacityTaken when the new routes have no room.
    """
    assert connection.in_atomic_block, "the ledger writes only inside a transaction"
    places = _places(layout.places)
    pools = _pools(layout.pools, places)
    changed = _routes(layout.places, places, pools)
    claims = list(Claim.objects.filter(place_id__in=changed, state__in=LIVE).order_by("place_id", "pk"))
    if claims:
        again = [Change(claim, claim.state, spec_of(claim), claim.expires_at) for claim in claims]
        apply(again, at=at, by=by)


def _places(specs: Iterable[PlaceSpec]) -> dict[str, Place]:
    known = {(place.kind, place.name): place for place in Place.objects.all()}
    found: dict[str, Place] = {}
    new: list[Place] = []
    for spec in specs:
        fields = {name: getattr(spec, name) for name in _PLACE_FIELDS}
        place = known.get((spec.kind, spec.name))
        if place is None:
            new.append(Place(kind=spec.kind, name=spec.name, **fields))
            continue
        found[f"{spec.kind}:{spec.name}"] = place
        if any(getattr(place, name) != value for name, value in fields.items()):
            _shrinkable(lock_places([place.pk])[place.pk], spec)
            Place.objects.filter(pk=place.pk).update(version=F("version") + 1, **fields)
    Place.objects.bulk_create(new)
    return found | {f"{place.kind}:{place.name}": place for place in new}


def _shrinkable(place: LockedPlace, spec: PlaceSpec) -> None:
    taken = (place.front | place.rear).bit_length()
    if spec.half_units < taken:
        rows = Cell.objects.filter(claim__place_id=place.pk).order_by("-half_u")
        top = rows.values_list("claim_id", flat=True)
        raise LimitBelowUse(
            resource="space", ref=place.name, limit=spec.half_units, taken=taken, **holder_facts(top.first())
        )


def _pools(specs: Iterable[PoolSpec], places: dict[str, Place]) -> dict[tuple[str, str, str], int]:
    known = {(pool.kind, pool.ref, pool.failure_state): pool for pool in Pool.objects.order_by("pk")}
    new: list[Pool] = []
    for spec in specs:
        limit = limit_of(spec.capacity, spec.derating)
        fields = {"capacity": spec.capacity, "derating": spec.derating, "limit": limit, "label": spec.label}
        pool = known.get(spec.key)
        if pool is None:
            own = places[spec.own] if spec.own else None
            new.append(Pool(kind=spec.kind, ref=spec.ref, failure_state=spec.state, place=own, **fields))
        elif any(getattr(pool, name) != value for name, value in fields.items()):
            _reset(pool, limit, fields)
    Pool.objects.bulk_create(new)
    ids = {key: pool.pk for key, pool in known.items()}
    return ids | {(pool.kind, pool.ref, pool.failure_state): pool.pk for pool in new}


def _reset(pool: Pool, limit: int, fields: dict[str, object]) -> None:
    """Change the figures of a pool, unless more than the new limit is taken: one conditional UPDATE."""
    used = F("held") + F("reserved") + F("installed") + F("blocked")
    rows = Pool.objects.annotate(taken=used).filter(pk=pool.pk, taken__lte=limit)
    if rows.update(**fields) != 1:
        taken = pool.held + pool.reserved + pool.installed + pool.blocked
        raise LimitBelowUse(resource=pool.kind, ref=pool.ref, limit=limit, taken=taken)
    if pool.place_id:
        Place.objects.filter(pk=pool.place_id).update(version=F("version") + 1)


def _routes(
    specs: Iterable[PlaceSpec], places: dict[str, Place], pools: dict[tuple[str, str, str], int]
) -> set[int]:
    """Replace the routes that differ; returns the ids of the places they belong to."""
    known: dict[int, set[tuple[int, str]]] = {}
    for place_id, pool_id, share in Route.objects.values_list("place_id", "pool_id", "share"):
        known.setdefault(place_id, set()).add((pool_id, share))
    wanted = {
        places[f"{spec.kind}:{spec.name}"].pk: {(pools[key], share) for key, share in spec.routes}
        for spec in specs
    }
    changed = {place_id for place_id, routes in wanted.items() if known.get(place_id, set()) != routes}
    if changed:
        lock_places(changed)
        Route.objects.filter(place_id__in=changed).delete()
        Route.objects.bulk_create(
            Route(place_id=place_id, pool_id=pool_id, share=share)
            for place_id in sorted(changed)
            for pool_id, share in sorted(wanted[place_id])
        )
        Place.objects.filter(pk__in=changed).update(version=F("version") + 1)
    return changed
