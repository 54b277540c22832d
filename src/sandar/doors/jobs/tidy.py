"""Once a day: what has done its service is thrown away. Nothing of the journal, the papers or the ledger."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandar.records.cases import write as cases_write

# A client that repeats a call does so within minutes; after a month its key may mean a new call.
SUBMISSIONS_KEPT = timedelta(days=30)


def run() -> dict[str, int]:
    """Forget old Idempotency-Keys and sessions that ended. Returns how many keys."""
    at = timezone.now()
    with transaction.atomic():
        keys = cases_write.forget_submissions(before=at - SUBMISSIONS_KEPT)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return {"submissions": keys}
