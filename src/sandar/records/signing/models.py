"""The office's own certificates and their private keys.

A key is kept encrypted under the instance's secret (`vault.py`), which is never in the database: neither a copy of
the database nor the secret alone can sign. Both are in one backup.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

ROOT, OFFICER, SEAL = "root", "officer", "seal"
KINDS = (ROOT, OFFICER, SEAL)


class Certificate(models.Model):
    """One certificate of the office's authority with its key: the authority itself, an officer, or the seal.

    Live until it is retired (expired, or a new title) or revoked; then it only proves what it signed before.
    """

    kind = models.CharField(max_length=8)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    subject = models.CharField(max_length=500, help_text="RFC 4514, for people")
    serial = models.CharField(max_length=40, unique=True, help_text="hexadecimal")
    pem = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True, help_text="of the DER")
    sealed_key = models.TextField(help_text="PKCS #8, AES-256-GCM under the instance's secret, base64")
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    is_live = models.BooleanField(default=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="certificate_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(kind=OFFICER, person__isnull=False) | (~Q(kind=OFFICER) & Q(person__isnull=True)),
                name="officer_certificates_name_a_person",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(is_live=False),
                name="revoked_certificate_is_not_live",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind=OFFICER, is_live=True),
                name="one_live_certificate_a_person",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_live=True) & ~Q(kind=OFFICER),
                name="one_live_authority_and_one_live_seal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"
