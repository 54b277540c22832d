"""The power chain is rebuilt while others hold: nothing is ever promised that a declared state cannot carry."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew

REFUSALS = {"won", "CAPACITY_TAKEN", "CLAIM_CHANGED", "LIMIT_BELOW_USE"}


def test_claims_and_the_facility_change_at_once_and_every_declared_state_is_carried(crew: Crew) -> None:
    crew.alone("build", racks=4, ups_w=6000)
    jobs: list[dict[str, Any]] = [{"seed": seed, "rounds": 15} for seed in range(8)]
    answers = crew.race(
        "rebuild_or_fill", [{**job, "racks": 4, "rebuilds": n < 3} for n, job in enumerate(jobs)]
    )
    assert [answer for answer in answers if "broke" in answer] == []
    assert {word for answer in answers for word in answer} <= REFUSALS
    assert sum(answer.get("won", 0) for answer in answers[:3]) > 0  # the facility did change
    assert sum(answer.get("won", 0) for answer in answers[3:]) > 0  # and somebody held something
    assert crew.alone("not_carried") == []
    assert crew.alone("recount") == []
