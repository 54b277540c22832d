"""Verbs and questions on retention: the schedule, what is due, what was destroyed, holds. Numbers: `write`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from sandar import errors
from sandar.core.retention import Rule
from sandar.records.documents import store
from sandar.records.documents.models import (
    DestroyedFile,
    Disposal,
    Document,
    DocumentStatus,
    LegalHold,
    RetentionRule,
    Signature,
    StoredFile,
)

BOOK = "pemusnahan"
"""Book of the minutes of destruction; its numbers are taken with `write.take_number`."""
FILES = "attachment"
"""In the schedule: whatever was handed in for a case."""
MOST = 500
_LIVE = (DocumentStatus.PREPARED, DocumentStatus.ISSUED)
_SCAN = "signed_scan"


def rules() -> list[Rule]:
    """The office's retention schedule."""
    return [
        Rule(row.code, row.kind, row.active_years, row.inactive_years, row.fate, row.source)
        for row in RetentionRule.objects.all()
    ]


def save_rules(given: Iterable[Rule]) -> None:
    """Put these in the place of the schedule."""
    RetentionRule.objects.all().delete()
    RetentionRule.objects.bulk_create(
        RetentionRule(
            code=rule.code, kind=rule.kind, active_years=rule.active_years, inactive_years=rule.inactive_years,
            fate=rule.fate, source=rule.source,
        )
        for rule in given
    )  # fmt: skip


