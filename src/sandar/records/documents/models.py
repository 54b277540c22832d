"""Official papers, the books their numbers come from, and the files that were handed in.

A document never changes: its facts are frozen when it is issued, its PDF is written once, and a later paper
can only replace or revoke it. A signature extends the PDF and makes a further file; the rendering stays as it was.
The constraints below are those rules; code asks, the database decides.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from .archive_models import DestroyedFile, Disposal, LegalHold, RetentionRule

__all__ = [
    "BACKENDS",
    "DestroyedFile",
    "Disposal",
    "Document",
    "DocumentStatus",
    "LegalHold",
    "NumberBook",
    "RetentionRule",
    "Signature",
    "SignatureState",
    "SkippedNumbers",
    "StoredFile",
]


class DocumentStatus(models.TextChoices):
    """Where a paper stands: numbered, rendered, or ended by a later act."""

    PREPARED = "prepared", "disiapkan"
    ISSUED = "issued", "terbit"
    REPLACED = "replaced", "diganti"
    REVOKED = "revoked", "dicabut"


class SignatureState(models.TextChoices):
    """The saga of one signature. Refused by the service, or failed on a wrong answer: it is tried again."""

    PREPARED = "prepared", "disiapkan"
    SENT = "sent", "dikirim"
    SIGNED = "signed", "ditandatangani"
    REFUSED = "refused", "ditolak"
    FAILED = "failed", "gagal"


BACKENDS = ("local", "bsre_v1", "bsre_v2", "manual")


class StoredFile(models.Model):
    """One file somebody handed in. The bytes live in the store under their SHA-256, never in a row."""

    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="files")
    kind = models.CharField(max_length=40)
    name = models.CharField(
        max_length=255, help_text="as the uploader called it; shown, never used as a path"
    )
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes, as stored")
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    disposal = models.ForeignKey(
        Disposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="by which it was destroyed",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size__gt=0), name="stored_file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class NumberBook(models.Model):
    """A yearly number book. `last` is the number given last; the next one is taken by one UPDATE."""

    name = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    held = models.BooleanField(default=False, help_text="restored: no number until the last one is confirmed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "year"], name="book_has_one_row_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class SkippedNumbers(models.Model):
    """Numbers of a book that no paper here bears, and why: used outside Sandar, or lost with a restore."""

    book = models.CharField(max_length=40, help_text="of this record, or permohonan, agenda_masuk, aset")
    year = models.PositiveSmallIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gte=F("first"), first__gte=1), name="skip_is_a_range"),
            models.UniqueConstraint(fields=["book", "year", "first"], name="number_is_skipped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.year}: {self.first}-{self.last}"


class Document(models.Model):
    """One numbered paper of a case, with the facts it prints and, once rendered, the PDF's hash."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=120, help_text="as printed")
    book = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField(help_text="within book and year, without gaps")
    issued_on = models.DateField(help_text="date on the paper, in the office's zone")
    at = models.DateTimeField(help_text="instant of the act that issued it")
    title = models.CharField(max_length=250)
    facts = models.JSONField(help_text="everything the paper prints, frozen")
    facts_sha256 = models.CharField(max_length=64, help_text="SHA-256 of the canonical JSON of facts")
    pdf_sha256 = models.CharField(max_length=64, null=True, blank=True)
    pdf_size = models.PositiveIntegerField(null=True, blank=True, help_text="bytes")
    signing = models.CharField(max_length=8, blank=True, help_text="how it is signed; empty: not at all")
    signatures_left = models.PositiveSmallIntegerField(default=0)
    signed_sha256 = models.CharField(
        max_length=64, null=True, blank=True, help_text="with the newest signature"
    )
    signed_size = models.PositiveIntegerField(null=True, blank=True, help_text="bytes")
    status = models.CharField(max_length=10, default=DocumentStatus.PREPARED)
    token = models.CharField(max_length=32, help_text="128 random bits, base32: the public address")
    sop_number = models.CharField(max_length=120, blank=True)
    sop_revision = models.PositiveIntegerField(default=0, help_text="0 = not under a published revision")
    issued_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_kind = models.CharField(max_length=20, blank=True, help_text="coded reason of a revocation; public")
    ended_reason = models.CharField(max_length=500, blank=True, help_text="in words; for the office")
    ended_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    disposal = models.ForeignKey(
        Disposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="by which it was destroyed",
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "year", "sequence"], name="book_gives_each_number_once"),
            models.UniqueConstraint(fields=["number"], name="document_number_is_used_once"),
            models.UniqueConstraint(fields=["token"], name="token_opens_one_document"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="numbers_start_at_one"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in DocumentStatus]), name="document_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.ISSUED) | Q(pdf_sha256__isnull=False),
                name="issued_document_has_its_pdf",
            ),
            models.CheckConstraint(
                condition=Q(pdf_sha256__isnull=True, pdf_size__isnull=True)
                | Q(pdf_sha256__isnull=False, pdf_size__isnull=False, pdf_size__gt=0),
                name="pdf_hash_and_size_come_together",
            ),
            models.CheckConstraint(
                condition=Q(signed_sha256__isnull=True, signed_size__isnull=True)
                | Q(signed_sha256__isnull=False, signed_size__gt=0, pdf_sha256__isnull=False),
                name="signed_file_comes_after_the_rendering",
            ),
            models.CheckConstraint(
                condition=Q(signing="", signatures_left=0, signed_sha256__isnull=True)
                | Q(signing__in=BACKENDS),
                name="only_papers_to_be_signed_are_signed",
            ),
            models.CheckConstraint(
                condition=Q(signing="") | Q(signatures_left__gt=0) | Q(signed_sha256__isnull=False),
                name="a_paper_is_signed_only_with_its_file",
            ),
            models.CheckConstraint(
                condition=Q(status=DocumentStatus.REPLACED, replaced_by__isnull=False)
                | Q(status=DocumentStatus.REVOKED)  # it may have been issued again
                | (~Q(status=DocumentStatus.REPLACED) & Q(replaced_by__isnull=True)),
                name="replaced_document_names_its_successor",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.REVOKED)
                | (~Q(ended_kind="") & Q(ended_at__isnull=False, ended_by__isnull=False)),
                name="revoked_document_says_why_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="document_does_not_replace_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def file_sha256(self) -> str | None:
        """The file that is given out: with the newest signature, else the rendering; None before that is made."""
        return self.signed_sha256 or self.pdf_sha256

    @property
    def file_size(self) -> int | None:
        return self.signed_size if self.signed_sha256 else self.pdf_size

    @property
    def waits_for_signature(self) -> bool:
        return self.signatures_left > 0


