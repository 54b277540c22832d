"""The yearly book of asset numbers after a restore: held until its last number is confirmed."""

from __future__ import annotations

from sandar.errors import Conflict
from sandar.records.assets.models import AssetBook


def hold(year: int) -> None:
    """Give no asset number of this year before `confirm`."""
    AssetBook.objects.bulk_create([AssetBook(year=year)], ignore_conflicts=True)
    AssetBook.objects.filter(year=year).update(held=True)


def held() -> list[AssetBook]:
    """The years whose last number waits to be confirmed."""
    return list(AssetBook.objects.filter(held=True).order_by("year"))


def confirm(year: int, *, last: int) -> int:
    """Go on behind `last`; returns what the book knew. Raises Conflict when it is not held or is further."""
    book = AssetBook.objects.get(year=year)
    if last < book.last or not AssetBook.objects.filter(pk=book.pk, held=True, last=book.last).update(
        held=False, last=last
    ):
        raise Conflict(book="aset", year=year)
    return book.last
