"""Places held, moved, converted and released by hand: by the data centre's staff, outside of a step's own act.

A place that a step booked for a line item of a request is converted and released by that request's steps alone;
it may be moved. Whatever touches a request is told in its journal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core import rack
from sandar.core.authority import Grant
from sandar.core.capacity import Demand
from sandar.errors import ActionNotAllowed, ClaimChanged, ClaimInProcedure, Forbidden, InvalidInput, NotFound
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import LIVE, Claim, Place
from sandar.records.ledger.write import ClaimSpec
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import freed
from sandar.steps.claim_inputs import Change, Hold, Move, Plan
from sandar.steps.sites import site_of
from sandar.steps.turn import Standing, signed, standing, standing_now

__all__ = ["Change", "Hold", "Move", "Plan", "change", "hold", "plan", "release"]

MAY = ("dc_operator", "administrator")
LONGEST_HOLD = timedelta(days=366)
NEXT = {
    "held": ("held", "reserved", "installed"),
    "reserved": ("reserved", "installed"),
    "installed": ("installed",),
    "blocked": ("blocked",),
}


def hold(given: Hold, *, person: Person, at: datetime) -> Claim:
    """Hold a place. Raises Forbidden, NotFound (case), InvalidInput (rack), CapacityTaken naming the holder."""
    with transaction.atomic():
        who = standing(person, people.today(at))
        grant = _granted(who)
        case = _case(who, given.case) if given.case else None
        place = rack_of(given.rack, "rack")
        spec = new_spec(given, place, case)
        until = until_of(given.expires_at, at) or at + timedelta(days=settings.HOLD_DAYS)
        claim = ledger.hold(spec, at=at, by=person.pk, expires_at=until)
        claim.place = place  # whoever tells of the claim need not ask again; masks are those from before
        if case:
            claim.case, claim.agency = case, case.agency
        _tell(case, "claim_held", [claim], person=person, grant=grant, at=at)
    return claim


def change(claim_id: int, given: Change, *, person: Person, at: datetime) -> Claim:
    """Move, resize or convert a live place, all or nothing.

    Raises Forbidden, NotFound, ClaimChanged, ClaimInProcedure, ActionNotAllowed, CapacityTaken.
    """
    with transaction.atomic():
        grant = _granted(standing(person, people.today(at)))
        claim, cases_of = _live(claim_id, given.version)
        case = cases_of.get(claim.case_id or 0)
        to = given.state or claim.state
        if to not in NEXT[claim.state]:
            raise ActionNotAllowed(action=to, state=claim.state, allowed=list(NEXT[claim.state]))
        wanted = given.model_dump(exclude_unset=True, exclude={"version", "state"})
        until = until_of(wanted.pop("expires_at"), at) if "expires_at" in wanted else claim.expires_at
        spec = changed_spec(claim, {name: value for name, value in wanted.items() if value is not None})
        hangs = spec is not None and not spec.height and spec.start is None and spec.host_id is None
        if claim.extra or to != claim.state or until != claim.expires_at or (hangs and claim.height):
            # What a request brings stands on units or on a shelf, not on the side; what is more stays by its device.
            _not_of_a_step(claim, case)
        changed = ledger.change(
            claim,
            to=to,
            spec=spec,
            expires_at=until if to in ("held", "reserved") else None,
            at=at,
            by=person.pk,
        )
        freed.announce()
        _tell_moved(cases_of, {claim: changed}, person=person, grant=grant, at=at)
    return changed


def release(claim_id: int, *, person: Person, at: datetime, seen: int | None = None) -> Claim:
    """Give a place back. Raises Forbidden, NotFound, ClaimChanged when it ended before, ClaimInProcedure."""
    with transaction.atomic():
        grant = _granted(standing(person, people.today(at)))
        claim, cases_of = _live(claim_id, seen)
        case = cases_of.get(claim.case_id or 0)
        _not_of_a_step(claim, case)
        released = ledger.release(claim, at=at, by=person.pk)
        freed.announce()
        _tell(case, "claim_released", [released], person=person, grant=grant, at=at)
    return released


def plan(given: Plan, *, person: Person, at: datetime) -> list[Claim]:
    """Several moves as one atomic plan, in the order given. Raises as `change`."""
    with transaction.atomic():
        grant = _granted(standing(person, people.today(at)))
        held = moved_claims(given)
        cases_of = _lock_cases(held.values())
        steps = []
        for index, move in enumerate(given.moves):
            claim = held[move.claim]
            as_seen(claim, move.version)
            if claim.extra:
                _not_of_a_step(claim, cases_of.get(claim.case_id or 0))
            steps.append((claim, moved_spec(claim, move, index)))
        moved = ledger.rearrange(steps, at=at, by=person.pk)
        freed.announce()
        ways = {claim: now for (claim, _spec), now in zip(steps, moved, strict=True)}
        _tell_moved(cases_of, ways, person=person, grant=grant, at=at)
    return moved


def moved_claims(given: Plan) -> dict[int, Claim]:
    """The claims of a plan by id. Raises InvalidInput when one is named twice, NotFound."""
    ids = [move.claim for move in given.moves]
    if len(set(ids)) != len(ids):
        raise InvalidInput(
            fields={"moves": [_("Satu tempat hanya dapat dipindahkan satu kali dalam satu rencana.")]}
        )
    found = ledger_read.claims(ids)
    if missing := set(ids) - found.keys():
        raise NotFound(what="claim", id=min(missing))
    return found


def moved_spec(claim: Claim, move: Move, index: int) -> ClaimSpec:
    """Where a move of a plan puts its claim. Raises PlaceOutsideRack, InvalidInput."""
    wanted = move.model_dump(exclude={"claim", "version"}, exclude_none=True)
    return changed_spec(claim, wanted, field=f"moves.{index}.rack") or ledger.spec_of(claim)


# --- what all of them ask


def granted(person: Person, at: datetime) -> Grant:
    """By what the person may do this today. Raises Forbidden."""
    return _granted(standing_now(person, people.today(at)))


def _granted(who: Standing) -> Grant:
    for role in MAY:
        if grant := who.grant(role):
            return grant
    raise Forbidden(needed=MAY[0])


def _case(who: Standing, number: str) -> Case:
    case = cases_write.lock_numbered(who.viewer, number)
    if case.closed_at is not None:
        raise ActionNotAllowed(action="hold", state=case.state, allowed=[])
    return case


def _live(claim_id: int, seen: int | None) -> tuple[Claim, dict[int, Case]]:
    """The claim, after its cases were locked: the order of locks is the same as in every step."""
    claim = ledger_read.claim(claim_id)
    found = _lock_cases([claim])
    as_seen(claim, seen)
    return claim, found


def _lock_cases(claims: Iterable[Claim]) -> dict[int, Case]:
    """The cases of these claims and of what stands on them, locked in order of id."""
    chosen = list(claims)
    hosts = [claim.pk for claim in chosen if claim.slots]
    devices = ledger_read.devices_on(hosts) if hosts else []
    ids = {claim.case_id for claim in (*chosen, *devices) if claim.case_id}
    return {pk: cases_write.lock_now(pk) for pk in sorted(ids)}


def as_seen(claim: Claim, seen: int | None) -> None:
    if claim.state not in LIVE or seen not in (None, claim.version):
        raise ClaimChanged(claim=claim.pk, state=claim.state, version=claim.version)


def _not_of_a_step(claim: Claim, case: Case | None) -> None:
    if claim.item_no is not None and case is not None:
        raise ClaimInProcedure(case=case.number, claim=claim.pk)


def rack_of(name: str, field: str) -> Place:
    try:
        return ledger_read.place("rack", name)
    except NotFound as fault:
        raise InvalidInput(fields={field: [_("Rak %(rack)s tidak dikenal.") % {"rack": name}]}) from fault


def new_spec(given: Hold, place: Place, case: Case | None) -> ClaimSpec:
    """What a hold takes. Raises PlaceOutsideRack."""
    return ClaimSpec(
        place_id=place.pk,
        demand=_demand(Demand(), given.model_dump()),
        start=None if given.position_u is None else rack.start_of(given.position_u),
        height=rack.half_units(given.height_u),
        face=given.face,
        host_id=given.host,
        slot=given.slot,
        slots=given.slots,
        depth_mm=given.depth_mm,
        case_id=case.pk if case else None,
        agency_id=case.agency_id if case else None,
        label=given.label or (case.title if case else ""),
    )


def _demand(before: Demand, wanted: Mapping[str, Any]) -> Demand:
    known = {name: wanted[name] for name in Demand.__slots__ if name in wanted}
    if "weight_kg" in known:
        known["weight_kg"] = math.ceil(known["weight_kg"])
    return replace(before, **known)


def changed_spec(claim: Claim, wanted: Mapping[str, Any], *, field: str = "rack") -> ClaimSpec | None:
    """The claim's spec with what shall be different; None when nothing is.

    Units and a slot exclude each other: a height takes a device off its host, a host takes it out of its units,
    and in another rack or on another host the slot is chosen anew.
    """
    before = ledger.spec_of(claim)
    names = ("face", "depth_mm", "label", "slot", "slots")
    plain: dict[str, Any] = {name: wanted[name] for name in names if name in wanted}
    if "rack" in wanted:
        plain["place_id"] = rack_of(wanted["rack"], field).pk
    if "position_u" in wanted:
        plain["start"] = rack.start_of(wanted["position_u"])
    if "height_u" in wanted:
        plain["height"] = rack.half_units(wanted["height_u"])
    if "host" in wanted:
        plain |= {"host_id": wanted["host"], "height": 0}
    spec = replace(before, demand=_demand(before.demand, wanted), **plain)
    if spec.height:
        spec = replace(spec, host_id=None, slot=None)
    else:
        home = (spec.place_id, spec.host_id)
        moved = home != (before.place_id, before.host_id) and "slot" not in wanted
        spec = replace(spec, start=None, slot=None if moved else spec.slot)
    return spec if spec != before else None


def until_of(moment: datetime | None, at: datetime) -> datetime | None:
    """A time without an offset is the office's own. Raises InvalidInput when it is past or over a year away."""
    if moment is None:
        return None
    if not 2000 <= moment.year <= 2200:
        raise InvalidInput(fields={"expires_at": [_("Waktu ini tidak masuk akal.")]})
    aware = moment.replace(tzinfo=ZoneInfo(people.zone())) if moment.tzinfo is None else moment
    if not at < aware <= at + LONGEST_HOLD:
        raise InvalidInput(fields={"expires_at": [_("Harus sesudah sekarang dan paling lama satu tahun.")]})
    return aware


