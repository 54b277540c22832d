"""Comparing two bags of parts (disks, network ports) one to one, in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

Left = TypeVar("Left")
Right = TypeVar("Right")

MAX_PARTS = 256


class Leftovers(NamedTuple):
    """Indexes without a partner."""

    left: tuple[int, ...]
    right: tuple[int, ...]


def pair(left: Sequence[Left], right: Sequence[Right], fits: Callable[[Left, Right], bool]) -> Leftovers:
    """Pair as many as possible and return what is left over on each side.

    Fitting within a tolerance is not transitive, so taking the first that fits can leave a pair apart
    that belongs together; augmenting paths (Kuhn) never do. Both sides: at most MAX_PARTS.
    """
    may = [[at for at, part in enumerate(right) if fits(asked, part)] for asked in left]
    partner: dict[int, int] = {}

    def place(asked: int, tried: set[int]) -> bool:
        for at in may[asked]:
            if at in tried:
                continue
            tried.add(at)
            if at not in partner or place(partner[at], tried):
                partner[at] = asked
                return True
        return False

    lonely = tuple(asked for asked in range(len(left)) if not place(asked, set()))
    return Leftovers(lonely, tuple(at for at in range(len(right)) if at not in partner))
