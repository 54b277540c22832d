"""May an open case go on under another revision? Pure: where it stands, what it has finished, and two procedures.

What was finished was judged by the old rules. Where the new revision has other rules for a finished activity, or an
activity that the case would have had to pass, the case stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from sandar.sop.procedure import RETURN, Procedure, Stage, Step


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an open case stands. finished, begun: keys of activities whose clock stopped, or runs or waits.

    visited: every state it was in; its journal names them, so the new revision must know them.
    """

    state: str
    returned_from: str
    finished: Set[str]
    begun: Set[str]
    visited: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a case cannot move: a stable code, and what it is about in the sheet's own words."""

    code: str
    about: str


def obstacles(old: Procedure, new: Procedure, stand: Stand) -> tuple[Obstacle, ...]:
    """Everything that keeps a case under `old` from going on under `new`; empty when it may."""
    return tuple(dict.fromkeys(_all(old, new, stand)))


def _all(old: Procedure, new: Procedure, stand: Stand) -> Iterator[Obstacle]:
    if old.service != new.service:
        yield Obstacle("SERVICE_DIFFERS", new.title)
    here, there = _place(old, stand.state), _place(new, stand.state)
    if here is None or there is None:
        yield Obstacle("STATE_GONE", here[1].label if here else stand.state)
        return
    if here[0].key != there[0].key or here[1].waits_for != there[1].waits_for:
        yield Obstacle("STATE_DIFFERS", here[1].label)
    if stand.returned_from and not _comes_back(new, stand):
        yield Obstacle("RETURN_GONE", here[1].label)
    yield from _finished(old, new, stand, at=there[0])
    kept = {step.key for step in new.steps}
    for _step, stage in old.stages:
        if stage.state in stand.visited and _place(new, stage.state) is None:
            yield Obstacle("PAST_GONE", stage.label)
    for step in old.steps:
        if step.key in stand.begun and step.key not in kept:
            yield Obstacle("STEP_GONE", step.short)


def _place(procedure: Procedure, state: str) -> tuple[Step, Stage] | None:
    return next(((step, stage) for step, stage in procedure.stages if stage.state == state), None)


def _comes_back(procedure: Procedure, stand: Stand) -> bool:
    """Does the sender still send here, and does the state still lead back?"""
    place, sender = _place(procedure, stand.state), _place(procedure, stand.returned_from)
    if place is None or sender is None:
        return False
    back = any(action.to == RETURN for action in place[1].actions)
    return back and any(action.to == stand.state for action in sender[1].actions)


def _finished(old: Procedure, new: Procedure, stand: Stand, *, at: Step) -> Iterator[Obstacle]:
    after = {step.key: step for step in new.steps}
    done = [step for step in old.steps if step.key in stand.finished and step.key != at.key]
    for step in done:
        if step.key not in after:
            yield Obstacle("STEP_GONE", step.short)
        elif rules(step) != rules(after[step.key]):
            yield Obstacle("STEP_CHANGED", step.short)
    kept = [step.key for step in done if step.key in after]
    if kept != [step.key for step in new.steps if step.key in kept]:
        yield Obstacle("STEPS_REORDERED", ", ".join(step.short for step in done))
    known = {step.key for step in old.steps}
    last = max((after[key].no for key in (*kept, at.key) if key in after), default=0)
    for step in new.steps:
        if step.no < last and step.key not in known:
            yield Obstacle("STEP_INSERTED", step.short)


def rules(step: Step) -> tuple[Any, ...]:
    """What an activity is judged by: who, in which time, which papers, which ways. Words and numbers are no rules."""
    stages = tuple(
        (
            stage.state,
            stage.by,
            stage.waits_for,
            tuple((way.name, way.to, way.by, way.reason) for way in stage.actions),
        )
        for stage in step.stages
    )
    return step.actors, step.budget, step.gives, stages
