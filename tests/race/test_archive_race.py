"""Two persons propose the same archives for destruction, or decide on them, at one instant."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew

PROPOSERS, DECIDERS = ("administrator1", "administrator2"), ("kabid1", "kabid2", "kabid1", "kabid2")


def outcome(answers: list[Any]) -> tuple[int, set[str]]:
    """How many won, and why the others did not."""
    assert [answer for answer in answers if "broke" in answer] == []
    return (
        len([answer for answer in answers if "won" in answer]),
        {answer["lost"] for answer in answers if "lost" in answer},
    )


def test_two_propose_the_same_archives_and_one_list_waits_and_the_twin_that_does_not_look_makes_two(
    crew: Crew,
) -> None:
    over = crew.alone("archive_over", proposed=False)
    assert outcome(crew.race("propose_destruction", [over | {"by": by} for by in PROPOSERS])) == (
        1,
        {"CONFLICT"},
    )
    after = crew.alone("destructions")
    assert (after["states"], after["flaws"]) == (["proposed"], [])
    twin = crew.alone("another_over", proposed=False)
    each = [twin | {"by": by, "guarded": False} for by in PROPOSERS]
    assert outcome(crew.race("propose_destruction", each))[0] == 2, (
        "the race without its protection was not seen"
    )


def test_many_decide_at_once_and_one_minutes_is_issued_and_the_twin_that_does_not_ask_issues_more(
    crew: Crew,
) -> None:
    over = crew.alone("archive_over", proposed=True)
    assert outcome(crew.race("decide_destruction", [over | {"by": by} for by in DECIDERS])) == (
        1,
        {"CONFLICT"},
    )
    after = crew.alone("destructions")
    assert (after["states"], len(after["numbers"]), after["told"]) == (["done"], 1, 1)
    assert after["numbers"][0].startswith("000.5.6/001/")
    assert after["gone"] > 0
    assert after["flaws"] == []
    twin = crew.alone("another_over", proposed=True)
    each = [twin | {"by": by, "guarded": False} for by in DECIDERS]
    assert outcome(crew.race("decide_destruction", each))[0] > 1, (
        "the race without its protection was not seen"
    )


def test_it_is_approved_or_taken_back_never_both(crew: Crew) -> None:
    over = crew.alone("archive_over", proposed=True)
    answers = crew.race("decide_destruction", [over | {"by": by} for by in ("administrator1", "kabid1")])
    assert outcome(answers) == (1, {"CONFLICT"})
    after = crew.alone("destructions")
    approved = after["states"] == ["done"]
    assert approved or after["states"] == ["refused"]
    assert (len(after["numbers"]), after["told"], after["gone"] > 0) == (
        int(approved),
        int(approved),
        approved,
    )
    assert after["flaws"] == []
