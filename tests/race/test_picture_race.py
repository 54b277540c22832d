"""No process ever proposes what another has taken: the kept picture of the ledger is as of now. With a twin each."""

from __future__ import annotations

import pytest

from tests.race.crew import Crew


@pytest.mark.parametrize("counted", [True, False])
def test_a_claim_made_by_another_process_is_seen_by_the_next_search(crew: Crew, counted: bool) -> None:
    crew.alone("build", racks=2)
    roles = [{"role": role, "counted": counted} for role in ("looks", "takes")]
    told, _ = crew.race("find_again", roles)
    first, second = told
    if counted:
        assert second != first
    else:
        assert second == first, "without the counter the twin proposes what is taken"


def test_whatever_many_processes_write_every_kept_picture_is_the_ledger(crew: Crew) -> None:
    crew.alone("build", racks=4, ups_w=6000)
    jobs = [{"seed": seed, "rounds": 25, "racks": 4} for seed in range(6)]
    answers = crew.race("write_and_compare", jobs)
    assert [answer for answer in answers if "broke" in answer] == []
    assert sum(answer["stale"] for answer in answers) == 0
    assert crew.alone("recount") == []


def test_a_twin_whose_writes_are_not_counted_keeps_a_stale_picture(crew: Crew) -> None:
    crew.alone("build", racks=4, ups_w=6000)
    jobs = [{"seed": seed, "rounds": 10, "racks": 4, "counted": False} for seed in range(4)]
    answers = crew.race("write_and_compare", jobs)
    assert sum(answer.get("stale", 0) for answer in answers) > 0
