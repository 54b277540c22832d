"""How many cases a property tries: few in a commit, the full figures of the bar by PROPERTY_CASES.

`PROPERTY_CASES=50000 pytest tests/core` gives every Hypothesis property that many examples and the seeded
drivers twenty times as many. What the bar counts in cases (P01-P04) has a seeded driver that tries 50,000 as soon as
more than the few are asked for: seconds of a generator instead of hours of Hypothesis, which still shrinks its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

BAR = 50_000  # cases of P01-P04. Source: design/reliability.md
ASKED = int(os.environ.get("PROPERTY_CASES", "0"))


def tried(default: int = 60) -> settings:
    """Settings of one Hypothesis property; no deadline, because two cores are shared by many."""
    return settings(
        max_examples=ASKED or default,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def seeded(default: int) -> int:
    """How many cases a seeded driver draws."""
    return ASKED * 20 or default


def of_the_bar(default: int) -> int:
    """How many cases a seeded driver of P01-P04 draws."""
    return max(ASKED, BAR) if ASKED else default
