"""Two officers, or the agency and itself, act on the same item of a request at one instant."""

from __future__ import annotations

from tests.race.crew import Crew


def test_two_operators_hand_over_the_same_item_one_is_told_so_and_the_twin_without_the_questions_breaks(
    crew: Crew,
) -> None:
    case = crew.alone("office_with_items", state="installation")
    seen = {"task": case["task"], "version": case["version"], "item": 1}
    answers = crew.race("hand_over_one", [seen | {"by": by} for by in ("operator1", "operator2")])
    assert [answer for answer in answers if "broke" in answer] == []
    assert [answer["won"] for answer in answers if "won" in answer] == ["part_handed_over"]
    assert [answer["lost"] for answer in answers if "lost" in answer] == ["STALE_VERSION"]
    after = crew.alone("items_after", case_id=case["case_id"])
    assert (after["minutes"], after["assets"]) == ([["SRV-1"]], [1])
    assert (after["fates"], after["claims"]) == (["installed", "passed"], {"1": "installed", "2": "reserved"})
    assert after["flaws"] == []
    twin = crew.alone("another_with_items", state="installation")
    each = {"task": twin["task"], "version": twin["version"], "item": 1, "guarded": False}
    answers = crew.race("hand_over_one", [each | {"by": by} for by in ("operator1", "operator2")])
    # The second is no longer told what happened: it runs into what the first left (its place is installed).
    assert len([answer for answer in answers if "broke" in answer]) == 1, "the race was not seen"
    assert crew.alone("items_after", case_id=twin["case_id"])["minutes"] == [["SRV-1"]]


def test_an_item_is_brought_or_withdrawn_never_both_and_the_twin_without_the_questions_does_both(
    crew: Crew,
) -> None:
    case = crew.alone("office_with_items", state="awaiting_delivery")
    answers = crew.race("bring_or_withdraw", [case | {"who": who} for who in ("bring", "withdraw")])
    assert [answer for answer in answers if "broke" in answer] == []
    assert len([answer for answer in answers if "won" in answer]) == 1
    after = crew.alone("items_after", case_id=case["case_id"])
    brought = after["fates"] == ["delivered", "delivered"]
    assert brought or after["fates"] == ["approved", "withdrawn"]
    assert set(after["claims"]) == ({"1", "2"} if brought else {"1"})
    assert after["flaws"] == []
    twin = crew.alone("another_with_items", state="awaiting_delivery")
    each = [twin | {"who": who, "guarded": False} for who in ("bring", "withdraw")]
    won = [answer for answer in crew.race("bring_or_withdraw", each) if "won" in answer]
    assert len(won) == 2, "the race without its protection was not seen"


def test_two_of_the_agency_bring_the_same_server_beside_it_comes_once_and_the_twin_without_questions_twice(
    crew: Crew,
) -> None:
    case = crew.alone("office_with_more_to_come")
    answers = crew.race("bring_more", [case | {"who": who} for who in ("dinkes1", "dinkes2")])
    assert [answer for answer in answers if "broke" in answer] == []
    assert [answer["won"] for answer in answers if "won" in answer] == ["more_handed_in"]
    assert [answer["lost"] for answer in answers if "lost" in answer] == ["STALE_VERSION"]
    (only,) = crew.alone("deliveries_after", case_id=case["case_id"])
    assert only[:2] == [1, 2]
    assert crew.alone("items_after", case_id=case["case_id"])["flaws"] == []
    twin = crew.alone("another_with_more_to_come")
    each = [twin | {"who": who, "guarded": False} for who in ("dinkes1", "dinkes2")]
    won = [answer for answer in crew.race("bring_more", each) if "won" in answer]
    assert len(won) == 2, "the race without its protection was not seen"
    assert len(crew.alone("deliveries_after", case_id=twin["case_id"])) == 2


def test_more_is_brought_while_the_first_is_handed_over_and_never_falls_between_the_two(crew: Crew) -> None:
    case = crew.alone("office_with_more_to_come")
    answers = crew.race("bring_more", [case | {"who": who} for who in ("dinkes1", "operator1")])
    assert [answer for answer in answers if "broke" in answer] == []
    assert len([answer for answer in answers if "won" in answer]) == 1
    after = crew.alone("items_after", case_id=case["case_id"])
    brought = after["fates"] == ["passed", "delivered"]
    assert brought or (after["state"], after["fates"]) == ("awaiting_delivery", ["installed", "approved"])
    assert after["flaws"] == []
