"""Requests that wait for room, and what the office offered instead of what was asked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """A request's place on the waiting list. It is on the list while `is_open` and the case is not closed.

    Order: higher priority first, then who entered first. The place is kept while the case has an offer.
    """

    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="waiting")
    entered_at = models.DateTimeField()
    is_open = models.BooleanField(default=True, help_text="false once an offer was accepted")
    priority = models.PositiveSmallIntegerField(default=0, help_text="0 = by time of entry; 9 = first of all")
    not_before = models.DateTimeField(null=True, blank=True, help_text="no offer before: LATER was agreed")
    rests_until = models.DateTimeField(
        null=True, blank=True, help_text="an offer was not taken: the others come first until then"
    )
    looked_at = models.DateTimeField(null=True, blank=True, help_text="when `short` was found")
    short = models.JSONField(default=list, help_text="what was short when it was looked at last")
    passed_count = models.PositiveIntegerField(default=0, help_text="offers that went to somebody behind it")
    passed_at = models.DateTimeField(null=True, blank=True)
    passed_by = models.CharField(max_length=20, blank=True, help_text="number of the case that went ahead")
    passed_why = models.CharField(max_length=12, blank=True, help_text="short, rests or not_before")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["-priority", "entered_at", "id"],
                condition=Q(is_open=True),
                name="waiting_list_in_order",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(priority__lte=9), name="priority_is_at_most_nine")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.entered_at}"


class Offer(models.Model):
    """The newest offer made to a case: what, until when. Open until answered, or until the case is closed.

    kind: elsewhere (as asked, in another place), less, later (no place is held), queue (from the waiting list).
    """

    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="offer")
    kind = models.CharField(max_length=10)
    items = models.JSONField(help_text="the items as they would be served")
    rows = models.JSONField(help_text="asked beside offered, as steps.offering.compare has it")
    from_on = models.DateField(null=True, blank=True, help_text="later: the day from which it should fit")
    answer_by = models.DateTimeField()
    note = models.TextField(blank=True)
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, help_text="accept, decline, queue or expire")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["answer_by"], condition=Q(answered_at__isnull=True), name="offers_without_an_answer"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["elsewhere", "less", "later", "queue"]),
                name="offer_is_of_a_known_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
