"""Amounts of memory and storage as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandar.core.quantity import as_typed, gigabytes
from sandar.errors import QuantityUnreadable


@pytest.mark.parametrize(
    ("typed", "gb"),
    [
        ("64 GiB", "68.719476736"),
        ("64gib", "68.719476736"),
        ("64 GB", "64"),
        ("64", "64"),
        (64, "64"),
        (68.72, "68.72"),
        ("1,2 TB", "1200"),
        ("1.92 TB", "1920"),
        ("0.512 TB", "512"),
        ("1 TiB", "1099.511627776"),
        ("65536 MiB", "68.719476736"),
        ("512 MB", "0.512"),
        ("2G", "2"),
        ("1000000000 B", "1"),
        ("0", "0"),
    ],
)
def test_amounts_become_gigabytes_of_ten_to_the_nine(typed: object, gb: str) -> None:
    assert gigabytes(typed) == Decimal(gb)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (None, "empty"),
        ("banyak", "not_a_number"),
        ("64 GB RAM", "not_a_number"),
        ("64 GHz", "unit"),
        ("1.920 GB", "ambiguous"),
        ("1.024.000 GB", "ambiguous"),
        ("-5 GB", "negative"),
        (-1, "negative"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        (True, "not_a_number"),
        ([64], "not_a_number"),
        ("9" * 30, "too_large"),
        ("9" * 3000, "not_a_number"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_reason(typed: object, reason: str) -> None:
    with pytest.raises(QuantityUnreadable) as refused:
        gigabytes(typed)
    assert refused.value.facts["reason"] == reason
    assert refused.value.code == "QUANTITY_UNREADABLE"


@pytest.mark.parametrize(
    ("typed", "figure", "unit"),
    [
        ("128 GiB", "128", "GiB"),
        ("0.5 GiB", "0.5", "GiB"),
        ("1 TiB", "1024", "GiB"),
        ("128 GB", "128", "GB"),
        ("1,92 TB", "1920", "GB"),
        ("68.72", "68.72", "GB"),
        ("0", "0", "GB"),
    ],
)
def test_an_amount_is_shown_as_it_was_meant_and_typed_again_is_the_same(
    typed: str, figure: str, unit: str
) -> None:
    kept = float(gigabytes(typed))
    assert [str(part) for part in as_typed(kept)] == [figure, unit]
    assert float(gigabytes(f"{figure} {unit}")) == kept
