"""Verbs on dispositions. The case's row is locked by whoever calls those that name a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from sandar.records.dispositions.models import LEAD, Instruction, Recipient
from sandar.records.dispositions.read import Box


def _inside() -> None:
    assert connection.in_atomic_block, "dispositions change inside a transaction"


def give(case_id: int, hop: int, people: Iterable[tuple[int, str]]) -> None:
    """A hop reaches these people beside the lead: (person, executor or copy)."""
    _inside()
    Recipient.objects.bulk_create(
        [Recipient(case_id=case_id, hop=hop, person_id=person, part=part) for person, part in people]
    )


def read(case_id: int, person_id: int, hops: Iterable[int], *, at: datetime) -> list[int]:
    """Somebody opened hops for the first time; returns those that were unread until now."""
    _inside()
    found = []
    for hop in hops:
        rows = Recipient.objects.filter(case_id=case_id, person_id=person_id, hop=hop)
        if rows.filter(read_at__isnull=True).update(read_at=at):
            found.append(hop)
    return found


def read_in_the_lead(case_id: int, person_id: int, hop: int, *, at: datetime) -> bool:
    """Somebody who may act on the hop opened it. False: had done so before."""
    _inside()
    _row, is_new = Recipient.objects.get_or_create(
        case_id=case_id, hop=hop, person_id=person_id, defaults={"part": LEAD, "read_at": at}
    )
    return is_new


def answer(row: Recipient, *, at: datetime) -> bool:
    """A hop is answered now; what was said is the journal's. False: it was answered before."""
    _inside()
    return Recipient.objects.filter(pk=row.pk, answered_at__isnull=True).update(answered_at=at) == 1


def set_instructions(boxes: Iterable[Box]) -> None:
    """The office's own list, in place of the one before; an empty one brings the usual list back."""
    _inside()
    Instruction.objects.all().delete()
    Instruction.objects.bulk_create(
        [Instruction(code=box.code, words=box.words, position=n) for n, box in enumerate(boxes, 1)]
    )
