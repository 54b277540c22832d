"""Who may act, in whose name, and what one person may not do twice in a case.

The unit of segregation is the person, not the role: a Plh or Plt who signs for somebody binds both, through
whatever chain of mandates. Source: issue 2 item 12 and the segregation pairs of the reliability rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sandar.core.services import ON_ASSETS

Kind = Literal["definitif", "plt", "plh", "an", "superior"]
BORROWED = ("plh", "an")  # of a person who holds the role: they stand on that person's grant
_PREFERENCE: dict[str, int] = {"definitif": 0, "plt": 1, "plh": 2, "an": 3, "superior": 4}

# Infrastruktur looks after servers (co-location), Aplikasi after hosted applications; a case of both is for either.
FIELDS = ("infrastructure", "applications")
# What stands in the register already may be either: such a request is for both fields.
SERVICES_OF: dict[str, tuple[str, ...]] = {
    "infrastructure": ("colocation", "both", *ON_ASSETS),
    "applications": ("hosting", "both", *ON_ASSETS),
}

DUTIES = (
    "requested", "disposed", "capacity_checked", "capacity_released", "form_authored", "approved", "notified",
    "handed_in", "received", "inspected", "installed", "reported", "activity", "register_edited", "register_approved",
)  # fmt: skip
OFFICE_DUTIES = tuple(duty for duty in DUTIES if duty not in ("requested", "form_authored", "handed_in"))
REGISTER_DUTIES = ("register_edited", "register_approved")  # done after the case ended too

Pair = frozenset[str]
FORBIDDEN_PAIRS: frozenset[Pair] = frozenset(
    {frozenset({"requested", duty}) for duty in OFFICE_DUTIES}
    | {
        frozenset({"capacity_checked", "capacity_released"}),
        frozenset({"form_authored", "approved"}),
        frozenset({"approved", "inspected"}),
        frozenset({"approved", "installed"}),
        frozenset({"handed_in", "installed"}),  # first and second party of the handover minutes
        frozenset(
            {"register_edited", "register_approved"}
        ),  # a line of the register is corrected by two persons
        frozenset({"approved", "register_edited"}),  # and not by whoever approved what was handed over
    }
)
WARNED_PAIRS: frozenset[Pair] = frozenset(
    {frozenset({"inspected", "installed"}), frozenset({"disposed", "approved"})}
)


class Scope(NamedTuple):
    """Which officers a case is for: service (core.services) and name of the site, empty = not known."""

    service: str = ""
    site: str = ""


ANYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Grant:
    """One person holds one role from `valid_from` to `valid_until` (both local days included; None = open).

    kind: definitif, plt (acting, post vacant), plh (daily acting), an (a.n., in the name of who stays in office), or
    superior (nobody holds the role: whoever is above stands in, core.standing_in). mandate: number of the order, for
    the paper. acting_for: the person represented, if any. agency: for roles of an agency. field, site: what it is
    limited to; empty = all. position: the jabatan under which its holder signs; empty = the person's own.
    granted_by: who gave it. but_sites: only of who stands in: for known sites other than these, whose posts are held.
    """

    role: str
    person: int
    valid_from: date
    valid_until: date | None = None
    kind: Kind = "definitif"
    mandate: str = ""
    acting_for: int | None = None
    agency: int | None = None
    field: str = ""
    site: str = ""
    position: str = ""
    granted_by: int | None = None
    but_sites: tuple[str, ...] = ()

    def covers(self, scope: Scope) -> bool:
        """Whether it holds for a case of this service and site; what a case does not say yet limits nobody."""
        in_field = not self.field or not scope.service or scope.service in SERVICES_OF[self.field]
        if self.but_sites:
            return in_field and bool(scope.site) and scope.site not in self.but_sites
        return in_field and (not self.site or not scope.site or self.site == scope.site)

    def valid_on(self, day: date) -> bool:
        """Whether it holds on this local day of the office."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Conflict(NamedTuple):
    """`person` already did `did` in this case and wants `wants`."""

    person: int
    did: str
    wants: str


def local_day(at: datetime, zone: str) -> date:
    """The day on which mandates are judged: the office's own, not UTC's.

    Raises TypeError for a naive datetime.
    """
    if at.utcoffset() is None:
        raise TypeError("an instant needs a zone")
    return at.astimezone(ZoneInfo(zone)).date()


def grant_for(grants: Iterable[Grant], role: str, day: date, *, scope: Scope = ANYWHERE) -> Grant | None:
    """The grant under which somebody acts in `role` on `day`: definitif, plt, plh, a.n.; then the newest.

    grants: those of one person. Lapsed and future grants never count, nor those of another field or site than the
    case's. None = no authority.
    """
    live = [grant for grant in grants if grant.role == role and grant.valid_on(day) and grant.covers(scope)]
    return min(live, key=_rank, default=None)


