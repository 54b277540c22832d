"""What an act on places would do, told without doing it: the verdict while a person still drags.

Nothing is written and no lock is taken: one picture of the racks in question, and the rules in core. A move of
a plan is judged as if every claim of the plan had left its old place and the moves before it had arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sandar.core import rack, standing
from sandar.core.capacity import Shortage, Snapshot, check_demand
from sandar.core.fitting import Reason
from sandar.core.standing import Stand
from sandar.errors import CapacityTaken, SandarError
from sandar.records.cases import read as cases
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.records.ledger.write import ClaimSpec
from sandar.records.people.models import Person
from sandar.steps import claiming
from sandar.steps.turn import viewer_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands or would stand. start and height in half-units."""

    place_id: int
    name: str
    start: int | None
    height: int
    face: str
    host: int | None = None
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one claim; claim None: a new one. refusal None: it fits, with reasons."""

    claim: int | None
    label: str
    version: int | None
    was: Spot | None
    to: Spot
    refusal: SandarError | None = None
    pros: tuple[Reason, ...] = ()
    cons: tuple[Reason, ...] = ()

    @property
    def fits(self) -> bool:
        return self.refusal is None


def hold(given: claiming.Hold, *, person: Person, at: datetime) -> Verdict:
    """What `claiming.hold` would say. Raises Forbidden, NotFound (case), InvalidInput, as it does."""
    claiming.granted(person, at)
    case = cases.case_for(viewer_of(person, at), given.case) if given.case else None
    place = claiming.rack_of(given.rack, "rack")
    claiming.until_of(given.expires_at, at)
    spec = claiming.new_spec(given, place, case)
    with ledger_read.consistent():
        snapshot = ledger_read.snapshot(place_ids=[place.pk], agency_id=spec.agency_id)
        blank = Verdict(None, spec.label, None, None, _spot(spec, snapshot))
        try:
            (spec,) = ledger_read.seated([(None, spec)])
            check_demand(spec.demand)
            found = standing.judge(snapshot, _stand(spec, "held"))
            if found.short:
                raise _refusal(found.short[0], spec, ())
        except SandarError as refusal:
            return replace(blank, refusal=refusal)
        return replace(blank, to=_spot(spec, snapshot), pros=found.pros, cons=found.cons)


def change(claim_id: int, given: claiming.Change, *, person: Person, at: datetime) -> Verdict:
    """What moving or resizing a claim would meet. Raises Forbidden, NotFound, InvalidInput, PlaceOutsideRack."""
    claiming.granted(person, at)
    claim = ledger_read.claim(claim_id)
    wanted = given.model_dump(exclude_none=True, exclude={"version", "state", "expires_at"})
    spec = claiming.changed_spec(claim, wanted) or ledger.spec_of(claim)
    return _several([(claim, spec, given.version)])[0]


def plan(given: claiming.Plan, *, person: Person, at: datetime) -> list[Verdict]:
    """The verdict on each move, in the order given; the plan would be carried out when all fit.

    Raises Forbidden, NotFound, InvalidInput, PlaceOutsideRack for a position that no rack has.
    """
    claiming.granted(person, at)
    held = claiming.moved_claims(given)
    return _several(
        [
            (held[move.claim], claiming.moved_spec(held[move.claim], move, index), move.version)
            for index, move in enumerate(given.moves)
        ]
    )


Wanted = tuple[Claim, ClaimSpec, int | None]  # what moves, how it shall stand, the version seen


def _several(moves: Sequence[Wanted]) -> list[Verdict]:
    with ledger_read.consistent():
        trial = _Trial(moves)
        return [trial.judged(index) for index in range(len(moves))]


class _Trial:
    """One picture from which everything that moves was lifted; what fits is put in, move by move."""

    def __init__(self, moves: Sequence[Wanted]) -> None:
        self.moves = moves
        ids = {spec.place_id for _, spec, _ in moves} | {claim.place_id for claim, _, _ in moves}
        gone = {claim.pk for claim, _, _ in moves}
        hosts = [claim.pk for claim, spec, _ in moves if claim.slots and spec.place_id != claim.place_id]
        self.along = (
            [device for device in ledger_read.devices_on(hosts) if device.pk not in gone] if hosts else []
        )
        self.lifted = gone | {device.pk for device in self.along}
        self.homes = ledger_read.homes(ids)
        lifted = [*(claim for claim, _, _ in moves), *self.along]
        whole = ledger_read.snapshot(place_ids=ids)
        self.kinds = {place.id: place.kind for place in whole.places}
        self.snapshot = standing.without(whole, [self._stand(ledger.spec_of(c), c.state) for c in lifted])
        self.came: list[tuple[Claim | None, ClaimSpec]] = []

    def judged(self, index: int) -> Verdict:
        claim, spec, seen = self.moves[index]
        before = _spot(ledger.spec_of(claim), self.snapshot)
        blank = Verdict(claim.pk, claim.label, claim.version, before, _spot(spec, self.snapshot))
        agency = spec.agency_id
        near = frozenset(place for place, at, pk in self.homes if at == agency and pk not in self.lifted)
        try:
            claiming.as_seen(claim, seen)
            waiting = [other for other, _, _ in self.moves[index + 1 :]]
            spec = ledger_read.seated([*self.came, (claim, spec)], waiting)[-1]
            check_demand(spec.demand)
            found = standing.judge(replace(self.snapshot, near=near), self._stand(spec, claim.state))
            blank = replace(blank, to=_spot(spec, self.snapshot))
            self._put(spec, claim, found.short)
            for device in self.along:
                if device.host_id == claim.pk:
                    there = replace(ledger.spec_of(device), place_id=spec.place_id)
                    short = standing.judge(self.snapshot, self._stand(there, device.state)).short
                    self._put(there, device, short)
        except SandarError as refusal:
            return replace(blank, refusal=refusal)
        return replace(blank, pros=found.pros, cons=found.cons)

    def _put(self, spec: ClaimSpec, claim: Claim, short: Sequence[Shortage]) -> None:
        """Put it there. Raises the refusal the ledger would raise when it does not fit."""
        if short:
            raise _refusal(short[0], spec, self.lifted)
        self.snapshot = standing.beside(self.snapshot, [self._stand(spec, claim.state)])
        self.came.append((claim, spec))

    def _stand(self, spec: ClaimSpec, state: str) -> Stand:
        return _stand(spec, state, kind=self.kinds[spec.place_id])


def _refusal(gap: Shortage, spec: ClaimSpec, lifted: Iterable[int]) -> SandarError:
    """The refusal the ledger would raise, with the holder's name."""
    facts = {"resource": gap.resource, "ref": gap.where, "asked": gap.asked, "left": gap.left}
    if gap.resource == "space" and spec.start is not None:
        holder = ledger_read.who_stands(spec, besides=lifted)
        facts |= {"position_u": rack.position_of(spec.start), "face": spec.face}
        return CapacityTaken(**facts, **(holder or {"holder": "", "same_request": True}))
    return CapacityTaken(
        **facts, state=gap.state, **ledger_read.who_drew_last(gap.resource, gap.where, gap.state)
    )


def stand_of(claim: Claim) -> Stand:
    """A live claim in a rack as plain data."""
    return _stand(ledger.spec_of(claim), claim.state)


def _stand(spec: ClaimSpec, state: str, *, kind: str = "rack") -> Stand:
    return Stand(
        place_id=spec.place_id,
        demand=spec.demand,
        start=spec.start,
        height=spec.height,
        face=spec.face,
        depth_mm=spec.depth_mm,
        state=state,
        hosted=spec.host_id is not None or kind != "rack",
        slot=spec.slot,
    )


def _spot(spec: ClaimSpec, snapshot: Snapshot) -> Spot:
    name = next((place.name for place in snapshot.places if place.id == spec.place_id), "")
    return Spot(spec.place_id, name, spec.start, spec.height, spec.face, spec.host_id, spec.slot)
