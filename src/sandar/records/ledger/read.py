"""Questions to the ledger. Pictures come as plain data (core.capacity, Block) in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Min, QuerySet

from sandar.core import rack as geometry
from sandar.errors import NotFound
from sandar.records.prepared import Question, Slot

from . import seats
from .engine import Change, ClaimSpec, holder_facts
from .models import LIVE, Cell, Claim, Line, Movement, Place
from .recount import Discrepancy, recount
from .snapshot import consistent, pools, pools_of_place, snapshot
from .sql import LockedPlace

__all__ = [
    "Block",
    "Discrepancy",
    "Stander",
    "claim",
    "claims",
    "claims_for_case",
    "claims_in",
    "consistent",
    "devices_on",
    "due",
    "earliest_ends",
    "elevation",
    "elevations",
    "endings",
    "history",
    "holder_of",
    "homes",
    "place",
    "place_of_rack",
    "places",
    "pools",
    "pools_of_place",
    "rack_space",
    "recount",
    "seated",
    "snapshot",
    "who_drew_last",
    "who_stands",
]


def places(kind: str | None = None) -> QuerySet[Place]:
    """Racks and compute pools, by name."""
    rows = Place.objects.filter(retired=False).order_by("name")
    return rows.filter(kind=kind) if kind else rows


def place(kind: str, name: str) -> Place:
    """The rack or compute pool of this name. Raises NotFound."""
    if found := _PLACE.first(kind=kind, name=name):
        return found
    raise NotFound(what="place", name=name)


def place_of_rack(rack_id: int) -> Place:
    """The place of a rack. Raises NotFound."""
    if found := Place.objects.filter(rack_id=rack_id, retired=False).first():
        return found
    raise NotFound(what="place", id=rack_id)


def claim(claim_id: int) -> Claim:
    """One claim with its place. Raises NotFound."""
    if found := Claim.objects.select_related("place").filter(pk=claim_id).first():
        return found
    raise NotFound(what="claim", id=claim_id)


def claims(ids: Iterable[int]) -> dict[int, Claim]:
    """Several claims by id, with their places; unknown ones are left out."""
    return Claim.objects.select_related("place").in_bulk(list(ids))


def claims_for_case(case_id: int, *, live: bool = True) -> list[Claim]:
    """The claims of a case by item number, with their places; live=False: the ended ones too."""
    if live:
        return _LIVE_OF_CASE.all(case=case_id)
    return list(_of_case(case_id))


def _of_case(case_id: int | Slot) -> QuerySet[Claim]:
    return Claim.objects.select_related("place").filter(case_id=case_id).order_by("item_no", "pk")


_LIVE_OF_CASE = Question(lambda: _of_case(Slot("case")).filter(state__in=LIVE))
_PLACE = Question(lambda: Place.objects.filter(kind=Slot("kind"), name=Slot("name"), retired=False))


def earliest_ends(case_ids: Iterable[int]) -> dict[int, datetime]:
    """When the first of a case's held or reserved places ends, for those that end at all."""
    rows = Claim.objects.filter(
        case_id__in=list(case_ids), state__in=["held", "reserved"], expires_at__isnull=False
    )
    return dict(rows.order_by().values_list("case_id").annotate(Min("expires_at")))


def due(now: datetime) -> list[Claim]:
    """Held and reserved claims whose time has come."""
    return _DUE.all(now=now)


_DUE = Question(
    lambda: Claim.objects.filter(state__in=["held", "reserved"], expires_at__lte=Slot("now")).order_by(
        "expires_at", "pk"
    )
)


def holder_of(rack_id: int, half_u: int, face: str) -> dict[str, Any] | None:
    """Who has this half-unit (face front or rear): holder, holder_claim, holder_state, expires_at."""
    cell = Cell.objects.filter(rack_id=rack_id, half_u=half_u, face=geometry.FACES[face][0])
    claim_id = cell.values_list("claim_id", flat=True).first()
    return None if claim_id is None else holder_facts(claim_id)


