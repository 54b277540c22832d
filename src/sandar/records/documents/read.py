"""Questions about papers and files.

A paper belongs to a case and has no scope of its own: the doors pass the cases the person may see, so what is
another agency's does not exist (404), as everywhere. `office`: does the reader hold a role of the SOP.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from sandar import errors
from sandar.core import disclosure
from sandar.records.documents import archive, freeze, store
from sandar.records.documents.models import (
    DestroyedFile,
    Document,
    NumberBook,
    SkippedNumbers,
    StoredFile,
)
from sandar.records.prepared import Question, Slot

Row = TypeVar("Row", bound=models.Model)


def of_case(case_id: int) -> list[Document]:
    """Every paper of a case, in the order of issue: for acts. What a person is shown asks `shown`."""
    return _OF_CASE.all(case=case_id)


def shown(case_id: int, *, office: bool) -> list[Document]:
    """The papers of a case the caller reached through a scoped read; to the agency only what is meant for it."""
    return [paper for paper in of_case(case_id) if office or disclosure.paper_is_open(paper.kind)]


_OF_CASE = Question(lambda: Document.objects.filter(case_id=Slot("case")).defer("facts").order_by("pk"))


def files_of_case(case_id: int) -> list[StoredFile]:
    """The files of a case the caller reached through a scoped read, oldest first."""
    return _FILES.all(case=case_id)


_FILES = Question(lambda: StoredFile.objects.filter(case_id=Slot("case")).order_by("pk"))


def one(document_id: int, *, cases: QuerySet[Any], office: bool) -> Document:
    """One paper among the cases the person may see; to the agency only what is meant for it. Raises NotFound."""
    found = _one(Document.objects.filter(pk=document_id, case__in=cases))
    if not office and not disclosure.paper_is_open(found.kind):
        raise errors.NotFound()
    return found


def file(file_id: int, *, cases: QuerySet[Any]) -> StoredFile:
    """One file among the cases the person may see. Raises NotFound."""
    return _one(StoredFile.objects.filter(pk=file_id, case__in=cases))


def issued(cases: QuerySet[Any], *, q: str = "", kind: str = "", status: str = "") -> QuerySet[Document]:
    """Papers of the cases the person may see, newest first. q: in the number, the title or the case's number."""
    rows = Document.objects.filter(case__in=cases).defer("facts").select_related("case__agency")
    if q:
        rows = rows.filter(Q(number__icontains=q) | Q(title__icontains=q) | Q(case__number__icontains=q))
    if kind:
        rows = rows.filter(kind=kind)
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("-pk")


def books(year: int) -> list[NumberBook]:
    """The number books of a year."""
    return list(NumberBook.objects.filter(year=year).order_by("name"))


def in_book(book: str, year: int) -> QuerySet[Document]:
    """The papers of one book in the order of their numbers."""
    rows = Document.objects.filter(book=book, year=year).defer("facts", "replaced_by__facts")
    rows = rows.select_related("case__agency", "replaced_by")
    return rows.order_by("sequence")


def skipped(book: str, year: int) -> list[SkippedNumbers]:
    """Numbers without a paper and why, lowest first."""
    rows = SkippedNumbers.objects.filter(book=book, year=year).select_related("by")
    return list(rows.order_by("first"))


def skipped_numbers(book: str, year: int) -> set[int]:
    """The same as plain numbers."""
    return {number for row in skipped(book, year) for number in range(row.first, row.last + 1)}


def held_books() -> bool:
    """Does any book wait for a confirmation since a restore?"""
    return NumberBook.objects.filter(held=True).exists()


def latest(case_id: int, kind: str) -> Document | None:
    """The paper of this kind that holds now: the newest one neither replaced nor revoked."""
    live = Document.objects.filter(case_id=case_id, kind=kind, status__in=["prepared", "issued"])
    return live.order_by("-pk").first()


def by_token(token: str) -> Document | None:
    """The paper a QR points to, or None for an unknown or malformed token. Public: show no facts of it."""
    return Document.objects.select_related("replaced_by", "disposal").filter(token=token[:64]).first()


def pdf(document: Document) -> bytes:
    """The file as it is given out (with its signatures), proved against its hash.

    Raises NotFound before it is rendered, ArchiveDestroyed, FileDamaged.
    """
    if document.disposal_id:
        raise _destroyed(document)
    if not document.file_sha256:
        raise errors.NotFound(what="pdf")
    return store.read(document.file_sha256)


def opened(kept: StoredFile) -> BinaryIO:
    """What was handed in, for streaming. Raises ArchiveDestroyed, FileDamaged."""
    if kept.disposal_id:
        raise _destroyed(kept)
    return store.open_file(kept.sha256)


def _destroyed(row: Document | StoredFile) -> errors.ArchiveDestroyed:
    assert row.disposal is not None
    return errors.ArchiveDestroyed(minutes=row.disposal.number, at=row.disposal.decided_at)


