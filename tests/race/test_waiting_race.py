"""One place becomes free, several wait, several workers look at once: exactly one offer, to the first of the list."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew


def done(answers: list[Any]) -> int:
    assert [answer for answer in answers if "broke" in answer] == []
    return sum(answer.get("made", 0) for answer in answers)


def test_several_workers_make_one_offer_of_one_freed_place_to_the_first(crew: Crew) -> None:
    there = crew.alone("office_with_queue", waiters=3)
    assert done(crew.race("look_at_the_list", [{"rounds": 2}] * 4)) == 1
    seen = crew.alone("after_the_offers", line=there["line"])
    assert seen["states"] == ["waiting_offer", "waiting_capacity", "waiting_capacity"]
    assert (seen["held"], seen["offers"]) == ([1, 0, 0], 1)
    assert (seen["recount"], seen["flaws"]) == ([], [])


def test_an_officer_and_the_list_never_both_get_the_freed_place(crew: Crew) -> None:
    there = crew.alone("office_with_queue", waiters=2)
    worker: dict[str, Any] = {"job": "look_at_the_list"}
    officer = {"job": "take_it_first", "case_id": there["rival"]}
    assert done(crew.race("either", [worker, officer, worker])) == 1
    seen = crew.alone("after_the_offers", line=there["line"])
    assert sum(seen["held"]) == seen["offers"] <= 1
    assert seen["states"][1] == "waiting_capacity"
    assert (seen["recount"], seen["flaws"]) == ([], [])


def test_a_worker_killed_anywhere_in_its_job_leaves_no_offer_or_the_whole_one(crew: Crew) -> None:
    there = crew.alone("office_with_queue", waiters=2)
    dead = 0
    for statement in range(2, 400, 8):
        (answer,) = crew.race("die_while_offering", [{"statement": statement}])
        seen = crew.alone("after_the_offers", line=there["line"])
        whole = seen["states"][0] == "waiting_offer"
        assert seen["held"] == [1 if whole else 0, 0]
        assert seen["offers"] == (1 if whole else 0)
        assert (seen["recount"], seen["flaws"]) == ([], [])
        if "broke" not in answer:
            break
        dead += 1
    assert dead > 5
    done(crew.race("look_at_the_list", [{}]))
    seen = crew.alone("after_the_offers", line=there["line"])
    assert (seen["states"], seen["offers"]) == (["waiting_offer", "waiting_capacity"], 1)
