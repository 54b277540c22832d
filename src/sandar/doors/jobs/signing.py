"""Making local signatures after the act, and settling what was sent and never answered.

No transaction is open while anything is signed. The file that comes back counts only when it extends our exact bytes,
its signatures hold, and the last is the right person's (reliability.md F14, T17).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sandar.doors.jobs import care, remote_signing
from sandar.doors.jobs.proving import UNANSWERED, UNKNOWN, flaw
from sandar.outside.signing import tsa
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures, store
from sandar.records.documents.models import Signature, SignatureState
from sandar.records.documents.signatures import Given
from sandar.records.outbox import read as outbox_read
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person
from sandar.records.signing import authority, judge, pades
from sandar.steps import signing

KIND = "signature"


def run(at: datetime, shift: care.Shift, *, case_id: int | None = None, limit: int = 40) -> int:
    """Give the local signatures that are due (of one case); one that fails stops no other. Returns how many."""
    done = 0
    if case_id is None:
        remote_signing.settle(at, shift)
        settle(at)
    put_off = set(outbox_read.put_off(KIND, at))
    while due := signatures.due(case_id=case_id, limit=limit, without=put_off):
        for pk in due:  # the second signer of a paper is due once the first has signed
            if shift.is_over:
                return done
            if care.attempt(KIND, pk, lambda pk=pk: local(pk, at), at=at):  # type: ignore[misc]
                done += 1
            else:
                put_off.add(pk)
    return done


def settle(at: datetime) -> int:
    """What the worker began long ago and never ended is open again. Returns how many."""
    lost = [row for row in signatures.lost(before=at - UNANSWERED) if row.backend == "local"]
    return sum(
        signatures.turned_down(row.pk, tries=row.tries, state=SignatureState.PREPARED, reason=UNKNOWN)
        for row in lost
    )


def local(signature_id: int, at: datetime) -> None:
    """Sign one paper with the office's own authority: in the person's name, or with the seal. All of it durable.

    Raises SignatureBusy when another worker has it, SigningKeyUnreadable, StorageFull, FileDamaged.
    """
    row = Signature.objects.select_related("document", "person").get(pk=signature_id)
    base = papers_read.pdf(row.document)
    office = people.office()
    signer = _signer(row.person, office, at)
    tries = _send(row, at)
    try:
        about = pades.About(f"Tanda{row.order}", row.title or str(office), office.city, at)
        pdf = pades.sign(
            base, signer, about, stamper=tsa.stamper(settings.TSA_URL, ca_file=settings.SIGNING_TLS_CA_FILE)
        )
        seen = judge.look(pdf, authority.roots(), base_length=len(base))
        problem = flaw(base, pdf, seen, how_many=row.order)
        if not problem and seen.signatures[-1].certificate_sha256 != signer.row.sha256:
            problem = "wrong_signer"
        if problem:
            raise RuntimeError(f"our own signature does not hold: {problem}")
    except Exception:
        signatures.turned_down(row.pk, tries=tries, state=SignatureState.FAILED, reason="local")
        raise
    last = seen.signatures[-1]
    stamped = datetime.fromisoformat(last.stamped_at) if last.stamped_at else None
    given = Given(store.put(pdf), len(pdf), last.certificate_sha256, str(office), stamped)
    signing.keep(row, given, tries=tries, at=at)


def _send(row: Signature, at: datetime) -> int:
    base = row.document.file_sha256
    assert base is not None
    tries = signatures.send(row, base_sha256=base, at=at)
    row.base_sha256 = base
    return tries


def _signer(person: Person | None, office: Office, at: datetime) -> authority.Signer:
    if person is None:
        return authority.office_seal(office=str(office), at=at)
    nip = person.nip if settings.SIGNING_NIP else ""
    holder = authority.Holder(person.pk, person.name, person.title, nip)
    return authority.officer(holder, office=str(office), at=at)
