"""The storm: thousands of racing claims of every shape from real processes, and nothing is ever sold twice.

STORM_CLAIMS=100000 (./test --full) makes it the long one. Each answer is judged by an independent model, the
database by an independent recount, and twins with a protection switched off must be found out.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.race.crew import Crew
from tests.race.judge import Verdict, judge
from tests.race.truth import World

RACERS = 4
CLAIMS = int(os.environ.get("STORM_CLAIMS", "2000"))
SHARE = 0.62  # of the acts that are new claims; the others move, convert, expire and release


def storm(crew: Crew, rounds: int, *, seed: int = 1, without: str = "") -> tuple[Verdict, list[str]]:
    """The verdict on the answers, and what the recounts found meanwhile and at the end."""
    racers = [
        {"number": n, "of": RACERS, "seed": seed, "rounds": rounds, "without": without} for n in range(RACERS)
    ]
    answers = crew.race("storm_racer", racers)
    broke = [answer for answer in answers if "broke" in answer]
    assert broke == []
    world = World(lambda statement: [tuple(row) for row in crew.alone("plain_rows", statement=statement)])
    flaws = [flaw for answer in answers for flaw in answer["flaws"]] + crew.alone("true_flaws")
    return judge(world, [answer["said"] for answer in answers]), flaws


@pytest.mark.timeout(7_200)
def test_a_storm_of_every_shape_sells_nothing_twice_and_turns_nobody_away(crew: Crew) -> None:
    crew.alone("build_storm")
    began = time.monotonic()
    done, rest, seed = Verdict(), CLAIMS, 0
    while rest > 0:  # in parts, so that the answers of a long storm need little memory
        seed += 1
        verdict, flaws = storm(crew, round(min(rest, 5_000) / RACERS / SHARE), seed=seed)
        assert verdict.wrong[:5] == []
        assert flaws[:5] == []
        done.answers += verdict.answers
        done.claims += verdict.claims
        done.rounds += verdict.rounds
        done.contested += verdict.contested
        rest -= verdict.claims
        crew.alone("release_everything")
        print(f"storm: {done} in {time.monotonic() - began:.0f} s", flush=True)
    assert crew.alone("recount") == []
    assert done.answers["broke"] == 0
    assert (
        min(done.answers["won"], done.answers["CAPACITY_TAKEN"], done.answers["CLAIM_CHANGED"]) > CLAIMS // 40
    )
    assert done.contested > done.rounds // 4


@pytest.mark.parametrize(
    ("constraint", "without", "what"),
    [("cell_has_one_owner", "look", "own"), ("pool_is_never_overdrawn", "condition", "drawn from")],
)
def test_the_recount_finds_a_storm_without_its_protection(
    crew: Crew, constraint: str, without: str, what: str
) -> None:
    crew.alone("build_storm")
    crew.alone("drop", constraint=constraint)
    _, flaws = storm(crew, 60, without=without)
    assert any(what in flaw for flaw in flaws)


@pytest.mark.postgres
def test_the_judge_finds_a_storm_without_the_lock(crew: Crew) -> None:
    crew.alone("build_storm")
    verdict, _ = storm(crew, 40, without="lock")  # each deadlock waits a second
    assert verdict.wrong
