"""How long papers are kept, and what was destroyed when its time was over.

A destroyed paper keeps its row, number, hashes and signatures' rows; its facts and files are gone. Two persons
destroy: who proposes is never who decides, and the database says so too.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sandar.core.retention import FATES


class RetentionRule(models.Model):
    """One row of the office's retention schedule (JRA); see core.retention.Rule."""

    code = models.CharField(max_length=40, blank=True, help_text="filing class; empty: any")
    kind = models.CharField(max_length=40, blank=True, help_text="kind of paper, or attachment; empty: any")
    active_years = models.PositiveSmallIntegerField()
    inactive_years = models.PositiveSmallIntegerField()
    fate = models.CharField(max_length=8)
    source = models.CharField(max_length=200, help_text="the regulation the row stands in")

    class Meta:
        ordering: ClassVar = ["code", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "kind"], name="class_and_kind_have_one_rule"),
            models.CheckConstraint(condition=Q(fate__in=FATES), name="retention_fate_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.kind}: {self.active_years}+{self.inactive_years} {self.fate}"


class Disposal(models.Model):
    """A destruction, from the proposal to its minutes (Berita Acara Pemusnahan Arsip)."""

    PROPOSED, DONE, REFUSED = "proposed", "done", "refused"
    state = models.CharField(max_length=8, default=PROPOSED)
    items = models.JSONField(
        help_text="what shall be destroyed, each with its rule, hash and end of retention"
    )
    proposed_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was refused")
    number = models.CharField(max_length=120, blank=True, help_text="of the minutes")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True, help_text="in the book of minutes")
    facts = models.JSONField(default=dict, help_text="everything the minutes print, frozen")
    facts_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "sequence"], name="disposal_number_is_given_once"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, number="")
                | Q(state="refused", decided_by__isnull=False, number="")
                | (
                    Q(state="done", decided_by__isnull=False, sequence__isnull=False, year__isnull=False)
                    & ~Q(number="")
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="two_persons_destroy",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.pk} {self.state}"


class DestroyedFile(models.Model):
    """Bytes that shall not be in the store any more. `gone_at`: when they were taken away; the worker does it."""

    sha256 = models.CharField(max_length=64, unique=True)
    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="files")
    at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.sha256


class LegalHold(models.Model):
    """Nothing of this case is destroyed while it is open: a dispute, an audit, an investigation."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(lifted_at__isnull=True), name="case_has_one_open_hold"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}"
