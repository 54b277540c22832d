"""What must leave the process: written with the act, sent by the worker, at least once with a stable id."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One mail to one person. Never exists for an act that was rolled back."""

    key = models.CharField(max_length=160, unique=True, help_text="case/event/recipient: sent once")
    case = models.ForeignKey("cases.Case", models.CASCADE, null=True, blank=True, related_name="messages")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(sent_at__isnull=True), name="messages_still_to_send"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Trouble(models.Model):
    """Work after an act that failed: a paper, a message, a probe, an expiry. Gone when it succeeds.

    `quarantined_at`: it failed too often and is not tried by itself any more; a person has to look.
    """

    kind = models.CharField(max_length=16, help_text="paper, message, mail, probe or expiry")
    ref = models.BigIntegerField(help_text="id of the paper, message, probe or case")
    attempts = models.PositiveSmallIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=300)
    correlation = models.CharField(
        max_length=16, help_text="the id under which the log tells the whole story"
    )
    quarantined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "ref"], name="work_is_in_trouble_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
