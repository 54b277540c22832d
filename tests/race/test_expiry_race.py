"""T5: a hold lapses in the instant the agency acts. One of both happens, never both and never neither."""

from __future__ import annotations

import pytest

from tests.race.crew import Crew

ROUNDS = 4


@pytest.mark.parametrize(
    ("state", "action", "goes_on", "claim"),
    [
        ("awaiting_form", "submit", "awaiting_approval", "held"),
        ("awaiting_delivery", "hand_in", "awaiting_receipt", "reserved"),
    ],
)
def test_t5_expiry_and_the_agencys_act_never_both_happen(
    crew: Crew, state: str, action: str, goes_on: str, claim: str
) -> None:
    cases = [crew.alone("office_with_case", state=state)]
    cases += [crew.alone("another_case", state=state) for _ in range(ROUNDS - 1)]
    for case in cases:
        agency = {"case_id": case, "who": "agency", "action": action}
        sweep = {"case_id": case, "who": "sweep"}
        answers = crew.race("boundary", [agency, sweep, agency, sweep])
        assert [answer for answer in answers if "broke" in answer] == []
        won = [answer["won"] for answer in answers if "won" in answer]
        assert len(won) == 1
        fate = crew.alone("fate", case_id=case)
        assert fate["flaws"] == []
        if won == ["expired"]:
            assert (fate["state"], fate["claims"]) == ("expired", ["expired"])
        else:
            assert (fate["state"], fate["claims"]) == (goes_on, [claim])
