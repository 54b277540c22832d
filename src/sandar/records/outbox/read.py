"""What still has to leave."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from sandar.records.outbox.models import Message, Trouble


def due(at: datetime, *, limit: int = 50, case_id: int | None = None) -> list[int]:
    """Ids of messages to send now, oldest first; what was refused for good is not among them."""
    refused = Trouble.objects.filter(kind="message", quarantined_at__isnull=False)
    rows = Message.objects.filter(sent_at__isnull=True, next_try_at__lte=at).order_by("pk")
    rows = rows.exclude(pk__in=refused.values("ref"))
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return list(rows.values_list("pk", flat=True)[:limit])


def waiting() -> int:
    return Message.objects.filter(sent_at__isnull=True).count()


def unsent(limit: int) -> list[Message]:
    """The messages that have not left, those tried most first, then the oldest; with their recipients."""
    rows = Message.objects.filter(sent_at__isnull=True).select_related("person", "case")
    rows = rows.order_by("-attempts", "pk")
    return list(rows[:limit])


def promised(case_id: int, kind: str, key: str) -> bool:
    """Was a message of this kind with this key (of `messages.post`) promised to anybody?"""
    return Message.objects.filter(case_id=case_id, kind=kind, key__contains=f"/{key}/{kind}/").exists()


def put_off(kind: str, at: datetime) -> frozenset[int]:
    """What failed before and is not to be tried at `at`: its pause lasts, or it is quarantined."""
    rows = Trouble.objects.filter(kind=kind)
    waiting = rows.filter(next_try_at__gt=at) | rows.filter(quarantined_at__isnull=False)
    return frozenset(waiting.values_list("ref", flat=True))


def in_trouble(kind: str, ref: int) -> bool:
    return Trouble.objects.filter(kind=kind, ref=ref).exists()


def troubles() -> QuerySet[Trouble]:
    """Everything that failed and is not mended, the longest first: for the pages of the system administrator."""
    return Trouble.objects.order_by("first_at")
