"""Step 2: the letter is disposed down the chain, four hops in one budget of fifteen minutes."""

from __future__ import annotations

from typing import Any

from sandar.records.cases import read as cases
from sandar.records.people.models import Person
from sandar.sop import route
from sandar.steps import paper
from sandar.steps.refusal import refusal_facts
from sandar.steps.s2_disposition.forms import INSTRUCTIONS, Accept, Forward, Refuse, SendBack
from sandar.steps.turn import Act, Turn

STEP = "disposition"


def forward(turn: Turn, given: Forward) -> None:
    """Pass the letter to the next official of the chain."""
    turn.says(hop=turn.place.stage.by, instruction=given.instruction, note=given.note)


def accept(turn: Turn, given: Accept) -> None:
    """The data-centre staff takes the case; the disposition sheet with all hops is issued."""
    turn.says(hop=turn.place.stage.by, note=given.note)
    turn.issue("disposition_sheet", _sheet(turn, given.note))


def send_back(turn: Turn, given: SendBack) -> None:
    """Return the letter to the agency; the chain's clock waits."""
    turn.says(hop=turn.place.stage.by, note=given.note)


def refuse(turn: Turn, given: Refuse) -> None:
    """Refuse the request with a coded reason and a letter to the agency."""
    turn.says(hop=turn.place.stage.by, note=given.note)
    turn.issue("refusal_letter", refusal_facts(turn, reason=given.reason, note=given.note))


def _sheet(turn: Turn, note: str) -> dict[str, Any]:
    """The hops of the last run through the chain, in order; the last is the staff that accepts."""
    passed = cases.events(turn.case, "disposition_forwarded")
    by_role = {entry.payload["hop"]: entry for entry in passed}  # a later run replaces an earlier one
    order = [stage for stage in turn.place.step.stages if stage.by in by_role]
    hops = []
    for stage in order:
        entry = by_role[stage.by]
        way = route.follow(turn.procedure, stage.state, "forward")
        assert way.stage is not None
        holders = turn.holders(way.stage.by)
        receiver = holders[0] if holders else None
        hop: dict[str, Any] = {
            "from_title": entry.person.get("title", ""),
            "from_name": entry.person.get("name", ""),
            "to_title": _title(by_role.get(way.stage.by), turn, receiver),
            "instruction": INSTRUCTIONS[entry.payload["instruction"]],
            "note": entry.payload.get("note", ""),
            "at": paper.local(entry.at, turn.office),
        }
        if entry.person.get("mandate"):
            hop["acting"] = f"{entry.person['kind'].capitalize()}., {entry.person['mandate']}"
        hops.append(hop)
    head = paper.head(turn)
    signers = [paper.person_facts(head)] if head else [paper.signer(turn)]
    return {**paper.common(turn, signers=signers), "hops": hops}


def _title(entry: Any, turn: Turn, receiver: Person | None) -> str:
    """The receiver as who it turned out to be; for the last hop that is the person who accepts now."""
    if entry is not None:
        return str(entry.person.get("title", ""))
    assert turn.person is not None
    return turn.person.title or (receiver.title if receiver else "")


ACTS = {
    "forward": Act(forward, Forward, event="disposition_forwarded", duty="disposed"),
    "accept": Act(accept, Accept, event="disposition_accepted", duty="disposed"),
    "send_back": Act(send_back, SendBack, event="completion_asked", duty="disposed"),
    "refuse": Act(refuse, Refuse, event="request_refused", duty="disposed"),
}
