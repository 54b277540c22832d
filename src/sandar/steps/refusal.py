"""The facts of a refusal letter, shared by every step that may refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.steps import paper, reasons
from sandar.steps.turn import Turn


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
