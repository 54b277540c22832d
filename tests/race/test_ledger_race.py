"""50 real processes want what fits once: one gets it, 49 are told who. Each rule has a twin without it."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew

RACERS = 50


def outcome(answers: list[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The winners and the losers; anything else is a fault."""
    broke = [answer for answer in answers if "won" not in answer and "lost" not in answer]
    assert broke == []
    return [a for a in answers if "won" in a], [a for a in answers if "lost" in a]


def asks(cases: list[int], **wish: Any) -> list[dict[str, Any]]:
    return [{**wish, "case_id": case, "item_no": 1} for case in cases]


def named_the_winner(losers: list[dict[str, Any]], winner: dict[str, Any]) -> bool:
    return all(
        loser["lost"] == "CAPACITY_TAKEN"
        and loser["status"] == 409
        and loser["holder_claim"] == winner["won"]
        and loser["holder"].startswith("PMH/")
        for loser in losers
    )


def test_t1_the_last_fitting_unit_has_one_winner_and_49_losers_who_learn_its_name(crew: Crew) -> None:
    crew.alone("build", racks=1, height_u=2)
    crew.alone("hold", u=1, h=1)
    cases = crew.alone("cases", count=RACERS)
    (winner,), losers = outcome(crew.race("hold", asks(cases, u=2, h=1)))
    assert len(losers) == RACERS - 1
    assert {loser["resource"] for loser in losers} == {"space"}
    assert named_the_winner(losers, winner)
    assert crew.alone("recount") == []


def test_t1_overlapping_shapes_never_share_a_cell(crew: Crew) -> None:
    crew.alone("build", racks=1)
    cases = crew.alone("cases", count=RACERS)
    shapes: list[dict[str, Any]] = [
        {"u": 10, "h": 2},
        {"u": 11, "h": 1},
        {"u": 10.5, "h": 1},
        {"u": 9, "h": 3},
    ]
    each = [{**wish, **shapes[n % 4]} for n, wish in enumerate(asks(cases))]
    (_, *_), losers = outcome(crew.race("hold", each))
    assert len(losers) >= RACERS - 2  # U9-U11 holds one of them, or U10.5-U11 beside none
    assert crew.alone("recount") == []


def test_t2_front_and_rear_have_two_winners_or_one_full_device(crew: Crew) -> None:
    crew.alone("build", racks=1)
    cases = crew.alone("cases", count=RACERS)
    faces = ["front", "rear", "full"]
    each = [{**wish, "face": faces[n % 3]} for n, wish in enumerate(asks(cases, u=5, h=1))]
    answers = crew.race("hold", each)
    outcome(answers)
    won = sorted(str(wish["face"]) for wish, answer in zip(each, answers, strict=True) if "won" in answer)
    assert won in (["full"], ["front", "rear"])
    assert crew.alone("recount") == []


def test_the_unique_cells_alone_decide_when_nobody_looks_at_the_masks_first(crew: Crew) -> None:
    crew.alone("build", racks=1)
    cases = crew.alone("cases", count=RACERS)
    (winner,), losers = outcome(crew.race("hold_without_looking", asks(cases, u=2, h=1, watts=10)))
    assert named_the_winner(losers, winner)
    assert crew.alone("recount") == []


def test_the_twin_without_the_unique_constraint_is_oversold_and_the_harness_sees_it(crew: Crew) -> None:
    crew.alone("build", racks=1)
    crew.alone("drop", constraint="cell_has_one_owner")
    cases = crew.alone("cases", count=RACERS)
    winners, _ = outcome(crew.race("hold_without_looking", asks(cases, u=2, h=1, watts=10)))
    assert len(winners) > 1
    assert "CELL_HAS_TWO_OWNERS" in {found["code"] for found in crew.alone("recount")}


