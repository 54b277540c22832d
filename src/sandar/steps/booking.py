"""What the steps ask of the ledger for one case: find, hold, resize, reserve, keep, install, and how papers say it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from sandar.core import capacity, fates, placement, rack
from sandar.core.capacity import Booking, Demand, Row, Snapshot
from sandar.core.placement import Answer, Ask
from sandar.errors import ClaimChanged, InvalidInput, NotFound
from sandar.records.assets import addresses
from sandar.records.assets import changes as asset_changes
from sandar.records.cases.models import Case
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim, Place
from sandar.records.ledger.write import ClaimSpec
from sandar.steps import addressing, ending, freed
from sandar.steps.resources import labels as labels
from sandar.steps.resources import named as named
from sandar.steps.resources import row_facts as row_facts
from sandar.steps.resources import shortage_facts as shortage_facts
from sandar.steps.resources import state_label as state_label
from sandar.steps.sites import site_of
from sandar.steps.turn import Turn

RACK, COMPUTE = "rack", "compute"


def demand_of(item: Mapping[str, Any]) -> Demand:
    """The countable wishes of a line item; parts of a unit are rounded up. Of a change only what is more."""
    if "was" in item:
        return _more(item["was"], demand_of({k: v for k, v in item.items() if k != "was"}))
    if item["kind"] == "hosting":
        return Demand(
            vcpu=item["vcpu"],
            ram_gb=math.ceil(item["ram_gb"]),
            storage_gb=math.ceil(item["storage_gb"]),
            bandwidth_mbps=item["bandwidth_mbps"],
            ip_count=1,
        )
    return Demand(
        watts=item["watts"],
        cords=item["cords"],
        weight_kg=math.ceil(item["weight_kg"]),
        bandwidth_mbps=item["bandwidth_mbps"],
        ip_count=item["ip_count"],
        ports=len(item.get("nics") or ()),  # one a network card; counted in racks that have declared theirs
    )


def ask_of(item: Mapping[str, Any]) -> Ask:
    """The item as the placement search asks for it; a rack device takes both faces, a change no further units."""
    if "was" in item:
        return Ask(demand=demand_of(item), kind=COMPUTE if item["kind"] == "hosting" else RACK)
    if item["kind"] == "hosting":
        return Ask(demand=demand_of(item), kind=COMPUTE)
    return Ask(
        demand=demand_of(item), kind=RACK, height=rack.half_units(item["height_u"]), depth_mm=item["depth_mm"]
    )


def _more(was: Demand, now: Demand) -> Demand:
    """By how much `now` asks for more, nothing where it asks for less; of other cords on each side what is more."""
    counted = ("weight_kg", "bandwidth_mbps", "ip_count", "ports", "vcpu", "ram_gb", "storage_gb")
    more = {name: max(0, getattr(now, name) - getattr(was, name)) for name in counted}
    if was.cords and was.cords != now.cords:
        own = Demand(watts=now.watts, cords=now.cords, beside_watts=was.watts, beside_cords=was.cords)
        return replace(own, extra=True, **more)
    watts = max(0, now.watts - was.watts)
    return Demand(watts=watts, cords=now.cords if watts else "", extra=True, **more)


def wanted(case: Case, items: Sequence[Mapping[str, Any]] | None = None) -> list[Mapping[str, Any]]:
    """What the case asks of the ledger: its items (or these); of a change each beside what its asset draws now."""
    asked = list(case.items if items is None else items)
    if case.service != "change":
        return asked
    was = {
        change.item_no: ledger.spec_of(change.asset.claim).demand for change in asset_changes.of_case(case.pk)
    }
    return [{**item, "was": was[number]} for number, item in enumerate(asked, start=1)]


@dataclass(frozen=True)
class Picture:
    """The capacity check of one case at one moment: what fits where, and every resource with its figures."""

    snapshot: Snapshot
    answer: Answer
    rows: tuple[Row, ...]


def asked_of(case: Case) -> dict[int, dict[str, Any]]:
    """What is still asked for: the items without an end, by number."""
    return {n: case.items[n - 1] for n in fates.open_numbers(len(case.items), case.fates)}


def search(snapshot: Snapshot, items: Mapping[int, Mapping[str, Any]]) -> Answer:
    """Places for these items; `ask` in the answer is the number of the item less one, whatever is not among them."""
    numbers = list(items)
    found = placement.find(snapshot, [ask_of(item) for item in items.values()])
    if numbers == list(range(1, len(numbers) + 1)):
        return found
    return replace(
        found,
        plan=tuple(replace(one, ask=numbers[one.ask] - 1) for one in found.plan),
        placements=tuple(replace(one, ask=numbers[one.ask] - 1) for one in found.placements),
    )


def picture(case: Case) -> Picture:
    """Search places for all items without an end; the case's own holds do not count against it."""
    snapshot = ledger_read.snapshot(ignoring_case=case.pk, agency_id=case.agency_id)
    items = wanted(case)
    if case.service == "change":  # where it stands, and nowhere else
        there = {change.asset.claim.place_id for change in asset_changes.of_case(case.pk)}
        snapshot = replace(snapshot, places=tuple(one for one in snapshot.places if one.id in there))
    answer = search(snapshot, {number: items[number - 1] for number in asked_of(case)})
    if lacking := addressing.proposal(case)[1]:
        answer = replace(answer, plan=(), short=(*answer.short, lacking))
    bookings = [
        Booking(found.place_id, demand_of(items[found.ask]), ask_of(items[found.ask]).height)
        for found in (answer.plan or _nearest(answer, snapshot, case))
    ]
    return Picture(snapshot, answer, capacity.table(snapshot, bookings))