def _tell(
    case: Case | None, kind: str, claims: Sequence[Claim], *, person: Person, grant: Grant, at: datetime
) -> None:
    """An event in the case's journal; a place without a case is told by the ledger's own history."""
    if case is not None:
        facts = [_facts(claim) for claim in claims]
        _record(case, kind, facts, person=person, grant=grant, at=at)


def _record(
    case: Case, kind: str, facts: list[dict[str, Any]], *, person: Person, grant: Grant, at: datetime
) -> None:
    signature = signed(person, grant)
    cases_write.record(case, kind, at=at, actor_id=person.pk, person=signature, payload={"claims": facts})


def _tell_moved(
    cases_of: Mapping[int, Case], ways: Mapping[Claim, Claim], *, person: Person, grant: Grant, at: datetime
) -> None:
    """Tell every case from where to where its places went, those too that stand on what was moved.

    ways: the claim as it was -> as it is. Raises ClaimChanged when somebody put a device of another case on a
    shelf while it was being moved: its case is not locked, and nobody moves it unseen.
    """
    told: dict[int, list[dict[str, Any]]] = {pk: [] for pk in cases_of}
    for before, now in ways.items():
        if now.case_id:
            told[now.case_id].append(_facts(now) | {"from": _where(before)})
    hosts = {
        before.pk: before for before, now in ways.items() if now.slots and now.place_id != before.place_id
    }
    for device in ledger_read.devices_on(hosts) if hosts else ():
        if device.case_id and device.pk not in {before.pk for before in ways}:
            if device.case_id not in told:
                raise ClaimChanged(claim=device.host_id, state=device.state, version=None)
            told[device.case_id].append(_facts(device) | {"from": _where(hosts[device.host_id or 0])})
    for pk, facts in told.items():
        if facts:
            _record(cases_of[pk], "claim_changed", facts, person=person, grant=grant, at=at)
            cases_write.stands_at(cases_of[pk], site_of(ledger_read.claims_for_case(pk)))


def _where(claim: Claim) -> dict[str, Any]:
    return {
        "place": claim.place.name,
        "position_u": None if claim.start is None else rack.position_of(claim.start),
        "face": claim.face,
    }


def _facts(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.pk,
        **_where(claim),
        "state": claim.state,
        "watts": claim.watts,
    }