def remains(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Document id -> what is left of it after a destruction (core.retention.LEFT)."""
    return {
        paper.pk: {
            "case": paper.case.number,
            "sop": [paper.case.revision.number, paper.case.revision.revision],
            "id": paper.pk,
            "kind": paper.kind,
            "number": paper.number,
            "title": paper.title,
            "issued_on": paper.issued_on.isoformat(),
            "facts_sha256": paper.facts_sha256,
            "pdf_sha256": paper.file_sha256,
            "pdf_size": paper.file_size,
        }
        for paper in Document.objects.filter(pk__in=list(ids)).select_related("case__revision")
    }


# --- what may be destroyed


def papers_left(kind: str, *, closed_before: datetime, cases: Any, limit: int | None) -> QuerySet[Document]:
    """Papers of a kind in closed cases (of `cases`), complete and not destroyed, oldest case first."""
    complete = Q(pdf_sha256__isnull=False) & (Q(signatures_left=0) | ~Q(status__in=_LIVE))
    rows = Document.objects.filter(complete, kind=kind, disposal__isnull=True)
    return _of_closed(rows, closed_before, cases).defer("facts")[:limit]


def files_left(*, closed_before: datetime, cases: Any, limit: int | None) -> QuerySet[StoredFile]:
    """Files handed in for closed cases; the scan of a signed paper goes with its paper."""
    rows = StoredFile.objects.filter(case__isnull=False, disposal__isnull=True).exclude(kind=_SCAN)
    return _of_closed(rows, closed_before, cases)[:limit]


def _of_closed(rows: QuerySet[Any], before: datetime, cases: Any) -> QuerySet[Any]:
    closed = rows.filter(case__in=cases, case__closed_at__lt=before)
    return closed.select_related("case__agency").order_by("case__closed_at", "pk")


def cut_off(rule: Rule, at: datetime) -> datetime:
    """An instant before which a case must have been closed; days generous, `core.retention` judges the date."""
    return at - timedelta(days=365 * rule.years - 1)


# --- holds


def open_hold(case_id: int) -> LegalHold | None:
    return LegalHold.objects.filter(case_id=case_id, lifted_at__isnull=True).first()


def holds() -> QuerySet[LegalHold]:
    """Newest first, open ones before lifted ones."""
    return LegalHold.objects.select_related("case", "placed_by", "lifted_by").order_by("-pk")


def held_cases() -> QuerySet[Any]:
    """Ids of cases nothing of which may be destroyed."""
    return LegalHold.objects.filter(lifted_at__isnull=True).values("case_id")


# --- destruction


def proposed(items: Sequence[Any], *, by: int, at: datetime) -> Disposal:
    return Disposal.objects.create(items=list(items), proposed_by_id=by, proposed_at=at)


def minutes_numbers() -> list[tuple[int, int]]:
    """(year, number) of every destruction in its book."""
    rows = Disposal.objects.filter(state=Disposal.DONE).values_list("year", "sequence")
    return [(year, sequence) for year, sequence in rows if year and sequence]


def locked(pk: int) -> Disposal:
    """Take a destruction that waits for its decision. Raises NotFound, Conflict when it was decided."""
    found = Disposal.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None:
        raise errors.NotFound(what="disposal")
    if found.state != Disposal.PROPOSED:
        raise errors.Conflict(what="disposal")
    return found


def disposals() -> QuerySet[Disposal]:
    return Disposal.objects.select_related("proposed_by", "decided_by").order_by("-pk")


def in_proposals() -> set[tuple[str, int]]:
    """(type, id) of everything in a proposal that waits: nothing is proposed twice."""
    waiting = Disposal.objects.filter(state=Disposal.PROPOSED).values_list("items", flat=True)
    return {(item["type"], item["id"]) for items in waiting for item in items}


def destroy(
    disposal: Disposal, *, papers: Sequence[int], files: Sequence[int], at: datetime
) -> list[tuple[str, str]]:
    """Empty the facts of these papers, mark both, and promise that their bytes go. Raises Conflict: not all are left.

    Returns (case number, hash) of the scans that went with their papers.
    """
    documents = Document.objects.filter(pk__in=papers, disposal__isnull=True)
    handed_in = StoredFile.objects.filter(pk__in=files, disposal__isnull=True)
    hashes = set(_hashes_of_papers(papers)) | set(handed_in.values_list("sha256", flat=True))
    scans = StoredFile.objects.filter(kind=_SCAN, sha256__in=hashes, disposal__isnull=True)
    with_papers = list(scans.values_list("case__number", "sha256"))
    scans.update(disposal=disposal)
    gone = documents.update(facts={}, disposal=disposal), handed_in.update(disposal=disposal)
    if gone != (len(papers), len(files)):
        raise errors.Conflict(what="disposal")
    for sha256 in sorted(hashes):
        DestroyedFile.objects.update_or_create(
            sha256=sha256, defaults={"disposal": disposal, "at": at, "gone_at": None}
        )
    return with_papers


def _hashes_of_papers(papers: Sequence[int]) -> Iterator[str]:
    rows = Document.objects.filter(pk__in=papers).values_list("pdf_sha256", "signed_sha256")
    signed = Signature.objects.filter(document__in=papers).values_list("sha256", "base_sha256")
    for row in (*rows, *signed):
        yield from (sha256 for sha256 in row if sha256)


def to_take_away(*, without: Iterable[int] = (), limit: int = 100) -> list[int]:
    """Ids of destroyed files whose bytes are still there."""
    rows = DestroyedFile.objects.filter(gone_at__isnull=True).exclude(pk__in=list(without))
    return list(rows.values_list("pk", flat=True)[:limit])


def take_away(pk: int, *, at: datetime) -> bool:
    """Remove the bytes of one destroyed file; inside a transaction. False: something living has the same bytes.

    Raises Unavailable when the store is away.
    """
    row = DestroyedFile.objects.select_for_update(no_key=True).filter(pk=pk, gone_at__isnull=True).first()
    if row is None:
        return False
    if is_named(row.sha256):
        row.delete()
        return False
    store.discard(row.sha256)
    DestroyedFile.objects.filter(pk=pk).update(gone_at=at)
    return True


def is_named(sha256: str) -> bool:
    """Does anything that was not destroyed have these bytes?"""
    papers = Document.objects.filter(Q(pdf_sha256=sha256) | Q(signed_sha256=sha256), disposal__isnull=True)
    signed = Signature.objects.filter(
        Q(sha256=sha256) | Q(base_sha256=sha256), document__disposal__isnull=True
    )
    files = StoredFile.objects.filter(sha256=sha256, disposal__isnull=True)
    return papers.exists() or signed.exists() or files.exists()