def _nearest(answer: Answer, snapshot: Snapshot, case: Case) -> Sequence[Any]:
    """For NO: what each item alone could get, so that the table still shows figures."""
    first = {found.ask: found for found in reversed(answer.placements)}
    return list(first.values())


@dataclass(frozen=True)
class Choice:
    """A place chosen for one item: a rack with position and face, or a compute pool."""

    item_no: int
    place: str
    position_u: float | None
    face: str = "full"
    host: int | None = None
    slot: int | None = None


def choices_of(answer: Answer) -> list[Choice]:
    """The suggested plan as choices."""
    return [
        Choice(
            found.ask + 1,
            found.name,
            None if found.start is None else rack.position_of(found.start),
            found.face,
        )
        for found in answer.plan
    ]


def hold(
    turn: Turn,
    choices: Sequence[Choice],
    *,
    until: datetime | None = None,
    items: Sequence[Mapping[str, Any]] | None = None,
    address: str = "",
) -> list[Claim]:
    """Hold the chosen places for the case, instead of what it held before. Raises CapacityTaken naming the holder.

    items: what is held, where it is not what the case asks for. address: the checker's choice, for a change.
    """
    wanted = [_spec(turn.case, choice, items) for choice in choices]
    expires_at = until or turn.at + timedelta(days=settings.HOLD_DAYS)
    claims = ledger.hold_all(
        [spec for spec, _ in wanted],
        at=turn.at,
        by=turn.person_id,
        expires_at=expires_at,
        instead_of=turn.claims,
    )
    if turn.claims:
        freed.announce()
    for claim, (_spec_of, place) in zip(claims, wanted, strict=True):
        claim.place = place
    turn.claims = claims
    turn.sets(site=site_of(claims))
    turn.says(held=_facts(claims), hold_until=expires_at.isoformat())
    addressing.hold(turn, address)
    return claims


def _spec(
    case: Case, choice: Choice, items: Sequence[Mapping[str, Any]] | None = None
) -> tuple[ClaimSpec, Place]:
    items = wanted(case) if items is None else items
    if not 1 <= choice.item_no <= len(items):
        raise InvalidInput(fields={"placements": [_("Nomor urut perangkat tidak dikenal.")]})
    item = items[choice.item_no - 1]
    kind = COMPUTE if item["kind"] == "hosting" else RACK
    try:
        place = ledger_read.place(kind, choice.place)
    except NotFound as fault:
        raise InvalidInput(
            fields={"placements": [_("Rak %(rack)s tidak dikenal.") % {"rack": choice.place}]}
        ) from fault
    return _placed(case, choice.item_no, item, place_id=place.pk, choice=choice), place


def _placed(
    case: Case,
    item_no: int,
    item: Mapping[str, Any],
    *,
    place_id: int,
    choice: Choice | None,
    claim: Claim | None = None,
) -> ClaimSpec:
    ask = ask_of(item)
    start = None
    face = "full"
    host = choice.host if choice else claim.host_id if claim else None
    if host is not None:  # on a shelf or in a chassis: a slot there instead of units
        ask = replace(ask, height=0)
    if ask.height:
        if choice is not None and choice.position_u is None:
            raise InvalidInput(fields={"placements": [_("Posisi di rak wajib diisi.")]})
        start = claim.start if choice is None and claim else rack.start_of(choice.position_u)  # type: ignore[union-attr, arg-type]
        face = choice.face if choice else claim.face if claim else "full"
    return ClaimSpec(
        place_id=place_id,
        demand=ask.demand,
        start=start,
        height=ask.height,
        face=face,
        host_id=host,
        slot=choice.slot if choice else claim.slot if claim else None,
        slots=claim.slots if claim else 0,
        depth_mm=ask.depth_mm,
        case_id=case.pk,
        item_no=item_no,
        agency_id=case.agency_id,
        label=item["name"],
    )


def of_items(turn: Turn) -> dict[int, Claim]:
    """The live place of every item without an end, by number. Raises ClaimChanged when one has none.

    Places that were held by hand for the case (they have no item number) are not among them.
    """
    found = {claim.item_no: claim for claim in turn.claims if claim.item_no is not None}
    for number in turn.open_items:
        if number not in found:
            raise ClaimChanged(claim=None, item_no=number, state="released")
    return {number: found[number] for number in turn.open_items}


def _now(turn: Turn, changed: Sequence[Claim]) -> list[Claim]:
    """Keep the claims as the ledger answered them, with their places."""
    new = {claim.pk: claim for claim in changed}
    for claim in turn.claims:
        if claim.pk in new and new[claim.pk].place_id == claim.place_id:
            new[claim.pk].place = claim.place
    turn.claims = [new.get(claim.pk, claim) for claim in turn.claims]
    return turn.claims


