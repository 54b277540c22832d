"""Every state with every action by everybody: what the SOP does not have is refused and changes nothing (P06).

And whatever legal way is walked, the journal ends where the case stands (P05).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import pytest

from sandar.core import fates
from sandar.doors.jobs import care, waiting
from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn, SandarError, UnknownState
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, Task
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import LIVE, Claim
from sandar.sop import definition, route
from sandar.sop.definition import SYSTEM
from sandar.steps import batches, registry
from tests import office
from tests.steps.replay import replayed
from tests.steps.watch import everything

pytestmark = pytest.mark.django_db

SOP = definition.bundled()
ACTIONS = sorted({action for _step, action in registry.acts()} | {"submit", "resubmit", "terbang"})
ACTORS = (
    "dinkes2", "disdik1", "kabid2", "pengawas2", "administrator2", "operator2", "pemeriksa2", "admin",
)  # fmt: skip
ROLE = {name: role for role, name in (
    ("applicant", "dinkes2"), ("division_head", "kabid2"), ("supervisor", "pengawas2"),
    ("administrator", "administrator2"), ("dc_operator", "operator2"), ("inspector", "pemeriksa2"),
)}  # fmt: skip


def back_to_the_agency() -> Case:
    case = office.ask()
    office.act(case, "send_back", {"reason": "incomplete_letter"})
    return case


def asked_again() -> Case:
    case = office.bring_to(office.ask(), "inspection")
    office.act(case, "reapprove", {"reason": "specification_mismatch"})
    return case


def not_reached() -> Case:
    case = office.bring_to(office.ask(), "reporting")
    office.act(case, "fix", {"reason": "unreachable"})
    return case


def offered_less() -> Case:
    case = office.bring_to(office.ask(), "capacity_release")
    office.act(case, "propose", {"items": [{"item_no": 1, "watts": 300}]})
    return case


def offered_later() -> Case:
    case = office.bring_to(office.ask(), "capacity_release")
    office.act(case, "postpone", {"from_on": "2026-12-21", "note": "menunggu panel baru"})
    return case


def on_the_list() -> Case:
    case = office.bring_to(office.ask(), "capacity_release")
    office.act(case, "queue", {"note": "lewat telepon"})
    return case


def offered_from_the_list() -> Case:
    case = on_the_list()
    assert waiting.run(office.MONDAY, care.Shift()) == 1
    return case


WAYS: Mapping[str, Callable[[], Case]] = {
    "capacity_offer": offered_less,
    "later_offer": offered_later,
    "waiting_capacity": on_the_list,
    "waiting_offer": offered_from_the_list,
    "letter_completion": back_to_the_agency,
    "awaiting_reapproval": asked_again,
    "access_fix": not_reached,
}


@pytest.mark.parametrize("state", [*route.open_states(SOP), "completed"])
def test_what_the_sop_does_not_have_here_is_refused_and_changes_nothing(state: str):
    case = WAYS[state]() if state in WAYS else office.bring_to(office.ask(), state)
    case.refresh_from_db()
    task = Task.objects.filter(case=case).order_by("-pk")[0]
    legal = {(action.name, action.by) for action in route.actions(SOP, state)}
    illegal = [(a, who) for a in ACTIONS for who in ACTORS if (a, ROLE.get(who, "")) not in legal]
    assert len(illegal) > 150
    people = {name: office.person(name) for name in ACTORS}
    given = {"seen": case.version, "at": office.MONDAY}
    before = everything()
    for action, actor in illegal:
        with pytest.raises((ActionNotAllowed, NotYourTurn, NotFound)) as refusal:
            registry.perform(task.pk, action, person=people[actor], data=filled(action), **given)
        assert (refusal.type is NotFound) == (actor in ("disdik1", "admin"))
        if actor == "dinkes2":  # who may act on a case without holding its task
            with pytest.raises((ActionNotAllowed, NotYourTurn)):
                registry.perform_on_case(case, action, person=people[actor], data={}, **given)
    assert everything() == before


def filled(action: str) -> dict[str, Any]:
    """Data that no schema objects to, so that only the rules refuse."""
    if action in ("send_back", "decline", "recheck", "reapprove", "reject", "fix"):
        return {"reason": "other"}
    if action == "save":
        return {"form": {}}
    if action == "withdraw_item":
        return {"item_nos": [1]}
    return {}


# --- random legal walks


BETWEEN: Mapping[str, dict[str, Any]] = {  # YES and NO
    "postpone": {"from_on": "2027-03-01", "note": "jalan acak"},
    "queue": {"note": "jalan acak"},
    "prioritise": {"priority": 3, "note": "jalan acak"},
}


def possible(case: Case, action: str) -> bool:
    """Does the action make sense for what is left of the request? Walks leave out what only a rule refuses."""
    total, now = len(case.items), case.fates
    installed = fates.among(total, now, {fates.INSTALLED})
    if action in ("withdraw", "expire") and case.state == "awaiting_delivery":
        return not installed
    if action == "withdraw":
        return not installed
    if action in ("withdraw_rest", "expire_rest"):
        return bool(installed)
    if action == "withdraw_item":
        asked = fates.among(total, now, {fates.ASKED, *fates.AWAITED})
        return len(asked) > 1 and case.state not in ("capacity_offer", "later_offer", "waiting_offer")
    if action in batches.BESIDE:
        return bool(fates.among(total, now, batches.BESIDE[action]))
    _act, _, way = action.rpartition("_")
    return way not in ("some", "part", "ask", "next", "receipt")  # another act becomes these


def some(chance: random.Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One or more of them."""
    return sorted(chance.sample(rows, chance.randint(1, len(rows))), key=lambda row: row["item_no"])


