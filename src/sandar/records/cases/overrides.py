"""Exceptions from the separation of duties: given by a second officer, used up by one act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from sandar.core.authority import Conflict
from sandar.records.cases.models import Case, Override


def give(
    case: Case, conflict: Conflict, *, reason: str, by_id: int, at: datetime, expires_at: datetime
) -> Override:
    """Let `conflict.person` do the other side too. The case is locked."""
    assert connection.in_atomic_block
    return Override.objects.create(
        case=case,
        person_id=conflict.person,
        did=conflict.did,
        wants=conflict.wants,
        reason=reason,
        granted_by_id=by_id,
        granted_at=at,
        expires_at=expires_at,
    )


def take(case: Case, conflicts: Iterable[Conflict], *, at: datetime) -> list[Override] | None:
    """Use one exception for each of these conflicts; None when one has none: then nothing is used."""
    found = []
    for conflict in conflicts:
        rows = Override.objects.filter(
            case=case, person_id=conflict.person, did=conflict.did, wants=conflict.wants, used_at__isnull=True,
            expires_at__gt=at,
        )  # fmt: skip
        one = rows.select_related("granted_by", "person").order_by("pk").first()
        if one is None:
            return None
        found.append(one)
    for one in found:
        if not Override.objects.filter(pk=one.pk, used_at__isnull=True).update(used_at=at):
            return None
    return found


def by_ids(ids: Iterable[int]) -> list[Override]:
    """These exceptions with both persons, oldest first."""
    rows = Override.objects.filter(pk__in=list(ids)).select_related("granted_by", "person")
    return list(rows.order_by("pk"))
