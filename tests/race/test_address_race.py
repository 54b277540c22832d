"""Several changes, or a change and an installation, want the same IP address at one instant."""

from __future__ import annotations

from typing import Any

from tests.race.crew import Crew

WANTED = "10.20.30.200"
OFFICERS = ("operator1", "operator2")


def racers(ready: list[dict[str, Any]], address: str = WANTED, **more: Any) -> list[dict[str, Any]]:
    return [one | {"by": OFFICERS[n % 2], "address": address} | more for n, one in enumerate(ready)]


def after(crew: Crew, ready: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = crew.alone("address_after", address=WANTED, tasks=[one["task"] for one in ready])
    return found


def winner_of(answers: list[dict[str, Any]]) -> str:
    """The one who got it; all others were told by which request."""
    assert [answer for answer in answers if "broke" in answer] == []
    (won,) = [answer["won"] for answer in answers if "won" in answer]
    assert {(answer["lost"], answer["holder"]) for answer in answers if "lost" in answer} == {
        ("ADDRESS_TAKEN", won)
    }
    return str(won)


def test_four_changes_hold_one_address_at_once_one_gets_it_and_the_losers_hold_nothing(crew: Crew) -> None:
    ready = crew.alone("office_for_the_address", changes=4, new=0)
    won = winner_of(crew.race("take_address", racers(ready)))
    found = after(crew, ready)
    assert (found["owners"], found["held"], found["told"], found["flaws"]) == ([won], [won], [won], [])


def test_a_change_and_an_installation_never_both_get_the_address(crew: Crew) -> None:
    ready = crew.alone("office_for_the_address", changes=1, new=1)
    won = winner_of(crew.race("take_address", racers(ready)))
    found = after(crew, ready)
    assert (found["owners"], found["held"] + found["installed"], found["flaws"]) == ([won], [won], [])


def test_the_twin_that_does_not_ask_breaks_on_the_table_and_without_it_several_have_the_address(
    crew: Crew,
) -> None:
    ready = crew.alone("office_for_the_address", changes=2, new=1)
    answers = crew.race("take_address", racers(ready, guarded=False))
    assert len([answer for answer in answers if "broke" in answer]) == 2, "the race was not seen"
    assert len(after(crew, ready)["owners"]) == 1
    crew.alone("drop", constraint="address_has_one_owner")
    twins = crew.alone("another_for_the_address", changes=2, new=1)
    answers = crew.race("take_address", racers(twins, guarded=False))
    assert len([answer for answer in answers if "won" in answer]) == 3
    assert len(after(crew, twins)["owners"]) == 4, "the race without its protection was not seen"
