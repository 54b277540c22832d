"""Verbs on deliveries, inspections, the register and probes, inside the act's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from sandar.core import numbering
from sandar.errors import BookHeld
from sandar.records import prepared
from sandar.records.assets.models import Asset, AssetBook, Delivery, Inspection, Probe
from sandar.records.prepared import Question, Slot, insert, update

# The newest round of one item.
_DELIVERED = Question(
    lambda: (
        Delivery.objects.filter(case_id=Slot("case"), item_no=Slot("item"))
        .order_by("-round")
        .values_list("round", flat=True)[:1]
    )
)
_INSPECTED = Question(
    lambda: (
        Inspection.objects.filter(case_id=Slot("case"), item_no=Slot("item"))
        .order_by("-round")
        .values_list("round", flat=True)[:1]
    )
)


def _inside() -> None:
    assert connection.in_atomic_block, "assets change inside the act's transaction"


def deliver(case_id: int, item_no: int, *, batch: int, declared: Mapping[str, Any], at: datetime) -> Delivery:
    """What the agency says it brings; bringing it again is a new round. batch: the number of the delivery."""
    _inside()
    delivery = Delivery(
        case_id=case_id,
        item_no=item_no,
        round=(_DELIVERED.first(case=case_id, item=item_no) or 0) + 1,
        batch=batch,
        declared=dict(declared),
        handed_in_at=at,
    )
    insert(delivery)
    return delivery


def receive(case_id: int, item_no: int, *, received: Mapping[str, Any], at: datetime) -> None:
    """What the operator saw of the newest round."""
    _inside()
    newest = _DELIVERED.first(case=case_id, item=item_no)
    which = {"case_id": case_id, "item_no": item_no, "round": newest}
    update(Delivery, which, received=dict(received), received_at=at)


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
    inspection = Inspection(
        case_id=case_id,
        item_no=item_no,
        round=(_INSPECTED.first(case=case_id, item=item_no) or 0) + 1,
        inspector_id=inspector_id,
        at=at,
        inventory_sha256=inventory_sha256,
        manual=dict(manual),
        findings=findings,
        overall=overall,
        note=note,
    )
    insert(inspection)
    return inspection


def take_number(year: int) -> str:
    """The next asset number of `year`, gap-free: one conditional UPDATE in the act's transaction."""
    _inside()
    with prepared.cursor() as cursor:
        cursor.execute(_TAKE, [year])
        taken = cursor.fetchone()
        if taken is None:
            AssetBook.objects.bulk_create([AssetBook(year=year)], ignore_conflicts=True)
            cursor.execute(_TAKE, [year])
            taken = cursor.fetchone()
    if taken is None:
        raise BookHeld(book="aset", year=year)
    return numbering.asset_number(year, taken[0])


_TAKE = "UPDATE assets_assetbook SET last = last + 1 WHERE year = %s AND NOT held RETURNING last"


def register(*, year: int, **fields: Any) -> Asset:
    """Enter one handed-over server or application. `fields` are columns of Asset."""
    _inside()
    asset = Asset(number=take_number(year), **fields)
    insert(asset)
    return asset


def ask_probe(asset_id: int, *, by_id: int | None, at: datetime) -> Probe:
    """Ask the worker for one reachability probe."""
    _inside()
    probe = Probe(asset_id=asset_id, asked_at=at, asked_by_id=by_id)
    insert(probe)
    return probe


def keep_evidence(probe_id: int, *, reachable: bool, evidence: Mapping[str, Any], at: datetime) -> bool:
    """Keep what the probe saw; a second answer to the same probe changes nothing."""
    rows = Probe.objects.filter(pk=probe_id, done_at__isnull=True).update(
        reachable=reachable, evidence=dict(evidence), done_at=at
    )
    return rows == 1
