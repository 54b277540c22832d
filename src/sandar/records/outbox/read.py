"""What still has to leave."""

from __future__ import annotations

from datetime import datetime

from sandar.records.outbox.models import Message


def due(at: datetime, *, limit: int = 50, case_id: int | None = None) -> list[int]:
    """Ids of messages to send now, oldest first."""
    rows = Message.objects.filter(sent_at__isnull=True, next_try_at__lte=at).order_by("pk")
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return list(rows.values_list("pk", flat=True)[:limit])


def waiting() -> int:
    return Message.objects.filter(sent_at__isnull=True).count()
