"""Published revisions against themselves and against the office's journal: what was published never changes."""

from __future__ import annotations

from collections.abc import Iterator

from sandar.doors.proof.flaw import Flaw
from sandar.errors import SandarError
from sandar.records.cases.models import SopRevision
from sandar.records.facility import journal
from sandar.sop import definition
from sandar.steps.revising.drafts import PUBLISHED

AREA = "sop"


def flaws() -> Iterator[Flaw]:
    """Texts that are not what their hash says, columns that are not their text's, what the journal has otherwise."""
    rows = {(row.service, row.revision): row for row in SopRevision.objects.order_by("pk")}
    for row in rows.values():
        yield from revision(row)
    for event in journal.events().filter(kind=PUBLISHED).order_by("seq"):
        told = event.payload
        where = f"{told['name']} {told['revision']} (seq {event.seq})"
        found = rows.get((told["name"], told["revision"]))
        stored = f"{found.content_sha256} {found.effective_on.isoformat()}" if found else ""
        right = f"{told['content_sha256']} {told['effective_on']}"
        if stored != right:
            yield Flaw(AREA, "REVISION_DIFFERS_FROM_JOURNAL", where, stored, right)


def revision(row: SopRevision) -> Iterator[Flaw]:
    """One revision: the hash is of its text, and number and service are those its text says."""
    where = f"{row.service} {row.revision}"
    try:
        found, procedure = definition.content_hash(row.text), definition.loads(row.text)
    except (SandarError, ValueError):
        yield Flaw(AREA, "REVISION_UNREADABLE", where, "", row.content_sha256)
        return
    if found != row.content_sha256:
        yield Flaw(AREA, "REVISION_CHANGED", where, found, row.content_sha256)
    stored, right = f"{row.service} {row.number}", f"{procedure.service} {procedure.number}"
    if stored != right:
        yield Flaw(AREA, "REVISION_DIFFERS_FROM_TEXT", where, stored, right)
