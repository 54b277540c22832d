"""The journal replayed by the definition alone (P05): from the start, each act by an action the SOP has there."""

from __future__ import annotations

from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event
from sandar.sop import route
from sandar.sop.definition import SYSTEM, Procedure
from sandar.steps import registry


def replayed(case: Case) -> list[str]:
    """The states that the journal went through, the last one is where the case must stand.

    Of each line only what was done and in which role is taken from the journal; where that leads is the definition's
    answer. What the line says of its state only chooses between several answers, it never adds one. Raises
    AssertionError naming the line that no action of the definition explains: so every prefix is legal too.
    """
    procedure = cases.procedure_of(case)
    first, *rest = [
        event for event in Event.objects.filter(case=case).order_by("seq") if "state" in event.payload
    ]
    state, sent_from = route.follow(procedure, procedure.start, "submit").to, ""
    assert first.payload["state"] == state, (first.kind, first.payload["state"], state)
    found = [state]
    for event in rest:
        ways = leads_to(procedure, state, sent_from, event)
        told = event.payload["state"]
        assert told in ways, (case.number, event.seq, event.kind, state, told, sorted(ways))
        if told != state:
            comes_back = any(one.to.startswith("return") for one in route.actions(procedure, told))
            state, sent_from = told, state if comes_back else ""
        found.append(state)
    return found


def leads_to(procedure: Procedure, state: str, sent_from: str, event: Event) -> set[str]:
    """Where the definition lets this be done to, by this role, from this state."""
    step = route.place(procedure, state).step.key
    found = set()
    for action in route.actions(procedure, state):
        act = registry.act_for(step, action.name)
        by = event.person.get("role") or SYSTEM
        if act and act.event == event.kind and by == action.by:
            found.add(route.follow(procedure, state, action.name, returned_from=sent_from or None).to)
    return found
