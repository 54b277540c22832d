"""The BPMN export executes in an independent engine (SpiffWorkflow), along every route, to where our routes lead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from sandar.sop import definition, route
from sandar.sop.bpmn import bpmn
from sandar.sop.definition import RETURN, Procedure
from sandar.steps.revising import drafts

OWN = {
    "op": "add", "new.before": "approval", "new.name": "Uji", "new.role": "supervisor", "new.back": "awaiting_form",
    "new.refuse": "refused",
}  # fmt: skip
TEXTS = {
    **definition.shipped_texts(),
    "with_an_own_activity": drafts.edited(definition.bundled_text(), OWN),
}
Step = tuple[str, str]  # action, returned_from


def routes(procedure: Procedure) -> Iterator[list[Step]]:
    """For every action of every state (and every sender it may return to) the shortest walk that ends with it."""
    start = (procedure.start, "")
    ways: dict[tuple[str, str], list[Step]] = {start: []}
    todo = deque([start])
    while todo:
        state, came_from = here = todo.popleft()
        for action in route.place(procedure, state).stage.actions:
            if action.to == state or (action.to == RETURN and not came_from):
                continue  # stays, or nothing to return to: no line in the chart
            walk = [*ways[here], (action.name, came_from)]
            yield walk
            way = route.follow(procedure, state, action.name, returned_from=came_from or None)
            if way.is_end:
                continue
            back = any(one.to == RETURN for one in route.actions(procedure, way.to))
            there = (way.to, state if back else "")
            if there not in ways:
                ways[there] = walk
                todo.append(there)


def played(engine: BpmnWorkflow, walk: list[Step]) -> list[str]:
    """The tasks the engine waited in, and the end it came to, if it did."""
    seen = []
    for action, returned_from in walk:
        engine.do_engine_steps()
        (task,) = engine.get_tasks(state=TaskState.READY, manual=True)
        seen.append(task.task_spec.bpmn_id)
        task.set_data(action=action, returned_from=returned_from)
        task.run()
    engine.do_engine_steps()
    waiting = engine.get_tasks(state=TaskState.READY, manual=True)
    ends = [
        task.task_spec.bpmn_id
        for task in engine.get_tasks(state=TaskState.COMPLETED)
        if (task.task_spec.bpmn_id or "").startswith("end_")
    ]
    return [*seen, *(task.task_spec.bpmn_id for task in waiting), *ends]


def expected(procedure: Procedure, walk: list[Step]) -> list[str]:
    state, seen = procedure.start, []
    for action, returned_from in walk:
        seen.append(f"task_{state}")
        way = route.follow(procedure, state, action, returned_from=returned_from or None)
        if way.is_end:
            return [*seen, f"end_{way.to}_{state}"]
        state = way.to
    return [*seen, f"task_{state}"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_route_is_executed_as_our_own_engine_walks_it(name: str) -> None:
    procedure = definition.loads(TEXTS[name])
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(bpmn(procedure).encode()))
    spec = parser.get_spec("process")
    walks = list(routes(procedure))
    lines = {(state, way.name) for _step, stage in procedure.stages for state in [stage.state]
             for way in stage.actions if way.to != state}  # fmt: skip
    assert len(walks) >= len(lines)
    for walk in walks:
        assert played(BpmnWorkflow(spec), walk) == expected(procedure, walk), walk


def test_an_outcome_the_chart_does_not_have_goes_nowhere() -> None:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(bpmn(definition.bundled()).encode()))
    with pytest.raises(Exception, match=r"No conditions satisfied|no condition|No default"):
        played(BpmnWorkflow(parser.get_spec("process")), [("submit", ""), ("approve", "")])