def _rank(grant: Grant) -> tuple[int, int, str, int, int, str, str]:
    """A total order, so that the answer does not depend on the order of the rows."""
    return (
        _PREFERENCE[grant.kind],
        -grant.valid_from.toordinal(),
        grant.mandate,
        grant.acting_for or 0,
        grant.agency or 0,
        grant.field,
        grant.site,
    )


def represented(grants: Iterable[Grant], grant: Grant, day: date) -> tuple[int, ...]:
    """Everybody in whose name an act under `grant` is done, nearest first, without the actor.

    grants: those of everybody. A substitute of a substitute represents both; every mandate by which a
    represented person stands in on that day is followed, and a ring of mandates ends by itself.
    """
    pool = [other for other in grants if other.role == grant.role and other.valid_on(day)]
    found: dict[int, None] = {}
    queue = [grant.acting_for]
    while queue:
        person = queue.pop(0)
        if person is None or person == grant.person or person in found:
            continue
        found[person] = None
        queue += [other.acting_for for other in sorted(pool, key=_rank) if other.person == person]
    return tuple(found)


def mandate_holds(grants: Iterable[Grant], grant: Grant, day: date) -> bool:
    """Whether a grant and every mandate under it still hold: a substitute falls with the one who sent them.

    grants: those of everybody. A definitif grant stands alone; so does a Plt, whose post is vacant. A Plh
    stands on a live grant of the represented person, and so on down; a ring of Plh holds nobody up.
    """
    pool = [other for other in grants if other.role == grant.role and other.valid_on(day)]
    return grant.valid_on(day) and _stands(pool, grant, frozenset())


def _stands(pool: list[Grant], grant: Grant, seen: frozenset[int]) -> bool:
    if grant.kind not in BORROWED or grant.acting_for is None:
        return True
    below = seen | {grant.person}
    return any(
        _stands(pool, other, below)
        for other in pool
        if other.person == grant.acting_for and other.person not in below
    )


def conflict(
    past: Iterable[tuple[int, str]], person: int, duty: str, *, represented: Iterable[int] = ()
) -> Conflict | None:
    """The first forbidden pair that this act would close, None when it may go on.

    past: (person, duty) of the whole case; an act in somebody's name is there once for each person it binds
    (`bearers`). represented: the persons in whose name this act would be done. Raises ValueError for an
    unknown duty.
    """
    return next(iter(conflicts(past, person, duty, represented=represented)), None)


def conflicts(
    past: Iterable[tuple[int, str]],
    person: int,
    duty: str,
    *,
    represented: Iterable[int] = (),
    also: Iterable[Pair] = (),
) -> tuple[Conflict, ...]:
    """Every forbidden pair that this act would close. also: warned pairs that this office forbids."""
    return _closed(past, (person, *represented), duty, FORBIDDEN_PAIRS | (WARNED_PAIRS & set(also)))


def warnings(
    past: Iterable[tuple[int, str]],
    person: int,
    duty: str,
    *,
    represented: Iterable[int] = (),
    also: Iterable[Pair] = (),
) -> tuple[Conflict, ...]:
    """Pairs that are allowed but shown to the officer and journaled; arguments as `conflicts`."""
    return _closed(past, (person, *represented), duty, WARNED_PAIRS - set(also))


def may_except(
    past: Iterable[tuple[int, str]], second: int, conflict: Conflict, *, bound: Iterable[int] = ()
) -> bool:
    """May this officer, as the second person, allow `conflict.person` both sides for once?

    bound: everybody who stands in for or is stood in for by either of them; such a second person is none. Nor is
    whoever is on either side of that pair in this case, or asked for it.
    """
    if second == conflict.person or second in bound or conflict.person in bound:
        return False
    sides = {conflict.did, conflict.wants, "requested"}
    return not any(who == second and did in sides for who, did in past)


def bearers(person: int, duty: str, represented: Iterable[int] = ()) -> tuple[tuple[int, str], ...]:
    """The rows an act adds to `past`: the signing person and each represented one, once."""
    return tuple((who, duty) for who in dict.fromkeys((person, *represented)))


def _closed(
    past: Iterable[tuple[int, str]], persons: tuple[int, ...], duty: str, pairs: frozenset[Pair]
) -> tuple[Conflict, ...]:
    found: dict[Conflict, None] = {}
    for who, did in past:
        _known(did)
        if who in persons and frozenset({did, duty}) in pairs:
            found[Conflict(who, did, duty)] = None
    _known(duty)
    return tuple(found)


def _known(duty: str) -> None:
    """A misspelt duty would silently allow everything."""
    if duty not in DUTIES:
        raise ValueError(f"unknown duty: {duty!r}")