class Signature(models.Model):
    """One signature of a paper, asked for by the act that issued it. They are given in `order`, each on the last file.

    Without a person the office's seal signs. `tries` is also the fence: an answer counts only for the try it is of.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="signatures")
    order = models.PositiveSmallIntegerField()
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    title = models.CharField(max_length=200, blank=True, help_text="position as printed, with Plt./Plh.")
    backend = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=SignatureState.PREPARED)
    reason = models.CharField(
        max_length=40, blank=True, help_text="stable code of the last refusal or failure"
    )
    consented_at = models.DateTimeField(
        null=True, blank=True, help_text="local: the person said so in an act"
    )
    request_id = models.CharField(max_length=32, unique=True, help_text="the same in every try")
    remote_id = models.CharField(max_length=100, blank=True, help_text="the service's own id of the document")
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    base_sha256 = models.CharField(max_length=64, blank=True, help_text="of the bytes that were sent")
    sha256 = models.CharField(
        max_length=64, null=True, blank=True, help_text="of the file with this signature"
    )
    size = models.PositiveIntegerField(null=True, blank=True, help_text="bytes")
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    issuer = models.CharField(max_length=200, blank=True, help_text="who issued the certificate")
    stamped_at = models.DateTimeField(null=True, blank=True, help_text="RFC 3161, when there is a time-stamp")

    class Meta:
        ordering: ClassVar = ["document", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "order"], name="a_paper_is_signed_in_one_order"),
            models.CheckConstraint(condition=Q(backend__in=BACKENDS), name="signature_backend_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in SignatureState]), name="signature_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=SignatureState.SIGNED, sha256__isnull=False, signed_at__isnull=False, size__gt=0
                )
                | (~Q(state=SignatureState.SIGNED) & Q(sha256__isnull=True, signed_at__isnull=True)),
                name="what_is_signed_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=SignatureState.SENT) | (Q(sent_at__isnull=False) & ~Q(base_sha256="")),
                name="what_was_sent_is_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["person"], condition=~Q(state=SignatureState.SIGNED), name="signatures_to_give"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.order} {self.state}"
