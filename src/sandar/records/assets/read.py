"""The register and what led to it, asked for a set of agencies one may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from sandar.errors import NotFound
from sandar.records.assets.models import Asset, AssetChange, Delivery, Inspection, Probe
from sandar.records.prepared import Question, Slot


def assets_for(agency_id: int | None) -> QuerySet[Asset]:
    """The register: of one agency, or of all (None: only officers of the SOP may ask that)."""
    rows = Asset.objects.select_related("agency", "claim", "claim__rack", "claim__place", "handover", "case")
    return rows if agency_id is None else rows.filter(agency_id=agency_id)


def asset_for(agency_id: int | None, number: str) -> Asset:
    """One line by number or id. Raises NotFound, also when it is another agency's."""
    key = Q(number=number) | Q(pk=int(number)) if number.isascii() and number.isdigit() else Q(number=number)
    found = assets_for(agency_id).filter(key).first()
    if found is None:
        raise NotFound(what="asset")
    return found


def searched(
    rows: QuerySet[Asset], *, q: str = "", rack: str = "", agency: str = "", kind: str = "", state: str = ""
) -> QuerySet[Asset]:
    """Filter the register. q: number, name, serial, brand, model, hostname, address. state: active or removed."""
    if q:
        rows = rows.filter(
            Q(number__icontains=q)
            | Q(name__icontains=q)
            | Q(serial__icontains=q)
            | Q(brand__icontains=q)
            | Q(model__icontains=q)
            | Q(hostname__icontains=q)
            | Q(address__icontains=q)
            | Q(case__number__icontains=q)
        )
    if rack:
        rows = rows.filter(claim__rack__name=rack)
    if agency:
        rows = rows.filter(agency__code=agency)
    if kind:
        rows = rows.filter(kind=kind)
    if state == "active":
        rows = rows.filter(removed_at__isnull=True)
    if state == "removed":
        rows = rows.filter(removed_at__isnull=False)
    return rows


def of_case(case_id: int) -> list[Asset]:
    return _OF_CASE.all(case=case_id)


_OF_CASE = Question(lambda: assets_for(None).filter(case_id=Slot("case")).order_by("item_no"))


def ending(first: date, last: date) -> list[Asset]:
    """What stands and whose term ends between two days (both included), the earliest first."""
    rows = assets_for(None).filter(removed_at__isnull=True, valid_until__range=(first, last))
    return list(rows.order_by("valid_until", "pk"))


def of_claims(claim_ids: Iterable[int]) -> dict[int, str]:
    """Claim -> number of the asset that stands there."""
    return dict(Asset.objects.filter(claim_id__in=list(claim_ids)).values_list("claim_id", "number"))


def deliveries(case_id: int) -> dict[int, Delivery]:
    """The newest round of each item."""
    return {row.item_no: row for row in _DELIVERIES.all(case=case_id)}


def batches(case_id: int) -> dict[int, list[Delivery]]:
    """Number of a delivery -> what it brought, whatever became of it since."""
    found: dict[int, list[Delivery]] = {}
    for row in _DELIVERIES.all(case=case_id):
        found.setdefault(row.batch, []).append(row)
    return dict(sorted(found.items()))


_DELIVERIES = Question(lambda: Delivery.objects.filter(case_id=Slot("case")).order_by("item_no", "round"))


def inspections(case_id: int) -> dict[int, Inspection]:
    """The newest round of each item."""
    return {
        row.item_no: row for row in Inspection.objects.filter(case_id=case_id).order_by("item_no", "round")
    }


def rounds(case_id: int, item_no: int) -> list[Inspection]:
    """Every inspection of one item, newest first, with the inspector."""
    rows = Inspection.objects.filter(case_id=case_id, item_no=item_no).select_related("inspector")
    return list(rows.order_by("-round"))


def probes(asset_id: int, *, limit: int = 10) -> list[Probe]:
    """The newest probes of one asset, done or not."""
    return list(Probe.objects.filter(asset_id=asset_id).order_by("-pk")[:limit])


def latest_probes(asset_ids: list[int]) -> dict[int, Probe]:
    """The newest probe of each asset, done or not."""
    return {row.asset_id: row for row in Probe.objects.filter(asset_id__in=asset_ids).order_by("pk")}


def waiting_probes(case_id: int | None = None) -> list[int]:
    """Probes without an answer; of one case: of what it handed over, or of what it is about."""
    rows = Probe.objects.filter(done_at__isnull=True)
    if case_id is not None:
        about = AssetChange.objects.filter(case_id=case_id).values("asset_id")
        rows = rows.filter(Q(asset__case_id=case_id) | Q(asset_id__in=about))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:100])
