"""Verbs on deliveries, inspections, the register and probes, inside the act's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max

from sandar.core import numbering
from sandar.records.assets.models import Asset, AssetBook, Delivery, Inspection, Probe


def _inside() -> None:
    assert connection.in_atomic_block, "assets change inside the act's transaction"


def deliver(case_id: int, item_no: int, *, declared: Mapping[str, Any], at: datetime) -> Delivery:
    """What the agency says it brings; bringing it again is a new round."""
    _inside()
    return Delivery.objects.create(
        case_id=case_id,
        item_no=item_no,
        round=_next_round(Delivery.objects.filter(case_id=case_id, item_no=item_no)),
        declared=dict(declared),
        handed_in_at=at,
    )


def receive(case_id: int, item_no: int, *, received: Mapping[str, Any], at: datetime) -> None:
    """What the operator saw of the newest round."""
    _inside()
    newest = Delivery.objects.filter(case_id=case_id, item_no=item_no).aggregate(n=Max("round"))["n"]
    Delivery.objects.filter(case_id=case_id, item_no=item_no, round=newest).update(
        received=dict(received), received_at=at
    )


def inspect(
    case_id: int,
    item_no: int,
    *,
    inspector_id: int,
    at: datetime,
    inventory_sha256: str,
    manual: Mapping[str, Any],
    findings: list[dict[str, Any]],
    overall: str,
    note: str,
) -> Inspection:
    """Keep one comparison; a repeated inspection is a new round."""
    _inside()
    return Inspection.objects.create(
        case_id=case_id,
        item_no=item_no,
        round=_next_round(Inspection.objects.filter(case_id=case_id, item_no=item_no)),
        inspector_id=inspector_id,
        at=at,
        inventory_sha256=inventory_sha256,
        manual=dict(manual),
        findings=findings,
        overall=overall,
        note=note,
    )


def _next_round(rows: Any) -> int:
    return int(rows.aggregate(n=Max("round"))["n"] or 0) + 1


def take_number(year: int) -> str:
    """The next asset number of `year`, gap-free: one conditional UPDATE in the act's transaction."""
    _inside()
    if not AssetBook.objects.filter(year=year).update(last=F("last") + 1):
        AssetBook.objects.bulk_create([AssetBook(year=year)], ignore_conflicts=True)
        AssetBook.objects.filter(year=year).update(last=F("last") + 1)
    return numbering.asset_number(year, AssetBook.objects.get(year=year).last)


def register(*, year: int, **fields: Any) -> Asset:
    """Enter one handed-over server or application. `fields` are columns of Asset."""
    _inside()
    return Asset.objects.create(number=take_number(year), **fields)


def ask_probe(asset_id: int, *, by_id: int | None, at: datetime) -> Probe:
    """Ask the worker for one reachability probe."""
    _inside()
    return Probe.objects.create(asset_id=asset_id, asked_at=at, asked_by_id=by_id)


def keep_evidence(probe_id: int, *, reachable: bool, evidence: Mapping[str, Any], at: datetime) -> bool:
    """Keep what the probe saw; a second answer to the same probe changes nothing."""
    rows = Probe.objects.filter(pk=probe_id, done_at__isnull=True).update(
        reachable=reachable, evidence=dict(evidence), done_at=at
    )
    return rows == 1
