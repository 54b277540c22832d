"""A file handed in for a case after its letter: scans, photos, inventories."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sandar.errors import ActionNotAllowed, Forbidden
from sandar.records.cases import write as cases_write
from sandar.records.documents import write as papers
from sandar.records.documents.models import StoredFile
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps.turn import signed, viewer_of


def attach(number: str, file: AcceptedFile, *, person: Person, at: datetime) -> StoredFile:
    """Keep a file with the case and say so in the journal. `file` was accepted (and is durable) before.

    Raises NotFound, ActionNotAllowed on an ended case, TooLarge beyond the limit of the case or of the person's day.
    """
    with transaction.atomic():
        viewer = viewer_of(person, at)
        case = cases_write.lock_numbered(viewer, number)
        if case.closed_at is not None:
            raise ActionNotAllowed(action="attach", state=case.state, allowed=[])
        roles = sorted(viewer.roles)
        if not roles:
            raise Forbidden()
        grant = people.authority(person, roles[0], people.today(at))
        kept = papers.keep_file(file, at=at, case_id=case.pk, uploaded_by=person.pk)
        cases_write.record(
            case,
            "file_attached",
            at=at,
            actor_id=person.pk,
            person=signed(person, grant),
            payload={"file": kept.pk, "kind": kept.kind, "sha256": kept.sha256, "size": kept.size},
        )
    return kept
