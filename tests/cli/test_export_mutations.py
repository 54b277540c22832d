"""Every change of a bundle is found without anything from outside."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

import sandar_verify
from tests.cli.bundles import DONE, World, files_of
from tests.cli.mutations import ALONE

pytestmark = pytest.mark.django_db


def every_mutation_is_found(world: World, *, times: int, seed: int) -> None:
    rnd, honest = Random(seed), world.whole[DONE]
    files = files_of(honest)
    missed: Counter[str] = Counter()
    for n in range(times):
        mutate = ALONE[n % len(ALONE)]
        data = mutate(files, rnd)
        assert data != honest, mutate
        report = world.report(data)
        if report["ok"] or not all(found["where"] for found in report["findings"]):
            missed[repr(mutate)] += 1
        sandar_verify.sentences(report)
    assert not missed


def test_every_random_mutation_is_found_without_anything_from_outside(world: World) -> None:
    every_mutation_is_found(world, times=200, seed=20261123)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_ten_thousand_random_mutations_are_found(world: World) -> None:
    every_mutation_is_found(world, times=10_000, seed=1)
