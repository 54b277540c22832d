"""The proof behind `sandar verify`: does every figure, event, paper and register line follow from the others?

Reads only, in one consistent picture of the database, and shares no code with the verbs that wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from sandar.doors.proof import (
    anchors,
    erasures,
    facility,
    journal,
    office,
    papers,
    people,
    procedures,
    register,
    separation,
)
from sandar.doors.proof.flaw import Flaw
from sandar.errors import NotFound
from sandar.records.anchors.models import Anchor
from sandar.records.assets.models import Asset
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document, StoredFile
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import LIVE, Claim

__all__ = ["Flaw", "Report", "everything"]


@dataclass
class Report:
    """What was looked at, and what does not hold."""

    counted: dict[str, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def everything(number: str | None = None, *, roots: Mapping[str, str] | None = None) -> Report:
    """Prove the whole instance, or one case with its papers, claims and assets. Raises NotFound.

    roots: day -> root of anchors as they were mailed or printed; asked of the whole instance only.
    """
    with ledger.consistent():
        if number is None:
            return Report(_counted(None), list(_all(roots)))
        case = Case.objects.select_related("revision").filter(number=number.strip().upper()).first()
        if case is None:
            raise NotFound(what="case")
        return Report(_counted(case.pk), list(_one(case)))


def _all(roots: Mapping[str, str] | None) -> Iterator[Flaw]:
    yield from _ledger(None)
    for case in Case.objects.select_related("revision").order_by("pk").iterator(chunk_size=200):
        yield from journal.flaws(case)
        yield from separation.flaws(case)
    yield from papers.flaws(None)
    yield from register.flaws(None)
    yield from register.numbers()
    yield from facility.flaws()
    yield from office.flaws()
    yield from procedures.flaws()
    yield from anchors.flaws(roots)
    yield from people.flaws()
    yield from erasures.flaws()


def _one(case: Case) -> Iterator[Flaw]:
    yield from _ledger(case.pk)
    yield from procedures.revision(case.revision)
    yield from journal.flaws(case)
    yield from separation.flaws(case)
    yield from papers.flaws(case.pk)
    yield from register.flaws(case.pk)
    yield from erasures.flaws(case.pk)


def _ledger(case_id: int | None) -> Iterator[Flaw]:
    """The ledger's own recount; for one case only what names its claims."""
    mine = Claim.objects.none() if case_id is None else Claim.objects.filter(case_id=case_id)
    own = {f"claim {pk}" for pk in mine.values_list("pk", flat=True)}
    for found in ledger.recount():
        if case_id is None or found.where in own:
            yield Flaw("ledger", found.code, found.where, found.stored, found.right)


def _counted(case_id: int | None) -> dict[str, int]:
    def count(rows: QuerySet[Any]) -> int:
        return (rows if case_id is None else rows.filter(case_id=case_id)).count()

    return {
        "cases": Case.objects.count() if case_id is None else 1,
        "events": count(Event.objects.all()),
        "documents": count(Document.objects.all()),
        "files": count(StoredFile.objects.all()),
        "claims": count(Claim.objects.filter(state__in=LIVE)),
        "assets": count(Asset.objects.all()),
        "anchors": Anchor.objects.count() if case_id is None else 0,
    }
