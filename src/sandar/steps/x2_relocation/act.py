"""Relocation: the device goes to the place that was reserved; the old place is free in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import AssetChange
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.steps import booking, freed, on_assets
from sandar.steps.sites import site_of
from sandar.steps.turn import Act, Turn
from sandar.steps.x2_relocation.forms import Move, Moved, Postpone

STEP = "relocation"


def move(turn: Turn, given: Move) -> None:
    """Move every device from where it stands to what is reserved for it; minutes and journal say from where to where.

    Raises ClaimChanged when a reserved place was given back, CapacityTaken.
    """
    changes = asset_changes.standing(turn.case.pk)
    told = {one.item_no: one for one in given.items}
    if given.items:
        on_assets.every_asset(changes, [one.item_no for one in given.items])
    booked = booking.of_items(turn)
    with translation.override("id"):
        was = {change.item_no: on_assets.place_words(change.asset.claim) for change in changes}
    moved = _moved(turn, changes, booked)
    with translation.override("id"):
        now = {number: on_assets.place_words(claim) for number, claim in moved.items()}
        lines = [
            on_assets.line(
                change,
                was=[was[change.item_no]],
                now=[now[change.item_no], *_remarks(told.get(change.item_no))],
            )
            for change in changes
        ]
        minutes = on_assets.issue_minutes(turn, lines, note=given.note)
    turn.says(note=given.note, moved=[[was[number], now[number]] for number in sorted(was)])
    on_assets.finish(
        turn,
        changes,
        {change.item_no: {} for change in changes},
        minutes=minutes,
        beside={number: {"place": (was[number], now[number])} for number in was},
    )


def _moved(turn: Turn, changes: list[AssetChange], booked: dict[int, Claim]) -> dict[int, Claim]:
    """The devices' own claims at the reserved places; what was reserved is given up in the same change."""
    plan = [
        (
            change.asset.claim,
            replace(
                ledger.spec_of(change.asset.claim),
                place_id=booked[change.item_no].place_id,
                start=booked[change.item_no].start,
                height=booked[change.item_no].height,
                face=booked[change.item_no].face,
                host_id=booked[change.item_no].host_id,
                slot=booked[change.item_no].slot,
            ),
        )
        for change in changes
    ]
    found = ledger.rearrange(plan, at=turn.at, by=turn.person_id, instead_of=turn.claims)
    for claim, change in zip(found, changes, strict=True):
        claim.place = booked[change.item_no].place
    turn.claims = []
    turn.sets(site=site_of(found))
    freed.announce()
    return {change.item_no: claim for claim, change in zip(found, changes, strict=True)}


def _remarks(told: Moved | None) -> list[str]:
    if told is None:
        return []
    port: list[Any] = [_("Porta switch %(port)s") % {"port": told.switch_port}] if told.switch_port else []
    return [*port, *([told.note] if told.note else [])]


def postpone(turn: Turn, given: Postpone) -> None:
    """Back to the notice for another window; the place stays reserved."""
    turn.says(note=given.note)


ACTS = {
    "move": Act(move, Move, event="assets_moved", duty="installed"),
    "postpone": Act(postpone, Postpone, event="relocation_postponed", duty="installed"),
}
