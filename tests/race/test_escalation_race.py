"""T16: each rung fires once under several schedulers, and the twin without the unique row fires it more often."""

from __future__ import annotations

from tests.race.crew import Crew

SCHEDULERS = 3


def test_t16_several_schedulers_at_once_fire_each_rung_once(crew: Crew) -> None:
    crew.alone("office_with_late_case")
    answers = crew.race("escalate", [{}] * SCHEDULERS)
    assert [answer for answer in answers if "broke" in answer] == []
    assert sum(answer["fired"] for answer in answers) == 2
    told = crew.alone("what_was_told")
    assert told["rungs"] == ["due", "reminder"]
    again = crew.race("escalate", [{}] * SCHEDULERS)
    assert sum(answer["fired"] for answer in again) == 0
    assert crew.alone("what_was_told") == told


def test_without_the_unique_row_a_rung_fires_more_than_once(crew: Crew) -> None:
    crew.alone("office_with_late_case")
    crew.alone("forget_the_claim")
    answers = crew.race("escalate", [{}] * SCHEDULERS)
    assert sum(answer.get("fired", 0) for answer in answers) > 2
