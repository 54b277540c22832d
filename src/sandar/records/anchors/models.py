"""The daily anchor: one signed root over the ends of all journals, kept outside the database by mail and on paper."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Anchor(models.Model):
    """One day. Append-only but for what became of it (stamp, mails); each names the root of the one before."""

    number = models.PositiveIntegerField(unique=True, help_text="1, 2, 3 ... without a gap")
    day = models.DateField(unique=True, help_text="local day of the office")
    at = models.DateTimeField()
    changes = models.JSONField(
        help_text="name -> leaf, of every leaf that is new or other than the day before"
    )
    doubts = models.JSONField(
        default=list, help_text="names whose old leaf was kept: their journal no longer bears it"
    )
    count = models.PositiveIntegerField(help_text="leaves under the root")
    root = models.CharField(max_length=64)
    statement = models.TextField(help_text="canonical JSON that was signed")
    signature = models.TextField(help_text="ECDSA P-256 over SHA-256 of the statement, DER, base64")
    certificate_pem = models.TextField()
    authority_pem = models.TextField()
    stamp = models.TextField(blank=True, help_text="RFC 3161 token over SHA-256 of the statement, base64")
    stamped_at = models.DateTimeField(null=True, blank=True, help_text="as the time-stamping authority says")
    mailed_to = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.day}"
