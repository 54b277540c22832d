"""A signature that was proved becomes part of its paper, and the journal says so: one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.documents import signatures
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, Signature
from sandar.records.documents.signatures import Given
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.records.signing import authority
from sandar.signing_errors import SignatureBusy
from sandar.steps.turn import signed, standing

EVENT = "document_signed"


def keep(signature: Signature, given: Given, *, tries: int, at: datetime) -> None:
    """Count the signature and write the journal. The file is durable already.

    The chain of the case so holds the hash of every signed file and scan: none can be exchanged later.
    Raises SignatureBusy for an answer to an earlier try, or when the paper got another file meanwhile.
    """
    with transaction.atomic():
        case = cases_write.lock_now(signature.document.case_id)
        if authority.revoked_before([given.certificate_sha256]):
            raise SignatureBusy(document=signature.document_id)  # revoked while it was being given
        signatures.given(signature, given, tries=tries, at=at)
        _tell(case, signature, given, person=signature.person, at=at)


def keep_scan(signature: Signature, scan: AcceptedFile, *, person: Person, at: datetime) -> None:
    """A paper signed by hand: its scan stands for all signatures still missing on it; both hashes are kept.

    Raises SignatureBusy when it was handed in already or the paper ended.
    """
    with transaction.atomic():
        case = cases_write.lock_now(signature.document.case_id)
        papers.keep_file(scan, at=at, case_id=case.pk, uploaded_by=person.pk)
        rows = [
            one for one in signatures.of_documents([signature.document_id]) if one.state in signatures.OPEN
        ]
        paper = Document.objects.only("pdf_sha256", "signed_sha256", "number").get(pk=signature.document_id)
        base = paper.file_sha256
        if not rows or base is None:
            raise SignatureBusy(document=signature.document_id)
        given = Given(scan.sha256, scan.size)
        for row in rows:
            row.base_sha256, row.document = base, paper
            tries = signatures.send(row, base_sha256=base, at=at)
            signatures.given(row, given, tries=tries, at=at)
            base = scan.sha256
        _tell(case, rows[0], given, person=person, at=at)


def _tell(case: Case, signature: Signature, given: Given, *, person: Person | None, at: datetime) -> None:
    grant = next(iter(standing(person, people.today(at)).grants), None) if person else None
    cases_write.record(
        case,
        EVENT,
        at=at,
        actor_id=person.pk if person else None,
        person=signed(person, grant),
        payload={
            "document": signature.document_id,
            "number": signature.document.number,
            "order": signature.order,
            "backend": signature.backend,
            "base_sha256": signature.base_sha256,
            "sha256": given.sha256,
            "certificate_sha256": given.certificate_sha256,
        },
    )
