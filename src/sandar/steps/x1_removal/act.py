"""Removal: the asset is checked, switched off, taken out and handed back; its place is free and its line closed."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.assets import addresses
from sandar.records.assets import changes as asset_changes
from sandar.records.cases import read as cases
from sandar.records.ledger import write as ledger
from sandar.steps import freed, on_assets, paper, words
from sandar.steps.turn import Act, Turn
from sandar.steps.x1_removal.forms import Check, Found, HandBack, Postpone

STEP = "removal"


def check(turn: Turn, given: Check) -> None:
    """Find what is to be taken out: the register's serial number, its condition, and its data saved by the agency."""
    changes = asset_changes.standing(turn.case.pk)
    on_assets.every_asset(changes, [found.item_no for found in given.items])
    if not given.data_saved:
        raise InvalidInput(
            fields={
                "data_saved": [_("Perangkat baru boleh dimatikan sesudah instansi mencadangkan datanya.")]
            }
        )
    known = {change.item_no: change.asset.serial for change in changes}
    wrong = {
        f"items.{index}.note": [
            _("Nomor seri berbeda dari register (%(serial)s). Tulis mengapa tetap benar.")
            % {"serial": known[found.item_no]}
        ]
        for index, found in enumerate(given.items)
        if found.serial and known[found.item_no] and found.serial != known[found.item_no] and not found.note
    }
    if wrong:
        raise InvalidInput(fields=wrong)
    turn.says(items=[_told(found) for found in given.items], note=given.note)


def _told(found: Found) -> dict[str, object]:
    return found.model_dump(mode="json")


def postpone(turn: Turn, given: Postpone) -> None:
    """The agency could not come: back to the notice, for another window."""
    turn.says(note=given.note)


def hand_back(turn: Turn, given: HandBack) -> None:
    """Take it out: minutes, free place and closed line of the register in one transaction."""
    changes = asset_changes.standing(turn.case.pk)
    checked = cases.last_event(turn.case, "assets_checked")
    seen = {found["item_no"]: found for found in checked.payload["items"]} if checked else {}
    with translation.override("id"):
        lines = [
            on_assets.line(
                change,
                was=[on_assets.place_words(change.asset.claim)],
                now=[seen.get(change.item_no, {}).get("note", "")],
                condition=words.CONDITIONS[seen.get(change.item_no, {}).get("condition", "B")],
            )
            for change in changes
        ]
        minutes = on_assets.issue_minutes(
            turn,
            lines,
            receiver=given.receiver,
            note=given.note,
            statements=_statements(given),
            handed_back_at=paper.local(turn.at, turn.office),
        )
    ledger.release_all([change.asset.claim for change in changes], at=turn.at, by=turn.person_id)
    for change in changes:
        addresses.free(change.asset_id, at=turn.at)
    freed.announce()
    turn.says(released=[change.asset.claim_id for change in changes], note=given.note)
    closed = {
        change.item_no: {
            "removed_at": turn.at,
            "condition": seen.get(change.item_no, {}).get("condition", change.asset.condition),
        }
        for change in changes
    }
    on_assets.finish(turn, changes, closed, minutes=minutes)


def _statements(given: HandBack) -> list[str]:
    told = [_("Data sudah dicadangkan oleh instansi sebelum perangkat dimatikan.")]
    if given.data_wiped:
        told.append(_("Salinan data pada media milik pusat data sudah dihapus."))
    return told


ACTS = {
    "check": Act(check, Check, event="assets_checked", duty="inspected"),
    "postpone": Act(postpone, Postpone, event="removal_postponed", duty="inspected"),
    "hand_back": Act(hand_back, HandBack, event="assets_returned", duty="installed"),
}
