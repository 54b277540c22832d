"""Plans of several moves: two devices change places, a rack is pushed together, racks of a room are emptied.

A plan is made here, judged without being carried out (`steps.trying`), put into an order for hands
(`core.moves`), and carried out as it was shown (`claiming.plan`), with the versions that were seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from sandar.core import moves, rack
from sandar.core.moves import Way, Work
from sandar.core.standing import Stand
from sandar.errors import ClaimChanged, InvalidInput
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import LIVE, Claim
from sandar.records.people.models import Person
from sandar.steps import claiming, trying
from sandar.steps.claim_inputs import Move, Plan
from sandar.steps.trying import Verdict

MOVABLE = ("held", "reserved", "installed")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the verdict on each of its moves, and the order of work. Empty when there is nothing to do."""

    moves: tuple[Move, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    work: tuple[Work, ...] = ()
    claims: Mapping[int, Claim] | None = None

    @property
    def fits(self) -> bool:
        return bool(self.moves) and all(verdict.fits for verdict in self.verdicts)


def swap(one: int, two: int, *, person: Person, at: datetime) -> Proposal:
    """Two devices change places. Raises NotFound, ClaimChanged when one has ended, InvalidInput."""
    if one == two:
        raise InvalidInput(fields={"dua": [_("Pilih dua perangkat yang berbeda.")]})
    first, second = (ledger_read.claim(pk) for pk in (one, two))
    for claim in (first, second):
        if claim.state not in LIVE:
            raise ClaimChanged(claim=claim.pk, state=claim.state, version=claim.version)
        if claim.start is None or claim.state not in MOVABLE:
            raise InvalidInput(fields={"dua": [_("Yang tidak menempati unit rak tidak dapat ditukar.")]})
    ways = [_way(first, second), _way(second, first)]
    return proposed(ways, [first, second], person=person, at=at)


def _way(claim: Claim, other: Claim) -> Way:
    stand = trying.stand_of(claim)
    return Way(claim.pk, stand, replace(stand, place_id=other.place_id, start=other.start))


def compact(rack_name: str, *, person: Person, at: datetime) -> Proposal:
    """Push everything in one rack towards the floor; what is blocked stays. Raises InvalidInput."""
    place = claiming.rack_of(rack_name, "rak")
    with ledger_read.consistent():
        (state,) = [one for one in ledger_read.snapshot(place_ids=[place.pk]).places if one.id == place.pk]
        claims = ledger_read.claims_in([place.pk])
    free = {c.pk: trying.stand_of(c) for c in claims if c.state in MOVABLE and c.start is not None}
    fixed = [trying.stand_of(c) for c in claims if c.pk not in free]
    return proposed(moves.compact_rack(state, free, fixed), claims, person=person, at=at)


def empty(room: str, *, person: Person, at: datetime) -> Proposal:
    """Empty as many racks of a room as its other racks take in. Racks with loaded shelves or blocks stay."""
    with ledger_read.consistent():
        whole = ledger_read.snapshot()
        places = tuple(place for place in whole.places if place.kind == "rack" and place.room == room)
        snapshot = replace(whole, places=places)
        claims = ledger_read.claims_in([place.id for place in places])
    keep = {c.place_id for c in claims if c.taken or c.state not in MOVABLE}
    free = {
        c.pk: trying.stand_of(c) for c in claims if c.state in MOVABLE and c.host_id is None and not c.taken
    }
    return proposed(moves.empty_racks(snapshot, free, keep), claims, person=person, at=at)


def proposed(ways: Sequence[Way], claims: Iterable[Claim], *, person: Person, at: datetime) -> Proposal:
    """The ways as a plan with its verdicts and its order of work."""
    if not ways:
        return Proposal()
    known = {claim.pk: claim for claim in claims}
    places = {way.to.place_id for way in ways} | {way.was.place_id for way in ways}
    names = dict(ledger_read.places("rack").filter(pk__in=places).values_list("pk", "name"))
    plan = tuple(_move(way, names[way.to.place_id], known[way.claim].version) for way in ways)
    verdicts = trying.plan(Plan(moves=list(plan)), person=person, at=at)
    # What is only held or reserved is not there yet: no hand need lift it.
    lifted = [way for way in ways if known[way.claim].state == "installed"]
    work = moves.order(ledger_read.snapshot(place_ids=places), lifted)
    return Proposal(plan, tuple(verdicts), work, {way.claim: known[way.claim] for way in ways})


def _move(way: Way, name: str, version: int) -> Move:
    start = way.to.start
    position = None if start is None else rack.position_of(start)
    return Move(
        claim=way.claim,
        rack=name,
        position_u=position,
        face=None,
        host=None,
        slot=way.to.slot,
        version=version,
    )


def reread(given: Plan, *, person: Person, at: datetime) -> Proposal:
    """A plan that somebody sent, judged anew. Raises NotFound, InvalidInput."""
    held = claiming.moved_claims(given)
    ways = []
    for index, move in enumerate(given.moves):
        claim = held[move.claim]
        spec = claiming.moved_spec(claim, move, index)
        ways.append(Way(claim.pk, trying.stand_of(claim), _stand(claim, spec)))
    found = proposed(ways, held.values(), person=person, at=at)
    verdicts = trying.plan(given, person=person, at=at)
    return replace(found, moves=tuple(given.moves), verdicts=tuple(verdicts))


def _stand(claim: Claim, spec: ledger.ClaimSpec) -> Stand:
    return replace(
        trying.stand_of(claim), place_id=spec.place_id, start=spec.start, face=spec.face, slot=spec.slot
    )
