"""The letter of refusal, of a request or of some of its items, shared by every step that may refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import fates
from sandar.steps import items, paper, reasons
from sandar.steps.turn import Turn


def issue(turn: Turn, facts: Mapping[str, Any]) -> None:
    """The letter. One that refused some of the items goes on to hold beside one about the rest."""
    earlier = turn.known_papers.get("refusal_letter")
    turn.issue("refusal_letter", facts, beside=earlier is not None and bool(earlier.facts.get("left_out")))


def facts_of_some(turn: Turn, *, note: str = "") -> dict[str, Any]:
    """A letter that names the items that this act refuses, each with its reason, and those that go on."""
    now = {one["item_no"] for one in turn.marked if one["fate"] == fates.REFUSED}
    with translation.override("id"):
        return {
            **paper.common(turn, signers=[paper.signer(turn)]),
            "reasons": [],
            "left_out": [one for one in items.left_out(turn) if int(one["no"]) in now],
            "rest": [item["name"] for item in items.of_lines(turn, turn.open_items)],
            "note": note,
            "references": [paper.reference(known) for known in _basis(turn)],
            "next_steps": [
                _("Form pengajuan diisi untuk yang dilanjutkan; tempatnya sudah ditahan."),
                _("Yang ditolak dapat diajukan lagi dengan menyebut nomor permohonan ini."),
            ],
        }


def refusal_facts(
    turn: Turn,
    *,
    reason: str,
    note: str = "",
    shortages: Iterable[Mapping[str, Any]] = (),
    signer: Any = None,
) -> dict[str, Any]:
    """A letter that names the coded reason, what is short, and what the agency can do next. Papers are Indonesian."""
    with translation.override("id"):
        return {
            **paper.common(turn, signers=[signer or paper.signer(turn)]),
            "reasons": [reasons.sentence(reason)],
            "note": note,
            "shortages": [dict(line) for line in shortages],
            "references": [paper.reference(known) for known in _basis(turn)],
            "next_steps": [
                _("Permohonan baru dapat diajukan dengan menyebut nomor permohonan ini."),
                _("Penjelasan lebih lanjut dapat diminta kepada narahubung kantor."),
            ],
        }


def _basis(turn: Turn) -> list[Any]:
    kinds = ("disposition_sheet", "capacity_report", "application_form")
    found = (turn.known_papers.get(kind) for kind in kinds)
    return [known for known in found if known is not None]
