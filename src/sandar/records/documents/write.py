"""Verbs on papers and files. All but `render` run inside the act's transaction and insist on it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Case as Choose
from django.db.models import F, Q, Sum, Value, When

from sandar import errors
from sandar.core import numbering
from sandar.records import prepared
from sandar.records.documents import books, freeze, present, signatures, store, typeset, uploads
from sandar.records.documents.models import (
    DestroyedFile,
    Document,
    DocumentStatus,
    NumberBook,
    StoredFile,
)
from sandar.records.documents.signatures import Signing
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.prepared import insert


@dataclass(frozen=True)
class SopStamp:
    """The procedure a paper was issued under, as printed in its footer."""

    number: str = ""
    revision: int = 0


def issue(
    kind: str,
    *,
    case_id: int,
    facts: Mapping[str, object],
    at: datetime,
    day: date,
    sop: SopStamp | None = None,
    issued_by: int | None = None,
    pattern: str = "",
    classification: str = "",
    title: str | None = None,
    signing: Signing | None = None,
) -> Document:
    """Take the next number, freeze the facts, and leave the paper prepared; `render` makes the PDF later.

    kind: one of `books.PAPERS`. facts: as in `facts.py`, raw values (ISO dates, numbers); `issue` adds
    `facts["document"]` (number, date, title, token, address of the verify page, SOP). day: the date on the
    paper in the office's zone; its year chooses the book. issued_by: person id. pattern, classification, title:
    the office's own for this kind, else the office's one class and the defaults of `books.py`. signing: who
    shall sign it and how; nobody by default.

    Raises KeyError for an unknown kind, ValueError when facts are missing, RuntimeError outside a
    transaction.
    """
    _inside_a_transaction()
    paper = books.paper(kind)
    sop, signing = sop or SopStamp(), signing or Signing()
    if lacking := freeze.missing(kind, facts):
        raise ValueError(f"{kind} lacks the facts {lacking}")
    sequence = take_number(paper.book, year=day.year)
    number = _number(paper, sequence, facts, day=day, pattern=pattern, classification=classification)
    token = new_token()
    title = title or paper.title
    stamp = _stamp(kind, number=number, day=day, title=title, token=token, sop=sop or SopStamp())
    kept, digest = freeze.frozen({**facts, "document": stamp})
    document = Document(
        case_id=case_id,
        kind=kind,
        number=number,
        book=paper.book,
        year=day.year,
        sequence=sequence,
        issued_on=day,
        at=at,
        title=title,
        facts=kept,
        facts_sha256=digest,
        token=token,
        sop_number=stamp["sop_number"],
        sop_revision=stamp["sop_revision"],
        issued_by_id=issued_by,
        signing=signing.backend,
        signatures_left=len(signing.signatories),
    )
    insert(document)
    signatures.prepare(document, signing, at=at)
    return document


def _number(
    paper: books.Paper,
    sequence: int,
    facts: Mapping[str, object],
    *,
    day: date,
    pattern: str,
    classification: str | None,
) -> str:
    office = cast("Mapping[str, Any]", facts["office"])
    return numbering.format_number(
        pattern or paper.pattern,
        urut=sequence,
        day=day,
        klasifikasi=classification or office.get("classification") or paper.classification,
        jenis=paper.code,
        unit=office.get("unit_code", ""),
    )


def _stamp(kind: str, *, number: str, day: date, title: str, token: str, sop: SopStamp) -> dict[str, Any]:
    """What the paper says of itself; a preview has neither number nor token."""
    return {
        "kind": kind,
        "number": number,
        "issued_on": day.isoformat(),
        "title": title,
        "token": token,
        "verify_url": f"{settings.PUBLIC_URL}/verify/{token}" if token else "",
        "sop_number": sop.number,
        "sop_revision": sop.revision,
    }


def take_number(book: str, *, year: int) -> int:
    """Take the next number (from 1) of a yearly book, without gaps: a rolled-back act gives it back.

    One conditional UPDATE; its row lock makes the other takers wait until this act commits. The row of a new
    year is inserted with ON CONFLICT DO NOTHING, so two first takers agree on one row. Raises BookHeld.
    """
    _inside_a_transaction()
    with prepared.cursor() as cursor:
        cursor.execute(_TAKE, [book, year])
        taken = cursor.fetchone()
        if taken is None:
            NumberBook.objects.bulk_create([NumberBook(name=book, year=year)], ignore_conflicts=True)
            cursor.execute(_TAKE, [book, year])
            taken = cursor.fetchone()
    if taken is None:
        raise errors.BookHeld(book=book, year=year)
    return int(taken[0])


_TAKE = "UPDATE documents_numberbook SET last = last + 1 WHERE name = %s AND year = %s AND NOT held RETURNING last"


def replace(document_id: int, *, by: int, at: datetime, reason: str) -> None:
    """Mark a paper as replaced by another one of the same case and kind.

    Raises DocumentEnded when it was replaced or revoked before: the later act sees who was first.
    """
    _inside_a_transaction()
    successor = Document.objects.only("case_id", "kind").get(pk=by)
    changed = Document.objects.filter(
        pk=document_id,
        case_id=successor.case_id,
        kind=successor.kind,
        status__in=[DocumentStatus.PREPARED, DocumentStatus.ISSUED],
    ).update(status=DocumentStatus.REPLACED, replaced_by_id=by, ended_at=at, ended_reason=reason[:500])
    if changed == 0:
        raise errors.DocumentEnded(document=document_id)


def name_successor(document_id: int, *, by: int) -> None:
    """A revoked paper was issued again: it stays revoked and names the paper in its place.

    Raises DocumentEnded when it is not revoked or has a successor: the later act sees who was first.
    """
    _inside_a_transaction()
    successor = Document.objects.only("case_id", "kind").get(pk=by)
    changed = Document.objects.filter(
        pk=document_id,
        case_id=successor.case_id,
        kind=successor.kind,
        status=DocumentStatus.REVOKED,
        replaced_by=None,
    ).update(replaced_by_id=by)
    if changed == 0:
        raise errors.DocumentEnded(document=document_id)


def revoke(document_id: int, *, kind: str, reason: str, by: int, at: datetime) -> None:
    """Mark a paper as revoked; its verify page says so from now on, and its number stays used.

    kind: coded reason, shown in public; reason: in words, for the office; by: person id. Raises DocumentEnded when it
    already ended.
    """
    _inside_a_transaction()
    changed = Document.objects.filter(
        pk=document_id, status__in=[DocumentStatus.PREPARED, DocumentStatus.ISSUED]
    ).update(
        status=DocumentStatus.REVOKED, ended_at=at, ended_kind=kind, ended_reason=reason[:500], ended_by_id=by
    )
    if changed == 0:
        raise errors.DocumentEnded(document=document_id)


def render(document_id: int) -> Document:
    """Make and store the PDF of a paper, once; a second call returns what the first one made.

    Runs as a job after the act, or on demand at the first download. The bytes depend on the frozen facts
    alone and are durable before the row names them, so a crash between the two only repeats the work.

    Raises NotFound; RenderFailed when the typesetter refuses or takes too long; StorageFull.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise errors.NotFound(what="document")
    if document.pdf_sha256:
        return document
    pdf = typeset.typeset(
        document.kind,
        present.letter_data(document.kind, document.facts),
        facts=freeze.text(document.facts),
    )
    digest = store.put(pdf)
    with transaction.atomic():
        # A paper that was replaced or revoked before its PDF was made keeps that status.
        Document.objects.filter(pk=document_id, pdf_sha256__isnull=True).update(
            pdf_sha256=digest,
            pdf_size=len(pdf),
            status=Choose(
                When(status=DocumentStatus.PREPARED, then=Value(DocumentStatus.ISSUED)), default=F("status")
            ),
        )
    document.refresh_from_db()
    return document


