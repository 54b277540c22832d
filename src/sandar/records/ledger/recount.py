"""The independent recount: does every figure follow from the claims? Used by `sandar verify` and the races.

It shares no arithmetic with the engine: it starts from the live claims alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sandar.core.capacity import Demand, amounts

from .models import LIVE, Cell, Claim, Line, Place, Pool, Route


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not hold: a stable code, the exact place, what is stored and what is right."""

    code: str
    where: str
    stored: str
    right: str


def recount() -> list[Discrepancy]:
    """Everything in the ledger that does not hold; empty is the proof. Reads the whole ledger."""
    claims = list(Claim.objects.filter(state__in=LIVE).order_by("pk"))
    return [
        *_cells(claims), *_masks(claims), *_slots(claims), *_counts(claims), *_pools(), *_lines(claims), *_histories()
    ]  # fmt: skip


def _geometry(claim: Claim) -> set[tuple[int | None, int, str]]:
    sides = {"front": "F", "rear": "R", "full": "FR"}[claim.face]
    low = claim.start or 0
    return {(claim.rack_id, half, side) for half in range(low, low + claim.height) for side in sides}


def _cells(claims: list[Claim]) -> Iterator[Discrepancy]:
    owner: dict[tuple[int | None, int, str], int] = {}
    stored: dict[int, set[tuple[int | None, int, str]]] = defaultdict(set)
    for rack_id, half, face, claim_id in Cell.objects.values_list("rack_id", "half_u", "face", "claim_id"):
        stored[claim_id].add((rack_id, half, face))
    for claim in claims:
        right = _geometry(claim)
        for cell in sorted(right, key=str):
            if (first := owner.setdefault(cell, claim.pk)) != claim.pk:
                where = f"rack {cell[0]} half-unit {cell[1]} {cell[2]}"
                yield Discrepancy("CELL_HAS_TWO_OWNERS", where, f"claim {claim.pk}", f"claim {first}")
        cells = stored.pop(claim.pk, set())
        if cells != right:
            yield Discrepancy(
                "CELLS_DIFFER_FROM_CLAIM", f"claim {claim.pk}", f"{len(cells)} cells", f"{len(right)} cells"
            )
    for claim_id, cells in stored.items():
        yield Discrepancy("CELLS_OF_AN_ENDED_CLAIM", f"claim {claim_id}", f"{len(cells)} cells", "0 cells")


def _masks(claims: list[Claim]) -> Iterator[Discrepancy]:
    taken: dict[tuple[int, str], int] = defaultdict(int)
    for claim in claims:
        for _, half, side in _geometry(claim):
            taken[claim.place_id, side] |= 1 << half
    for place in Place.objects.order_by("pk"):
        for side, text in (("F", place.front), ("R", place.rear)):
            right = taken[place.pk, side]
            if int(text, 16) != right:
                yield Discrepancy("MASK_DIFFERS_FROM_CLAIMS", f"{place.name} {side}", text, f"{right:x}")
            if right.bit_length() > place.half_units:
                top = f"half-unit {right.bit_length()}"
                yield Discrepancy("CLAIM_ABOVE_THE_RACK", place.name, top, f"{place.half_units}")


def _slots(claims: list[Claim]) -> Iterator[Discrepancy]:
    """What takes no unit has a slot: on a live host in the same rack, or on the rack's side; extra power has none."""
    live = {claim.pk: claim for claim in claims}
    owner: dict[tuple[str, int | None, int], int] = {}
    for claim in claims:
        where = f"claim {claim.pk}"
        if claim.extra and (claim.height or claim.host_id or claim.slot):
            yield Discrepancy(
                "EXTRA_TAKES_A_SEAT", where, f"{claim.height} half-units, slot {claim.slot}", "none"
            )
        if claim.height or claim.rack_id is None or claim.extra:
            continue
        if claim.slot is None:
            yield Discrepancy("CLAIM_WITHOUT_A_SLOT", where, "-", "1 or more")
            continue
        key = ("host", claim.host_id, claim.slot) if claim.host_id else ("side", claim.rack_id, claim.slot)
        if (first := owner.setdefault(key, claim.pk)) != claim.pk:
            yield Discrepancy(
                "SLOT_HAS_TWO_OWNERS", f"{key[0]} {key[1]} slot {key[2]}", where, f"claim {first}"
            )
        host = live.get(claim.host_id or 0)
        if claim.host_id and (host is None or host.place_id != claim.place_id or claim.slot > host.slots):
            found = f"{host.slots} slots in place {host.place_id}" if host else "ended"
            yield Discrepancy("CLAIM_ON_NO_HOST", where, f"slot {claim.slot} of claim {claim.host_id}", found)


