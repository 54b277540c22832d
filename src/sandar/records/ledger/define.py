"""Bring the ledger's places, pools and routes in line with the facility, without ever overselling.

Locks as everywhere: the places that change by id, then pools by id. What changes the facility stands in one
queue (`facility.checks.inside`), so nobody defines the ledger from a picture that is older than another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from sandar.core.capacity import Layout, PlaceSpec, PoolSpec, limit_of
from sandar.errors import LimitBelowUse

from . import reroute
from .holders import holder_facts, last_drawer
from .models import LIVE, Cell, Claim, Place, Pool, Route
from .picture import FACILITY_CHANGED
from .sql import lock_places

_PLACE_FIELDS = ("name", "rack_id", "room", "half_units", "depth_mm", "policy", "keep_free")
_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Diff:
    """What differs between the ledger and the layout. Places by name of their spec ("rack:R01")."""

    known: dict[str, Place]
    new: list[PlaceSpec] = field(default_factory=list)
    changed: list[PlaceSpec] = field(default_factory=list)
    gone: list[Place] = field(default_factory=list)


def define(layout: Layout, *, at: datetime, by: int | None = None) -> None:
    """Make places, pools and routes those of the layout; what it does not name any more is retired.

    Live claims in a place whose routes changed are booked anew along the new routes, in every declared failure
    state; that moves nothing and writes no movement. Raises LimitBelowUse naming the node, the state, by how
    much and who holds, when a rack, a place or a pool would shrink below what is taken; after it the
    transaction is as before and may go on. at, by: of the act.
    """
    assert connection.in_atomic_block, "the ledger writes only inside a transaction"
    with transaction.atomic():
        _define(layout)


def _define(layout: Layout) -> None:
    diff = _compare(layout.places)
    before = _routes()
    wanted = {_key(spec): dict(spec.routes) for spec in layout.places}
    rerouted = {
        name
        for name, routes in wanted.items()
        if name in diff.known and before.get(diff.known[name].pk, {}) != routes
    }
    pools = _Pools(layout.pools)
    changing = [diff.known[name] for name in rerouted | {_key(spec) for spec in diff.changed}]
    witness = _witness(diff) if pools.differ else set()
    lock_places({place.pk for place in changing + diff.gone if not place.retired} | pools.owners | witness)
    _retire_places(diff.gone)
    places = _places(diff)
    pools.create(places)
    places_by_id = {places[name].pk: routes for name, routes in wanted.items()}
    fresh = {places[_key(spec)].pk for spec in diff.new}
    touched = {places[name].pk for name in rerouted}
    moves = [
        reroute.Move(pk, pools.ids(before.get(pk, {})), pools.ids(places_by_id[pk]))
        for pk in sorted(touched | fresh)
    ]
    deltas = reroute.lines(moves)
    pools.settle(deltas)
    _write_routes(moves)
    _retire_pools(pools.gone)
    raised = F("version") + FACILITY_CHANGED
    Place.objects.filter(pk__in=touched | pools.owners | witness).update(version=raised)


def _witness(diff: _Diff) -> set[int]:
    """A place whose version tells readers that pools changed which no place has alone (picture.py)."""
    gone = {place.pk for place in diff.gone}
    stay = [place.pk for place in diff.known.values() if place.pk not in gone and not place.retired]
    return {min(stay)} if stay else set()


def _key(spec: PlaceSpec) -> str:
    return f"{spec.kind}:{spec.name}"


def _compare(specs: Sequence[PlaceSpec]) -> _Diff:
    rows = list(Place.objects.order_by("pk"))
    racks = {place.rack_id: place for place in rows if place.rack_id is not None}
    named = {place.name: place for place in rows if place.rack_id is None}
    diff = _Diff({})
    for spec in specs:
        place = racks.get(spec.rack_id) if spec.rack_id is not None else named.get(spec.name)
        if place is None:
            diff.new.append(spec)
            continue
        diff.known[_key(spec)] = place
        if place.retired or any(getattr(place, name) != getattr(spec, name) for name in _PLACE_FIELDS):
            diff.changed.append(spec)
    kept = {place.pk for place in diff.known.values()}
    diff.gone = [place for place in rows if place.pk not in kept and not place.retired]
    return diff


def _routes() -> dict[int, dict[_Key, str]]:
    """Place id -> pool key -> share, as they are."""
    found: dict[int, dict[_Key, str]] = {}
    columns = ("place_id", "pool__kind", "pool__ref", "pool__failure_state", "share")
    for place_id, kind, ref, state, share in Route.objects.values_list(*columns):
        found.setdefault(place_id, {})[kind, ref, state] = share
    return found


# --- Places


def _places(diff: _Diff) -> dict[str, Place]:
    """Every place of the layout by "kind:name", created and changed as the layout says."""
    for spec in diff.changed:
        place = diff.known[_key(spec)]
        _shrinkable(place, spec)
        fields = {name: getattr(spec, name) for name in _PLACE_FIELDS}
        Place.objects.filter(pk=place.pk).update(version=F("version") + 1, retired=False, **fields)
    made = Place.objects.bulk_create(
        Place(kind=spec.kind, **{name: getattr(spec, name) for name in _PLACE_FIELDS}) for spec in diff.new
    )
    return diff.known | {f"{place.kind}:{place.name}": place for place in made}


def _shrinkable(place: Place, spec: PlaceSpec) -> None:
    """A rack stays as high and as deep as what stands in it. Read under the lock."""
    cells = Cell.objects.filter(claim__place_id=place.pk, half_u__gte=spec.half_units).order_by("-half_u")
    if top := cells.values_list("claim_id", "half_u").first():
        facts = {"ref": place.name, "limit": spec.half_units, "taken": top[1] + 1}
        raise LimitBelowUse(
            resource="space", over=top[1] + 1 - spec.half_units, **facts, **holder_facts(top[0])
        )
    if spec.depth_mm and spec.depth_mm < (place.depth_mm or spec.depth_mm + 1):
        deep = Claim.objects.filter(place_id=place.pk, state__in=LIVE, depth_mm__gt=spec.depth_mm)
        if found := deep.order_by("-depth_mm").values_list("pk", "depth_mm").first():
            facts = {"ref": place.name, "limit": spec.depth_mm, "taken": found[1]}
            over = found[1] - spec.depth_mm
            raise LimitBelowUse(resource="depth", over=over, **facts, **holder_facts(found[0]))


def _retire_places(places: Iterable[Place]) -> None:
    """Take out of the ledger what the facility has not any more; its name becomes free, its history stays."""
    for place in places:
        live = Claim.objects.filter(place_id=place.pk, state__in=LIVE).order_by("pk")
        if taken := live.count():
            facts = holder_facts(live.values_list("pk", flat=True).first())
            raise LimitBelowUse(resource="place", ref=place.name, count=taken, **facts)
        tail = f"#{place.pk}"
        Route.objects.filter(place=place).delete()
        Place.objects.filter(pk=place.pk).update(
            retired=True, name=place.name[: 80 - len(tail)] + tail, version=F("version") + 1
        )


# --- Pools


class _Pools:
    """The pools of the layout. Limits are set under the locks, once what will be drawn is known."""

    def __init__(self, specs: Iterable[PoolSpec]) -> None:
        self.specs = {spec.key: spec for spec in specs}
        self.places: Mapping[str, Place] = {}
        self.rows = {(pool.kind, pool.ref, pool.failure_state): pool for pool in Pool.objects.order_by("pk")}
        self.gone = [pool.pk for key, pool in self.rows.items() if not pool.retired and key not in self.specs]
        # The places whose own figures change: readers keep these by the version of the place.
        self.owners = {
            pool.place_id
            for key, spec in self.specs.items()
            if (pool := self.rows.get(key)) and pool.place_id and not pool.retired and _differs(pool, spec)
        }

    @property
    def differ(self) -> bool:
        """Is there any pool that comes, goes or gets other figures?"""
        if self.gone or self.specs.keys() - self.rows.keys():
            return True
        return any(_differs(self.rows[key], spec) for key, spec in self.specs.items())

    def create(self, places: Mapping[str, Place]) -> None:
        """The pools that are new; those of before keep their limits until `settle`."""
        self.places = places
        missing = [spec for key, spec in self.specs.items() if key not in self.rows]
        made = Pool.objects.bulk_create(
            Pool(
                kind=spec.kind,
                ref=spec.ref,
                failure_state=spec.state,
                place_id=self._own(spec),
                **_figures(spec),
            )
            for spec in missing
        )
        self.rows |= {(pool.kind, pool.ref, pool.failure_state): pool for pool in made}

    def ids(self, routes: Mapping[_Key, str]) -> dict[int, str]:
        """Pool id -> share."""
        return {self.rows[key].pk: share for key, share in routes.items()}

    def settle(self, deltas: Mapping[int, Mapping[str, int]]) -> None:
        """Add what is drawn anew and set the limits; refused as a whole when one would be overdrawn."""
        changed = {
            pool.pk: spec
            for key, spec in self.specs.items()
            if _differs(pool := self.rows[key], spec) or pool.place_id != self._own(spec)
        }
        wanted = sorted({*deltas, *changed, *self.gone})
        by_id = {self.rows[key].pk: spec for key, spec in self.specs.items()}
        locked = list(Pool.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
        short = []
        for pool in locked:
            for state, amount in deltas.get(pool.pk, {}).items():
                setattr(pool, state, getattr(pool, state) + amount)
            limit = limit_of(by_id[pool.pk].capacity, by_id[pool.pk].derating) if pool.pk in by_id else 0
            taken = sum(getattr(pool, state) for state in LIVE)
            if taken > limit:
                short.append((pool, limit, taken))
        if short:
            raise _refusal(short)
        for pool in locked:
            amounts = {state: getattr(pool, state) for state in LIVE}
            figures: dict[str, object] = {}
            if pool.pk in changed:
                spec = changed[pool.pk]
                figures = {**_figures(spec), "retired": False, "place_id": self._own(spec)}
            Pool.objects.filter(pk=pool.pk).update(**amounts, **figures)

    def _own(self, spec: PoolSpec) -> int | None:
        return self.places[spec.own].pk if spec.own else None


def _figures(spec: PoolSpec) -> dict[str, object]:
    limit = limit_of(spec.capacity, spec.derating)
    return {"capacity": spec.capacity, "derating": spec.derating, "limit": limit, "label": spec.label}


def _differs(pool: Pool, spec: PoolSpec) -> bool:
    return pool.retired or any(getattr(pool, name) != value for name, value in _figures(spec).items())


def _refusal(short: Sequence[tuple[Pool, int, int]]) -> LimitBelowUse:
    """The refusal for the pool that is furthest over its limit, in proportion; `others`: how many more."""
    pool, limit, taken = max(
        short, key=lambda found: ((found[2] - found[1]) / max(found[1], 1), -found[0].pk)
    )
    return LimitBelowUse(
        resource=pool.kind,
        ref=pool.ref,
        state=pool.failure_state,
        limit=limit,
        taken=taken,
        over=taken - limit,
        others=len(short) - 1,
        **holder_facts(last_drawer(pool.pk)),
    )


def _retire_pools(ids: Sequence[int]) -> None:
    """Pools that no place draws from any more; they stay for the history of ended claims."""
    Route.objects.filter(pool_id__in=ids).delete()
    Pool.objects.filter(pk__in=ids).update(retired=True)


def _write_routes(moves: Sequence[reroute.Move]) -> None:
    Route.objects.filter(place_id__in=[move.place_id for move in moves]).delete()
    Route.objects.bulk_create(
        [
            Route(place_id=move.place_id, pool_id=pool_id, share=share)
            for move in moves
            for pool_id, share in sorted(move.after.items())
        ],
        batch_size=2_000,
    )
