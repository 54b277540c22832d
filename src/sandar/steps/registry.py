"""Which step offers which act, found by folder; and how a door performs one.

Every folder `sN_*` with a module `act` brings `STEP` (the SOP's key) and `ACTS` (action name -> Act). The SOP
binds them by key, so an office that reorders its activities changes no code.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.db import transaction

from sandar import steps
from sandar.errors import ActionNotAllowed, NotYourTurn
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, Task
from sandar.records.people.models import Person
from sandar.sop import route
from sandar.sop.definition import SYSTEM, Action
from sandar.steps.inputs import Input, parsed
from sandar.steps.turn import Act, taking, viewer_of

ANY_STEP = "*"


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
        if not module.ispkg:
            continue
        act = import_module(f"{steps.__name__}.{module.name}.act")
        for name, entry in act.ACTS.items():
            key = (ANY_STEP if name in getattr(act, "ANYTIME", ()) else act.STEP, name)
            if key in found:
                raise RuntimeError(f"two acts for {key}")
            found[key] = entry
    return found


def act_for(step: str, action: str) -> Act | None:
    """The act behind an action of a step; None when no folder offers it."""
    return acts().get((step, action)) or acts().get((ANY_STEP, action))


def offers(task: Task) -> list[Offer]:
    """What may be done on an open task by whoever holds it, in the order of the SOP."""
    if task.closed_at is not None:
        return []
    found = []
    for action in route.actions(cases.procedure_of(task.case), task.state):
        act = act_for(task.step, action.name)
        if act and action.by == task.role:
            found.append(Offer(action, act))
    return found


def perform(
    task_id: int,
    action: str,
    *,
    person: Person,
    data: Mapping[str, Any],
    seen: int,
    at: datetime,
    strict: bool = False,
) -> Done:
    """Act on a task. `seen` is the case's version on the page the person had open; `strict` as in `inputs.parsed`.

    Raises NotFound, InvalidInput, StaleVersion, NotYourTurn, ActionNotAllowed, and what the act refuses.
    """
    viewer = viewer_of(person, at)
    task = cases.task_for(viewer, task_id)
    act = act_for(task.step, action)
    if act is None:
        allowed = [offer.action.name for offer in offers(task)]
        raise ActionNotAllowed(action=action, state=task.state, allowed=allowed)
    if task.closed_at is None and not cases.is_mine(viewer, task):
        known = {known.name: known for known in route.actions(cases.procedure_of(task.case), task.state)}
        if action not in known or known[action].by not in viewer.roles:
            raise NotYourTurn(role=task.role)
    given = parsed(act.input, data, strict=strict)
    return _perform(task.case_id, action, act, person=person, given=given, seen=seen, at=at, task_id=task_id)


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
    """Act on a case without holding its task: withdrawal by the applicant, expiry by the system (person None)."""
    step = route.place(cases.procedure_of(case), case.state).step.key if case.closed_at is None else ANY_STEP
    act = act_for(step, action)
    if act is None:
        raise ActionNotAllowed(action=action, state=case.state, allowed=[])
    if person is not None:
        allowed = route.actions(cases.procedure_of(case), case.state)
        if action not in {known.name for known in allowed if known.by not in (SYSTEM,)}:
            raise ActionNotAllowed(action=action, state=case.state, allowed=[])
    given = parsed(act.input, data, strict=strict)
    return _perform(case.pk, action, act, person=person, given=given, seen=seen, at=at, task_id=None)


def _perform(
    case_id: int,
    action: str,
    act: Act,
    *,
    person: Person | None,
    given: Input,
    seen: int | None,
    at: datetime,
    task_id: int | None,
) -> Done:
    reason = getattr(given, "reason", "")
    with transaction.atomic():
        with taking(
            case_id,
            action,
            person=person,
            seen=seen,
            at=at,
            event=act.event,
            duty=act.duty,
            reason=reason,
            task_id=task_id,
        ) as turn:
            act.run(turn, given)
        assert turn.outcome is not None
        if act.after is not None:
            act.after(turn)
        return Done(turn.case, turn.outcome, turn.next_task)


def schema_of(entry: Act) -> dict[str, Any]:
    """The JSON schema of an action's data."""
    shape: type[Input] = entry.input
    return shape.model_json_schema()
