"""Where a case may go: pure look-ups in a procedure, asked on every act.

The index of a procedure is built once and kept by the identity of the `Procedure` object; load
procedures through `definition.loads` or `definition.bundled`, which give the same object again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sandar.errors import ActionNotAllowed, UnknownState
from sandar.sop.procedure import RETURN, STAY, Action, End, Procedure, Stage, Step

StepStatus = Literal["done", "current", "ahead", "stopped", "skipped"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an open case stands."""

    step: Step
    stage: Stage


@dataclass(frozen=True, slots=True)
class Route:
    """Where an action leads: to a stage of a step, or to an end. `stays`: the state does not change."""

    action: Action
    to: str
    is_end: bool
    stays: bool
    step: Step | None
    stage: Stage | None
    end: End | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One step as seen from where the case stands. `stopped`: the case ended here without service."""

    step: Step
    status: StepStatus


@dataclass(frozen=True, slots=True)
class _Index:
    places: dict[str, Place]
    ends: dict[str, End]
    actions: dict[str, dict[str, Action]]
    listed: dict[str, tuple[Action, ...]]
    senders: dict[str, tuple[str, ...]]


def place(procedure: Procedure, state: str) -> Place:
    """The step and stage of an open state. Raises UnknownState, also for an end."""
    found = _index(procedure).places.get(state)
    if found is None:
        raise UnknownState(state=state)
    return found


def end(procedure: Procedure, state: str) -> End | None:
    """The end called `state`, or None when the state is open or unknown."""
    return _index(procedure).ends.get(state)


def actions(procedure: Procedure, state: str) -> tuple[Action, ...]:
    """Every action of `state`, anytime ones last; none at an end. Raises UnknownState."""
    index = _index(procedure)
    if state in index.ends:
        return ()
    if state not in index.listed:
        raise UnknownState(state=state)
    return index.listed[state]


def follow(procedure: Procedure, state: str, action: str, *, returned_from: str | None = None) -> Route:
    """Where `action` leads from `state`.

    returned_from: the state that sent the case back; needed by actions whose target is "return".
    Raises UnknownState, ActionNotAllowed (also at an end, or when there is nothing to return to).
    """
    index = _index(procedure)
    chosen = index.actions.get(state, {}).get(action)
    if chosen is None:
        raise ActionNotAllowed(
            action=action, state=state, allowed=[way.name for way in actions(procedure, state)]
        )
    to = chosen.to
    if to == RETURN:
        if returned_from is None or returned_from not in index.senders.get(state, ()):
            raise ActionNotAllowed(action=action, state=state, allowed=[], returned_from=returned_from)
        to = returned_from
    elif to == STAY:
        to = state
    if (closed := index.ends.get(to)) is not None:
        return Route(chosen, to, is_end=True, stays=False, step=None, stage=None, end=closed)
    there = index.places[to]
    return Route(chosen, to, is_end=False, stays=to == state, step=there.step, stage=there.stage, end=None)


def progress(procedure: Procedure, state: str, *, came_from: str | None = None) -> list[Progress]:
    """Every step with its status, in the order of the sheet.

    came_from: for a closed case the last open state, which tells where it stopped. Raises UnknownState.
    """
    index = _index(procedure)
    closed = index.ends.get(state)
    if closed is not None and closed.finished:
        return [Progress(step, "done") for step in procedure.steps]
    if closed is not None and came_from is None:
        return [Progress(step, "skipped") for step in procedure.steps]
    here = place(procedure, state if closed is None or came_from is None else came_from).step.no
    now: StepStatus = "current" if closed is None else "stopped"
    later: StepStatus = "ahead" if closed is None else "skipped"
    return [
        Progress(step, "done" if step.no < here else now if step.no == here else later)
        for step in procedure.steps
    ]


def next_step(procedure: Procedure, state: str) -> Step | None:
    """The step after the one `state` belongs to; None in the last step or at an end."""
    if end(procedure, state) is not None:
        return None
    following = place(procedure, state).step.no
    return procedure.steps[following] if following < len(procedure.steps) else None


def open_states(procedure: Procedure) -> tuple[str, ...]:
    """Every state a stored case can be open in: all but the start and the ends."""
    return tuple(stage.state for _step, stage in procedure.stages if stage.state != procedure.start)


def states_before(procedure: Procedure, before: str) -> tuple[str, ...]:
    """The stored states in which an anytime action is possible, in the order of the sheet.

    Those that stand above `before` and that a case can come to without having been there: a decision that is
    asked again from `before` stands higher on the sheet, but by then what `before` is about has happened.
    """
    order = [stage.state for _step, stage in procedure.stages]
    if before not in order:
        return ()
    ways = {stage.state: [action.to for action in stage.actions] for _step, stage in procedure.stages}
    reached, todo = {before}, [procedure.start]
    while todo:
        state = todo.pop()
        if state in reached or state not in ways:
            continue
        reached.add(state)
        for to in ways[state]:
            todo += [sender for sender in order if state in ways[sender]] if to == RETURN else [to]
    above = order[: order.index(before)]
    return tuple(state for state in above if state in reached and state != procedure.start)


_PARTS = frozenset({"hand_over_some", "hand_over_part", "hand_over_ask", "withdraw_rest", "expire_rest"})


def knows_parts(procedure: Procedure) -> bool:
    """Has the procedure all of the routes by which some items go on before the others?"""
    return {one.name for _step, stage in procedure.stages for one in stage.actions} >= _PARTS


@lru_cache(maxsize=64)
def _index(procedure: Procedure) -> _Index:
    places = {stage.state: Place(step, stage) for step, stage in procedure.stages}
    named: dict[str, dict[str, Action]] = {}
    senders: dict[str, list[str]] = {}
    for state, where in places.items():
        named[state] = {action.name: action for action in where.stage.actions}
        for action in where.stage.actions:
            senders.setdefault(action.to, []).append(state)
    for anytime in procedure.anytime:
        for state in states_before(procedure, anytime.before):
            named[state].setdefault(anytime.action.name, anytime.action)
    return _Index(
        places=places,
        ends={end.state: end for end in procedure.ends},
        actions=named,
        listed={state: tuple(found.values()) for state, found in named.items()},
        senders={state: tuple(found) for state, found in senders.items()},
    )
