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
from sandar.errors import CapacityTaken, ClaimChanged, SandarError
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
        return _judged(
            snapshot, spec, Verdict(None, spec.label, None, None, _spot(spec, snapshot)), lifted=()
        )


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


def _several(moves: Sequence[tuple[Claim, ClaimSpec, int | None]]) -> list[Verdict]:
    with ledger_read.consistent():
        ids = {spec.place_id for _, spec, _ in moves} | {claim.place_id for claim, _, _ in moves}
        snapshot = ledger_read.snapshot(place_ids=ids)
        homes = ledger_read.homes(ids)
        gone = {claim.pk for claim, _, _ in moves}
        snapshot = standing.without(
            snapshot, [_stand(ledger.spec_of(claim), claim.state) for claim, _, _ in moves]
        )
        found: list[Verdict] = []
        for claim, spec, seen in moves:
            before = _spot(ledger.spec_of(claim), snapshot)
            blank = Verdict(claim.pk, claim.label, claim.version, before, _spot(spec, snapshot))
            try:
                claiming.as_seen(claim, seen)
            except ClaimChanged as stale:
                found.append(replace(blank, refusal=stale))
                continue
            near = frozenset(
                place for place, agency, other in homes if agency == spec.agency_id and other not in gone
            )
            verdict = _judged(replace(snapshot, near=near), spec, blank, lifted=gone)
            found.append(verdict)
            if verdict.fits:
                snapshot = standing.beside(snapshot, [_stand(spec, claim.state)])
    return found


def _judged(snapshot: Snapshot, spec: ClaimSpec, blank: Verdict, *, lifted: Iterable[int]) -> Verdict:
    try:
        check_demand(spec.demand)
        found = standing.judge(snapshot, _stand(spec, "held"))
    except SandarError as refusal:
        return replace(blank, refusal=refusal)
    if found.fits:
        return replace(blank, pros=found.pros, cons=found.cons)
    return replace(blank, refusal=_refusal(found.short[0], spec, lifted))


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


def _stand(spec: ClaimSpec, state: str) -> Stand:
    return Stand(
        place_id=spec.place_id,
        demand=spec.demand,
        start=spec.start,
        height=spec.height,
        face=spec.face,
        depth_mm=spec.depth_mm,
        state=state,
    )


def _spot(spec: ClaimSpec, snapshot: Snapshot) -> Spot:
    name = next((place.name for place in snapshot.places if place.id == spec.place_id), "")
    return Spot(spec.place_id, name, spec.start, spec.height, spec.face)
