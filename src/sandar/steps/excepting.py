"""An exception from the separation of duties: a second officer lets somebody do both sides, once, for a reason.

Of the pairs of one case only. The system administrator's distance from the SOP and one's own grants know none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field

from sandar.core import authority
from sandar.core.authority import Conflict, local_day
from sandar.errors import ActionNotAllowed, Forbidden, InvalidInput, SeparationOfDuties
from sandar.records.cases import overrides
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Override
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import separation
from sandar.steps.inputs import Input, Named
from sandar.steps.turn import Standing, signed, standing

EVENT = separation.EXCEPTED


class Except(Input):
    """Who may do what besides, why, and for how many hours from now."""

    person: Named = Field(title="Petugas")
    wants: Named = Field(title="Tindakan yang diizinkan")
    reason: Named = Field(title="Alasan")
    hours: Annotated[int, Field(ge=1, le=72)] = Field(24, title="Berlaku (jam)")


def allow(number: str, given: Except, *, person: Person, at: datetime) -> list[Override]:
    """Give the exception and tell it in the case's journal; one row for each pair it covers.

    Raises NotFound, Forbidden (no officer of the SOP), SeparationOfDuties (the second person is bound too),
    ActionNotAllowed (closed case), InvalidInput.
    """
    with transaction.atomic():
        office = people.office()
        who = standing(person, local_day(at, office.time_zone))
        case = cases_write.lock_numbered(who.viewer, number)
        grant = _officer(who)
        if case.closed_at is not None and given.wants not in authority.REGISTER_DUTIES:
            raise ActionNotAllowed(action=EVENT, state=case.state, allowed=[])
        past = cases.duties(cases.past(case.pk))
        found = _needed(given, past, also=separation.forbidden_pairs(office))
        bound = _bound(who, found[0].person)
        if not all(authority.may_except(past, person.pk, one, bound=bound) for one in found):
            raise SeparationOfDuties(did=found[0].did, wants=found[0].wants)
        until = at + timedelta(hours=given.hours)
        made = [
            overrides.give(case, one, reason=given.reason, by_id=person.pk, at=at, expires_at=until)
            for one in found
        ]
        _tell(case, made, who, grant, at=at)
    return made


def _officer(who: Standing) -> authority.Grant:
    """By which office role the second person acts. Raises Forbidden."""
    if any(grant.role == people.SYSTEM_ADMIN for grant in who.grants):
        raise Forbidden()
    for grant in who.grants:
        if grant.role in cases.SOP_ROLES and grant.kind != "superior":
            return grant
    raise Forbidden()


def _needed(
    given: Except, past: list[tuple[int, str]], *, also: frozenset[authority.Pair]
) -> tuple[Conflict, ...]:
    """The pairs that stand in this person's way. Raises InvalidInput when there are none."""
    chosen = Person.objects.filter(username=given.person, is_active=True).first()
    if chosen is None:
        raise InvalidInput(fields={"person": [_("Petugas ini tidak dikenal.")]})
    if given.wants not in authority.DUTIES:
        raise InvalidInput(fields={"wants": [_("Pilih dari daftar.")]})
    found = authority.conflicts(past, chosen.pk, given.wants, also=also)
    if not found:
        raise InvalidInput(fields={"wants": [_("Petugas ini tidak terhalang untuk tindakan itu.")]})
    return found


def _bound(who: Standing, person_id: int) -> set[int]:
    """Who is tied to either of them by a mandate today."""
    tied: set[int] = set()
    other = Person.objects.get(pk=person_id)
    for grant in (*who.grants, *people.grants_of(other, who.day)):
        chain = people.represented(grant, who.day)
        if person_id in chain or who.person.pk in chain:
            tied |= {person_id, who.person.pk}
    return tied


def _tell(case: Case, made: list[Override], who: Standing, grant: authority.Grant, *, at: datetime) -> None:
    facts = [
        {"id": one.pk, "person": one.person_id, "did": one.did, "wants": one.wants,
         "until": one.expires_at.isoformat()}
        for one in made
    ]  # fmt: skip
    payload = {"overrides": facts, "note": made[0].reason}
    signature = signed(who.person, grant, represents=people.represented(grant, who.day))
    cases_write.record(case, EVENT, at=at, actor_id=who.person.pk, person=signature, payload=payload)
