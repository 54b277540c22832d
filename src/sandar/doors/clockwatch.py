"""Has the machine's clock jumped? (F07.) Order in Sandar is by number, never by clock; people must still be told.

The wall clock is held against the monotonic one, which no administrator and no time server moves. Small corrections
are no jump. After a restart the question begins anew; `doctor` then compares with the newest line of a journal.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

JUMP = timedelta(minutes=2)
"""A time server slews by less; a wrong time zone, a dead battery or a hand does more."""


@dataclass
class Watch:
    """What the two clocks said when this process began."""

    wall: float = field(default_factory=time.time)
    steady: float = field(default_factory=time.monotonic)

    def jump(self) -> timedelta | None:
        """By how much the wall clock moved since, forwards or (negative) back; None: it did not."""
        moved = timedelta(seconds=round((time.time() - self.wall) - (time.monotonic() - self.steady)))
        return moved if abs(moved) > JUMP else None


WATCH = Watch()


def behind(newest: datetime | None, at: datetime) -> timedelta | None:
    """How far the newest line of a journal lies ahead of the clock; None: it does not."""
    if newest is None or newest - at <= JUMP:
        return None
    return newest - at
