"""Renewal: the approved last day of the service goes into the register. Nothing else changes."""

from __future__ import annotations

from sandar.records.assets import changes as asset_changes
from sandar.steps import on_assets
from sandar.steps.turn import Act, Turn
from sandar.steps.x3_renewal.forms import Renew

STEP = "renewal"


def renew(turn: Turn, given: Renew) -> None:
    """Write the new last day into every line the request names. Raises ClaimChanged."""
    changes = asset_changes.standing(turn.case.pk)
    until = on_assets.approved_until(turn.case)
    turn.says(valid_until=until.isoformat(), note=given.note)
    on_assets.finish(
        turn, changes, {change.item_no: {"valid_until": until} for change in changes}, minutes=None
    )


ACTS = {"renew": Act(renew, Renew, event="term_renewed", duty="reported")}
