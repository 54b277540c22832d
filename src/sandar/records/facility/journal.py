"""The journal of the facility: write an event, read them, prove the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from sandar.core import chain, sealed

from .checks import inside
from .journal_models import FacilityEvent, FacilityJournal


def lock() -> FacilityJournal:
    """One change of the facility at a time: taken before anything is read that the change stands on."""
    inside()
    if not FacilityJournal.objects.filter(pk=1).update(last_seq=F("last_seq")):
        FacilityJournal.objects.bulk_create([FacilityJournal(pk=1)], ignore_conflicts=True)
        FacilityJournal.objects.filter(pk=1).update(last_seq=F("last_seq"))
    return FacilityJournal.objects.get(pk=1)


def append(
    head: FacilityJournal,
    kind: str,
    *,
    subject: str,
    payload: Mapping[str, Any],
    at: datetime,
    by: int | None,
    actor: Mapping[str, Any],
) -> FacilityEvent:
    """Add one event behind the locked head."""
    inside()
    event = FacilityEvent(
        seq=head.last_seq + 1,
        kind=kind,
        subject=subject[:180],
        at=at,
        by_id=by,
        actor=chain.plain(actor),
        payload=chain.plain(payload),
        prev=head.last_hash,
    )
    event.seals = sealed.seal(sealed.personal(event.actor if by else {}, event.payload))
    event.hash = chain.event_hash(event.prev, entry(event))
    event.save(force_insert=True)
    head.last_seq, head.last_hash = event.seq, event.hash
    head.save()
    return event


def entry(event: FacilityEvent) -> dict[str, Any]:
    """The event as the chain covers it: persons by number, personal values by commitment."""
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "actor": event.by_id,
        "role": event.actor.get("role"),
        "acting_for": event.actor.get("represents"),
        "mandate": event.actor.get("mandate"),
        "subject": event.subject,
        "payload": sealed.public(event.payload, event.seals),
        "commitments": sealed.commitments(event.seals),
        "prev": event.prev,
        "hash": event.hash,
    }


def changed_beside() -> Iterator[tuple[int, str, str, str]]:
    """(seq, place, stored, right) of every personal value that is not the one the journal bound."""
    for event in FacilityEvent.objects.order_by("seq").iterator(chunk_size=500):
        for found in sealed.changed({"person": event.actor, "payload": event.payload}, event.seals):
            yield event.seq, *found


def events(subject: str = "") -> QuerySet[FacilityEvent]:
    """Newest first; of one subject (`kind:name`) or all."""
    rows = FacilityEvent.objects.select_related("by").order_by("-seq")
    return rows.filter(subject=subject[:180]) if subject else rows


def broken() -> chain.Break | None:
    """The first place where the chain does not hold, by the head that is kept beside it."""
    head = FacilityJournal.objects.filter(pk=1).first()
    found = [entry(event) for event in FacilityEvent.objects.order_by("seq")]
    return chain.verify(found, head=head.last_hash if head else chain.GENESIS)
