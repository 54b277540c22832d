"""Giving signatures, the same by page and by API: what waits, signing the chosen, one-time codes, scans.

A passphrase or one-time code is in the caller's request and in `Secret`, handed to the service and forgotten: it is
in no session, no row, no queue, no log and no answer (reliability.md T03, T17).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext as _

from sandar.doors.jobs import remote_signing
from sandar.doors.jobs.remote_signing import Outcome, Secret
from sandar.doors.refusal_reasons import REASONS
from sandar.errors import InvalidInput, NotFound
from sandar.records.documents import signatures, uploads
from sandar.records.documents.models import Signature, SignatureState
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.outbox.queue import enqueue
from sandar.records.people.models import Person

LOCAL, MANUAL = "local", "manual"
SHOWN = 200
_AFTER = "sandar.doors.jobs.after.act"


@dataclass(frozen=True)
class Waiting:
    """One paper that waits for the person's signature. ready: it is their turn and the file is made."""

    row: Signature
    ready: bool

    @property
    def way(self) -> str:
        """local, bsre (either version) or manual."""
        return "bsre" if self.row.backend in remote_signing.BACKENDS else self.row.backend

    @property
    def why(self) -> str:
        """Why the last try gave no signature, in words; "" before a first one."""
        return str(REASONS.get(self.row.reason, "")) if self.row.reason else ""

    @property
    def busy(self) -> bool:
        return self.row.state == SignatureState.SENT


def waiting(person: Person) -> list[Waiting]:
    """What waits for this person, oldest first, at most SHOWN."""
    return [Waiting(row, signatures.is_next(row)) for row in signatures.open_of(person.pk)[:SHOWN]]


def mine(person: Person, signature_id: int) -> Signature:
    """One of the person's signatures, given or not. Raises NotFound, also for another's."""
    rows = Signature.objects.select_related("document__case__agency").filter(person=person, pk=signature_id)
    row = rows.defer("document__facts").first()
    if row is None:
        raise NotFound(what="signature")
    return row


def backend_of(person: Person, wanted: Iterable[int]) -> str:
    """How the first of the person's wanted papers is signed, given or not. Raises InvalidInput when none is theirs."""
    rows = Signature.objects.filter(person=person, pk__in=set(wanted)).order_by("document_id", "order")
    backend = rows.values_list("backend", flat=True).first()
    if backend is None:
        raise InvalidInput(fields={"id": [_("Pilih dokumen yang akan ditandatangani.")]})
    return backend


def can_be_given(row: Signature) -> bool:
    """May the person sign it now: it is open, not agreed to yet, their turn, and its paper holds?"""
    return (
        row.state in signatures.OPEN
        and row.consented_at is None
        and row.document.status in ("prepared", "issued")
        and signatures.is_next(row)
    )


def chosen(person: Person, wanted: Iterable[int]) -> list[Signature]:
    """The person's own open signatures among the wanted; all of one way, at most what the service takes at once.

    Raises InvalidInput (field `id`) when none of them can be given now.
    """
    rows = [
        row
        for row in signatures.open_of(person.pk).filter(pk__in=set(wanted))
        if row.state in signatures.OPEN and signatures.is_next(row)
    ]
    rows = [row for row in rows if row.backend == rows[0].backend]
    if not rows:
        raise InvalidInput(fields={"id": [_("Pilih dokumen yang akan ditandatangani.")]})
    return rows[: remote_signing.MOST_AT_ONCE.get(rows[0].backend, SHOWN)]


def agree(rows: list[Signature], person: Person, *, at: datetime) -> list[int]:
    """With the office's own authority: the person says so, the worker signs in a moment. Returns the ids."""
    mine = signatures.consent([row.pk for row in rows], person_id=person.pk, at=at)
    for case_id in sorted({row.document.case_id for row in rows}):
        enqueue(_AFTER, case_id, name=f"sign#{case_id}", at=at)
    return mine


def sign(rows: list[Signature], person: Person, secret: Secret, *, at: datetime) -> Outcome:
    """Through BSrE, while the person waits. Raises SignerAway, SignerRefused, InvalidInput."""
    _electronic(rows)
    if not secret.passphrase and not secret.totp:
        raise InvalidInput(fields={"passphrase": [_("Isi passphrase BSrE Anda, atau kode OTP.")]})
    return remote_signing.sign(rows, person, secret, at=at)


def send_code(rows: list[Signature], person: Person, *, nik: str) -> None:
    """Have BSrE mail a one-time code for these papers. Raises SignerAway, SignerRefused, InvalidInput."""
    _electronic(rows)
    remote_signing.send_code(person, backend=rows[0].backend, nik=nik, how_many=len(rows))


def scan_of(
    person: Person, signature_id: int, file: tuple[str, BinaryIO] | None
) -> tuple[Signature, AcceptedFile]:
    """The signature and the scan of its paper, judged and durable. file: its name and bytes.

    Raises NotFound, InvalidInput, and what `uploads.accept_upload` refuses.
    """
    row = mine(person, signature_id)
    if row.backend != MANUAL:
        raise NotFound(what="signature")
    if file is None:
        raise InvalidInput(fields={f"scan_{row.pk}": [_("Pilih berkas PDF hasil pindai.")]})
    return row, uploads.accept_upload(file[0] or "pindai.pdf", "", file[1], kind="signed_scan")


def _electronic(rows: list[Signature]) -> None:
    if rows[0].backend == MANUAL:
        raise InvalidInput(fields={"id": [_("Dokumen ini ditandatangani di kertas: unggah pindaiannya.")]})
    if rows[0].backend == LOCAL:
        raise InvalidInput(
            fields={"id": [_("Dokumen ini ditandatangani dengan sertifikat kantor, tanpa BSrE.")]}
        )