def _counts(claims: list[Claim]) -> Iterator[Discrepancy]:
    """Hosts count what stands on them, and racks keep the mask of their sides."""
    on: dict[int, int] = defaultdict(int)
    sides: dict[int, int] = defaultdict(int)
    for claim in claims:
        if claim.host_id:
            on[claim.host_id] += 1
        elif claim.slot:
            sides[claim.place_id] |= 1 << (claim.slot - 1)
    for claim in claims:
        if claim.taken != on[claim.pk]:
            yield Discrepancy("HOST_MISCOUNTED", f"claim {claim.pk}", str(claim.taken), str(on[claim.pk]))
    for place in Place.objects.order_by("pk"):
        if place.sides != sides[place.pk]:
            right = f"{sides[place.pk]:x}"
            yield Discrepancy("MASK_DIFFERS_FROM_CLAIMS", f"{place.name} sides", f"{place.sides:x}", right)


def _pools() -> Iterator[Discrepancy]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    lines = Line.objects.filter(claim__state__in=LIVE).values_list("pool_id", "claim__state", "amount")
    for pool_id, state, amount in lines:
        sums[pool_id, state] += amount
    for pool in Pool.objects.order_by("pk"):
        for state in LIVE:
            if getattr(pool, state) != sums[pool.pk, state]:
                yield Discrepancy(
                    "POOL_DIFFERS_FROM_LINES",
                    f"{pool} {state}",
                    str(getattr(pool, state)),
                    str(sums[pool.pk, state]),
                )
        used = sum(sums[pool.pk, state] for state in LIVE)
        if used > pool.capacity * pool.derating // 100 or used > pool.limit:
            yield Discrepancy("POOL_OVERDRAWN", str(pool), str(used), str(pool.limit))


def _lines(claims: list[Claim]) -> Iterator[Discrepancy]:
    routes: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for place_id, pool_id, share in Route.objects.values_list("place_id", "pool_id", "share"):
        routes[place_id].append((pool_id, share))
    stored: dict[int, dict[int, int]] = defaultdict(dict)
    for claim_id, pool_id, amount in Line.objects.filter(claim__state__in=LIVE).values_list(
        "claim_id", "pool_id", "amount"
    ):
        stored[claim_id][pool_id] = amount
    names = Demand.__slots__
    for claim in claims:
        asked = amounts(Demand(**{name: getattr(claim, name) for name in names}))
        right = {pool_id: asked[share] for pool_id, share in routes[claim.place_id] if share in asked}
        if stored[claim.pk] != right:
            yield Discrepancy(
                "LINES_DIFFER_FROM_CLAIM", f"claim {claim.pk}", str(stored[claim.pk]), str(right)
            )


def _histories() -> Iterator[Discrepancy]:
    """Every movement begins where the one before ended, and the last says the state the claim is in."""
    last: dict[int, str] = {}
    states = Claim.objects.values_list("pk", "state")
    for claim in Claim.objects.prefetch_related("movements").order_by("pk").iterator(chunk_size=500):
        for movement in claim.movements.all():
            if movement.from_state != last.get(claim.pk, ""):
                yield Discrepancy(
                    "HISTORY_HAS_A_GAP", f"claim {claim.pk}", movement.from_state, last.get(claim.pk, "")
                )
            last[claim.pk] = movement.to_state
    for pk, state in states.order_by("pk"):
        if last.get(pk) != state:
            yield Discrepancy("HISTORY_DIFFERS_FROM_STATE", f"claim {pk}", state, last.get(pk, "-"))
