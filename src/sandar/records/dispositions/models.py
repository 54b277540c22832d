"""The disposition sheet beside the journal: the office's list of instructions, and who got which hop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

LEAD, EXECUTOR, COPY = "lead", "executor", "copy"


class Instruction(models.Model):
    """One tick box of the office's own list. Without any row the list of `read.DEFAULTS` holds."""

    code = models.SlugField(max_length=40, unique=True)
    words = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.words


class Recipient(models.Model):
    """Somebody who got one hop: in the lead (holds the task), beside the lead, or with a copy.

    Whoever acts in the role of the lead gets a row on opening the case; the others when the hop is made.
    """

    answer: str = ""  # filled from the journal, where it can be erased, by whoever shows it
    answered_by: Mapping[str, Any] | None = None  # likewise: who answered in the place of `person`

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="recipients")
    hop = models.PositiveIntegerField(help_text="seq of the hop's event in the journal of the case")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, help_text="lead, executor or copy")
    read_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="what was said stands in the journal")

    class Meta:
        ordering: ClassVar = ["hop", "pk"]
        indexes: ClassVar = [models.Index(fields=["person", "case"], name="dispositions_of_a_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "hop", "person"], name="hop_reaches_a_person_once"),
            models.CheckConstraint(
                condition=Q(part__in=[LEAD, EXECUTOR, COPY]), name="recipient_is_of_a_known_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.hop} {self.part}"
