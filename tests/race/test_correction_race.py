"""Two officers propose for the same line of the register, or decide on the same proposal, at one instant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.race.crew import Crew

PROPOSERS = ({"by": "administrator2", "serial": "SN-A"}, {"by": "operator2", "serial": "SN-B"})
DECIDERS = (
    {"by": "pengawas2", "verb": "accept"},
    {"by": "kabid2", "verb": "refuse"},
    {"by": "pengawas1", "verb": "accept"},
    {"by": "administrator2", "verb": "refuse"},
)


def won_of(answers: list[dict[str, Any]], code: str) -> list[Any]:
    """What was won; all others were told by whom they were outrun."""
    assert [answer for answer in answers if "broke" in answer] == []
    assert {answer["lost"] for answer in answers if "lost" in answer} <= {code}
    assert all(answer["holder"] for answer in answers if "lost" in answer)
    return [answer["won"] for answer in answers if "won" in answer]


def test_many_decide_at_once_one_counts_and_the_twin_that_does_not_ask_lets_several(crew: Crew) -> None:
    line = crew.alone("office_with_correction", proposed=True)
    won = won_of(crew.race("decide_correction", [line | who for who in DECIDERS]), "CORRECTION_DECIDED")
    assert len(won) == 1
    after = crew.alone("corrections_after", **line)
    assert (after["states"], after["flaws"]) == (won, [])
    assert (after["serial"] == "SN-BENAR-9") == (won == ["done"])
    kind = "register_corrected" if won == ["done"] else "correction_refused"
    assert after["kinds"] == ["correction_proposed", kind]
    twin = crew.alone("another_with_correction", proposed=True)
    each = [twin | who | {"guarded": False} for who in DECIDERS]
    assert len([one for one in crew.race("decide_correction", each) if "won" in one]) > 1, (
        "the race without its protection was not seen"
    )


def test_two_propose_at_once_one_waits_and_the_twin_that_does_not_look_breaks_on_the_table(
    crew: Crew,
) -> None:
    line = crew.alone("office_with_correction", proposed=False)
    answers = crew.race("propose_correction", [line | who for who in PROPOSERS])
    assert len(won_of(answers, "CORRECTION_WAITING")) == 1
    after = crew.alone("corrections_after", **line)
    assert (after["states"], after["kinds"], after["flaws"]) == (["proposed"], ["correction_proposed"], [])
    twin = crew.alone("another_with_correction", proposed=False)
    answers = crew.race("propose_correction", [twin | who | {"guarded": False} for who in PROPOSERS])
    assert len([one for one in answers if "broke" in one]) == 1, "the race was not seen"
    assert crew.alone("corrections_after", **twin)["states"] == ["proposed"]


def both_at_once(crew: Crew, line: dict[str, Any], first: str, *, guarded: bool = True) -> list[Any]:
    each = [line | {"does": does, "first": first, "guarded": guarded} for does in ("correct", "take_out")]
    answers = crew.race("correct_or_take_out", each)
    assert [answer for answer in answers if "broke" in answer] == []
    return [answer.get("won") or answer["lost"] for answer in answers]


def test_a_line_that_is_taken_out_meanwhile_is_not_corrected_by_what_was_read_before(crew: Crew) -> None:
    line = crew.alone("line_on_its_way_out")
    assert both_at_once(crew, line, "take_out") == ["LINE_CHANGED", "assets_returned"]
    after = crew.alone("line_after", **line)
    assert (after["line"][1], after["flaws"]) == ("RB", [])


def test_the_minutes_of_a_return_name_the_serial_that_was_corrected_meanwhile(crew: Crew) -> None:
    line = crew.alone("line_on_its_way_out")
    assert both_at_once(crew, line, "correct") == ["done", "assets_returned"]
    after = crew.alone("line_after", **line)
    assert after == {"line": ["SN-BENAR-9", "RB"], "minutes": "SN-BENAR-9", "flaws": []}


@pytest.mark.postgres  # SQLite lets one writer in at a time, whatever the code
def test_the_twins_without_the_lock_on_the_line_lose_a_change_and_print_the_old_serial(crew: Crew) -> None:
    line = crew.alone("line_on_its_way_out")
    both_at_once(crew, line, "take_out", guarded=False)
    assert crew.alone("line_after", **line)["line"][1] == "RR", "the race without the lock was not seen"
    line = crew.alone("another_on_its_way_out")
    both_at_once(crew, line, "correct", guarded=False)
    after = crew.alone("line_after", **line)
    assert after["minutes"] != after["line"][0], "the race without the lock was not seen"
