"""Verbs on the waiting list and on offers. The case's row is locked by whoever calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from sandar.records.waiting.models import Entry, Offer


def _inside() -> None:
    assert connection.in_atomic_block, "the waiting list changes inside the act's transaction"


def enter(case_id: int, *, at: datetime, not_before: datetime | None = None) -> Entry:
    """Put a case on the list. One that is on it (or was) keeps the time of its first entry."""
    _inside()
    entry, is_new = Entry.objects.get_or_create(
        case_id=case_id, defaults={"entered_at": at, "not_before": not_before}
    )
    if not is_new:
        entry.is_open, entry.not_before = True, not_before or entry.not_before
        entry.save(update_fields=["is_open", "not_before"])
    return entry


def leave(case_id: int) -> None:
    """Take a case off the list: it has what it waited for. A case that ends is off the list by itself."""
    _inside()
    Entry.objects.filter(case_id=case_id, is_open=True).update(is_open=False)


def rest(case_id: int, *, until: datetime) -> None:
    """An offer was not taken: the place on the list is kept, but the others come first until then."""
    _inside()
    Entry.objects.filter(case_id=case_id).update(rests_until=until)


def prioritise(case_id: int, priority: int) -> int:
    """Change the priority; returns the one before."""
    _inside()
    before = Entry.objects.values_list("priority", flat=True).get(case_id=case_id)
    Entry.objects.filter(case_id=case_id).update(priority=priority)
    return before


@dataclass(frozen=True, slots=True)
class Passed:
    """A case that stands further ahead and did not get this offer. why: short, rests or not_before."""

    case_id: int
    why: str
    short: Sequence[Mapping[str, Any]] = ()


def pass_over(passed: Sequence[Passed], *, by: str, at: datetime) -> None:
    """Note who was passed over when an offer went to case number `by`; rows in one order, so nobody waits in a ring."""
    _inside()
    for one in sorted(passed, key=lambda one: one.case_id):
        Entry.objects.filter(case_id=one.case_id, is_open=True).update(
            passed_count=F("passed_count") + 1,
            passed_at=at,
            passed_by=by,
            passed_why=one.why,
            **({"short": list(one.short), "looked_at": at} if one.short else {}),
        )


def looked(case_id: int, short: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Note what a waiting case lacked when it was looked at."""
    _inside()
    Entry.objects.filter(case_id=case_id).update(short=list(short), looked_at=at)


def make_offer(case_id: int, *, at: datetime, **fields: Any) -> Offer:
    """Make an offer, in place of an earlier one. fields: columns of Offer."""
    _inside()
    made, _ = Offer.objects.update_or_create(
        case_id=case_id, defaults={"made_at": at, "answer": "", "answered_at": None, **fields}
    )
    return made


def answer_offer(case_id: int, answer: str, *, at: datetime) -> Offer | None:
    """Close the open offer with this answer; None when there is none."""
    _inside()
    offer = Offer.objects.filter(case_id=case_id, answered_at__isnull=True).first()
    if offer is not None:
        offer.answer, offer.answered_at = answer, at
        offer.save(update_fields=["answer", "answered_at"])
    return offer
