"""T05: a mandate ends, or an account is closed, at the same instant as an act that stands on it."""

from __future__ import annotations

import pytest

from tests.race.crew import Crew

SLOW = 0.25
NOW = [0.0, SLOW / 2, SLOW]  # before, while and after the act is judged


def acts_stored_after_the_end(crew: Crew, how: str, after: float, *, judged_before: bool) -> int:
    """One act against one end of authority, in a fresh case; acts of the person stored after the end."""
    found = crew.alone("office_and_case")
    answers = crew.race("act_or_end", [
        {"what": "act", "task": found["task"], "by": "kabid1", "judged_before": judged_before},
        {"what": "end", "of": "kabid1", "how": how, "after": after},
    ])  # fmt: skip
    assert not [answer for answer in answers if "broke" in answer], answers
    last: int = crew.alone("acts_of", by="kabid1")
    return last - int(answers[1]["acts"])


@pytest.mark.parametrize("after", NOW)
@pytest.mark.parametrize("how", ["close", "revoke"])
def test_no_act_is_stored_after_the_authority_it_stood_on_ended(crew: Crew, how: str, after: float) -> None:
    assert acts_stored_after_the_end(crew, how, after, judged_before=False) == 0


def test_the_twin_that_judges_before_its_transaction_is_caught(crew: Crew) -> None:
    assert acts_stored_after_the_end(crew, "close", SLOW, judged_before=True) == 1
