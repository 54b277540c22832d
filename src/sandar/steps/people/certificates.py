"""Revoking a certificate of the office's own authority: nothing signed with it afterwards counts.

What it signed before stays genuine: the journal (and a time-stamp, where there is one) says when that was. The next
signature of the same officer gets a new key and a new certificate.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from sandar.errors import Conflict, NotFound
from sandar.records.people.models import Person
from sandar.records.signing import authority
from sandar.records.signing.models import ROOT, Certificate
from sandar.steps.people.book import Book, changing
from sandar.steps.people.shapes import Why

EVENT = "certificate_revoked"
# RFC 5280 (5.3.1), as far as an office's own authority needs them.
Kind = Literal["key_compromise", "affiliation_changed", "superseded", "cessation_of_operation"]
KINDS: dict[str, str | Promise] = {
    "key_compromise": _("kunci mungkin dipakai orang lain"),
    "affiliation_changed": _("nama atau jabatan berubah"),
    "superseded": _("diganti sertifikat lain"),
    "cessation_of_operation": _("tidak bertugas lagi"),
}


class RevokeCertificate(Why):
    """Which kind of reason everybody may read, and why in words, for the journal."""

    kind: Kind = Field(title="Jenis alasan")


def revoke(certificate_id: int, given: RevokeCertificate, *, person: Person, at: datetime) -> Certificate:
    """Revoke an officer's certificate or the seal. Raises Forbidden, NotFound (also the authority itself), Conflict."""
    with changing(person, at) as book:
        row = Certificate.objects.filter(pk=certificate_id).exclude(kind=ROOT).first()
        if row is None:
            raise NotFound(what="certificate")
        if not authority.revoke(row.pk, at=at, reason=given.kind):
            raise Conflict()
        _tell(book, row, given.kind, why=given.why)
    row.refresh_from_db()
    return row


def retire(book: Book, person: Person, *, why: str) -> None:
    """An account is closed: its certificates end with it."""
    for row in Certificate.objects.filter(person=person, is_live=True):
        if authority.revoke(row.pk, at=book.at, reason="cessation_of_operation"):
            _tell(book, row, "cessation_of_operation", why=why)


def _tell(book: Book, row: Certificate, kind: str, *, why: str) -> None:
    subject = f"person:{row.person_id}" if row.person_id else "office:seal"
    book.note(EVENT, subject, why=why, certificate=row.sha256, serial=row.serial, reason=kind)
