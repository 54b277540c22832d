"""Every change of a bundle is found without anything from outside."""

from __future__ import annotations

import pytest

from tests.cli.bundles import DONE, World
from tests.cli.mutations import ALONE, every_mutation_is_found

pytestmark = pytest.mark.django_db


def test_every_random_mutation_is_found_without_anything_from_outside(world: World) -> None:
    given = every_mutation_is_found(world, DONE, times=200, seed=20261123)
    assert len(given) == len(ALONE)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_ten_thousand_random_mutations_are_found(world: World) -> None:
    every_mutation_is_found(world, DONE, times=10_000, seed=1)