def who_stands(spec: ClaimSpec, *, besides: Iterable[int] = ()) -> dict[str, Any] | None:
    """Who has the lowest unit that this would need, the claims `besides` left out; None when nobody."""
    cells = Cell.objects.filter(claim__place_id=spec.place_id, face__in=geometry.FACES[spec.face])
    low = spec.start or 0
    cells = cells.filter(half_u__gte=low, half_u__lt=low + spec.height).exclude(claim_id__in=list(besides))
    claim_id = cells.order_by("half_u", "face").values_list("claim_id", flat=True).first()
    return None if claim_id is None else holder_facts(claim_id)


def who_drew_last(kind: str, ref: str, state: str) -> dict[str, Any]:
    """The live claim that drew last from a pool, as a refusal names it; {"holder": ""} when none did."""
    pool = {"pool__kind": kind, "pool__ref": ref, "pool__failure_state": state}
    lines = Line.objects.filter(claim__state__in=LIVE, **pool).order_by("-claim_id")
    return holder_facts(lines.values_list("claim_id", flat=True).first())


def claims_in(place_ids: Iterable[int]) -> list[Claim]:
    """Every live claim in these places, with its place, agency and case, from the floor up."""
    rows = Claim.objects.select_related("place", "agency", "case").filter(
        place_id__in=list(place_ids), state__in=LIVE
    )
    return list(rows.order_by("place__name", F("start").asc(nulls_last=True), "face", "pk"))


def devices_on(host_ids: Iterable[int]) -> list[Claim]:
    """What stands on these shelves and chassis, by host and slot, with cases and places."""
    rows = Claim.objects.select_related("place").filter(host_id__in=list(host_ids), state__in=LIVE)
    return list(rows.order_by("host_id", "slot"))


def seated(moves: Sequence[tuple[Claim | None, ClaimSpec]], leaving: Iterable[Claim] = ()) -> list[ClaimSpec]:
    """The specs with their slots decided as a booking would decide them; claims `leaving` are thought away.

    Raises NoSuchSlot, CapacityTaken. Nothing is locked: what is true now may be taken before it is booked.
    """
    changes = [Change(claim, claim.state if claim else "held", spec) for claim, spec in moves]
    changes += [Change(claim, "released") for claim in leaving]
    rows = Place.objects.filter(pk__in={spec.place_id for _, spec in moves})
    places = {
        row.pk: LockedPlace(row.pk, row.kind, row.name, row.rack_id, row.half_units, 0, 0, 0, 0, row.version)
        for row in rows
    }
    return [spec for spec in seats.seated(changes, places) if spec is not None]


def homes(place_ids: Iterable[int]) -> list[tuple[int, int, int]]:
    """(place, agency, claim) of every live claim of an agency in these places."""
    rows = Claim.objects.filter(place_id__in=list(place_ids), state__in=LIVE, agency__isnull=False)
    return list(rows.order_by("pk").values_list("place_id", "agency_id", "pk"))


@dataclass(frozen=True, slots=True)
class Block:
    """One live claim in a rack's elevation; start and height in half-units.

    height 0: on `host` (claim id of a shelf or chassis, which has `slots`) in its `slot`, or on the rack's side
    at position `slot` (1 and 2 left, 3 and 4 right, from behind).
    """

    claim_id: int
    start: int | None
    height: int
    face: str
    state: str
    label: str
    watts: int
    cords: str
    weight_kg: int
    agency_id: int | None
    agency: str | None
    case_id: int | None
    case: str | None
    item_no: int | None
    expires_at: datetime | None
    version: int
    agency_code: str | None = None
    host: int | None = None
    slot: int | None = None
    slots: int = 0
    extra: bool = False  # more power for a device that stands here: no unit, no position

    @property
    def position_u(self) -> float | None:
        """Lowest unit, counted from the bottom, 1-based."""
        return None if self.start is None else geometry.position_of(self.start)


_BLOCK = (
    "id", "start", "height", "face", "state", "label", "watts", "cords", "weight_kg", "agency_id",
    "agency__name", "case_id", "case__number", "item_no", "expires_at", "version", "agency__code",
    "host_id", "slot", "slots", "extra",
)  # fmt: skip


