"""Corrections of lines of the register: proposed, decided, applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sandar.errors import NotFound
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.register_errors import CorrectionDecided, CorrectionWaiting, LineChanged

# What people wrote. Place and power are the ledger's, the term is the renewal's, the address the installation's.
COLUMNS = ("name", "brand", "model", "serial", "item_code", "register_no", "condition", "hostname")
_WHOLE = ("asset", "asset__case", "asset__agency", "proposed_by", "decided_by")


def _inside() -> None:
    assert connection.in_atomic_block, "the register changes inside the act's transaction"


def locked(asset_id: int) -> Asset:
    """The line, kept as it is until the transaction ends."""
    _inside()
    return Asset.objects.select_for_update(no_key=True).get(pk=asset_id)


def one(asset_id: int, pk: int) -> AssetCorrection:
    """A correction of this line. Raises NotFound."""
    found = AssetCorrection.objects.select_related(*_WHOLE).filter(pk=pk, asset_id=asset_id).first()
    if found is None:
        raise NotFound(what="correction")
    return found


def propose(
    asset: Asset, now: Mapping[str, Any], *, reason: str, by_id: int, at: datetime
) -> AssetCorrection:
    """Keep a proposal for a locked line. Raises CorrectionWaiting."""
    _inside()
    waiting = open_for(asset.pk)
    if waiting is not None:
        raise CorrectionWaiting(asset=asset.number, holder=waiting.proposed_by.name, at=waiting.proposed_at)
    was = {name: getattr(asset, name) for name in now}
    return AssetCorrection.objects.create(
        asset=asset, was=was, now=dict(now), reason=reason, proposed_by_id=by_id, proposed_at=at
    )


def apply(correction: AssetCorrection, asset: Asset, *, by_id: int, note: str, at: datetime) -> None:
    """Write the new words into a locked line. Raises CorrectionDecided, LineChanged (they are others since)."""
    _inside()
    _decide(correction, AssetCorrection.DONE, by_id=by_id, decision=note, at=at)
    if {name: getattr(asset, name) for name in correction.was} != correction.was:
        raise LineChanged(asset=asset.number)
    Asset.objects.filter(pk=asset.pk).update(**correction.now)


def refuse(correction: AssetCorrection, *, by_id: int, reason: str, at: datetime) -> None:
    """Leave the line as it is. Raises CorrectionDecided."""
    _inside()
    _decide(correction, AssetCorrection.REFUSED, by_id=by_id, decision=reason, at=at)


def _decide(correction: AssetCorrection, state: str, *, by_id: int, decision: str, at: datetime) -> None:
    rows = AssetCorrection.objects.filter(pk=correction.pk, state=AssetCorrection.PROPOSED)
    if not rows.update(state=state, decided_by=by_id, decided_at=at, decision=decision):
        first = one(correction.asset_id, correction.pk)
        raise CorrectionDecided(
            asset=first.asset.number, holder=first.decided_by and first.decided_by.name, at=first.decided_at
        )


def open_for(asset_id: int) -> AssetCorrection | None:
    """The proposal that waits for its decision."""
    rows = AssetCorrection.objects.filter(asset_id=asset_id, state=AssetCorrection.PROPOSED)
    return rows.select_related(*_WHOLE).first()


def history(asset_id: int) -> list[AssetCorrection]:
    """Every correction of a line, newest first."""
    rows = AssetCorrection.objects.filter(asset_id=asset_id).order_by("-pk")
    return list(rows.select_related(*_WHOLE))


def waiting() -> QuerySet[AssetCorrection]:
    """What waits for a decision, oldest first."""
    rows = AssetCorrection.objects.filter(state=AssetCorrection.PROPOSED).order_by("pk")
    return rows.select_related(*_WHOLE)


def done_in(assets: QuerySet[Asset]) -> QuerySet[AssetCorrection]:
    """The corrections that were made in these lines, oldest first."""
    rows = AssetCorrection.objects.filter(
        state=AssetCorrection.DONE, asset__in=assets.order_by().values("pk")
    )
    return rows.select_related(*_WHOLE).order_by("pk")
