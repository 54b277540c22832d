"""Services side by side, and a procedure with an activity of the office's own: the same two proofs as for the seed.

P06: every (state, action, actor) outside the definition is refused and changes nothing. P05: whatever legal way is
walked, the journal ends where the case stands. One world per definition, one case per state: the full cross product.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from sandar.doors.jobs import care, waiting
from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.ledger import read as ledger
from sandar.sop import definition, route
from sandar.sop.definition import Procedure
from sandar.sop.editing import FINISH, REFUSE, SEND_BACK
from sandar.steps import registry
from sandar.steps.revising import drafts
from tests import office
from tests.steps import test_every_pair as pairs
from tests.steps.test_revising import NEW
from tests.steps.watch import everything

pytestmark = pytest.mark.django_db
AT = office.MONDAY
HOSTING = definition.shipped_texts()["hosting"]
DEFINITIONS = {"hosting": HOSTING, "colocation": drafts.edited(definition.bundled_text(), NEW)}
OWN = {"hosting": "own_uji_keamanan", "colocation": "own_uji"}


def published(service: str) -> Procedure:
    """The definition of a service, published by two people."""
    author = office.person("pengawas1")
    draft = drafts.begin(service, person=author, at=AT, text=DEFINITIONS[service])
    draft = drafts.check(draft.pk, seen=1, person=author, at=AT)
    given = drafts.Publication(AT.date())
    row = drafts.publish(draft.pk, given, seen=2, person=office.person("kabid1"), at=AT)
    return cases.procedure_of_revision(row)


def brought(case: Case, state: str) -> Case:
    case.refresh_from_db()
    at = AT
    while case.state != state:
        at += timedelta(minutes=5)
        if case.state.startswith("own_"):
            office.act(case, "finish", {"finding": "lulus"}, at=at)
        else:
            nearest = route.follow(cases.procedure_of(case), case.state, office.WAY[case.state]).to
            office.bring_to(case, nearest, at=at)
        case.refresh_from_db()
    return case


def asked(service: str) -> Case:
    item = office.application(vcpu=1, ram_gb=1, storage_gb=1, bandwidth_mbps=1)
    return office.ask(item if service == "hosting" else office.server())


def test_a_request_runs_under_the_procedure_of_its_own_service_to_the_end():
    published("hosting")
    case = asked("hosting")
    assert (case.revision.service, case.revision.revision) == ("hosting", 1)
    assert office.ask(office.server()).revision.service == "colocation"
    assert office.ask(office.server(), office.application(vcpu=1)).revision.service == "colocation"  # both
    brought(case, "completed")
    steps = list(Task.objects.filter(case=case).values_list("step", flat=True))
    assert steps.index("own_uji_keamanan") == steps.index("approval") - 1
    assert {paper.sop_number for paper in case.documents.all()} == {""}
    assert {paper.sop_revision for paper in case.documents.all()} == {1}


def test_without_a_procedure_of_its_own_a_service_follows_the_seed():
    assert asked("hosting").revision.service == "colocation"


def with_waiting_room(service: str) -> Case:
    """A case before the decision on capacity, from where the office proposes, postpones and queues."""
    return brought(asked(service), "capacity_release")


def waiting_on_the_list(service: str) -> Case:
    case = with_waiting_room(service)
    office.act(case, "queue", {"note": "lewat telepon"})
    return case


def offered_from_the_list(service: str) -> Case:
    case = waiting_on_the_list(service)
    assert waiting.run(AT, care.Shift()) == 1
    return case


def acted(state: str, action: str, data: dict[str, Any]) -> Callable[[str], Case]:
    """A case brought to `state`, from where one more act leads beside the main way."""

    def make(service: str) -> Case:
        case = brought(asked(service), state)
        office.act(case, action, data)
        return case

    return make


LESS = {"hosting": {"item_no": 1, "ram_gb": 0.5}, "colocation": {"item_no": 1, "watts": 300}}


def offered_less(service: str) -> Case:
    case = with_waiting_room(service)
    office.act(case, "propose", {"items": [LESS[service]]})
    return case


BESIDE: Mapping[str, Callable[[str], Case]] = {
    "letter_completion": acted("disposition_head", "send_back", {"reason": "incomplete_letter"}),
    "capacity_offer": offered_less,
    "later_offer": acted("capacity_release", "postpone", {"from_on": "2026-12-21", "note": "menunggu panel"}),
    "waiting_capacity": waiting_on_the_list,
    "waiting_offer": offered_from_the_list,
    "awaiting_reapproval": acted("inspection", "reapprove", {"reason": "specification_mismatch"}),
    "access_fix": acted("reporting", "fix", {"reason": "unreachable"}),
    "completed": lambda service: brought(asked(service), "completed"),
}


def standing_in(service: str, state: str) -> Case:
    case = BESIDE[state](service) if state in BESIDE else brought(asked(service), state)
    case.refresh_from_db()
    assert case.state == state
    return case


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", DEFINITIONS)
def test_what_a_definition_does_not_have_is_refused_and_changes_nothing(service: str):
    """P06, the full cross product: every open state of the definition and its end, every action, every actor."""
    procedure = published(service)
    states = [*route.open_states(procedure), "completed"]
    assert OWN[service] in states
    # The list's offer first: it goes to whoever waits.
    standing = [
        standing_in(service, state) for state in sorted(states, key=lambda one: one != "waiting_offer")
    ]
    people = {name: office.person(name) for name in pairs.ACTORS}
    actions = sorted({*pairs.ACTIONS, FINISH, SEND_BACK, REFUSE})
    before, tried = everything(), 0
    for case in standing:
        task = Task.objects.filter(case=case).order_by("-pk")[0]
        legal = {(action.name, action.by) for action in route.actions(procedure, case.state)}
        for action, (actor, person) in product(actions, people.items()):
            if (action, pairs.ROLE.get(actor, "")) in legal:
                continue
            tried += 1
            given = {"person": person, "seen": case.version, "at": AT}
            with pytest.raises((ActionNotAllowed, NotYourTurn, NotFound)) as refusal:
                registry.perform(task.pk, action, data=filled(action), **given)
            # Of another agency, or with nothing to do with requests: it does not exist.
            assert (refusal.type is NotFound) == (actor in ("disdik1", "admin")), (case.state, action, actor)
            if actor == "dinkes2":
                with pytest.raises((ActionNotAllowed, NotYourTurn)):
                    registry.perform_on_case(case, action, data={}, **given)
    legal_pairs = sum(
        (action.name, action.by) in {(name, pairs.ROLE[who]) for name in actions for who in pairs.ROLE}
        for state in states
        for action in route.actions(procedure, state)
    )
    assert tried == len(states) * len(actions) * len(people) - legal_pairs
    assert everything() == before


def filled(action: str) -> dict[str, Any]:
    return {"finding": "lulus"} if action == FINISH else pairs.filled(action)


def act_at_random(chance: random.Random, procedure: Procedure, case: Case, *, at) -> None:
    known = [
        one
        for one in route.actions(procedure, case.state)
        if one.name not in ("offer", "propose", "postpone", "queue", "prioritise", "expire")
        and one.by != "system"
        and pairs.possible(case, one.name)
    ]
    weight = [
        1 if one.addition or one.reason or one.name in ("refuse", "report_short") else 6 for one in known
    ]
    action = chance.choices(known, weight)[0]
    if action.name == "confirm" and pairs.last_decision(case) == "short":
        action = next(one for one in known if one.name == "recheck")
    if action.name == "report":
        office.act(case, "probe", {}, at=at)
        office.answer_probes(case, at=at)
        case.refresh_from_db()
    data = {"finding": "lulus"} if action.name == "finish" else pairs.in_parts(chance, case, action.name)
    actor = office.person(office.OFFICER_OF[action.by])
    registry.perform_on_case(case, action.name, person=actor, data=data, seen=case.version, at=at)


@pytest.mark.parametrize("service", DEFINITIONS)
def test_random_legal_walks_replay_to_the_stored_state(service: str):
    procedure = published(service)
    chance, own = random.Random(service), 0
    for _ in range(4):
        case, at = asked(service), AT
        for _ in range(60):
            at += timedelta(minutes=chance.choice([1, 7, 90, 600]))
            case.refresh_from_db()
            act_at_random(chance, procedure, case, at=at)
            pairs.holds_together(case)
            if case.closed_at:
                break
        own += Task.objects.filter(case=case, step=OWN[service]).count()
    assert own, "no walk came to the office's own activity"
    assert ledger.recount() == []