def test_the_last_watts_have_one_winner_and_49_losers_who_learn_its_name(crew: Crew) -> None:
    crew.alone("build", racks=2, ups_w=1000, strip_w=1000)
    cases = crew.alone("cases", count=RACERS)
    each = [
        {**wish, "rack": f"R{1 + n % 2}", "u": 1 + n // 2}  # own unit, two racks: only UPS watts are short
        for n, wish in enumerate(asks(cases, watts=600))
    ]
    (winner,), losers = outcome(crew.race("hold", each))
    assert {loser["resource"] for loser in losers} <= {"rack_power_a", "pdu", "ups"}
    assert {(loser["asked"], loser["left"]) for loser in losers} == {(600, 400)}
    assert named_the_winner(losers, winner)
    assert crew.alone("recount") == []


def test_the_last_watts_for_what_stands_there_have_one_winner_and_nobody_needs_a_position(crew: Crew) -> None:
    crew.alone("build", racks=1, strip_w=1000)
    wish = {"h": 0, "watts": 600, "weight_kg": 0, "extra": True}
    (winner,), losers = outcome(
        crew.race("hold", [{**one, **wish} for one in asks(crew.alone("cases", count=20))])
    )
    assert {(loser["asked"], loser["left"]) for loser in losers} == {(600, 400)}
    assert named_the_winner(losers, winner)
    assert crew.alone("recount") == []


def test_the_last_vcpu_has_as_many_winners_as_fit(crew: Crew) -> None:
    crew.alone("build", racks=1, cores=7)
    cases = crew.alone("cases", count=RACERS)
    winners, losers = outcome(crew.race("hold", asks(cases, app=True, vcpu=2)))
    assert len(winners) == 3
    assert {loser["resource"] for loser in losers} == {"vcpu"}
    assert crew.alone("recount") == []


def test_the_check_alone_still_stops_an_overdraft_when_the_condition_is_gone(crew: Crew) -> None:
    crew.alone("build", racks=1, strip_w=1000)
    each = [{"u": 1 + n, "watts": 600} for n in range(20)]
    winners, losers = outcome(crew.race("hold_without_condition", each))
    assert (len(winners), len(losers)) == (1, 19)
    assert crew.alone("recount") == []


def test_the_condition_alone_still_stops_an_overdraft_when_the_check_is_gone(crew: Crew) -> None:
    crew.alone("build", racks=1, strip_w=1000)
    crew.alone("drop", constraint="pool_is_never_overdrawn")
    winners, _ = outcome(crew.race("hold", [{"u": 1 + n, "watts": 600} for n in range(20)]))
    assert len(winners) == 1
    assert crew.alone("recount") == []


def test_the_twin_without_check_and_condition_is_oversold_and_the_harness_sees_it(crew: Crew) -> None:
    crew.alone("build", racks=1, strip_w=1000)
    crew.alone("drop", constraint="pool_is_never_overdrawn")
    winners, _ = outcome(crew.race("hold_without_condition", [{"u": 1 + n, "watts": 600} for n in range(20)]))
    assert len(winners) > 1
    assert "POOL_OVERDRAWN" in {found["code"] for found in crew.alone("recount")}


def test_t5_a_hold_that_expires_while_it_is_approved_ends_in_exactly_one_state(crew: Crew) -> None:
    crew.alone("build", racks=1)
    for unit in (1, 2, 3):
        claim = crew.alone("hold", u=unit)["won"]
        verbs = ["reserve", "expire", "install", "release"] * 3
        answers = crew.race("decide", [{"claim_id": claim, "verb": verb} for verb in verbs])
        outcome(answers)
        ended = [
            verb
            for verb, answer in zip(verbs, answers, strict=True)
            if verb in {"expire", "release"} and answer.get("won")
        ]
        assert len(ended) <= 1
        assert crew.alone("recount") == []


def test_requests_over_several_racks_in_any_order_do_not_deadlock(crew: Crew) -> None:
    crew.alone("build", racks=4)
    orders = [["R1", "R2", "R3"], ["R3", "R2", "R1"], ["R2", "R4"], ["R4", "R1"]]
    each = [{"racks": orders[n % 4], "u": 1 + n, "watts": 10} for n in range(24)]
    winners, losers = outcome(crew.race("hold_all", each))
    assert len(winners) == 24
    assert losers == []
    assert crew.alone("recount") == []


def test_a_storm_of_mixed_acts_leaves_a_ledger_that_holds(crew: Crew) -> None:
    crew.alone("build", racks=3, height_u=8, strip_w=1500, ups_w=2500, bandwidth_mbps=200, cores=9)
    answers = crew.race("storm", [{"seed": n, "acts": 12, "racks": 3} for n in range(16)])
    assert [answer for answer in answers if "broke" in answer] == []
    said = {word for answer in answers for word in answer}
    assert "won" in said
    assert said <= {"won", "CAPACITY_TAKEN", "CLAIM_CHANGED", "PLACE_OUTSIDE_RACK"}
    assert crew.alone("recount") == []