def resize(turn: Turn, items: Sequence[Mapping[str, Any]]) -> None:
    """Let the held places follow the form's figures. When they lapse stays; late is only the agency, not the office."""
    plan, items = [], wanted(turn.case, items)
    for number, claim in of_items(turn).items():
        spec = _placed(
            turn.case, number, items[number - 1], place_id=claim.place_id, choice=None, claim=claim
        )
        if spec != ledger.spec_of(claim):
            plan.append((claim, spec))
    if plan:
        _now(turn, ledger.rearrange(plan, at=turn.at, by=turn.person_id))
        freed.announce()


def reserve(turn: Turn) -> None:
    """held -> reserved for every item, without an end until the delivery window is set."""
    claims = of_items(turn).values()
    _now(turn, ledger.reserve_all(claims, at=turn.at, by=turn.person_id, expires_at=None))
    turn.says(reserved=_facts([claim for claim in turn.claims if claim.state == "reserved"]))


def keep_until(turn: Turn, until: datetime) -> None:
    """The reserved places end with the delivery window."""
    claims = of_items(turn).values()
    _now(turn, ledger.reserve_all(claims, at=turn.at, by=turn.person_id, expires_at=until))


def extend(turn: Turn) -> None:
    """The agency's time begins now: what is held for it is held for the whole of it, however slow the office was."""
    whole = timedelta(days=settings.HOLD_DAYS)
    soon = turn.at + whole / 2
    short = [claim for claim in of_items(turn).values() if claim.expires_at and claim.expires_at < soon]
    if not short:
        return
    until = turn.at + whole
    for claim in short:
        longer = ledger.change(claim, to=claim.state, expires_at=until, at=turn.at, by=turn.person_id)
        _now(turn, [longer])
    turn.says(hold_until=until.isoformat())


def install(turn: Turn, choices: Sequence[Choice]) -> dict[int, Claim]:
    """reserved -> installed for the items chosen, moved first where the operator chose another place. Number -> claim.

    With the last of them whatever was held for the case by hand, beside its items, is given back: only what is
    registered stays.
    """
    numbers = {choice.item_no for choice in choices}
    before = of_items(turn)
    plan: list[tuple[Claim, ClaimSpec]] = []
    to: dict[int, Place] = {}
    for choice in choices:
        claim = before[choice.item_no]
        if choice == choice_of(claim):
            continue
        spec, place = _spec(turn.case, choice)
        spec = replace(spec, slots=claim.slots)
        if spec != ledger.spec_of(claim):
            plan.append((claim, spec))
            to[claim.pk] = place
    for claim in ledger.rearrange(plan, at=turn.at, by=turn.person_id) if plan else ():
        claim.place = to[claim.pk]
        turn.claims = [claim if claim.pk == old.pk else old for old in turn.claims]
    if plan:
        freed.announce()
    if numbers == set(before):
        ending.let_go(turn, _spare(turn))
    chosen = [claim for claim in turn.claims if claim.item_no in numbers]
    _now(turn, ledger.install_all(chosen, at=turn.at, by=turn.person_id))
    installed = {claim.item_no: claim for claim in turn.claims if claim.item_no in numbers}
    turn.sets(site=site_of(turn.claims))
    turn.says(installed=_facts(list(installed.values())))
    return {int(number): claim for number, claim in installed.items() if number}


def _spare(turn: Turn) -> list[Claim]:
    return [claim for claim in turn.claims if claim.item_no is None and claim.state in ("held", "reserved")]


def choice_of(claim: Claim) -> Choice:
    """Where it is booked now, as a choice."""
    start = None if claim.start is None else rack.position_of(claim.start)
    return Choice(claim.item_no or 0, claim.place.name, start, claim.face, claim.host_id, claim.slot)


def release(turn: Turn) -> None:
    """Give back whatever the case holds."""
    ending.let_go(turn, turn.claims)
    addresses.let_go(turn.case.pk, at=turn.at)


def claim_facts(case: Case) -> list[dict[str, Any]]:
    """The case's live claims as the journal keeps them."""
    return _facts(ledger_read.claims_for_case(case.pk))


def _facts(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    return [
        {
            "claim": claim.pk,
            "item_no": claim.item_no,
            "place": claim.place.name,
            "position_u": None if claim.start is None else rack.position_of(claim.start),
            "face": claim.face if claim.height else None,
            "state": claim.state,
        }
        for claim in claims
    ]


def placement_facts(turn: Turn) -> list[dict[str, Any]]:
    """The places of the case's items in racks as papers print them; installed ones stand in their minutes."""
    return [
        {
            "item": claim.label,
            "rack": claim.place.name,
            "position_u": rack.position_of(claim.lowest),
            "height_u": claim.height / 2,
            "face": claim.face,
            "cords": claim.cords,
            "watts": claim.watts,
            "room": claim.place.room,
        }
        for claim in turn.claims
        if claim.lowest is not None and claim.state != "installed"
    ]
