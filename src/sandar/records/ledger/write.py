"""The verbs of the ledger. Each runs inside the caller's transaction and is all or nothing by itself.

at: the moment of the act; by: id of the person, None for the system. A claim passed in carries the version
its holder saw; if it changed meanwhile the verb raises ClaimChanged and nothing happens.
All raise CapacityTaken, with the holder's name, when somebody was first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sandar.errors import ClaimChanged

from .define import define
from .engine import Change, ClaimSpec, apply, spec_of
from .models import LIVE, Claim
from .sql import lock_places

__all__ = [
    "ClaimSpec",
    "block",
    "change",
    "define",
    "expire",
    "hold",
    "hold_all",
    "install",
    "install_all",
    "move",
    "rearrange",
    "release",
    "release_all",
    "reserve",
    "reserve_all",
    "resize",
    "spec_of",
    "take_over",
]


def hold(spec: ClaimSpec, *, at: datetime, by: int | None, expires_at: datetime | None) -> Claim:
    """Take a place until `expires_at` (None: until released)."""
    return hold_all([spec], at=at, by=by, expires_at=expires_at)[0]


def hold_all(
    specs: Sequence[ClaimSpec],
    *,
    at: datetime,
    by: int | None,
    expires_at: datetime | None,
    instead_of: Iterable[Claim] = (),
) -> list[Claim]:
    """Take several places together, or none; `instead_of`: live claims given back in the same step.

    Use this and not a loop: it locks everything in one order, so two requests never wait for each other.
    """
    back = [Change(claim, "released") for claim in instead_of]
    changes = [Change(None, "held", spec, expires_at) for spec in specs]
    return apply([*back, *changes], at=at, by=by)[len(back) :]


def block(spec: ClaimSpec, *, at: datetime, by: int | None) -> Claim:
    """Make a place unusable; `spec.label` says why (door, cable tray, repair)."""
    return apply([Change(None, "blocked", spec)], at=at, by=by)[0]


def reserve(
    claim: Claim,
    *,
    at: datetime,
    by: int | None,
    expires_at: datetime | None = None,
    spec: ClaimSpec | None = None,
) -> Claim:
    """held -> reserved, with another spec in the same step if given. From other states: ClaimChanged."""
    _require([claim], ("held", "reserved"))
    return apply([Change(claim, "reserved", spec, expires_at)], at=at, by=by)[0]


def reserve_all(
    claims: Iterable[Claim], *, at: datetime, by: int | None, expires_at: datetime | None = None
) -> list[Claim]:
    """held -> reserved for all together."""
    return _convert(claims, ("held", "reserved"), Change(None, "reserved", None, expires_at), at=at, by=by)


def install(claim: Claim, *, at: datetime, by: int | None, spec: ClaimSpec | None = None) -> Claim:
    """held or reserved -> installed, with another spec in the same step if given."""
    _require([claim], ("held", "reserved"))
    return apply([Change(claim, "installed", spec)], at=at, by=by)[0]


def install_all(
    claims: Iterable[Claim], *, at: datetime, by: int | None, specs: Mapping[int, ClaimSpec] | None = None
) -> list[Claim]:
    """held or reserved -> installed for all together; specs: claim id -> where it really stands."""
    chosen = list(claims)
    _require(chosen, ("held", "reserved"))
    return apply([Change(c, "installed", (specs or {}).get(c.pk)) for c in chosen], at=at, by=by)


def take_over(specs: Sequence[ClaimSpec], *, at: datetime, by: int | None) -> list[Claim]:
    """Enter as installed what stands there already: the stock of an office that begins to keep this ledger."""
    return apply([Change(None, "installed", spec) for spec in specs], at=at, by=by)


def release(claim: Claim, *, at: datetime, by: int | None) -> Claim:
    """Give everything back. Raises ClaimChanged when it has ended already."""
    return apply([Change(claim, "released")], at=at, by=by)[0]


def release_all(claims: Iterable[Claim], *, at: datetime, by: int | None) -> list[Claim]:
    """Give back all together."""
    return apply([Change(claim, "released") for claim in claims], at=at, by=by)


def resize(claim: Claim, spec: ClaimSpec, *, at: datetime, by: int | None) -> Claim:
    """Change what a live claim takes; its state and expiry stay. Refused: the claim stays as it was."""
    return rearrange([(claim, spec)], at=at, by=by)[0]


def move(
    claim: Claim, *, place_id: int, start: int | None, at: datetime, by: int | None, face: str | None = None
) -> Claim:
    """Put a live claim elsewhere; start in half-units. Its own cells do not stand in its way."""
    spec = replace(spec_of(claim), place_id=place_id, start=start, face=face or claim.face)
    return resize(claim, spec, at=at, by=by)


def change(
    claim: Claim,
    *,
    to: str,
    at: datetime,
    by: int | None,
    spec: ClaimSpec | None = None,
    expires_at: datetime | None = None,
) -> Claim:
    """State, place, amounts and expiry in one step; the caller decides which conversions are allowed."""
    return apply([Change(claim, to, spec, expires_at)], at=at, by=by)[0]


def rearrange(
    plan: Sequence[tuple[Claim, ClaimSpec]],
    *,
    at: datetime,
    by: int | None,
    instead_of: Iterable[Claim] = (),
) -> list[Claim]:
    """Several moves and resizes as one atomic plan: only the end must fit (swap, shift, compact).

    instead_of: claims that are given back in the same change, so that the plan may go where they are.
    """
    back = [Change(claim, "released") for claim in instead_of]
    changes = [Change(claim, claim.state, spec, claim.expires_at) for claim, spec in plan]
    return apply([*back, *changes], at=at, by=by)[len(back) :]


def expire(now: datetime, *, only: Iterable[int] | None = None) -> list[Claim]:
    """End every held or reserved claim whose time has come.

    only: ids of claims to look at; the claims of a case end with it, by an act of the system. What is
    approved, moved or released in the same instant is decided by who locks the place first: under the
    locks only what is still due ends.
    """
    due = Claim.objects.filter(state__in=["held", "reserved"], expires_at__lte=now)
    if only is not None:
        due = due.filter(pk__in=list(only))
    locked = lock_places(due.values_list("place_id", flat=True).distinct())
    still = list(due.filter(place_id__in=locked).order_by("place_id", "pk"))
    used = _still_used(still)
    return apply([Change(claim, "expired") for claim in still if claim.pk not in used], at=now, by=None)


def _still_used(ending: Sequence[Claim]) -> set[int]:
    """The shelves and chassis among these that carry something which does not end now: they wait for it."""
    hosts = [claim.pk for claim in ending if claim.slots]
    if not hosts:
        return set()
    devices = Claim.objects.filter(host_id__in=hosts, state__in=LIVE).exclude(pk__in=[c.pk for c in ending])
    return set(devices.values_list("host_id", flat=True))


def _convert(
    claims: Iterable[Claim], allowed: tuple[str, ...], to: Change, *, at: datetime, by: int | None
) -> list[Claim]:
    chosen = list(claims)
    _require(chosen, allowed)
    return apply([Change(claim, to.to, None, to.expires_at) for claim in chosen], at=at, by=by)


def _require(claims: Iterable[Claim], allowed: tuple[str, ...]) -> None:
    """The state seen; that it is still the state is checked by version in the conditional UPDATE."""
    for claim in claims:
        if claim.state not in allowed:
            raise ClaimChanged(claim=claim.pk, state=claim.state, version=claim.version)
