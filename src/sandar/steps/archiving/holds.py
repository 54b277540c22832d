"""A legal hold: nothing of this case is destroyed while a dispute, an audit or an investigation asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db import transaction
from pydantic import Field, StringConstraints

from sandar.errors import Conflict, Forbidden
from sandar.records.cases import write as cases_write
from sandar.records.documents import archive
from sandar.records.documents.models import LegalHold
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps.inputs import Input, Named
from sandar.steps.turn import signed, viewer_of

MAY = ("administrator", "division_head")
PLACED, LIFTED = "hold_placed", "hold_lifted"


class HoldReason(Input):
    """Why it is held, or why not any more."""

    reason: Annotated[Named, StringConstraints(max_length=300)] = Field(title="Alasan")


def place(number: str, given: HoldReason, *, person: Person, at: datetime) -> LegalHold:
    """Hold everything of a case. Raises NotFound, Forbidden, Conflict when it is held already."""
    with transaction.atomic():
        case = cases_write.lock_numbered(viewer_of(person, at), number)
        actor = _actor(person, at)
        if archive.open_hold(case.pk):
            raise Conflict(what="hold")
        made = LegalHold.objects.create(case=case, reason=given.reason, placed_by=person, placed_at=at)
        payload = {"hold": made.pk, "note": given.reason}
        cases_write.record(case, PLACED, at=at, actor_id=person.pk, person=actor, payload=payload)
    return made


def lift(number: str, given: HoldReason, *, person: Person, at: datetime) -> LegalHold:
    """End the hold of a case. Raises NotFound, Forbidden, Conflict when there is none."""
    with transaction.atomic():
        case = cases_write.lock_numbered(viewer_of(person, at), number)
        actor = _actor(person, at)
        found = archive.open_hold(case.pk)
        if found is None:
            raise Conflict(what="hold")
        found.lifted_by, found.lifted_at, found.lifted_reason = person, at, given.reason
        found.save()
        payload = {"hold": found.pk, "note": given.reason}
        cases_write.record(case, LIFTED, at=at, actor_id=person.pk, person=actor, payload=payload)
    return found


def _actor(person: Person, at: datetime) -> dict[str, object]:
    day = people.today(at)
    for role in MAY:
        if grant := people.authority(person, role, day):
            return dict(signed(person, grant))
    raise Forbidden(needed=MAY[0])
