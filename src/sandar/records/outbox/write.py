"""Promising and keeping messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.db.models.functions import Least

from sandar.records.outbox.models import Message, Trouble
from sandar.records.prepared import insert_all

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to promise. key: case/event/kind/recipient; the same key is promised once."""

    key: str
    person_id: int
    kind: str
    subject: str
    body: str


def post(letters: Iterable[Letter], *, at: datetime, case_id: int | None = None) -> None:
    """Promise messages inside the act's transaction, in one statement."""
    assert connection.in_atomic_block, "messages are promised inside the act's transaction"
    insert_all(
        [
            Message(
                key=letter.key,
                case_id=case_id,
                person_id=letter.person_id,
                kind=letter.kind,
                subject=letter.subject[:200],
                body=letter.body,
                message_id=f"<{letter.key.replace('/', '.')}@sandar.invalid>",
                created_at=at,
                next_try_at=at,
            )
            for letter in letters
        ],
        ignore_conflicts=True,
    )


def claim(message_id: int, *, at: datetime) -> Message | None:
    """Take a due message for one attempt: a conditional UPDATE, so two workers never send it at once."""
    message = Message.objects.filter(pk=message_id, sent_at__isnull=True, next_try_at__lte=at).first()
    if message is None:
        return None
    wait = min(FIRST_RETRY * 2 ** min(message.attempts, 10), LAST_RETRY)
    taken = Message.objects.filter(pk=message.pk, sent_at__isnull=True, attempts=message.attempts).update(
        attempts=message.attempts + 1, next_try_at=at + wait
    )
    return message if taken else None


def sent(message: Message, *, at: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(sent_at=at, last_error="")


def failed(message: Message, reason: str) -> None:
    Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(last_error=reason[:300])


def trouble(kind: str, ref: int, *, error: str, correlation: str, at: datetime, most: int) -> Trouble:
    """Count one failure: the next try waits twice as long, and after `most` failures nobody tries by itself."""
    assert connection.in_atomic_block, "troubles are kept in a transaction"
    facts = {"last_error": error[:300], "correlation": correlation, "last_at": at}
    rows = Trouble.objects.filter(kind=kind, ref=ref)
    if not rows.update(attempts=Least(F("attempts") + 1, 30_000), **facts):
        Trouble.objects.bulk_create(
            [Trouble(kind=kind, ref=ref, first_at=at, next_try_at=at, **facts)], ignore_conflicts=True
        )
    found = rows.get()
    pause = min(FIRST_RETRY * 2 ** min(found.attempts - 1, 10), LAST_RETRY)
    found.next_try_at = at + pause
    found.quarantined_at = found.quarantined_at or (at if found.attempts >= most else None)
    found.save(update_fields=["next_try_at", "quarantined_at"])
    return found


def mended(kind: str, ref: int) -> None:
    """It worked: the trouble is forgotten."""
    Trouble.objects.filter(kind=kind, ref=ref).delete()


def retry(kind: str, ref: int, *, at: datetime) -> None:
    """A person wants it tried anew, now."""
    mended(kind, ref)
    if kind == "message":
        Message.objects.filter(pk=ref, sent_at__isnull=True).update(next_try_at=at)
