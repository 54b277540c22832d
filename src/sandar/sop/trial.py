"""A dry walk through a procedure: chosen outcomes, who would hold the case, what would be issued. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandar.errors import ActionNotAllowed
from sandar.sop import route
from sandar.sop.procedure import RETURN, Action, End, Procedure, Stage, Step


@dataclass(frozen=True, slots=True)
class Passed:
    """One act of the walk: from where, by which action."""

    step: Step
    stage: Stage
    action: Action


@dataclass(frozen=True, slots=True)
class Trial:
    """A walk so far. here: where it stands now; end: where it ended.

    stopped: an outcome that is not possible there, or behind the end; rest: that one and all after it, not walked.
    """

    passed: tuple[Passed, ...]
    here: route.Place | None
    end: End | None
    ways: tuple[Action, ...]
    rest: tuple[str, ...] = ()

    @property
    def stopped(self) -> str:
        return self.rest[0] if self.rest else ""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The names of what was walked."""
        return tuple(one.action.name for one in self.passed)

    @property
    def minutes(self) -> int:
        """Standard time of every activity passed or stood in, once each, in working minutes."""
        steps = {one.step.key: one.step for one in self.passed}
        if self.here is not None:
            steps[self.here.step.key] = self.here.step
        return sum(step.budget.minutes for step in steps.values() if step.budget)


def walk(procedure: Procedure, outcomes: Sequence[str]) -> Trial:
    """Follow the outcomes from the start as far as the procedure has them."""
    state, came_from = procedure.start, ""
    passed: list[Passed] = []
    for at, name in enumerate(outcomes):
        try:
            way = route.follow(procedure, state, name, returned_from=came_from or None)
        except ActionNotAllowed:
            return _stand(procedure, state, passed, came_from, rest=tuple(outcomes[at:]))
        place = route.place(procedure, state)
        passed.append(Passed(place.step, place.stage, way.action))
        if way.is_end:
            return Trial(tuple(passed), None, way.end, (), tuple(outcomes[at + 1 :]))
        if not way.stays:
            back = any(one.to == RETURN for one in route.actions(procedure, way.to))
            came_from = state if back else ""
        state = way.to
    return _stand(procedure, state, passed, came_from)


def _stand(
    procedure: Procedure, state: str, passed: list[Passed], came_from: str, *, rest: tuple[str, ...] = ()
) -> Trial:
    ways = tuple(way for way in route.actions(procedure, state) if way.to != RETURN or came_from)
    return Trial(tuple(passed), route.place(procedure, state), None, ways, rest)
