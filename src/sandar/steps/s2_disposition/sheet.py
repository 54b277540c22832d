"""The facts of the printed Lembar Disposisi (domain.md 2.2)."""

from __future__ import annotations

from typing import Any

from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions.models import EXECUTOR, Recipient
from sandar.steps import paper, reasons
from sandar.steps.s2_disposition import hops as way
from sandar.steps.s2_disposition.hops import Hop
from sandar.steps.turn import Turn

KINDS = {"plt": "Plt.", "plh": "Plh.", "an": "a.n."}


def facts(turn: Turn, note: str) -> dict[str, Any]:
    """All hops in order, with boxes, copies, answers and receipts up to now; whoever accepts takes the last."""
    assert turn.person is not None
    hops = [hop for hop in way.of_case(turn.case) if hop.to_role]
    takers = [_named(hop.giver) for hop in hops[1:]] + [paper.person_facts(turn.person)]
    head = paper.head(turn)
    signers = [head] if head else [paper.signer(turn)]
    ends = [hop.due_on for hop in hops if hop.due_on]
    found: dict[str, Any] = {
        **paper.common(turn, signers=signers),
        "urgency": turn.case.nature,
        "boxes": [box.words for box in dispositions.instructions()],
        "hops": [_hop(hop, taker, turn) for hop, taker in zip(hops, takers, strict=True)],
        "accepted": {**paper.signer(turn), "at": paper.local(turn.at, turn.office), "note": note},
    }
    if ends:
        found["due_on"] = max(ends).isoformat()
    return found


def _named(person: Any) -> dict[str, Any]:
    return {"name": person.get("name", ""), "title": person.get("title", "")}


def _hop(hop: Hop, taker: dict[str, Any], turn: Turn) -> dict[str, Any]:
    printed: dict[str, Any] = {
        "from_title": hop.giver.get("title", ""),
        "from_name": hop.giver.get("name", ""),
        "to_title": taker["title"],
        "to_name": taker["name"],
        "instructions": [box.words for box in hop.instructions],
        "note": hop.note,
        "at": paper.local(hop.at, turn.office),
        "others": [_other(row, turn) for row in hop.others],
    }
    if hop.giver.get("mandate"):
        printed["acting"] = f"{KINDS[hop.giver['kind']]}, {hop.giver['mandate']}"
    elif hop.giver.get("kind") == "superior":
        printed["acting"] = f"selaku atasan, mengisi jabatan {paper.post(turn, hop.giver['role'])}"
    if hop.is_return:
        printed["returned"] = reasons.sentence(hop.reason)
    if hop.due_on:
        printed["due_on"] = hop.due_on.isoformat()
    if opened := min((row.read_at for row in hop.lead if row.read_at), default=None):
        printed["read_at"] = paper.local(opened, turn.office)
    return printed


def _other(row: Recipient, turn: Turn) -> dict[str, Any]:
    printed: dict[str, Any] = {
        "title": row.person.title,
        "name": row.person.name,
        "part": "Pelaksana" if row.part == EXECUTOR else "Tembusan",
        "answer": row.answer,
    }
    if row.answered_by:
        who = row.answered_by
        printed["answer"] = f"{row.answer} (oleh {who.get('title') or who.get('name', '')})"
    if row.read_at:
        printed["read_at"] = paper.local(row.read_at, turn.office)
    return printed
