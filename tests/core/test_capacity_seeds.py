"""P01 to P04 and the placement for thousands of worlds from seeds: any PROPERTY_CASES tries 50,000 of them."""

from __future__ import annotations

from collections import Counter
from random import Random

from sandar.core import standing
from sandar.core.placement import find
from tests.core.capacity_model import Held, NaiveLedger, everywhere, where, wish, world
from tests.core.power_model import Seeded
from tests.core.properties import of_the_bar
from tests.core.test_standing import fits


def test_p01_to_p04_for_thousands_of_worlds_from_seeds() -> None:
    met: Counter[str] = Counter()
    for seed in range(of_the_bar(150)):
        case(seed, met)
    total = sum(met.values())
    assert min(met[name] for name in ("taken", "refused", "lifted", "placed", "short")) > total // 50, met


def case(seed: int, met: Counter[str]) -> None:
    """Devices are put in and lifted out; the picture is the naive recount after each, and nothing is overdrawn."""
    chance = Random(seed)
    choice = Seeded(chance)
    empty = picture = world(choice)
    ledger = NaiveLedger(empty)
    for _ in range(chance.randint(2, 8)):
        if ledger.held and chance.random() < 0.3:
            gone = ledger.held.pop(chance.randrange(len(ledger.held)))
            picture = standing.without(picture, [gone.stand])
            met["lifted"] += 1
        else:
            ask = wish(choice)
            there = list(everywhere(empty, ask))
            new = chance.choice(there)
            accepted = ledger.accepts(new)
            assert fits(picture, new) is accepted, f"seed {seed}"
            met["taken" if accepted else "refused"] += 1
            if accepted:
                ledger.held.append(new)
                picture = standing.beside(picture, [new.stand])
        assert picture == ledger.snapshot(), f"seed {seed}"
        assert all(0 <= pool.used <= pool.limit for pool in picture.pools.values()), f"seed {seed}"
    placed(ledger, choice, met, seed=seed)
    stands = [held.stand for held in ledger.held]
    assert standing.beside(empty, chance.sample(stands, len(stands))) == picture, f"seed {seed}"
    assert standing.without(picture, chance.sample(stands, len(stands))) == empty, f"seed {seed}"


def placed(ledger: NaiveLedger, choice: Seeded, met: Counter[str], *, seed: int) -> None:
    """Placement proposes nothing that the naive ledger refuses, and refuses nothing that it accepts."""
    ask = wish(choice)
    answer = find(ledger.snapshot(), [ask])
    possible = any(ledger.accepts(one) for one in everywhere(ledger.world, ask))
    assert answer.fits is possible, f"seed {seed}"
    assert bool(answer.short) is not possible, f"seed {seed}"
    for option in answer.placements:
        assert ledger.accepts(Held(option.place_id, where(option), ask)), f"seed {seed}"
    met["placed" if possible else "short"] += 1
