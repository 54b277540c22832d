"""Export a procedure as BPMN 2.0 XML with diagram coordinates, so that bpmn.io and others open it.

One process; one lane per actor column; one user task per stage, an exclusive gateway behind a task with
more than one way on, an end event per end. Anytime actions stand in a text annotation: drawing a line
from every task would bury the chart.

It is executable: a way out of a gateway is taken when the data say so, `action` being the outcome of the task before
and `returned_from` the state that sent the case back. Actions that leave a case where it is have no line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from sandar.sop.procedure import RETURN, Action, Procedure, Stage

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

_LANE, _LEFT, _COLUMN = 190, 60, 260
_TASK, _EVENT, _GATE = (120, 80), (36, 36), (50, 50)


@dataclass(slots=True)
class _Node:
    id: str
    tag: str
    name: str
    lane: int
    box: tuple[int, int, int, int]
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Edge:
    id: str
    source: _Node
    target: _Node
    name: str
    condition: str = ""


def bpmn(procedure: Procedure) -> str:
    """The procedure as a BPMN 2.0 document (XML text with declaration, UTF-8)."""
    nodes, edges = _graph(procedure)
    for prefix, space in (("bpmn", _BPMN), ("bpmndi", _DI), ("dc", _DC), ("di", _DD), ("xsi", _XSI)):
        ET.register_namespace(prefix, space)
    root = ET.Element(
        f"{{{_BPMN}}}definitions",
        {"id": "sandar", "targetNamespace": "urn:sandar:sop", "exporter": "Sandar"},
    )
    pool = ET.SubElement(root, f"{{{_BPMN}}}collaboration", {"id": "collaboration"})
    owner = {"id": "pool", "name": procedure.title, "processRef": "process"}
    ET.SubElement(pool, f"{{{_BPMN}}}participant", owner)
    process = ET.SubElement(root, f"{{{_BPMN}}}process", {"id": "process", "isExecutable": "true"})
    _lanes(process, procedure, nodes)
    _flow(process, nodes, edges)
    note = _annotation(process, procedure)
    _diagram(root, procedure, (nodes, edges), note=note)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _graph(procedure: Procedure) -> tuple[list[_Node], list[_Edge]]:
    lanes = {role: i for i, actor in enumerate(procedure.actors) for role in actor.roles}
    begin = _node(("start", "startEvent", "Mulai"), lane=lanes[_first(procedure).by], column=0, size=_EVENT)
    nodes: list[_Node] = [begin]
    edges: list[_Edge] = []
    tasks: dict[str, _Node] = {}
    for column, (_step, stage) in enumerate(procedure.stages, 1):
        ident = (f"task_{stage.state}", "userTask", stage.label)
        tasks[stage.state] = _node(ident, lane=lanes[stage.by], column=column, size=_TASK)
    edges.append(_join(len(edges), begin, tasks[procedure.start], name=""))
    labels = {end.state: end.label for end in procedure.ends}
    for _step, stage in procedure.stages:
        source = tasks[stage.state]
        nodes.append(source)
        ways = _ways(procedure, stage)
        if len(ways) > 1:
            gate = _beside(stage, source)
            nodes.append(gate)
            edges.append(_join(len(edges), source, gate, name=""))
            source = gate
        over = 0
        for action, to in ways:
            target = tasks.get(to)
            if target is None:
                target = _end((f"end_{to}_{stage.state}", "endEvent", labels[to]), source, above=over > 0)
                nodes.append(target)
                over += 1
            when = _condition(action, to) if len(ways) > 1 else ""
            edges.append(_join(len(edges), source, target, name=action.label, condition=when))
    return nodes, edges


def _end(ident: tuple[str, str, str], source: _Node, *, above: bool) -> _Node:
    """An end event of its own, over or under where the flow ends: long lines to one end bury the chart."""
    width, height = _EVENT
    x = source.box[0] + (source.box[2] - width) // 2
    y = source.lane * _LANE + (6 if above else _LANE - height - 6)
    return _Node(*ident, source.lane, (x, y, width, height))


def _first(procedure: Procedure) -> Stage:
    return next(stage for _step, stage in procedure.stages if stage.state == procedure.start)


def _ways(procedure: Procedure, stage: Stage) -> list[tuple[Action, str]]:
    """Each action with its target; "return" once per state that sends here."""
    ways: list[tuple[Action, str]] = []
    for action in stage.actions:
        if action.to == RETURN:
            senders = (
                other.state
                for _step, other in procedure.stages
                for way in other.actions
                if way.to == stage.state
            )
            ways += [(action, sender) for sender in dict.fromkeys(senders)]
        elif action.to != stage.state:
            ways.append((action, action.to))
    return ways


def _node(ident: tuple[str, str, str], *, lane: int, column: int, size: tuple[int, int]) -> _Node:
    width, height = size
    x = _LEFT + 40 + column * _COLUMN
    y = lane * _LANE + (_LANE - height) // 2
    return _Node(*ident, lane, (x, y, width, height))


def _beside(stage: Stage, task: _Node) -> _Node:
    x = task.box[0] + _TASK[0] + 25
    y = task.lane * _LANE + (_LANE - _GATE[1]) // 2
    return _Node(f"gate_{stage.state}", "exclusiveGateway", "", task.lane, (x, y, *_GATE))


def _condition(action: Action, to: str) -> str:
    """When a way is taken. Names are lower-case letters, digits and underscores, so nothing needs escaping."""
    came_back = f' and returned_from == "{to}"' if action.to == RETURN else ""
    return f'action == "{action.name}"{came_back}'


def _join(number: int, source: _Node, target: _Node, *, name: str, condition: str = "") -> _Edge:
    edge = _Edge(f"flow_{number}", source, target, name, condition)
    source.outgoing.append(edge.id)
    target.incoming.append(edge.id)
    return edge


def _lanes(process: ET.Element, procedure: Procedure, nodes: list[_Node]) -> None:
    group = ET.SubElement(process, f"{{{_BPMN}}}laneSet", {"id": "lanes"})
    for place, actor in enumerate(procedure.actors):
        lane = ET.SubElement(group, f"{{{_BPMN}}}lane", {"id": f"lane_{actor.key}", "name": actor.name})
        for node in nodes:
            if node.lane == place:
                ET.SubElement(lane, f"{{{_BPMN}}}flowNodeRef").text = node.id


def _flow(process: ET.Element, nodes: list[_Node], edges: list[_Edge]) -> None:
    for node in nodes:
        element = ET.SubElement(process, f"{{{_BPMN}}}{node.tag}", {"id": node.id, "name": node.name})
        for edge in node.incoming:
            ET.SubElement(element, f"{{{_BPMN}}}incoming").text = edge
        for edge in node.outgoing:
            ET.SubElement(element, f"{{{_BPMN}}}outgoing").text = edge
    for way in edges:
        facts = {"id": way.id, "sourceRef": way.source.id, "targetRef": way.target.id}
        named = facts | ({"name": way.name} if way.name else {})
        flow = ET.SubElement(process, f"{{{_BPMN}}}sequenceFlow", named)
        if way.condition:
            kind = {f"{{{_XSI}}}type": "bpmn:tFormalExpression"}
            ET.SubElement(flow, f"{{{_BPMN}}}conditionExpression", kind).text = way.condition


def _annotation(process: ET.Element, procedure: Procedure) -> bool:
    if not procedure.anytime:
        return False
    labels = {stage.state: stage.label for _step, stage in procedure.stages}
    lines = [f"{one.action.label}: kapan saja sebelum {labels[one.before]}" for one in procedure.anytime]
    note = ET.SubElement(process, f"{{{_BPMN}}}textAnnotation", {"id": "anytime"})
    ET.SubElement(note, f"{{{_BPMN}}}text").text = "\n".join(lines)
    return True


def _diagram(
    root: ET.Element, procedure: Procedure, graph: tuple[list[_Node], list[_Edge]], *, note: bool
) -> None:
    nodes, edges = graph
    width = max(node.box[0] for node in nodes) + 160
    height = _LANE * len(procedure.actors)
    diagram = ET.SubElement(root, f"{{{_DI}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(diagram, f"{{{_DI}}}BPMNPlane", {"id": "plane", "bpmnElement": "collaboration"})
    _shape(plane, "pool", (0, 0, width, height), flat=True)
    for place, actor in enumerate(procedure.actors):
        _shape(plane, f"lane_{actor.key}", (30, place * _LANE, width - 30, _LANE), flat=True)
    for node in nodes:
        _shape(plane, node.id, node.box)
    if note:
        _shape(plane, "anytime", (_LEFT + 40, height + 30, 320, 50))
    for place, edge in enumerate(edges):
        line = ET.SubElement(plane, f"{{{_DI}}}BPMNEdge", {"id": f"{edge.id}_di", "bpmnElement": edge.id})
        for x, y in _points(edge, place):
            ET.SubElement(line, f"{{{_DD}}}waypoint", {"x": str(x), "y": str(y)})


def _shape(plane: ET.Element, name: str, box: tuple[int, int, int, int], *, flat: bool = False) -> None:
    facts = {"id": f"{name}_di", "bpmnElement": name} | ({"isHorizontal": "true"} if flat else {})
    shape = ET.SubElement(plane, f"{{{_DI}}}BPMNShape", facts)
    values = dict(zip(("x", "y", "width", "height"), map(str, box), strict=True))
    ET.SubElement(shape, f"{{{_DC}}}Bounds", values)


def _points(edge: _Edge, place: int) -> list[tuple[int, int]]:
    """Right-angled, along the edges of lanes, where no task stands; every task has a column of its own."""
    (x1, y1, w1, h1), (x2, y2, w2, h2) = edge.source.box, edge.target.box
    (right, level1), (left, level2) = (x1 + w1, y1 + h1 // 2), (x2, y2 + h2 // 2)
    if edge.target.tag == "endEvent":
        middle = x2 + w2 // 2
        return [(middle, level1 + (h1 // 2 if y2 > y1 else -h1 // 2)), (middle, y2 if y2 > y1 else y2 + h2)]
    if level1 == level2 and 0 < left - right < _COLUMN:
        return [(right, level1), (left, level2)]
    aside = 6 + place % 5 * 5
    if left > right:
        down = edge.target.lane >= edge.source.lane
        gutter = edge.target.lane * _LANE + aside if down else (edge.target.lane + 1) * _LANE - aside
        turns = [(right + 12, level1), (right + 12, gutter), (left - 15, gutter), (left - 15, level2)]
        return [(right, level1), *turns, (left, level2)]
    up = edge.target.lane < edge.source.lane
    gutter = edge.source.lane * _LANE + aside if up else (edge.source.lane + 1) * _LANE - aside
    begin = (x1 + w1 // 2, y1 if up else y1 + h1)
    end = (x2 + w2 // 2, y2 + h2 if y2 + h2 < gutter else y2)
    return [begin, (begin[0], gutter), (end[0], gutter), end]
