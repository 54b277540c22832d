"""Whole acts from real processes at one instant: one effect, and everybody else is told."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew


def won(answers: list[Any]) -> list[Any]:
    broke = [answer for answer in answers if "won" not in answer and "lost" not in answer]
    assert broke == []
    return [answer["won"] for answer in answers if "won" in answer]


def test_t20_fifty_letters_at_once_get_unique_numbers_without_gaps(crew: Crew) -> None:
    crew.alone("office_and_case")
    agencies = ("dinkes1", "disdik1", "bappeda1", "dishub2", "bpkad2")
    answers = crew.race("ask_for_service", [{"by": agencies[n % 5]} for n in range(50)])
    given = won(answers)
    assert len(set(given)) == 50
    numbers = crew.alone("numbers_of_cases")
    assert numbers["cases"] == [f"PMH-2026-{n:04}" for n in range(1, 52)]
    assert numbers["agenda"] == list(range(1, 52))
    assert numbers["receipts"] == list(range(1, 52))
    assert numbers["events"] == ["request_received"] * 51


def test_two_officers_who_press_at_the_same_instant_make_one_act(crew: Crew) -> None:
    found = crew.alone("office_and_case", state="awaiting_approval")
    before = crew.alone("of_the_case", number=found["number"])
    each = [
        {"task": found["task"], "action": action, "by": by, "version": found["version"]}
        for action, by in [("approve", "kabid1"), ("approve", "kabid2")] * 4
    ]
    answers = crew.race("press", each)
    assert len(won(answers)) == 1
    losers = [answer for answer in answers if "lost" in answer]
    assert {answer["lost"] for answer in losers} == {"STALE_VERSION"}
    assert {answer["facts"]["action"] for answer in losers} == {"request_approved"}
    after = crew.alone("of_the_case", number=found["number"])
    assert (after["state"], after["approvals"], after["open"]) == ("awaiting_notice", 1, 1)
    assert (after["version"], after["events"]) == (before["version"] + 1, before["events"] + 1)
    assert after["seqs"] == list(range(1, after["events"] + 1))


def test_the_same_key_from_many_processes_has_one_effect_and_one_answer(crew: Crew) -> None:
    found = crew.alone("office_and_case")
    one = {"task": found["task"], "action": "forward", "by": "kabid1", "version": 1, "key": "klik"}
    answers = crew.race("press_with_key", [one] * 8)
    bodies = won(answers)
    assert set(bodies) == {'{"seq":2}'}
    # PostgreSQL says that the first is still at work; SQLite lets the others wait for it.
    assert {answer["lost"] for answer in answers if "lost" in answer} <= {"SUBMISSION_RUNNING"}
    assert crew.alone("of_the_case", number=found["number"])["events"] == 2
    again = crew.alone("press_with_key", **one)
    assert again == {"won": '{"seq":2}'}
