"""The office changes how its papers look: one transaction with a line in the office's journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from sandar.errors import Conflict, Forbidden
from sandar.records.documents import write as papers_write
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import Office, Person
from sandar.steps.letterhead import KOP, Form, version_of
from sandar.steps.turn import signed

CHANGED, SUBJECT, ROLE = "paper_form_changed", "office:papers", "system_admin"


def save(form: Form, *, person: Person, at: datetime, seen: str) -> None:
    """Keep the settings. Raises Forbidden, Conflict when they are not any more what was read."""
    papers = form.model_dump(include={"page", "margins", "font", "font_size_pt", "footer_text"})
    papers["numbering"] = {
        row.kind: {"pattern": row.pattern, "classification": row.classification}
        for row in form.numbering
        if row.pattern or row.classification
    }
    columns = form.model_dump(include=set(KOP))

    def change(office: Office) -> dict[str, Any]:
        arms = {"arms": office.papers["arms"]} if "arms" in office.papers else {}
        return {**columns, "papers": papers | arms}

    _changed(change, person=person, at=at, seen=seen)


def set_arms(file: AcceptedFile | None, *, person: Person, at: datetime, seen: str) -> None:
    """Print these arms from now on; None: the neutral shield again. `file` was accepted (and is durable) before."""

    def change(office: Office) -> dict[str, Any]:
        papers = {name: value for name, value in office.papers.items() if name != "arms"}
        arms = {"arms": {"sha256": file.sha256, "media_type": file.media_type}} if file else {}
        return {"papers": papers | arms}

    with transaction.atomic():
        if file:
            papers_write.keep_file(file, at=at, uploaded_by=person.pk)
        _changed(change, person=person, at=at, seen=seen)


def _changed(change: Callable[[Office], dict[str, Any]], *, person: Person, at: datetime, seen: str) -> None:
    with transaction.atomic():
        head = journal.lock()
        grant = people.authority(person, ROLE, people.today(at))
        office = people.office()
        if grant is None:
            raise Forbidden(needed=ROLE)
        if seen != version_of(office):
            raise Conflict(what="paper_form", seen=seen, version=version_of(office))
        before = {name: getattr(office, name) for name in (*KOP, "papers")}
        after = change(office)
        moved = {name: value for name, value in after.items() if value != before[name]}
        if not moved:
            return
        people_write.save_office(office, **moved)
        journal.append(
            head,
            CHANGED,
            subject=SUBJECT,
            payload={"before": {name: before[name] for name in moved}, "after": moved},
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )
