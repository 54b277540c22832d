"""The one write path of the ledger: every hold, conversion, move and release is a batch of changes here.

Order of locks, the same for everybody: places by id, then claims, cells (sorted), pools by id. The place's
row gives liveness (with the constraint alone, 17 of 30 rounds refused somebody although room was left);
the unique cells and the conditional pool update with its CHECK give safety.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sandar.core import rack
from sandar.core.capacity import Demand, amounts, check_demand, unprovided
from sandar.errors import CapacityTaken, ClaimChanged, DeviceTooDeep, ItemHasClaim, SandarError
from sandar.records.prepared import insert, insert_all, update

from . import holders, seats, sql
from .holders import holder_facts as holder_facts  # asked for here by the other rooms of the ledger
from .models import LIVE, Claim, Movement, Pool
from .sql import LockedPlace

_DEMAND = (
    "watts",
    "cords",
    "weight_kg",
    "bandwidth_mbps",
    "ip_count",
    "ports",
    "vcpu",
    "ram_gb",
    "storage_gb",
    "extra",
    "beside_watts",
    "beside_cords",
)
_PLAIN = (
    "place_id",
    "start",
    "height",
    "face",
    "host_id",
    "slot",
    "slots",
    "depth_mm",
    "case_id",
    "item_no",
    "agency_id",
    "label",
)
_RETRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSpec:
    """What is claimed, where, for whom. start and height in half-units (start None, height 0: takes no unit).

    slots: how many devices stand side by side on this shelf or in this chassis. host_id: the shelf or chassis
    this stands on. slot: its number there, or its position on the rack's side; None: the lowest free.
    """

    place_id: int
    demand: Demand
    start: int | None = None
    height: int = 0
    face: str = "full"
    host_id: int | None = None
    slot: int | None = None
    slots: int = 0
    depth_mm: int = 0
    case_id: int | None = None
    item_no: int | None = None
    agency_id: int | None = None
    label: str = ""


@dataclass(slots=True)
class Change:
    """One claim's way from here to there. claim None: a new one; spec None: place and amounts stay or end."""

    claim: Claim | None
    to: str
    spec: ClaimSpec | None = None
    expires_at: datetime | None = None


class _Short(Exception):
    """Fewer pool rows changed than asked; never leaves this module."""


def spec_of(claim: Claim) -> ClaimSpec:
    """The claim as a spec, to change one thing with dataclasses.replace."""
    return ClaimSpec(
        demand=Demand(**{name: getattr(claim, name) for name in _DEMAND}),
        **{name: getattr(claim, name) for name in _PLAIN},
    )


def apply(changes: Sequence[Change], *, at: datetime, by: int | None) -> list[Claim]:
    """Do all changes or none; returns the claims as they are now, in the order given.

    What stands on a host goes with it to another place, after the changes given.
    Raises CapacityTaken (naming the holder), ClaimChanged, ItemHasClaim, HostInUse, PlaceOutsideRack,
    NoSuchSlot, DeviceTooDeep, NegativeQuantity, NotFound. After any of them the transaction is as before and may go on.
    """
    batch = _Batch(changes, at=at, by=by)
    if batch.seems_taken() and (known := batch.why()):
        raise known
    for _ in range(_RETRIES):
        try:
            with transaction.atomic():
                return batch.run()[: len(changes)]
        except (_Short, IntegrityError) as problem:
            if refusal := batch.why():
                raise refusal from None
            if isinstance(problem, IntegrityError):
                raise
    raise CapacityTaken(resource="pool", asked=0, left=0, holder="")


