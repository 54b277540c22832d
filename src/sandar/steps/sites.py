"""In which building a case is served: officers of another site do not act on it."""

from __future__ import annotations

from collections.abc import Iterable

from sandar.records.facility import read as facility
from sandar.records.ledger.models import Claim


def site_of(claims: Iterable[Claim]) -> str:
    """The name of the site of these places; "" without any, and when they are in several."""
    places = {(claim.place.kind, claim.place.room, claim.place.name) for claim in claims}
    found = {
        facility.site_of_room(room) if kind == "rack" else facility.site_of_compute(name)
        for kind, room, name in places
    }
    return found.pop() if len(found) == 1 else ""