def preview(kind: str, facts: Mapping[str, object], *, day: date, title: str | None = None) -> bytes:
    """The PDF an act would issue, marked PRATINJAU, without number, token or QR. Nothing is stored."""
    stamp = _stamp(kind, number="", day=day, title=title or books.paper(kind).title, token="", sop=SopStamp())
    kept, _ = freeze.frozen({**facts, "document": stamp})
    return typeset.typeset(kind, present.letter_data(kind, kept, preview=True))


def keep_file(
    accepted: AcceptedFile, *, at: datetime, case_id: int | None = None, uploaded_by: int | None = None
) -> StoredFile:
    """Record a file that `uploads.accept_upload` took; its bytes are durable already.

    Raises TooLarge beyond what a case may hold, or what one person may hand in within a day.
    """
    _inside_a_transaction()
    _not_just_destroyed(accepted.sha256)
    _within_limits(accepted, at=at, case_id=case_id, uploaded_by=uploaded_by)
    kept = StoredFile(
        case_id=case_id,
        kind=accepted.kind,
        name=accepted.name,
        media_type=accepted.media_type,
        size=accepted.size,
        sha256=accepted.sha256,
        uploaded_by_id=uploaded_by,
        at=at,
    )
    insert(kept)
    return kept


def _not_just_destroyed(sha256: str) -> None:
    """The same bytes may have been destroyed between storing and this act. Raises Conflict: hand them in again."""
    gone = DestroyedFile.objects.select_for_update(no_key=True).filter(sha256=sha256).first()
    if gone and gone.gone_at and not store.exists(sha256):
        raise errors.Conflict(what="file")


def _within_limits(
    accepted: AcceptedFile, *, at: datetime, case_id: int | None, uploaded_by: int | None
) -> None:
    of_case, of_day = Q(case_id=case_id), Q(uploaded_by_id=uploaded_by, at__gt=at - timedelta(days=1))
    known = StoredFile.objects.filter(of_case | of_day).aggregate(
        case=Sum("size", filter=of_case), day=Sum("size", filter=of_day)
    )
    limits = (("case", case_id, uploads.MOST_OF_A_CASE), ("day", uploaded_by, uploads.MOST_OF_A_DAY))
    for name, whose, limit in limits:
        if whose is not None and (known[name] or 0) + accepted.size > limit:
            raise errors.TooLarge(limit_bytes=limit, per=name)


def attach(file_id: int, *, case_id: int) -> None:
    """Bind a file that came before its case existed (step 1). Raises NotFound when it is bound already."""
    _inside_a_transaction()
    if StoredFile.objects.filter(pk=file_id, case__isnull=True).update(case_id=case_id) == 0:
        raise errors.NotFound(what="file")


def new_token() -> str:
    """128 random bits as 26 lower-case base32 letters: short enough for a small QR, safe to say aloud."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def _inside_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a paper is written inside the act's transaction")
