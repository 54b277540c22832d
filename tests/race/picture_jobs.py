"""Racers that ask for the picture of the ledger while others write it. Imported by `jobs`."""

from __future__ import annotations

import random
from typing import Any

from sandar.core.capacity import Demand, Snapshot
from sandar.core.placement import Ask, find
from sandar.records.ledger import picture, read, sql
from tests.core import exhaustive
from tests.race import facility_jobs
from tests.records.ledger_world import held, spec

SERVER = Ask(demand=Demand(watts=300, cords="AB", weight_kg=10), height=2)


def uncounted() -> None:
    """The twin: what is written does not raise the version of its place."""
    sql._PLACE_UPDATE = sql._PLACE_UPDATE.replace("version = version + 1", "version = version + 0")


def find_again(*, role: str, counted: bool = True) -> list[list[Any]]:
    """One process looks for a place, another takes it, the first looks again: what it is told both times."""
    from tests.race.crew import BARRIER

    if not counted:
        uncounted()
    told = []
    if role == "looks":
        told.append(_best())
    BARRIER.wait()
    if role == "takes":
        rack, start = _best()
        held(spec(rack, u=start / 2 + 1, h=1))
    BARRIER.wait()
    if role == "looks":
        told.append(_best())
    return told


def _best() -> list[Any]:
    (best, *_) = find(read.snapshot(), [SERVER]).placements
    return [best.name, best.start]


def write_and_compare(*, seed: int, rounds: int, racks: int, counted: bool = True) -> dict[str, int]:
    """Book, give back and rebuild, and after each ask whether the kept picture is the one read anew."""
    if not counted:
        uncounted()
    chance, found = random.Random(seed), {"same": 0, "stale": 0}
    for _ in range(rounds):
        if chance.random() < 0.7:
            facility_jobs.rebuild_or_fill(
                seed=chance.randrange(1 << 30), rounds=1, racks=racks, rebuilds=chance.random() < 0.2
            )
        read.snapshot()
        found["same" if _as_read_anew() else "stale"] += 1
    return found


def _as_read_anew() -> bool:
    with read.consistent():
        kept, anew = read.snapshot(), everything()
    if kept != anew:
        return False
    return find(kept, [SERVER] * 2) == exhaustive.find(anew, [SERVER] * 2)


def everything() -> Snapshot:
    """The whole ledger without anything that was kept."""
    return picture._next(picture._EMPTY, (0, None), picture._VERSIONS.all()).snapshot
