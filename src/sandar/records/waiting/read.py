"""Questions to the waiting list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from sandar.records.waiting.models import Entry, Offer


def line() -> QuerySet[Entry]:
    """Everybody on the list, in the order in which what becomes free is offered; those with an offer too."""
    rows = Entry.objects.filter(is_open=True, case__closed_at__isnull=True)
    return rows.select_related("case", "case__agency", "case__revision").order_by(
        "-priority", "entered_at", "pk"
    )


def is_anybody_waiting() -> bool:
    return Entry.objects.filter(is_open=True, case__closed_at__isnull=True).exists()


def positions() -> dict[int, int]:
    """Case -> its position, 1 = next."""
    rows = line().select_related(None).values_list("case_id", flat=True)
    return {case_id: number for number, case_id in enumerate(rows, 1)}


def entry_of(case_id: int) -> Entry | None:
    """The case's place on the list while it is on it."""
    return Entry.objects.filter(case_id=case_id, is_open=True, case__closed_at__isnull=True).first()


def offer_of(case_id: int) -> Offer | None:
    """The offer that waits for an answer."""
    rows = Offer.objects.filter(case_id=case_id, answered_at__isnull=True, case__closed_at__isnull=True)
    return rows.first()


def last_offer(case_id: int) -> Offer | None:
    """The newest offer, answered or not."""
    return Offer.objects.filter(case_id=case_id).first()


def open_offers(case_ids: Iterable[int]) -> dict[int, Offer]:
    """Case -> its offer without an answer."""
    rows = Offer.objects.filter(case_id__in=list(case_ids), answered_at__isnull=True)
    return {offer.case_id: offer for offer in rows}


def due_offers(at: datetime) -> list[int]:
    """Cases whose offer was not answered in time, the oldest first."""
    rows = Offer.objects.filter(
        answered_at__isnull=True, answer_by__lte=at, case__closed_at__isnull=True
    ).order_by("answer_by", "pk")
    return list(rows.values_list("case_id", flat=True))
