"""Whole acts from real processes at one instant: one effect, and everybody else is told."""

from __future__ import annotations

from typing import Any

import pytest

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


FORWARD = ("forward", {"instructions": ["follow_up"]})
BACK = ("send_back", {"reason": "incomplete_letter"})
REFUSE = ("refuse", {"reason": "outside_service_scope"})
PAIRS = ((REFUSE, REFUSE), (FORWARD, REFUSE), (REFUSE, BACK), (FORWARD, FORWARD), (BACK, FORWARD))
DID = {
    "forward": ("disposition_forwarded", "meneruskan disposisi", "disposition_supervisor"),
    "send_back": ("completion_asked", "meminta kelengkapan surat", "letter_completion"),
    "refuse": ("request_refused", "menolak permohonan", "refused"),
}


@pytest.mark.parametrize(
    "rounds", [20, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(3600)])]
)
def test_two_heads_decide_the_same_letter_round_after_round_and_one_act_stands(
    crew: Crew, rounds: int
) -> None:
    """One act, one number, one paper; the loser reads who, when and what, whoever came first."""
    cases = crew.alone("cases_to_press", count=rounds)
    ends, firsts = [], set()
    for n, case in enumerate(cases):
        pair = PAIRS[n % len(PAIRS)]
        each = [
            {"task": case["task"], "action": action, "by": by, "data": data}
            for (action, data), by in zip(pair, ("kabid1", "kabid2"), strict=True)
        ]
        answers = crew.race("press_and_read", each)
        (first,) = won(answers)
        winner = next(i for i, answer in enumerate(answers) if "won" in answer)
        firsts.add(winner)
        kind, words, end = DID[pair[winner][0]]
        assert first == kind
        loser = answers[1 - winner]
        assert loser["lost"] == "STALE_VERSION"
        for said in ("Kepala Bidang Infrastruktur", words, "09.00"):
            assert said in loser["reads"], loser
        ends.append(end)
    after = crew.alone("after_the_rounds")
    assert after["cases"] == [[2, 2, 0 if end == "refused" else 1, end] for end in ends]
    letters = after["books"]["refusal_letter"]
    assert letters == list(range(1, ends.count("refused") + 1))  # no number lost, none used twice
    assert after["damages"] == []
    assert firsts == {0, 1} or rounds < 20, "the same process was first in every round: no race"


def test_the_twin_that_never_compares_the_version_acts_twice_and_the_harness_sees_it(crew: Crew) -> None:
    found = crew.alone("office_and_case", state="reporting")
    each = [
        {"task": found["task"], "action": "probe", "by": by, "version": found["version"]}
        for by in ("administrator1", "administrator2")
    ]
    guarded = won(crew.race("press", each))
    assert len(guarded) == 1
    fresh = crew.alone("of_the_case", number=found["number"])["version"]
    unguarded = won(crew.race("press_without_the_version", [one | {"version": fresh} for one in each]))
    assert len(unguarded) == 2, "the race without a version was not seen"


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


def test_t25_eight_writers_fork_no_chain_and_one_flipped_byte_is_found(crew: Crew) -> None:
    found = crew.alone("office_and_case")
    each = [{"number": found["number"], "by": ("kabid1", "kabid2")[n % 2], "n": n} for n in range(1, 9)]
    assert sorted(won(crew.race("write_lines", each))) == list(range(1, 9))
    after = crew.alone("of_the_case", number=found["number"])
    assert after["seqs"] == list(range(1, 26)), "one from before, three of each of eight"
    assert crew.alone("flaws") == []
    assert crew.alone("flaws", flip=found["number"])[0] == ["CHAIN_HASH_MISMATCH", f"{found['number']} seq 4"]


def test_eight_workers_make_one_anchor_of_a_day(crew: Crew) -> None:
    crew.alone("office_and_case")
    for day in (1, 2):
        made = won(crew.race("anchor", [{"day": day}] * 8))
        assert [number for number in made if number is not None] == [day]
    assert crew.alone("flaws") == []


ABOUT = [
    {"service": service, "by": by}
    for service, by in [
        ("removal", "dinkes1"),
        ("relocation", "dinkes2"),
        ("renewal", "dinkes1"),
        ("change", "dinkes2"),
    ]
    * 2
]


def test_one_of_several_requests_about_one_asset_is_taken_and_the_others_read_which(crew: Crew) -> None:
    asset = crew.alone("office_and_asset")["asset"]
    answers = crew.race("ask_about", [{**one, "asset": asset} for one in ABOUT])
    (number,) = won(answers)
    lost = [answer for answer in answers if "lost" in answer]
    assert {(answer["lost"], answer["facts"]["case"]) for answer in lost} == {("ASSET_BUSY", number)}


def test_without_the_lock_and_the_constraint_all_of_them_are_taken(crew: Crew) -> None:
    asset = crew.alone("office_and_asset")["asset"]
    answers = crew.race("ask_about", [{**one, "asset": asset, "guarded": False} for one in ABOUT])
    assert len(won(answers)) > 1