def rack_space() -> Iterator[tuple[str, int, dict[str, int]]]:
    """(rack, half-units, half-units taken by state) of every rack; a half-unit is taken when either face is.

    held, reserved and blocked are counted from the claims, the rest of what is taken is installed.
    """
    pending: dict[int, dict[str, int]] = {}
    rows = Claim.objects.filter(state__in=["held", "reserved", "blocked"], height__gt=0)
    for place_id, state, start, height in rows.values_list("place_id", "state", "start", "height"):
        masks = pending.setdefault(place_id, {"held": 0, "reserved": 0, "blocked": 0})
        masks[state] |= geometry.mask(start or 0, height)
    racks = places("rack")
    for pk, name, total, front, rear in racks.values_list("id", "name", "half_units", "front", "rear"):
        left = int(front, 16) | int(rear, 16)
        taken = {}
        for state in ("blocked", "reserved", "held"):
            mask = pending.get(pk, {}).get(state, 0) & left
            taken[state] = mask.bit_count()
            left &= ~mask
        yield name, total, {**taken, "installed": left.bit_count()}


def elevation(rack_id: int) -> tuple[Block, ...]:
    """Everything that stands or is held in a rack, from the floor up, then what takes no unit. One query."""
    return tuple(Block(*row) for row in _ELEVATION.all(rack=rack_id))


_ELEVATION = Question(
    lambda: (
        Claim.objects.filter(rack_id=Slot("rack"), state__in=LIVE)
        .order_by(F("start").asc(nulls_last=True), "face", "host_id", "slot", "pk")
        .values_list(*_BLOCK)
    )
)


class Framed(NamedTuple):
    """What stands around the elevation of a rack. version: changes with whatever stands in it."""

    place_id: int
    rack_id: int
    name: str
    half_units: int
    version: int
    numbering: str


def framed(name: str) -> Framed | None:
    """The rack of this name."""
    row = _FRAME.first(name=name)
    return Framed(*row) if row else None


_FRAME = Question(
    lambda: (
        places("rack")
        .filter(name=Slot("name"))
        .order_by()
        .values_list("id", "rack_id", "name", "half_units", "version", "rack__numbering")
    )
)


def elevations(rack_ids: Iterable[int]) -> dict[int, tuple[Block, ...]]:
    """The elevations of several racks, by rack. One query."""
    found: dict[int, list[Block]] = {pk: [] for pk in rack_ids}
    low = F("start").asc(nulls_last=True)
    rows = Claim.objects.filter(rack_id__in=list(found), state__in=LIVE).order_by(
        "rack_id", low, "face", "host_id", "slot", "pk"
    )
    for rack_id, *row in rows.values_list("rack_id", *_BLOCK):
        found[rack_id].append(Block(*row))
    return {pk: tuple(blocks) for pk, blocks in found.items()}


@dataclass(frozen=True, slots=True)
class Stander:
    """A live claim in a rack that draws power, for questions to the power chain."""

    claim_id: int
    rack: str
    start: int | None
    height: int
    label: str
    state: str
    watts: int
    cords: str
    agency: str | None
    case: str | None
    extra: bool = False


_STANDER = (
    "id", "place__name", "start", "height", "label", "state", "watts", "cords", "agency__name", "case__number",
    "extra",
)  # fmt: skip


def standers(*, installed: bool = False) -> list[Stander]:
    """Every live claim in a rack that draws power, by rack from the floor up; installed: only what stands there.

    Other cords that are only held for a device are not: until they are plugged it draws as its own claim says.
    """
    states = ["installed"] if installed else LIVE
    rows = Claim.objects.filter(rack__isnull=False, state__in=states, watts__gt=0, beside_cords="")
    return [Stander(*row) for row in rows.order_by("place__name", "start", "pk").values_list(*_STANDER)]


def history(claim_id: int) -> list[dict[str, Any]]:
    """What became of a claim, oldest first: at, from_state, to_state, facts, and the name of who did it."""
    rows = Movement.objects.filter(claim_id=claim_id).order_by("pk")
    return [dict(row) for row in rows.values("at", "from_state", "to_state", "facts", "by__name")]


def endings(agency_id: int) -> list[Claim]:
    """Held and reserved places of an agency's cases that end by themselves, the next one first."""
    rows = Claim.objects.filter(agency_id=agency_id, state__in=["held", "reserved"], expires_at__isnull=False)
    return list(rows.select_related("case", "place").order_by("expires_at", "pk"))
