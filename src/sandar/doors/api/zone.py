"""Times as the API tells them: ISO 8601 with the offset of the office's zone."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from sandar.errors import NotFound
from sandar.records.people import read as people

_KEEP_SECONDS = 30.0
_kept: tuple[float, ZoneInfo] | None = None


def office_zone() -> ZoneInfo:
    """The zone of the office, asked at most twice a minute: it changes once in the life of an installation."""
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > _KEEP_SECONDS:
        try:
            name = people.office().time_zone
        except NotFound:
            name = settings.TIME_ZONE
        _kept = now, ZoneInfo(name)
    return _kept[1]


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(office_zone()).isoformat(timespec="milliseconds")
