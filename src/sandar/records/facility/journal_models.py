"""The journal of the facility: who changed what, when, from what to what. Append-only, chained by hashes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sandar.core.chain import GENESIS


class FacilityJournal(models.Model):
    """The end of the chain, one row. Locking it puts all changes of the facility in one order."""

    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return str(self.last_seq)


class FacilityEvent(models.Model):
    """One change. payload: kind, name, before and after (fields as entered); of an import its counts too."""

    seq = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=32, help_text="facility_created, _changed, _removed, _imported")
    subject = models.CharField(max_length=180, blank=True, help_text="kind and name, to find it by")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.JSONField(help_text="name, title and role as they were; of the command line: system")
    payload = models.JSONField()
    seals = models.JSONField(default=dict, help_text="place of a personal value -> salt, commitment")
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["subject", "-seq"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"
