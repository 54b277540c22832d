"""Geometry of a rack: half-units, faces, bit masks, positions.

Inside Sandar a rack is counted in half-units from the floor: index 0 is the lower half of U1, a device of
1 U is 2 half-units high. Outside, a position is the lowest unit in U counted from the bottom, 1-based, in
half steps (U10.5 = index 19). A mask is an int whose bit i stands for half-unit i.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from sandar.errors import PlaceOutsideRack

# Zero-U: what hangs upright beside the units. EIA-310 and IEC 60297 give the side no units; cabinets of 600 and
# 800 mm width have one mounting channel behind each rear post with room for two upright strips, so two a side:
# 1 and 2 on the left, 3 and 4 on the right, seen from behind.
SIDE_POSITIONS = 4

FACES: dict[str, tuple[str, ...]] = {"front": ("F",), "rear": ("R",), "full": ("F", "R")}


def half_units(quantity_u: float | str | Decimal) -> int:
    """Turn a length in U (multiples of 0.5) into half-units.

    Raises PlaceOutsideRack when it is not a number or not a whole number of half-units.
    """
    try:
        doubled = Decimal(str(quantity_u)) * 2
    except InvalidOperation:
        raise PlaceOutsideRack(value=str(quantity_u), rule="half_steps") from None
    if not doubled.is_finite() or abs(doubled) > 10_000 or doubled != int(doubled):
        raise PlaceOutsideRack(value=str(quantity_u), rule="half_steps")
    return int(doubled)


def start_of(position_u: float | str | Decimal) -> int:
    """Index of the lowest half-unit for a position in U (1-based, half steps).

    Raises PlaceOutsideRack for 0, negatives and anything that is no half step.
    """
    start = half_units(position_u) - 2
    if start < 0:
        raise PlaceOutsideRack(value=str(position_u), rule="below_unit_1", lowest=1)
    return start


def position_of(start: int) -> float:
    """Position in U (1-based) of a half-unit index. Exact: halves have no rounding."""
    return 1 + start / 2


def printed_unit(start: int, *, total: int, numbering: str = "bottom") -> float:
    """The unit as printed on a rack of `total` half-units: from the bottom, or from the top."""
    if numbering == "bottom":
        return position_of(start)
    return position_of(total - 2 - start)


def mask(start: int, height: int) -> int:
    """The bits of `height` half-units from `start` up."""
    return ((1 << height) - 1) << start


def cells(start: int, height: int, face: str) -> list[tuple[int, str]]:
    """The cells (half-unit, F|R) a device takes, in the order in which they are booked."""
    return [(half, side) for half in range(start, start + height) for side in FACES[face]]


def check_place(start: int | None, height: int, face: str, *, total: int) -> None:
    """Refuse a place that is not wholly inside a rack of `total` half-units.

    A device of height 0 hangs on the rack's side and has no start. Raises PlaceOutsideRack with the rule
    that was broken and the rack's highest unit.
    """
    highest = total / 2
    if face not in FACES:
        raise PlaceOutsideRack(value=face, rule="face", allowed=sorted(FACES))
    if height == 0 and start is None:
        return
    if start is None:
        raise PlaceOutsideRack(value=None, rule="position_missing", highest=highest)
    if height <= 0:
        raise PlaceOutsideRack(value=height / 2, rule="height", highest=highest)
    if start < 0:
        raise PlaceOutsideRack(value=position_of(start), rule="below_unit_1", lowest=1)
    if start + height > total:
        raise PlaceOutsideRack(
            value=position_of(start), rule="above_the_rack", highest=highest, height_u=height / 2
        )


def starts(free: int, height: int) -> int:
    """The mask of every index at which `height` free half-units begin. Doubling: log2(height) shifts."""
    found, run = free, 1
    while run < height and found:
        step = min(run, height - run)
        found &= found >> step
        run += step
    return found


def runs(free: int) -> Iterator[tuple[int, int]]:
    """Every maximal free run as (start, length), from the floor up."""
    offset = 0
    while free:
        gap = (free & -free).bit_length() - 1
        free >>= gap
        length = (~free & (free + 1)).bit_length() - 1
        yield offset + gap, length
        offset += gap + length
        free >>= length


def longest_run(free: int) -> int:
    """Length in half-units of the longest free run. Doubling, then the rest from the largest step down."""
    if not free:
        return 0
    begins, length = [free], 1  # begins[i]: where runs of 2 ** i begin
    while longer := begins[-1] & begins[-1] >> length:
        begins.append(longer)
        length *= 2
    found = begins.pop()
    while begins:
        step = begins.pop()
        if longer := found & step >> length:
            found = longer
            length += 1 << len(begins)
    return length


def free_for(front: int, rear: int, face: str, *, total: int) -> int:
    """The mask of half-units a device of this face may use, given the occupied masks of both faces."""
    taken = (front if face != "rear" else 0) | (rear if face != "front" else 0)
    return ~taken & ((1 << total) - 1)