def in_parts(chance: random.Random, case: Case, action: str) -> dict[str, Any]:
    """Data that lets some items go another way than the others, at random."""
    data = data_for(case, action)
    why = {"reason": "specification_mismatch", "note": "jalan acak"}
    if action == "withdraw_item":
        asked = fates.among(len(case.items), case.fates, {fates.ASKED, *fates.AWAITED})
        return {"item_nos": [chance.choice(asked)], "note": "jalan acak"}
    if action in ("hand_in", "hand_in_more"):
        return data | {"deliveries": some(chance, data["deliveries"])}
    if action == "hand_over":
        return data | {"items": some(chance, data["items"])}
    if action == "inspect":
        aside = [row["item_no"] for row in data["inspections"] if chance.random() < 0.3]
        each = [{"item_no": n, "result": chance.choice(["reapprove", "reject"]), **why} for n in aside]
        return data | {"set_aside": each}
    asked = fates.open_numbers(len(case.items), case.fates)
    if action in ("approve", "confirm") and len(asked) > 1 and chance.random() < 0.5:
        return data | {"refused": [{"item_no": chance.choice(asked), **why}]}
    brought = fates.among(len(case.items), case.fates, {fates.DELIVERED})
    if action in ("check_in", "check_in_more") and len(brought) > 1 and chance.random() < 0.4:
        back = chance.choice(brought)
        kept = [row for row in data["received"] if row["item_no"] != back]
        return data | {"received": kept, "returned": [{"item_no": back, **why}]}
    return data


def data_for(case: Case, action: str) -> dict[str, Any]:
    state = case.state
    if action == "propose":
        return office.default_data(case, action)
    if action in BETWEEN:
        return BETWEEN[action]
    if action == "decline" and state in ("capacity_offer", "later_offer"):
        return {"note": "jalan acak"}
    if action in ("send_back", "return_hop", "recheck", "reapprove", "reject", "decline", "fix"):
        return {"reason": "other", "note": "jalan acak"}
    if action == "refuse":
        in_step_3 = state in ("capacity_release", "waiting_capacity")
        return {"note": "jalan acak"} | ({} if in_step_3 else {"reason": "other"})
    if action == "save":
        return {"form": {"purpose": "x"}}
    if action in ("report_short", "report", "inspect"):
        return office.default_data(case, action) | {"note": "jalan acak"}
    return office.default_data(case, action)


def step_of(
    chance: random.Random, case: Case, *, at: Any, likely: Collection[str] = (), never: Collection[str] = ()
) -> None:
    """One legal act, chosen at random; ways back and ends are rarer, so that walks get far."""
    case.refresh_from_db()
    known = [
        one for one in route.actions(SOP, case.state) if one.name not in never and possible(case, one.name)
    ]
    rare = ("refuse", "report_short")
    weight = [1 if (one.addition and one.name not in likely) or one.name in rare else 6 for one in known]
    action = chance.choices(known, weight)[0]
    if action.name == "offer":  # the worker finds the place
        waiting.run(at, care.Shift())
        return
    if action.by == SYSTEM:
        registry.perform_on_case(case, action.name, person=None, data={}, seen=None, at=at)
        return
    people = {"applicant": ("dinkes1", "dinkes2"), "division_head": ("kabid1", "kabid2")}
    actor = chance.choice(people.get(action.by, (office.OFFICER_OF[action.by],)))
    if action.name == "confirm" and last_decision(case) == "short":
        action = next(known for known in known if known.name == "recheck")
    if action.name == "report":
        office.act(case, "probe", {}, at=at)
        office.answer_probes(case, at=at, reachable=chance.random() < 0.5)
    case.refresh_from_db()
    data = in_parts(chance, case, action.name)
    registry.perform_on_case(
        case, action.name, person=office.person(actor), data=data, seen=case.version, at=at
    )


