"""Export a procedure as BPMN 2.0 XML with diagram coordinates, so that bpmn.io and others open it.

One process; one lane per actor column; one user task per stage, an exclusive gateway behind a task with
more than one way on, an end event per end. Anytime actions stand in a text annotation: drawing a line
from every task would bury the chart.

It is executable: a way out of a gateway is taken when the data say so, `action` being the outcome of the task before
and `returned_from` the state that sent the case back. Actions that leave a case where it is have no line.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sandar.sop.bpmn_layout import HEADER, Box, Edge, Node, laid_out, text_size
from sandar.sop.procedure import RETURN, Action, Procedure, Stage

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


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


def _graph(procedure: Procedure) -> tuple[list[Node], list[Edge]]:
    lanes = {role: i for i, actor in enumerate(procedure.actors) for role in actor.roles}
    begin = Node("start", "startEvent", "Mulai", lanes[_first(procedure).by], 0)
    nodes: list[Node] = [begin]
    edges: list[Edge] = []
    tasks: dict[str, Node] = {}
    for column, (_step, stage) in enumerate(procedure.stages, 1):
        tasks[stage.state] = Node(f"task_{stage.state}", "userTask", stage.label, lanes[stage.by], column)
    edges.append(_join(len(edges), begin, tasks[procedure.start], name=""))
    labels = {end.state: end.label for end in procedure.ends}
    for _step, stage in procedure.stages:
        source = task = tasks[stage.state]
        nodes.append(task)
        ways = _ways(procedure, stage)
        if len(ways) > 1:
            source = Node(f"gate_{stage.state}", "exclusiveGateway", "", task.lane, task.column)
            nodes.append(source)
            edges.append(_join(len(edges), task, source, name=""))
        for action, to in ways:
            target = tasks.get(to)
            if target is None:  # an end of its own: long lines to one end bury the chart
                ident = f"end_{to}_{stage.state}"
                again = sum(node.id.split(".")[0] == ident for node in nodes)
                ident += f".{again}" if again else ""
                target = Node(ident, "endEvent", labels[to], task.lane, task.column)
                nodes.append(target)
            when = _condition(action, to) if len(ways) > 1 else ""
            edges.append(_join(len(edges), source, target, name=action.label, condition=when))
    return nodes, edges


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


def _condition(action: Action, to: str) -> str:
    """When a way is taken. Names are lower-case letters, digits and underscores, so nothing needs escaping."""
    came_back = f' and returned_from == "{to}"' if action.to == RETURN else ""
    return f'action == "{action.name}"{came_back}'


def _join(number: int, source: Node, target: Node, *, name: str, condition: str = "") -> Edge:
    edge = Edge(f"flow_{number}", source, target, name, condition)
    source.outgoing.append(edge.id)
    target.incoming.append(edge.id)
    return edge


def _lanes(process: ET.Element, procedure: Procedure, nodes: list[Node]) -> None:
    group = ET.SubElement(process, f"{{{_BPMN}}}laneSet", {"id": "lanes"})
    for place, actor in enumerate(procedure.actors):
        lane = ET.SubElement(group, f"{{{_BPMN}}}lane", {"id": f"lane_{actor.key}", "name": actor.name})
        for node in nodes:
            if node.lane == place:
                ET.SubElement(lane, f"{{{_BPMN}}}flowNodeRef").text = node.id


def _flow(process: ET.Element, nodes: list[Node], edges: list[Edge]) -> None:
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


def _annotation(process: ET.Element, procedure: Procedure) -> str:
    """What may be done at any time, as a note; its text, "" without one."""
    if not procedure.anytime:
        return ""
    labels = {stage.state: stage.label for _step, stage in procedure.stages}
    lines = [f"{one.action.label}: kapan saja sebelum {labels[one.before]}" for one in procedure.anytime]
    note = ET.SubElement(process, f"{{{_BPMN}}}textAnnotation", {"id": "anytime"})
    ET.SubElement(note, f"{{{_BPMN}}}text").text = text = "\n".join(lines)
    return text


def _diagram(
    root: ET.Element, procedure: Procedure, graph: tuple[list[Node], list[Edge]], *, note: str
) -> None:
    nodes, edges = graph
    picture = laid_out(nodes, edges, [actor.name for actor in procedure.actors])
    diagram = ET.SubElement(root, f"{{{_DI}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(diagram, f"{{{_DI}}}BPMNPlane", {"id": "plane", "bpmnElement": "collaboration"})
    _x, last, width, tall = picture.lanes[-1]
    _shape(plane, "pool", (0, 0, width + HEADER, last + tall), flat=True)
    for actor, lane in zip(procedure.actors, picture.lanes, strict=True):
        _shape(plane, f"lane_{actor.key}", lane, flat=True)
    for node in nodes:
        _name(_shape(plane, node.id, picture.shapes[node.id]), picture.names.get(node.id))
    if note:
        sizes = [text_size(line, 10_000, size=12, line=14.4) for line in note.split("\n")]
        box = (2 * HEADER, last + tall + 30, max(w for w, _ in sizes) + 30, sum(h for _, h in sizes) + 14)
        _shape(plane, "anytime", box)
    for edge in edges:
        line = ET.SubElement(plane, f"{{{_DI}}}BPMNEdge", {"id": f"{edge.id}_di", "bpmnElement": edge.id})
        for x, y in picture.lines[edge.id]:
            ET.SubElement(line, f"{{{_DD}}}waypoint", {"x": str(x), "y": str(y)})
        _name(line, picture.names.get(edge.id))


def _shape(plane: ET.Element, name: str, box: Box, *, flat: bool = False) -> ET.Element:
    facts = {"id": f"{name}_di", "bpmnElement": name} | ({"isHorizontal": "true"} if flat else {})
    shape = ET.SubElement(plane, f"{{{_DI}}}BPMNShape", facts)
    _bounds(shape, box)
    return shape


def _name(drawn: ET.Element, box: Box | None) -> None:
    """Where the name of a shape or line is written; one without has none."""
    if box:
        _bounds(ET.SubElement(drawn, f"{{{_DI}}}BPMNLabel"), box)


def _bounds(parent: ET.Element, box: Box) -> None:
    values = dict(zip(("x", "y", "width", "height"), map(str, box), strict=True))
    ET.SubElement(parent, f"{{{_DC}}}Bounds", values)
