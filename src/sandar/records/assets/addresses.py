"""Who has which IP address: every standing line of the register its own, and an open request the one it is to get.

An address has one owner at a time, held or used: the table's constraint decides, for a change and for an
installation alike. Rows that were given back stay as the address's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from sandar.errors import ClaimChanged
from sandar.records.assets.models import Asset, AssetAddress
from sandar.records.prepared import insert_free, update
from sandar.register_errors import AddressTaken

HELD, USED = AssetAddress.HELD, AssetAddress.USED


def _inside() -> None:
    assert connection.in_atomic_block, "addresses change inside the act's transaction"


def hold(asset_id: int, address: str, *, case_id: int, at: datetime) -> None:
    """Keep an address for a line until its request ends, instead of the one the request held before.

    address: in its shortest form. Raises AddressTaken naming who has it.
    """
    _inside()
    let_go(case_id, at=at)
    _take(AssetAddress(address=address, asset_id=asset_id, case_id=case_id, state=HELD, since=at))


def use(asset: Asset, address: str, *, at: datetime) -> None:
    """A new line of the register has this address. Raises AddressTaken naming who has it."""
    _inside()
    _take(AssetAddress(address=address, asset=asset, case_id=asset.case_id, state=USED, since=at))


def exchange(asset_id: int, *, case_id: int, at: datetime) -> str:
    """The line's own address is given back, and what its request held becomes its own; returns that.

    Raises ClaimChanged when nothing is held any more.
    """
    _inside()
    found = held(case_id)
    if found is None or found.asset_id != asset_id:
        raise ClaimChanged(claim=None, state="released")
    update(AssetAddress, {"asset_id": asset_id, "state": USED, "freed_at": None}, freed_at=at)
    if update(AssetAddress, {"id": found.pk, "state": HELD, "freed_at": None}, state=USED, since=at) != 1:
        raise ClaimChanged(claim=None, state="released")
    return found.address


def let_go(case_id: int, *, at: datetime) -> None:
    """The request needs what it held no more. What was exchanged is not held."""
    _inside()
    update(AssetAddress, {"case_id": case_id, "state": HELD, "freed_at": None}, freed_at=at)


def free(asset_id: int, *, at: datetime) -> None:
    """The line was taken out: its address may be given to another."""
    _inside()
    update(AssetAddress, {"asset_id": asset_id, "state": USED, "freed_at": None}, freed_at=at)


def held(case_id: int) -> AssetAddress | None:
    """What a request holds."""
    return AssetAddress.objects.filter(case_id=case_id, state=HELD, freed_at__isnull=True).first()


def owner(address: str) -> AssetAddress | None:
    """Who has an address now, held or used."""
    rows = AssetAddress.objects.filter(address=address, freed_at__isnull=True)
    return rows.select_related("asset", "case").first()


def live() -> set[str]:
    """Every address that somebody has."""
    return set(AssetAddress.objects.filter(freed_at__isnull=True).values_list("address", flat=True))


def _take(row: AssetAddress) -> None:
    """One statement: of two that come at once the second waits for the first, and then reads who it was."""
    if not insert_free(row):
        found = owner(row.address)
        raise AddressTaken(address=row.address, **(_holder(found) if found else {}))


def _holder(found: AssetAddress) -> Mapping[str, Any]:
    asset, case = found.asset, found.case
    return {"asset": asset.number, "holder": asset.name, "case": case.number, "state": found.state}
