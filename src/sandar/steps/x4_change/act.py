"""Change: what stands gets more or less power, network or compute; the held difference becomes its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import AssetChange
from sandar.records.ledger import write as ledger
from sandar.steps import addressing, altering, booking, freed, on_assets
from sandar.steps.turn import Act, Turn
from sandar.steps.x4_change.forms import Change, Postpone

STEP = "change"


def change(turn: Turn, given: Change) -> None:
    """Book the new figures on the asset's own claim instead of the held difference; minutes and register say both.

    Raises AssetsChanged, ClaimChanged when the difference was given back, CapacityTaken.
    """
    if not given.verified:
        raise InvalidInput(
            fields={"verified": [_("Periksa perubahannya lebih dahulu, lalu nyatakan di sini.")]}
        )
    changes = asset_changes.standing(turn.case.pk)
    booking.of_items(turn)
    items = {one.item_no: turn.case.items[one.item_no - 1] for one in changes}
    plan = [
        (
            one.asset.claim,
            replace(ledger.spec_of(one.asset.claim), demand=booking.demand_of(items[one.item_no])),
        )
        for one in changes
    ]
    ledger.rearrange(plan, at=turn.at, by=turn.person_id, instead_of=turn.claims)
    turn.claims = []
    freed.announce()
    with translation.override("id"):
        lines = [_line(one, items[one.item_no], given) for one in changes]
        minutes = on_assets.issue_minutes(turn, lines, note=given.note)
    turn.says(note=given.note)
    now = {}
    for one in changes:
        ports = list(dict.fromkeys(given.ports)) or addressing.ports_of(one, items[one.item_no])
        now[one.item_no] = {"spec": items[one.item_no], **addressing.exchange(turn, one, ports)}
    on_assets.finish(turn, changes, now, minutes=minutes)


def _line(change: AssetChange, item: Mapping[str, Any], given: Change) -> dict[str, Any]:
    """The asset on the minutes, with every figure as it was and as it is now."""
    told = altering.told(change, item, ports=given.ports)
    plugged = [_("Porta switch %(port)s") % {"port": given.switch_port}] if given.switch_port else []
    return on_assets.line(
        change,
        was=[f"{row['label']}: {row['before'] or '–'}" for row in told],
        now=[*(f"{row['label']}: {row['after'] or '–'}" for row in told), *plugged],
    )


def postpone(turn: Turn, given: Postpone) -> None:
    """Back to the notice for another window; the difference stays reserved."""
    turn.says(note=given.note)


ACTS = {
    "change": Act(change, Change, event="assets_changed", duty="installed"),
    "postpone": Act(postpone, Postpone, event="change_postponed", duty="installed"),
}