class _Batch:
    def __init__(self, changes: Sequence[Change], *, at: datetime, by: int | None) -> None:
        self.at, self.by = at, by
        ids = {c.claim.place_id for c in changes if c.claim} | {c.spec.place_id for c in changes if c.spec}
        self.places = sql.lock_places(ids)
        changes = seats.with_devices(changes)
        for change in changes:
            if change.spec:
                self._check(change.spec)
        seats.refuse_if_in_use(changes)
        specs = seats.seated(changes, self.places)
        self.changes = [replace(change, spec=spec) for change, spec in zip(changes, specs, strict=True)]
        self.deltas: dict[int, dict[str, int]] = {}
        self.routes = sql.routes_of({c.spec.place_id for c in changes if c.spec})

    def _check(self, spec: ClaimSpec) -> None:
        place = self.places[spec.place_id]
        check_demand(spec.demand)
        rack.check_place(spec.start, spec.height, spec.face, total=place.half_units)
        seats.check_shape(spec, place)
        if place.depth_mm and spec.depth_mm > place.depth_mm:
            raise DeviceTooDeep(depth_mm=spec.depth_mm, limit_mm=place.depth_mm, place=place.name)

    def run(self) -> list[Claim]:
        """Everything between the savepoint and its release."""
        self.deltas = {}
        before = {c.claim.pk: (c.claim.state, spec_of(c.claim)) for c in self.changes if c.claim}
        hosts, changed = self._on_hosts(before)
        sql.empty_slots(changed)
        sql.update_hosts((host, delta) for host, delta in hosts.items() if delta < 0)
        claims = [self._write_claim(change) for change in self.changes]
        if not sql.update_hosts((host, delta) for host, delta in hosts.items() if delta > 0):
            raise _Short
        writing = sql.Writing()
        self._write_cells(writing, before, claims)
        self._write_lines(writing, before, claims)
        self._write_pools(writing)
        if not writing.done():
            raise _Short
        insert_all(
            [
                Movement(
                    claim=claim,
                    from_state=before[claim.pk][0] if claim.pk in before else "",
                    to_state=claim.state,
                    at=self.at,
                    by_id=self.by,
                    case_id=claim.case_id,
                    facts=_facts(claim),
                )
                for claim in claims
            ]
        )
        return claims

    # -- the claim's own row

    def _on_hosts(self, before: Mapping[int, tuple[str, ClaimSpec]]) -> tuple[dict[int, int], list[int]]:
        """Host -> devices more or fewer; and the claims that leave their slot for another."""
        deltas: dict[int, int] = {}
        changed: list[int] = []
        for change in self.changes:
            old = before[change.claim.pk][1] if change.claim else None
            new = (change.spec or old) if change.to in LIVE else None
            for spec, sign in ((old, -1), (new, 1)):
                if spec and spec.host_id:
                    deltas[spec.host_id] = deltas.get(spec.host_id, 0) + sign
            if (
                change.claim
                and old
                and new
                and old.slot
                and (old.host_id, old.slot) != (new.host_id, new.slot)
            ):
                changed.append(change.claim.pk)
        return deltas, changed

    def _write_claim(self, change: Change) -> Claim:
        fields: dict[str, Any] = {"state": change.to, "expires_at": change.expires_at}
        if spec := change.spec:
            fields |= {name: getattr(spec.demand, name) for name in _DEMAND}
            fields |= {name: getattr(spec, name) for name in _PLAIN}
            fields |= {"rack_id": self.places[spec.place_id].rack_id}
        if change.claim is None:
            claim = Claim(created_at=self.at, **fields)
            insert(claim)
            return claim
        seen = change.claim
        fields["version"] = seen.version + 1
        if update(Claim, {"id": seen.pk, "version": seen.version, "state": LIVE}, **fields) != 1:
            now = Claim.objects.filter(pk=seen.pk).first()
            facts = {"state": now.state, "version": now.version} if now else {}
            raise ClaimChanged(claim=seen.pk, **facts)
        fresh = Claim(**{f.attname: getattr(seen, f.attname) for f in Claim._meta.concrete_fields} | fields)
        fresh._state.adding = False
        return fresh

    # -- cells and the masks of the places

    def _write_cells(
        self, writing: sql.Writing, before: Mapping[int, tuple[str, ClaimSpec]], claims: Sequence[Claim]
    ) -> None:
        was = [before[claim.pk][1] if claim.pk in before else None for claim in claims]
        will = [
            (change.spec or old) if claim.state in LIVE else None
            for claim, change, old in zip(claims, self.changes, was, strict=True)
        ]
        changed = [
            (claim, old, new)
            for claim, old, new in zip(claims, was, will, strict=True)
            if not (old and new and _geometry(old) == _geometry(new))
        ]
        masks = {place.pk: replace(place) for place in self.places.values()}
        gone = [claim.pk for claim, old, _ in changed if old and _stamp(masks, old, taken=False)]
        cells = [
            (claim.rack_id, half, face, claim.pk)
            for claim, _, new in changed
            if claim.rack_id and new and _stamp(masks, new, taken=True)
            for half, face in rack.cells(new.start or 0, new.height, new.face)
        ]
        writing.cells(gone, cells)
        writing.masks(masks.values())

    # -- lines and pools

    def _write_lines(
        self, writing: sql.Writing, before: Mapping[int, tuple[str, ClaimSpec]], claims: Sequence[Claim]
    ) -> None:
        drawn = sql.lines_of(before)
        inserts: list[tuple[int, int, int]] = []
        replaced: list[int] = []
        for claim, change in zip(claims, self.changes, strict=True):
            old = drawn.get(claim.pk, {})
            new = self._draws(change.spec) if change.spec else old
            if claim.pk in before:
                self._shift(old, before[claim.pk][0], sign=-1)
            if claim.state in LIVE:
                self._shift(new, claim.state, sign=1)
            if new != old:
                replaced += [claim.pk] if old else []
                inserts += [(claim.pk, pool_id, amount) for pool_id, amount in sorted(new.items())]
        writing.lines(replaced, inserts)

    def _draws(self, spec: ClaimSpec) -> dict[int, int]:
        """Pool -> amount of this spec. Raises CapacityTaken for a quantity that no pool here provides."""
        asked = amounts(spec.demand)
        routes = self.routes[spec.place_id]
        for resource, amount in unprovided(asked, (share for _, share in routes)):
            place = self.places[spec.place_id].name
            raise CapacityTaken(resource=resource, asked=amount, left=0, ref=place, holder="")
        return {pool_id: asked[share] for pool_id, share in routes if share in asked}

    def _shift(self, draws: Mapping[int, int], state: str, *, sign: int) -> None:
        for pool_id, amount in draws.items():
            columns = self.deltas.setdefault(pool_id, dict.fromkeys(LIVE, 0))
            columns[state] += sign * amount

    def _write_pools(self, writing: sql.Writing) -> None:
        deltas = {
            pool_id: (c["held"], c["reserved"], c["installed"], c["blocked"])
            for pool_id, c in self.deltas.items()
            if any(c.values())
        }
        writing.draws(deltas.items())

    # -- after a refusal by the database: say which rule, and who was first

    def seems_taken(self) -> bool:
        """Do the masks already say that a unit is taken? Then `why` names the holder, and nothing need be tried.

        Only a hint: what the masks do not know, the unique cells refuse.
        """
        masks = {place.pk: replace(place) for place in self.places.values()}
        for change in self.changes:
            if change.claim and (change.spec or change.to not in LIVE):
                _stamp(masks, spec_of(change.claim), taken=False)
        for spec in (change.spec for change in self.changes if change.spec and change.to in LIVE):
            place, bits = masks[spec.place_id], rack.mask(spec.start or 0, spec.height)
            if bits & (
                (place.front if spec.face != "rear" else 0) | (place.rear if spec.face != "front" else 0)
            ):
                return True
            _stamp(masks, spec, taken=True)
        return False

    def why(self) -> SandarError | None:
        """The refusal that explains a failed batch; None when what was short came free meanwhile."""
        return self._item_taken() or self._cells_taken() or self._pool_short()

    def _mine(self) -> list[int]:
        return [change.claim.pk for change in self.changes if change.claim]

    def _item_taken(self) -> SandarError | None:
        for change in self.changes:
            spec = change.spec
            if spec and not change.claim and spec.case_id and spec.item_no is not None:
                for other in holders.of_item(spec.case_id, spec.item_no):
                    if other not in self._mine():
                        return ItemHasClaim(case=spec.case_id, item_no=spec.item_no, claim=other)
        return None

    def _cells_taken(self) -> SandarError | None:
        mine = self._mine()
        wanted: set[tuple[int, int, str]] = set()
        for change in self.changes:
            spec = change.spec
            if not spec or spec.start is None:
                continue
            place = self.places[spec.place_id]
            assert place.rack_id is not None
            free = rack.free_for(place.front, place.rear, spec.face, total=place.half_units)
            facts = {
                "resource": "space",
                "ref": place.name,
                "asked": spec.height,
                "left": rack.longest_run(free),
                "position_u": rack.position_of(spec.start),
                "face": spec.face,
            }
            cells = {(place.rack_id, *cell) for cell in rack.cells(spec.start, spec.height, spec.face)}
            if wanted & cells:
                return CapacityTaken(**facts, holder="", same_request=True)
            wanted |= cells
            taken = holders.in_cells(place.rack_id, spec.start, spec.start + spec.height, face=spec.face)
            if others := [claim for claim in taken if claim not in mine]:
                return CapacityTaken(**facts, **holder_facts(others[0]))
        return None

    def _pool_short(self) -> SandarError | None:
        asked = {pool_id: sum(columns.values()) for pool_id, columns in self.deltas.items()}
        # All of them by id, those too that only give back: who tries again after this holds no lock out of order.
        pools = Pool.objects.select_for_update(no_key=True).filter(pk__in=asked)
        # Told as the placement search tells it: what only this place has, then what is shared.
        for pool in sorted(pools.order_by("pk"), key=lambda pool: pool.place_id is None):
            left = pool.limit - pool.held - pool.reserved - pool.installed - pool.blocked
            if asked[pool.pk] > max(left, 0):
                return CapacityTaken(
                    resource=pool.kind,
                    ref=pool.ref,
                    state=pool.failure_state,
                    asked=asked[pool.pk],
                    left=left,
                    **holder_facts(holders.last_drawer(pool.pk)),
                )
        return None


def _geometry(spec: ClaimSpec) -> tuple[int, int | None, int, str, int | None, int | None]:
    return spec.place_id, spec.start, spec.height, spec.face, spec.host_id, spec.slot


def _stamp(masks: Mapping[int, LockedPlace], spec: ClaimSpec, *, taken: bool) -> bool:
    """Set or clear the claim's bits in its place; False when it takes no unit."""
    place, bits = masks[spec.place_id], rack.mask(spec.start or 0, spec.height)
    if spec.slot and spec.host_id is None:
        side = 1 << (spec.slot - 1)
        place.sides = place.sides | side if taken else place.sides & ~side
    if spec.face != "rear":
        place.front = place.front | bits if taken else place.front & ~bits
    if spec.face != "front":
        place.rear = place.rear | bits if taken else place.rear & ~bits
    return spec.height > 0


def _facts(claim: Claim) -> dict[str, Any]:
    """The claim after the change, for its history; zero quantities left out."""
    names = ("place_id", "start", "height", "face", "host_id", "slot", "slots", *_DEMAND)
    return {name: value for name in names if (value := getattr(claim, name)) not in (0, "", None)}