def waiting(*, limit: int = 100, case_id: int | None = None, without: Iterable[int] = ()) -> list[int]:
    """Ids of papers (of one case) whose PDF is not made yet, oldest first; the job that renders works through them.

    without: ids to leave out, such as papers that failed too often.
    """
    rows = Document.objects.filter(pdf_sha256__isnull=True).order_by("pk")
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    if left_out := list(without):
        rows = rows.exclude(pk__in=left_out)
    return list(rows.values_list("pk", flat=True)[:limit])


@dataclass(frozen=True)
class Damage:
    """One thing that does not hold. `where` is a number or a hash, `what` a stable code."""

    where: str
    what: str
    stored: str = field(default="", compare=False)
    right: str = field(default="", compare=False)


def damages(*, case_id: int | None = None) -> Iterator[Damage]:
    """Recount everything (of one case): facts against their hash, PDFs and files against the store, books against gaps.

    What was destroyed by the retention schedule is gone, and must be.

    Codes: facts_changed, file_missing, file_changed, size_differs, number_gap, book_behind, destroyed_facts_left,
    destroyed_file_left.
    """
    documents, files = Document.objects.order_by("pk"), StoredFile.objects.order_by("pk")
    if case_id is not None:
        documents, files = documents.filter(case_id=case_id), files.filter(case_id=case_id)
    for document in documents.iterator(chunk_size=200):
        yield from _paper_damages(document)
    for kept in files.filter(disposal__isnull=True).iterator(chunk_size=200):
        yield from _file_damage(f"{kept.name} ({kept.sha256[:12]})", kept.sha256, kept.size)
    if case_id is None:
        yield from _left_damages()
        yield from _book_damages()


def newest_missing(most: int) -> list[str]:
    """Which of the newest papers and files (`most` of each) the store does not hold: a quick look, no proof.

    Raises Unavailable.
    """
    papers = Document.objects.filter(disposal=None).exclude(pdf_sha256=None).order_by("-pk")[:most]
    files = StoredFile.objects.filter(disposal=None).order_by("-pk")[:most]
    named = [(paper.number, paper.signed_sha256 or paper.pdf_sha256) for paper in papers]
    named += [(file.name, file.sha256) for file in files]
    return [name for name, sha256 in named if not store.exists(str(sha256))]


def _paper_damages(document: Document) -> Iterator[Damage]:
    if document.disposal_id:
        if document.facts:
            yield Damage(document.number, "destroyed_facts_left", freeze.facts_hash(document.facts))
        return
    if (right := freeze.facts_hash(document.facts)) != document.facts_sha256:
        yield Damage(document.number, "facts_changed", document.facts_sha256, right)
    if document.pdf_sha256:
        yield from _file_damage(document.number, document.pdf_sha256, document.pdf_size)
    if document.signed_sha256:
        yield from _file_damage(document.number, document.signed_sha256, document.signed_size)


def _left_damages() -> Iterator[Damage]:
    gone = DestroyedFile.objects.filter(gone_at__isnull=False).values_list("sha256", flat=True)
    for sha256 in gone.order_by("pk").iterator(chunk_size=500):
        if store.exists(sha256) and not archive.is_named(sha256):
            yield Damage(sha256, "destroyed_file_left")


def _file_damage(where: str, sha256: str, size: int | None) -> Iterator[Damage]:
    try:
        found = len(store.read(sha256))
    except errors.FileDamaged as damaged:
        yield Damage(where, f"file_{damaged.facts['state']}", damaged.facts["state"], sha256)
        return
    if found != size:
        yield Damage(where, "size_differs", f"{size} bytes", f"{found} bytes")


def _book_damages() -> Iterator[Damage]:
    numbers: dict[tuple[str, int], list[int]] = defaultdict(list)
    for book, year, sequence in Document.objects.values_list("book", "year", "sequence"):
        numbers[book, year].append(sequence)
    for year, sequence in archive.minutes_numbers():
        numbers[archive.BOOK, year].append(sequence)
    lasts = {(book.name, book.year): book.last for book in NumberBook.objects.all()}
    for book, year in sorted(numbers.keys() | lasts.keys()):
        where, given = f"{book} {year}", sorted([*numbers[book, year], *skipped_numbers(book, year)])
        last = given[-1] if given else 0
        if given != list(range(1, last + 1)):
            papers = len(numbers[book, year])
            stored = f"{papers} papers, numbers {given[0]} to {last}"
            yield Damage(where, "number_gap", stored, f"1 to {len(given)}")
        if lasts.get((book, year), 0) != last:
            yield Damage(where, "book_behind", "", f"last {last}")


def _one(rows: QuerySet[Row]) -> Row:
    found = rows.first()
    if found is None:
        raise errors.NotFound()
    return found
