"""Who acts in which capacity: as the journal keeps it, and as papers print it."""

from __future__ import annotations

from typing import Any

from sandar.core import authority
from sandar.records.people.models import Person
from sandar.sop.definition import SYSTEM


def signed(
    person: Person | None, grant: authority.Grant | None, *, duty: str = "", represents: tuple[int, ...] = ()
) -> dict[str, Any]:
    """A person in a capacity as the journal keeps it; without a person it is the system itself.

    A mandate names both: who signs, with the own position, and who is stood in for, with theirs.
    """
    if person is None:
        return {"username": SYSTEM, "name": "", "role": SYSTEM}
    found: dict[str, Any] = {
        "username": person.username,
        "name": person.name,
        "title": person.title,
        "role": grant.role if grant else "",
        "duty": duty,
    }
    if grant and grant.kind != "definitif":
        found |= {"kind": grant.kind, "mandate": grant.mandate}
    if grant and grant.acting_for:
        principal = _principal(grant.acting_for)
        found |= {
            "acting_for": principal.username,
            "acting_for_name": principal.name,
            "acting_for_title": grant.position or principal.title,
            "represents": list(represents or (principal.pk,)),
        }
    return found


def _principal(person_id: int) -> Person:
    return Person.objects.only("username", "name", "title").get(pk=person_id)


def capacity(person: Person, grant: authority.Grant | None) -> dict[str, Any]:
    """What a paper prints of a signer's capacity: the post that is signed for, the mandate, who is stood in for.

    A Plt or Plh signs under the title of the post, "Plh. Kepala Bidang ..."; the own name and NIP stand below. Who
    signs a.n. (the holder is in office) has the own title below it, as the tata naskah wants it. A
    superior who stands in signs under the own title.
    """
    if grant is None or grant.kind == "superior":
        return {"title": person.title}
    if grant.kind == "definitif":
        return {"title": grant.position or person.title}
    found = {"title": grant.position or person.title, "acting": grant.kind, "mandate": grant.mandate}
    if grant.acting_for:
        principal = _principal(grant.acting_for)
        found |= {"title": grant.position or principal.title, "acting_for": principal.name}
    if grant.kind == "an":
        found["own_title"] = person.title
    return found
