"""The services for what stands in the register, each as it ships: the same proofs as for the seed (P05, P06)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from sandar.core import chain
from sandar.doors.proof import everything as everything_proved
from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn
from sandar.records.assets.models import AssetChange
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.ledger import read as ledger
from sandar.sop import definition, route
from sandar.sop.definition import SYSTEM
from sandar.steps import registry
from tests import office
from tests.steps import assets
from tests.steps import test_every_pair as pairs
from tests.steps.watch import everything

pytestmark = pytest.mark.django_db
AT = office.MONDAY


def way_of(service: str) -> list[str]:
    """The states of the shortest way, by the definition itself."""
    procedure = definition.loads(definition.shipped_texts()[service])
    state, found = route.follow(procedure, procedure.start, "submit").to, []
    while route.end(procedure, state) is None:
        found.append(state)
        state = route.follow(procedure, state, assets.WAY[state]).to
    return [*found, state]


# The states beside the shortest way: where one more act leads from it.
BESIDE = {
    "letter_completion": ("disposition_head", "send_back", "incomplete_letter"),
    "access_fix": ("reporting", "fix", "unreachable"),
}


def stood(service: str, state: str) -> Case:
    """A case of the service that stands in this state."""
    case = assets.ask(service, assets.installed(office.server(bandwidth_mbps=10)))
    before, action, reason = BESIDE.get(state, (state, "", ""))
    assets.bring_to(case, before)
    if action:
        office.act(case, action, {"reason": reason})
    return case


@pytest.mark.parametrize("service", assets.SERVICES)
def test_what_a_definition_does_not_have_is_refused_and_changes_nothing(service: str):
    procedure = definition.loads(definition.shipped_texts()[service])
    states = [*route.open_states(procedure), "completed"]
    assert set(way_of(service)) <= set(states)
    standing = [stood(service, state) for state in states]
    people = {name: office.person(name) for name in pairs.ACTORS}
    before, tried = everything(), 0
    for case in standing:
        case.refresh_from_db()
        task = Task.objects.filter(case=case).order_by("-pk")[0]
        legal = {(one.name, one.by) for one in route.actions(cases.procedure_of(case), case.state)}
        for action in pairs.ACTIONS:
            for actor in pairs.ACTORS:
                if (action, pairs.ROLE.get(actor, "")) in legal:
                    continue
                tried += 1
                with pytest.raises((ActionNotAllowed, NotYourTurn, NotFound)):
                    registry.perform(
                        task.pk,
                        action,
                        person=people[actor],
                        data=pairs.filled(action),
                        seen=case.version,
                        at=AT,
                    )
    assert {case.state for case in standing} == set(states)
    assert tried > 150 * len(states)
    assert everything() == before


def act_at_random(chance: random.Random, case: Case, *, at) -> None:
    known = [one for one in route.actions(cases.procedure_of(case), case.state) if one.by != SYSTEM]
    weight = [
        1 if one.addition or one.reason or one.name in ("refuse", "report_short") else 30 for one in known
    ]
    action = chance.choices(known, weight)[0]
    if action.name == "confirm" and pairs.last_decision(case) == "short":
        action = next(one for one in known if one.name == "recheck")
    if action.name == "report" and any(one.name == "probe" for one in known):
        office.act(case, "probe", {}, at=at)
        office.answer_probes(case, at=at)
        case.refresh_from_db()
    given = assets.data(case, action.name) or pairs.data_for(case, action.name)
    if action.reason:
        given = {"reason": "other", "note": "jalan acak"}
    actor = office.person(office.OFFICER_OF[action.by])
    registry.perform_on_case(case, action.name, person=actor, data=given, seen=case.version, at=at)


@pytest.mark.parametrize("service", assets.SERVICES)
def test_random_legal_walks_replay_to_the_stored_state(service: str):
    chance, ends = random.Random(service), set()
    for _ in range(6):
        case, at = assets.ask(service, assets.installed()), AT
        for _ in range(60):
            at += timedelta(minutes=chance.choice([1, 7, 90, 600]))
            case.refresh_from_db()
            act_at_random(chance, case, at=at)
            pairs.holds_together(case)
            if case.closed_at:
                break
        ends.add(case.state)
        change = AssetChange.objects.get(case=case)
        assert (change.closed_at is None) == (case.closed_at is None)
        assert (change.done_at is not None) == (case.state == "completed") or not case.closed_at
        assert chain.verify([cases.entry(event) for event in cases.journal(case)]) is None
    assert "completed" in ends
    assert ledger.recount() == []
    assert everything_proved().flaws == []
