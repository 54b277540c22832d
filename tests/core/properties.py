"""How many cases a property tries: few in a commit, the full figures of the bar by PROPERTY_CASES.

`PROPERTY_CASES=10000 pytest tests/core` gives every Hypothesis property that many examples and the seeded
drivers twenty times as many. What the bar counts in cases (P01-P04, and placement against the ledger) tries 50,000
as soon as more than the few are asked for: by Hypothesis, which shrinks what it finds, and by seeded drivers.
Hypothesis tries them in shards of 2,500, a dot each: what it keeps of the cases it has seen costs more with each.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

SHARD = 2_500
BAR = 50_000  # cases of P01-P04. Source: design/reliability.md
ASKED = int(os.environ.get("PROPERTY_CASES", "0"))


def tried(default: int = 60) -> settings:
    """Settings of one Hypothesis property; no deadline, because two cores are shared by many."""
    return settings(
        max_examples=ASKED or default,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def tried_for_the_bar(default: int = 60) -> settings:
    """Settings of one shard of a Hypothesis property of P01-P04; another seed for each."""
    cases = of_the_bar(default)
    if cases <= SHARD:
        return tried(default)
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    return settings(
        tried(default), max_examples=SHARD, derandomize=False, database=None, phases=phases, print_blob=True
    )


def in_shards(default: int = 60) -> pytest.MarkDecorator:
    """The shards of a property of P01-P04, by the number `shard`."""
    return pytest.mark.parametrize("shard", range(-(-of_the_bar(default) // SHARD)))


def seeded(default: int) -> int:
    """How many cases a seeded driver draws."""
    return ASKED * 20 or default


def of_the_bar(default: int) -> int:
    """How many cases a seeded driver of P01-P04 draws."""
    return max(ASKED, BAR) if ASKED else default
