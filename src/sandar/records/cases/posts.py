"""What waits for whom, counted by post."""

from __future__ import annotations

from django.db.models import Count

from sandar.records.cases.models import Task
from sandar.records.cases.read import resting


def waiting_by_post() -> list[tuple[str, str, str, int]]:
    """(role, service, site, how many) of the open tasks."""
    rows = Task.objects.filter(closed_at__isnull=True).exclude(state__in=resting()).order_by()
    return list(rows.values_list("role", "case__service", "case__site").annotate(Count("pk")))
