"""Which step offers which act, found by folder; and how a door performs one.

Every folder `sN_*` (the seed's) or `xN_*` (of the services on assets) with a module `act` brings `STEP` (the SOP's
key) and `ACTS` (action name -> Act). The SOP binds them by key, so an office that reorders its activities changes no
code. A key that no folder has is an activity the office put in itself: the room `own_activity` serves all of those
(ADR 0014).
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.db import transaction

from sandar import steps
from sandar.core.authority import local_day
from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event, Task
from sandar.records.ledger import read as ledger_read
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.sop import route
from sandar.sop.definition import SYSTEM, Action
from sandar.steps.inputs import Input
from sandar.steps.turn import Act, Turn, standing, standing_now, taking

ANY_STEP = "*"
OWN_STEP = "+"
_OWN = "own_activity"
_STEP_FOLDER = re.compile(r"[sx]\d+_")


@dataclass(frozen=True)
class Offer:
    """One action somebody may take on a task now."""

    action: Action
    act: Act


@dataclass(frozen=True)
class Done:
    """What an act left behind."""

    case: Case
    event: Event
    next_task: Task | None


@lru_cache(maxsize=1)
def acts() -> Mapping[tuple[str, str], Act]:
    """Every act by (step key, action name). Raises RuntimeError when two folders claim one."""
    found: dict[tuple[str, str], Act] = {}
    for module in sorted(pkgutil.iter_modules(steps.__path__), key=lambda module: module.name):
        if not module.ispkg or not _STEP_FOLDER.match(module.name):
            continue
        act = import_module(f"{steps.__name__}.{module.name}.act")
        for name, entry in act.ACTS.items():
            key = (ANY_STEP if name in getattr(act, "ANYTIME", ()) else act.STEP, name)
            if key in found:
                raise RuntimeError(f"two acts for {key}")
            found[key] = entry
    own = import_module(f"{steps.__name__}.{_OWN}.act")
    return found | {(OWN_STEP, name): entry for name, entry in own.ACTS.items()}


@lru_cache(maxsize=1)
def bound() -> Mapping[str, str]:
    """The step keys that code knows, with the package behind each."""
    rooms = {key: act.run.__module__ for (key, _name), act in acts().items()}
    return {key: room.rpartition(".")[0] for key, room in rooms.items() if key not in (ANY_STEP, OWN_STEP)}


def room_of(step: str) -> str:
    """The package behind a step: its own folder, or the one for activities an office put in itself."""
    return bound().get(step, f"{steps.__name__}.{_OWN}")


def act_for(step: str, action: str) -> Act | None:
    """The act behind an action of a step; None when no folder offers it."""
    known = step if step in bound() else OWN_STEP
    return acts().get((known, action)) or acts().get((ANY_STEP, action))


def names_of(step: str) -> list[str]:
    """The names of the actions that a step's room offers."""
    known = step if step in bound() or step == ANY_STEP else OWN_STEP
    return sorted(name for key, name in acts() if key == known)


def is_anytime(action: str) -> bool:
    """May the action be taken from any open state, without holding the task?"""
    return (ANY_STEP, action) in acts()


def offers(task: Task) -> list[Offer]:
    """What may be done on an open task by whoever holds it, in the order of the SOP.

    What an act only becomes by what is left of the request is not among them.
    """
    if task.closed_at is not None:
        return []
    found = []
    for action in route.actions(cases.procedure_of(task.case), task.state):
        act = act_for(task.step, action.name)
        if act and action.by == task.role and not act.derived:
            found.append(Offer(action, act))
    return found


def foresee(action: str) -> None:
    """Before the transaction of an act that searches the whole ledger: bring this process's picture of it up to now.

    Inside the transaction only what was written since is read, and none of it is kept (ADR 0019).
    """
    if action in _searching():
        ledger_read.snapshot()


@lru_cache(maxsize=1)
def _searching() -> frozenset[str]:
    return frozenset(name for (_, name), entry in acts().items() if entry.searches)


def perform(
    task_id: int,
    action: str,
    *,
    person: Person,
    data: Mapping[str, Any],
    seen: int,
    at: datetime,
    strict: bool = False,
    proved: bool = True,
    savepoint: bool = True,
) -> Done:
    """Act on a task. `seen` is the case's version on the page the person had open; `strict` as in `inputs.parsed`;
    proved: as in `turn.taking`.

    savepoint: False in a transaction that a refusal ends, so that nothing need be undone by itself.
    Raises NotFound, StaleVersion, NotYourTurn, ActionNotAllowed, InvalidInput, and what the act refuses; then
    nothing is stored. Whether the person may is asked under the case's lock, so a grant that ended meanwhile counts.
    """
    with transaction.atomic(savepoint=savepoint):
        case, task = cases_write.lock(task_id)
        office = people.office_in_act()
        who = standing_now(person, local_day(at, office.time_zone))
        if not cases.may_see(who.viewer, case):
            raise NotFound(what="task")
        act = act_for(task.step, action)
        known = {offer.name: offer for offer in route.actions(cases.procedure_of(case), task.state)}
        if act is None:
            raise ActionNotAllowed(action=action, state=task.state, allowed=sorted(known))
        mine = task.closed_at is not None or cases.is_mine(who.viewer, task)
        if not mine and (action not in known or known[action].by not in who.viewer.roles):
            raise NotYourTurn(role=task.role)
        cases_write.expect(case, seen)
        if task.closed_at is not None:
            raise ActionNotAllowed(action=action, state=case.state, allowed=[])
        with taking(
            case, action, act, who=who, office=office, at=at, data=data, strict=strict, proved=proved
        ) as turn:
            act.run(turn, turn.given)
    return _done(turn)


def perform_on_case(
    case: Case,
    action: str,
    *,
    person: Person | None,
    data: Mapping[str, Any],
    seen: int | None,
    at: datetime,
    strict: bool = False,
) -> Done:
    """Act on a case without holding its task: withdrawal by the applicant, expiry by the system (person None).

    Raises as `perform`.
    """
    with transaction.atomic():
        case = cases_write.lock_now(case.pk)
        office = people.office()
        who = standing(person, local_day(at, office.time_zone)) if person else None
        if who and not cases.may_see(who.viewer, case):
            raise NotFound(what="case")
        if seen is not None:
            cases_write.expect(case, seen)
        procedure = cases.procedure_of(case)
        known = {
            offer.name
            for offer in (() if case.closed_at else route.actions(procedure, case.state))
            if who is None or offer.by != SYSTEM
        }
        act = act_for(route.place(procedure, case.state).step.key, action) if action in known else None
        if act is None:
            raise ActionNotAllowed(action=action, state=case.state, allowed=sorted(known))
        with taking(case, action, act, who=who, office=office, at=at, data=data, strict=strict) as turn:
            act.run(turn, turn.given)
    return _done(turn)


def _done(turn: Turn) -> Done:
    assert turn.outcome is not None
    return Done(turn.case, turn.outcome, turn.next_task)


def schema_of(entry: Act) -> dict[str, Any]:
    """The JSON schema of an action's data."""
    shape: type[Input] = entry.input
    return shape.model_json_schema()