def last_decision(case: Case) -> str:
    event = cases.last_event(case, "capacity_reported")
    return str(event.payload["decision"]) if event else ""


def holds_together(case: Case) -> None:
    case.refresh_from_db()
    acts = [event for event in Event.objects.filter(case=case).order_by("seq") if "state" in event.payload]
    assert replayed(case)[-1] == case.state
    assert len(acts) == case.version
    told = fates.replayed(event.payload.get("fates", []) for event in acts)
    assert told == {number: fate["fate"] for number, fate in case.fates.items()}
    if case.closed_at:
        assert fates.open_numbers(len(case.items), case.fates) == []
    registered = {asset.item_no for asset in case.assets.all()}
    assert registered == set(fates.among(len(case.items), case.fates, {fates.INSTALLED}))
    live = dict(Claim.objects.filter(case=case, state__in=LIVE).values_list("item_no", "state"))
    ended = {number for number in live if number not in registered} - set(
        fates.open_numbers(len(case.items), case.fates)
    )
    assert not ended, "a place of an item that has ended is still booked"
    assert {live[number] for number in registered} <= {"installed"}
    open_tasks = Task.objects.filter(case=case, closed_at__isnull=True)
    assert [task.state for task in open_tasks] == ([] if case.closed_at else [case.state])
    assert case.timers.filter(stopped_at__isnull=True).exists() == (case.closed_at is None)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_walk_of_legal_acts_holds_together_at_every_step(seed: int):
    chance = random.Random(seed)
    three = [office.server(), office.server(serial="CTH-0002", name="SIMPUS-2"), office.application()]
    items = [[office.server()], [office.application()], three]
    case = office.ask(*chance.choice(items))
    at = office.MONDAY
    for _ in range(40):
        at += timedelta(minutes=chance.choice([0, 1, 7, 90, 600]))
        step_of(chance, case, at=at)
        holds_together(case)
        if case.closed_at:
            break
    assert ledger.recount() == []
    from sandar.core import chain

    assert chain.verify([cases.entry(event) for event in cases.journal(case)]) is None


def test_the_replay_is_not_blind_to_a_step_that_leads_elsewhere_nor_to_one_left_out():
    case = back_to_the_agency()
    office.act(case, "resubmit")
    office.bring_to(case, "completed")
    states = replayed(case)
    assert states[:3] == ["disposition_head", "letter_completion", "disposition_head"]
    acts = [event for event in Event.objects.filter(case=case).order_by("seq") if "state" in event.payload]
    for event, state in zip(acts, states, strict=True):
        right = event.payload
        Event.objects.filter(pk=event.pk).update(payload=right | {"state": "inspection"})
        if state != "inspection":
            with pytest.raises((AssertionError, UnknownState)):
                replayed(case)
        moved = state != states[max(event.seq - 2, 0)] or event is acts[0]
        Event.objects.filter(pk=event.pk).update(payload={k: v for k, v in right.items() if k != "state"})
        if moved:
            with pytest.raises((AssertionError, UnknownState)):
                assert replayed(case)[-1] == case.state
        Event.objects.filter(pk=event.pk).update(payload=right)
    assert replayed(case) == states


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_random_walks(seed: int):
    test_a_random_walk_of_legal_acts_holds_together_at_every_step(seed)


def test_every_action_of_the_sop_has_an_act_and_every_act_an_action():
    wanted = {
        (step.key, action.name)
        for text in definition.shipped_texts().values()
        for step, stage in definition.loads(text).stages
        for action in stage.actions
        if (stage.state, action.name) != (SOP.start, "submit") and not step.key.startswith("own_")
    }
    assert [pair for pair in sorted(wanted) if registry.act_for(*pair) is None] == []
    offered = {(step, name) for step, name in registry.acts() if step not in ("*", "+")}
    assert offered <= wanted
    assert issubclass(ActionNotAllowed, SandarError)
