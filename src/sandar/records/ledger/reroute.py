"""Booking live claims along new routes: which lines go, which come, and what that does to each pool.

Nothing moves and no claim changes; only what it is counted on. So there is no movement in its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandar.core.capacity import Demand, amounts, unprovided
from sandar.errors import LimitBelowUse

from . import sql
from .holders import holder_facts
from .models import LIVE, Claim, Line

_DEMAND = Demand.__slots__
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Move:
    """The routes of one place before and after: pool id -> share."""

    place_id: int
    before: Mapping[int, str]
    after: Mapping[int, str]

    @property
    def pools(self) -> set[int]:
        """The pools whose lines may differ."""
        both = self.before.keys() | self.after.keys()
        return {pool for pool in both if self.before.get(pool) != self.after.get(pool)}


def lines(moves: Sequence[Move]) -> dict[int, dict[str, int]]:
    """Rewrite the lines of the live claims in these places; pool id -> state -> how much more is drawn.

    The places are locked. Raises LimitBelowUse when a place provides something no more that a claim needs.
    """
    deltas: dict[int, dict[str, int]] = {}
    wanted = {move.place_id: (move, move.pools) for move in moves if move.pools}
    for claims in _chunks(wanted):
        drawn: dict[int, dict[int, int]] = {claim.pk: {} for claim in claims}
        rows = Line.objects.filter(claim_id__in=list(drawn))
        for claim_id, pool_id, amount in rows.values_list("claim_id", "pool_id", "amount"):
            drawn[claim_id][pool_id] = amount
        gone: dict[int, list[int]] = {}
        come: list[tuple[int, int, int]] = []
        for claim in claims:
            move, pools = wanted[claim.place_id]
            asked = _asked(claim, move)
            for pool_id in sorted(pools):
                old = drawn[claim.pk].get(pool_id, 0)
                new = asked.get(move.after.get(pool_id, ""), 0)
                if old == new:
                    continue
                if old:
                    gone.setdefault(pool_id, []).append(claim.pk)
                if new:
                    come.append((claim.pk, pool_id, new))
                states = deltas.setdefault(pool_id, dict.fromkeys(LIVE, 0))
                states[claim.state] += new - old
        for pool_id, ids in gone.items():
            Line.objects.filter(pool_id=pool_id, claim_id__in=ids).delete()
        writing = sql.Writing()
        writing.lines((), come)
        writing.done()
    return deltas


def _chunks(places: Iterable[int]) -> Iterator[list[Claim]]:
    """The live claims of the places, some hundred at a time."""
    ids = sorted(places)
    for start in range(0, len(ids), _CHUNK):
        rows = Claim.objects.filter(place_id__in=ids[start : start + _CHUNK], state__in=LIVE).order_by("pk")
        claims = list(rows.only("place_id", "state", *_DEMAND))
        for first in range(0, len(claims), _CHUNK):
            yield claims[first : first + _CHUNK]


def _asked(claim: Claim, move: Move) -> dict[str, int]:
    asked = amounts(Demand(**{name: getattr(claim, name) for name in _DEMAND}))
    for resource, amount in unprovided(asked, move.after.values()):
        raise LimitBelowUse(
            resource=resource,
            ref=claim.place.name,
            limit=0,
            taken=amount,
            over=amount,
            **holder_facts(claim.pk),
        )
    return asked
