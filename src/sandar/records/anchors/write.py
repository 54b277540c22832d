"""Verbs on anchors. None reads before it writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from sandar.records.anchors.models import Anchor


def keep(anchor: Anchor) -> bool:
    """Keep a new anchor; False when its day or its number has one already (another worker was first)."""
    assert connection.in_atomic_block, "verbs on anchors run inside a transaction"
    try:
        with transaction.atomic():
            anchor.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def stamped(number: int, *, token: str, at: datetime) -> bool:
    """Keep the time stamp of an anchor that has none."""
    return bool(Anchor.objects.filter(number=number, stamp="").update(stamp=token, stamped_at=at))


def mailed(number: int, to: list[Any]) -> None:
    """Who has it by now."""
    Anchor.objects.filter(number=number).update(mailed_to=to)
