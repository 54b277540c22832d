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
