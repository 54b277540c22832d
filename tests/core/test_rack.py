from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import rack
from sandar.errors import PlaceOutsideRack
from tests.core.properties import tried

TOTAL = 84
MASKS = st.integers(min_value=0, max_value=(1 << TOTAL) - 1)


@pytest.mark.parametrize(("position", "start"), [(1, 0), (1.5, 1), ("10.5", 19), (42, 82)])
def test_a_position_counts_units_from_one_in_half_steps(position: float | str, start: int) -> None:
    assert rack.start_of(position) == start
    assert rack.position_of(start) == float(position)


@pytest.mark.parametrize("wrong", [0, 0.5, -1, 1.25, "abc", "", "nan", "inf", 1e300, "1e999999"])
def test_t10_a_position_that_is_none_is_refused_with_its_rule(wrong: float | str) -> None:
    with pytest.raises(PlaceOutsideRack) as refused:
        rack.start_of(wrong)
    assert refused.value.facts["rule"] in {"half_steps", "below_unit_1"}


@pytest.mark.parametrize(
    ("start", "height", "face", "rule"),
    [
        (-2, 2, "full", "below_unit_1"),
        (83, 2, "full", "above_the_rack"),
        (84, 1, "full", "above_the_rack"),
        (0, 85, "full", "above_the_rack"),
        (0, -1, "full", "height"),
        (0, 0, "full", "height"),
        (None, 2, "full", "position_missing"),
        (0, 2, "side", "face"),
    ],
)
def test_t10_a_place_outside_the_rack_is_refused(
    start: int | None, height: int, face: str, rule: str
) -> None:
    with pytest.raises(PlaceOutsideRack) as refused:
        rack.check_place(start, height, face, total=TOTAL)
    assert refused.value.facts["rule"] == rule


def test_the_ends_of_the_rack_are_inside() -> None:
    rack.check_place(0, 84, "full", total=TOTAL)
    rack.check_place(83, 1, "rear", total=TOTAL)
    rack.check_place(None, 0, "full", total=TOTAL)


def test_units_printed_from_the_top_mirror_those_from_the_bottom() -> None:
    assert rack.printed_unit(0, total=TOTAL, numbering="top") == 42
    assert rack.printed_unit(82, total=TOTAL, numbering="top") == 1
    assert rack.printed_unit(82, total=TOTAL) == 42


@tried()
@given(free=MASKS, height=st.integers(1, TOTAL))
def test_starts_are_those_of_brute_force(free: int, height: int) -> None:
    naive = [i for i in range(TOTAL) if all(free >> (i + j) & 1 for j in range(height))]
    found = rack.starts(free, height)
    assert [i for i in range(TOTAL) if found >> i & 1] == naive


@tried()
@given(free=MASKS)
def test_runs_cover_the_free_half_units_and_never_touch(free: int) -> None:
    found = list(rack.runs(free))
    assert sum(rack.mask(start, length) for start, length in found) == free
    assert all(a + n < b for (a, n), (b, _) in pairwise(found))
    assert rack.longest_run(free) == max((length for _, length in found), default=0)


@tried()
@given(start=st.integers(0, 80), height=st.integers(1, 4), face=st.sampled_from(["front", "rear", "full"]))
def test_cells_and_masks_say_the_same(start: int, height: int, face: str) -> None:
    cells = rack.cells(start, height, face)
    assert cells == sorted(cells)
    assert len(cells) == height * (2 if face == "full" else 1)
    assert sum(1 << half for half in {half for half, _ in cells}) == rack.mask(start, height)


@tried()
@given(front=MASKS, rear=MASKS)
def test_a_full_device_needs_both_faces(front: int, rear: int) -> None:
    full = rack.free_for(front, rear, "full", total=TOTAL)
    assert full == rack.free_for(front, rear, "front", total=TOTAL) & rack.free_for(
        front, rear, "rear", total=TOTAL
    )
