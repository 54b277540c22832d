"""Amounts of memory and storage: what people type, and the readings one figure can have.

Contract: GB is 10^9 bytes; GiB (2^30) is accepted on input and converted. Yet memory is sold in GiB and
called GB (JESD100B), and an operating system shows a "1 TB" drive as 931 GB. `memory_readings` and
`disk_readings` list the amounts a figure can honestly mean; two figures agree when one reading of each
is within the tolerance. That makes the comparison symmetric and reflexive.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from sandar.errors import QuantityUnreadable

GIB_IN_GB = Decimal(2**30) / Decimal(10**9)
MAX_GB = Decimal(10**9)  # an exabyte
MAX_LENGTH = 40

_UNITS = {
    "B": Decimal("1e-9"),
    "K": Decimal("1e-6"), "M": Decimal("1e-3"), "G": Decimal(1), "T": Decimal(1000), "P": Decimal(10**6),
    "KI": Decimal(2**10) / 10**9, "MI": Decimal(2**20) / 10**9, "GI": GIB_IN_GB,
    "TI": Decimal(2**40) / 10**9, "PI": Decimal(2**50) / 10**9,
}  # fmt: skip
_AMOUNT = re.compile(r"([+-]?\d+(?:[.,]\d+)*)\s*([A-Za-z]*)")

# Sizes drives are commonly sold in, GB. A missing one only means that no unit slip is looked for.
_SOLD_GB = (
    *(32 * 2**step for step in range(10)),
    18, 36, 73, 74, 80, 100, 120, 146, 147, 160, 180, 200, 240, 250, 300, 320, 375, 400, 450, 480, 500,
    600, 640, 750, 800, 900, 960, 1000, 1200, 1500, 1600, 1800, 1920, 2000, 2400, 3000, 3200, 3840, 4000,
    5000, 6000, 6400, 7680, 8000, 10000, 12000, 12800, 14000, 15360, 16000, 18000, 20000, 22000, 24000,
    30720, 61440,
)  # fmt: skip


def gigabytes(value: object) -> Decimal:
    """GB (10^9 bytes) of "64 GiB", "1,2 TB", "512", 960. A bare figure is GB.

    A comma or a point is the decimal sign; "1.920" could be either in Indonesian and is refused unless
    it comes as a number. Exact: 64 GiB gives 68.719476736. Raises QuantityUnreadable.
    """
    shown = str(value)[:MAX_LENGTH]
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _checked(_decimal(value, shown), shown)
    if not isinstance(value, str) or not value.strip():
        raise QuantityUnreadable(text=shown, reason="not_a_number" if value else "empty")
    found = _AMOUNT.fullmatch(value.strip()) if len(value) <= MAX_LENGTH else None
    if found is None:
        raise QuantityUnreadable(text=shown, reason="not_a_number")
    figure, unit = found[1], found[2].upper()
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+|.*[.,].*[.,].*", figure):
        raise QuantityUnreadable(text=shown, reason="ambiguous")
    factor = _UNITS.get(unit.removesuffix("B") or ("G" if not unit else "B"))
    if factor is None:
        raise QuantityUnreadable(text=shown, reason="unit")
    return _checked(_decimal(figure.replace(",", "."), shown) * factor, shown)


def as_typed(gb: float | Decimal) -> tuple[Decimal, str]:
    """The figure and unit a person meant by an amount in GB: 137.438953472 was typed as "128 GiB".

    Whole and half GiB are told from GB by their decimals: nobody types nine of them.

    >>> as_typed(68.719476736)
    (Decimal('64'), 'GiB')
    >>> as_typed(960.5)
    (Decimal('960.5'), 'GB')
    """
    exact = Decimal(str(gb))
    in_gib = exact / GIB_IN_GB
    halves = (in_gib * 2).to_integral_value()
    if exact != exact.to_integral_value() and halves > 0 and abs(in_gib * 2 - halves) < Decimal("1e-6"):
        return _short(halves / 2), "GiB"
    return _short(exact), "GB"


def _short(number: Decimal) -> Decimal:
    """Without trailing zeros and exponent."""
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()


def plain_number(value: object) -> Decimal | None:
    """The finite, non-negative number in a form value ("2", "0,5", 17.2); None when there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    try:
        number = Decimal(str(value).strip()[:MAX_LENGTH].replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= 10**18 else None


def near(first: Decimal, second: Decimal, *, relative: float) -> bool:
    """Whether two amounts differ by at most `relative` of the larger one (so the order is no matter)."""
    return abs(first - second) <= Decimal(str(relative)) * max(first, second)


def memory_readings(gb: Decimal, *, modules: bool) -> frozenset[Decimal]:
    """GB a memory figure can mean. `modules`: the other figure is a sum of modules.

    "64" on a form means 64 GiB. Against a sum of modules that is its only reading, because otherwise
    "512 GB" would also accept fifteen modules of 32 GiB (515.4 GB): one dead module of sixteen.
    """
    if gb != gb.to_integral_value() or gb == 0:
        return frozenset({gb})
    binary = gb * GIB_IN_GB
    return frozenset({binary}) if modules and _module_shaped(int(gb)) else frozenset({gb, binary})


def disk_readings(gb: Decimal) -> frozenset[Decimal]:
    """GB a disk figure can mean: itself; 931 also 1000 (GiB shown as GB); 960 GiB also 960 (unit slip)."""
    readings = {gb}
    in_gib = gb / GIB_IN_GB
    if in_gib >= 1 and abs(in_gib - in_gib.to_integral_value()) < Decimal("0.005"):
        readings.add(in_gib.to_integral_value())
    off = _off_sold(gb * GIB_IN_GB)
    if gb == gb.to_integral_value() and off < Decimal("0.01") and off < _off_sold(gb):
        readings.add(gb * GIB_IN_GB)
    return frozenset(readings)


def _module_shaped(total: int) -> bool:
    """Whether `total` is a power of two times at most eleven, as sums of real modules are.

    A rounded conversion (64 GiB typed as 69 GB) is not, so it keeps its decimal reading.
    """
    while total % 2 == 0:
        total //= 2
    return total <= 11


def _off_sold(gb: Decimal) -> Decimal:
    """Distance to the nearest size on sale, relative to it."""
    return min((abs(gb - sold) / sold for sold in _SOLD_GB), default=Decimal(1))


def _decimal(value: Any, shown: str) -> Decimal:
    try:
        number: Decimal = Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise QuantityUnreadable(text=shown, reason="not_a_number") from None
    if not number.is_finite():
        raise QuantityUnreadable(text=shown, reason="not_a_number")
    return number


def _checked(gb: Decimal, shown: str) -> Decimal:
    if gb < 0:
        raise QuantityUnreadable(text=shown, reason="negative")
    if gb > MAX_GB:
        raise QuantityUnreadable(text=shown, reason="too_large")
    return gb
