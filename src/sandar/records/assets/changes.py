"""Requests about lines of the register: which line, by which request, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sandar.errors import AssetBusy, ClaimChanged
from sandar.records.assets import addresses
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.assets.read import assets_for
from sandar.records.prepared import insert_all, update


def _inside() -> None:
    assert connection.in_atomic_block, "the register changes inside the act's transaction"


def free_for(agency_id: int) -> QuerySet[Asset]:
    """The lines of an agency that a request may name now: not taken out, without an open request."""
    open_ones = AssetChange.objects.filter(closed_at__isnull=True).values("asset_id")
    return assets_for(agency_id).filter(removed_at__isnull=True).exclude(pk__in=open_ones).order_by("number")


def named(agency_id: int, numbers: Sequence[str]) -> dict[str, Asset]:
    """The lines of an agency that stand, by number, locked until the transaction ends: nobody else names them now.

    What is unknown, taken out or another agency's is simply not among them.
    """
    _inside()
    rows = Asset.objects.filter(agency_id=agency_id, number__in=list(numbers), removed_at__isnull=True)
    return {row.number: row for row in rows.select_for_update(no_key=True).order_by("pk")}


def ask(
    case_id: int, service: str, assets: Sequence[Asset], *, wanted: Mapping[str, Any], at: datetime
) -> None:
    """Note that a request is about these lines (in the order of its items). They were locked by `named`.

    Raises AssetBusy naming the request that is still open for one of them.
    """
    _inside()
    busy = (
        AssetChange.objects.filter(asset__in=assets, closed_at__isnull=True)
        .select_related("asset", "case")
        .order_by("asset_id")
        .first()
    )
    if busy is not None:
        raise AssetBusy(asset=busy.asset.number, case=busy.case.number, service=busy.service)
    insert_all(
        [
            AssetChange(
                asset=asset, case_id=case_id, item_no=n, service=service, wanted=dict(wanted), asked_at=at
            )
            for n, asset in enumerate(assets, start=1)
        ]
    )


def of_case(case_id: int) -> list[AssetChange]:
    """What a request is about, in the order of its items, with the lines as they are now."""
    rows = AssetChange.objects.filter(case_id=case_id).order_by("item_no")
    return list(rows.select_related("asset", "asset__claim", "asset__claim__place", "asset__agency"))


def standing(case_id: int) -> list[AssetChange]:
    """`of_case`, locked, for an act that changes the lines. Raises ClaimChanged when one was taken out meanwhile.

    Read after they are locked: a correction of the register that was first stands in the minutes.
    """
    _inside()
    ids = AssetChange.objects.filter(case_id=case_id).values("asset_id")
    locked = list(Asset.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    gone = [asset for asset in locked if asset.removed_at is not None]
    if gone:
        raise ClaimChanged(claim=gone[0].claim_id, state="released")
    return of_case(case_id)


def done(
    changes: Iterable[AssetChange],
    now: Mapping[int, Mapping[str, Any]],
    *,
    minutes_id: int | None,
    beside: Mapping[int, Mapping[str, tuple[Any, Any]]],
    at: datetime,
) -> None:
    """Change the lines and keep what they were. now: item number -> columns of Asset with their new values.

    beside: item number -> what is no column (a place), as it was and is now.
    """
    _inside()
    for change in changes:
        columns = dict(now[change.item_no])
        was = {name: plain(getattr(change.asset, name)) for name in columns}
        if columns:
            Asset.objects.filter(pk=change.asset_id).update(**columns)
        more = beside.get(change.item_no, {})
        AssetChange.objects.filter(pk=change.pk).update(
            done_at=at,
            was=was | {name: old for name, (old, _new) in more.items()},
            now={name: plain(value) for name, value in columns.items()}
            | {name: new for name, (_old, new) in more.items()},
            minutes_id=minutes_id,
        )


def plain(value: Any) -> Any:
    """A column as history and journal keep it: days and instants (UTC) as ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def close(case_id: int, *, at: datetime) -> None:
    """The request ended: its lines may be named by another one, and an address it still held is free."""
    _inside()
    addresses.let_go(case_id, at=at)
    update(AssetChange, {"case_id": case_id, "closed_at": None}, closed_at=at)


def history(asset_id: int) -> list[AssetChange]:
    """Every request about a line, newest first."""
    rows = AssetChange.objects.filter(asset_id=asset_id).order_by("-pk")
    return list(rows.select_related("case", "minutes"))


def open_for(asset_id: int) -> AssetChange | None:
    """The request that is open for a line."""
    rows = AssetChange.objects.filter(asset_id=asset_id, closed_at__isnull=True)
    return rows.select_related("case").first()
