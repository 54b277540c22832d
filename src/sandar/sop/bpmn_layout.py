"""Where the shapes, lines and names of a BPMN chart stand: lines are right-angled, no name lies on anything.

Each actor has a lane, each task a column of its own. Vertical lines run at two places of a column only: at its
`entry`, left of the task, into it, and at its `stem`, through its gateway, out of it. What lies between the two is free
of them: there stand the names, above their lines, right of the stem when the line goes on and left of it when it goes
back. Horizontal lines run level with the tasks where none stands between, else at the first free height over or under
them; lines into one task meet at its entry. All figures are pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

Box = tuple[int, int, int, int]  # x, y, width, height
Point = tuple[int, int]

HEADER = 30  # of the pool, and of each lane
_FIRST = 2 * HEADER + 100  # entry of the first column; before it stands the start
_ENTRY, _TASK, _GATE, _EVENT = 20, (120, 80), 50, 36
_STEM = _ENTRY + _TASK[0] + 20 + _GATE // 2  # from the entry
_ON = 170  # from the stem to the next entry: the room for names
_PITCH = _STEM + _ON
_NEAREST, _TRY, _FREE = 48, 4, 4
_LINE, _SIZE = 13.2, 11  # of a name beside a shape or line: height of a line, size of the letters
_WIDTHS = {
    **dict.fromkeys(" .,:;'|!()[]/-ijlftrI", 0.42),
    **dict.fromkeys("mwMW@%&", 0.98),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ0123456789", 0.74),
}  # of the letter's size, of a wide font: what the reader's computer has is not known


@dataclass(slots=True, eq=False)
class Node:
    """A task, gateway or event. column: 0 for the start; a gateway or end has its task's."""

    id: str
    tag: str
    name: str
    lane: int
    column: int
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A sequence flow."""

    id: str
    source: Node
    target: Node
    name: str
    condition: str = ""

    @property
    def is_short(self) -> bool:
        """From the start, or into the gateway beside its task: nameless, and never anywhere but level."""
        return self.source.tag == "startEvent" or self.target.tag == "exclusiveGateway"


@dataclass(slots=True)
class Picture:
    """Everything by its id: boxes of shapes, points of lines, boxes of names; and the lanes from top to bottom."""

    shapes: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, list[Point]] = field(default_factory=dict)
    names: dict[str, Box] = field(default_factory=dict)
    lanes: list[Box] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Way:
    """An edge within the lane where it begins, heights counted from the middle of the tasks."""

    points: tuple[Point, ...]
    name: Box | None = None
    end: Box | None = None
    end_name: Box | None = None

    def taken(self) -> Iterator[Box]:
        """What nothing else may lie on. Stems and entries are kept free by where names may stand."""
        (x1, y), (x2, _) = self.points[-2:]
        yield _wider((min(x1, x2), y, abs(x2 - x1), 0), _FREE)
        for box in (self.name, self.end, self.end_name):
            if box:
                yield _wider(box, _FREE // 2)


def text_size(text: str, room: int, *, size: float = _SIZE, line: float = _LINE) -> tuple[int, int]:
    """Width and height of `text` broken into lines of at most `room`, each rounded up."""
    lines, filled = 1, 0.0
    widest = 0.0
    for word in text.split():
        width = _width(word, size)
        gap = _width(" ", size) if filled else 0.0
        if filled and filled + gap + width > room:
            lines, filled, gap = lines + 1, 0.0, 0.0
        filled += gap + width
        while filled > room:  # a word longer than the room is broken
            lines, filled, widest = lines + 1, filled - room, room
        widest = max(widest, filled)
    if lines > 1:
        widest = max(widest, min(90, room))  # readers that know no width of a name break it at 90
    return math.ceil(widest) + 1, math.ceil(lines * line) + 1


def _width(text: str, size: float) -> float:
    return size * sum(_WIDTHS.get(letter, 0.64) for letter in text)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    (x1, y1, w1, h1), (x2, y2, w2, h2) = one, other
    return x1 < x2 + w2 and x2 < x1 + w1 and y1 < y2 + h2 and y2 < y1 + h1


def _wider(box: Box, by: int) -> Box:
    x, y, width, height = box
    return (x - by, y - by, width + 2 * by, height + 2 * by)


def laid_out(nodes: list[Node], edges: list[Edge], lane_names: list[str]) -> Picture:
    """Place everything. nodes: the start first, every task once; an end has one line into it."""
    lanes = [_Lane([node for node in nodes if node.lane == place]) for place in range(len(lane_names))]
    for place, lane in enumerate(lanes):
        lane.fill([edge for edge in edges if edge.source.lane == place])
    picture = Picture()
    width = _entry(max(node.column for node in nodes) + 1)
    levels, top = [], 0
    for lane, name in zip(lanes, lane_names, strict=True):
        level, height = lane.fitted(name)
        levels.append(top + level)
        picture.lanes.append((HEADER, top, width - HEADER, height))
        top += height
    for lane, level in zip(lanes, levels, strict=True):
        lane.draw(picture, level)
    for edge in edges:
        if edge.target.tag != "endEvent" and not edge.is_short:
            level = levels[edge.target.lane]
            entry = _entry(edge.target.column)
            ways = [*picture.lines[edge.id], (entry, level), (entry + _ENTRY, level)]
            picture.lines[edge.id] = _simple(ways)
    return picture


class _Lane:
    """One actor's lane while it is filled; heights are counted from the middle of its tasks."""

    def __init__(self, nodes: list[Node]) -> None:
        self.shapes = {node.id: _shape(node) for node in nodes if node.tag != "endEvent"}
        self.columns = {node.column for node in nodes}
        self.gates = {node.column for node in nodes if node.tag == "exclusiveGateway"}
        self.names: dict[str, Box] = {}
        for node in nodes:
            if node.tag == "startEvent":
                x, y, side, _ = self.shapes[node.id]
                width, height = text_size(node.name, 90)
                self.names[node.id] = (x + (side - width) // 2, y + side + 4, width, height)
        self.ways: dict[str, tuple[Edge, _Way]] = {}
        self.taken = [_wider(box, _FREE) for box in (*self.shapes.values(), *self.names.values())]

    def fill(self, edges: list[Edge]) -> None:
        """Place the lines that begin here: first those level with the tasks, then the others, short ones inside."""
        others = []
        level: set[Node] = set()
        for edge in edges:
            if edge.source not in level and self._may_be_level(edge):
                level.add(edge.source)
                self._take(edge, self._way(edge, 0))
            else:
                others.append(edge)
        for edge in sorted(others, key=_span):
            self._take(edge, self._first_free(edge))

    def fitted(self, name: str) -> tuple[int, int]:
        """Where the middle of the tasks lies under the lane's upper edge, and the lane's height."""
        top = min((y for _, y, _, _ in self.taken), default=-_TASK[1] // 2) - _FREE
        bottom = max((y + height for _, y, _, height in self.taken), default=_TASK[1] // 2) + _FREE
        written, _ = text_size(name, 10_000, size=12)
        lacking = max(
            0, max(150, written // 2 + 50) - (bottom - top)
        )  # its own name stands in two lines at the left
        return lacking // 2 - top, bottom - top + lacking

    def draw(self, picture: Picture, level: int) -> None:
        """Put what is placed into the picture, the tasks' middle at `level`."""
        for ident, box in self.shapes.items():
            picture.shapes[ident] = _lower(box, level)
        for ident, box in self.names.items():
            picture.names[ident] = _lower(box, level)
        for edge, way in self.ways.values():
            picture.lines[edge.id] = _simple([(x, y + level) for x, y in way.points])
            boxes = ((picture.names, edge.id, way.name), (picture.shapes, edge.target.id, way.end),
                     (picture.names, edge.target.id, way.end_name))  # fmt: skip
            for into, ident, placed in boxes:
                if placed:
                    into[ident] = _lower(placed, level)

    def _may_be_level(self, edge: Edge) -> bool:
        """Nothing of this lane stands between. An end is level only as the first way: it looks like the main one."""
        if edge.is_short:
            return True
        if edge.target.tag == "endEvent":
            return edge.source.outgoing[0] == edge.id
        begin, end = edge.source.column, edge.target.column
        return end > begin and not self.columns & set(range(begin + 1, end))

    def _take(self, edge: Edge, way: _Way) -> None:
        self.ways[edge.id] = edge, way
        self.taken += way.taken()

    def _first_free(self, edge: Edge) -> _Way:
        """Over the tasks when it goes to a lane above, under them to one below, else where there is room first."""
        sides = [side for side in (-1, 1) if (edge.target.lane - edge.source.lane) * side >= 0]
        for far in range(_NEAREST, 100_000, _TRY):
            for side in sides:
                way = self._way(edge, far * side)
                if not any(overlap(one, other) for one in way.taken() for other in self.taken):
                    return way
        raise AssertionError("there is always room farther out")

    def _way(self, edge: Edge, y: int) -> _Way:
        """The line at that height: to its end, or as far as the entry of the task it goes to."""
        if edge.is_short:
            x, _, wide, _ = self.shapes[edge.source.id]
            return _Way(((x + wide, 0), (self.shapes[edge.target.id][0], 0)))
        stem = _entry(edge.source.column) + _STEM
        begin, name_at = self._beginning(edge.source.column, y)
        if edge.target.tag == "endEvent":
            return _to_end(edge, begin, name_at)
        goes_back = edge.target.column <= edge.source.column
        room = stem - 6 - _entry(edge.source.column) - 6 if goes_back else stem + _ON - 6 - name_at
        name = None
        if edge.name:
            width, height = text_size(edge.name, room)
            name = (stem - 6 - width if goes_back else name_at, y - 3 - height, width, height)
        return _Way((*begin, (_entry(edge.target.column), y)), name)

    def _beginning(self, column: int, y: int) -> tuple[tuple[Point, ...], int]:
        """How a line at that height comes out of the column's task or gateway, and where its name may begin."""
        stem = _entry(column) + _STEM
        half = _GATE // 2 if column in self.gates else 0
        right = stem + half if half else _entry(column) + _ENTRY + _TASK[0]
        if y == 0:
            return ((right, 0),), right + 6
        if half:
            return ((stem, half if y > 0 else -half), (stem, y)), stem + 6
        return ((right, 0), (stem, 0), (stem, y)), stem + 6


def _to_end(edge: Edge, begin: tuple[Point, ...], name_at: int) -> _Way:
    """The line's name above it, then the event, the event's name under that."""
    y = begin[-1][1]
    next_entry = _entry(edge.source.column + 1)
    width, height = text_size(edge.name, next_entry - _EVENT - 14 - name_at)
    name = (name_at, y - 3 - height, width, height) if edge.name else None
    end = (name_at + width + 8, y - _EVENT // 2, _EVENT, _EVENT)
    left, right = name_at + 2, next_entry - 6
    said, tall = text_size(edge.target.name, right - left)
    middle = end[0] + _EVENT // 2 - said // 2
    end_name = (max(left, min(middle, right - said)), y + _EVENT // 2 + 3, said, tall)
    way = _Way((*begin, (end[0], y)), name, end)
    return replace(way, end_name=end_name) if edge.target.name else way


def _entry(column: int) -> int:
    return _FIRST + (column - 1) * _PITCH


def _span(edge: Edge) -> int:
    return 0 if edge.target.tag == "endEvent" else abs(edge.target.column - edge.source.column)


def _shape(node: Node) -> Box:
    if node.tag == "startEvent":
        return (2 * HEADER + 30, -_EVENT // 2, _EVENT, _EVENT)
    entry = _entry(node.column)
    if node.tag == "exclusiveGateway":
        return (entry + _STEM - _GATE // 2, -_GATE // 2, _GATE, _GATE)
    return (entry + _ENTRY, -_TASK[1] // 2, *_TASK)


def _lower(box: Box, by: int) -> Box:
    x, y, width, height = box
    return (x, y + by, width, height)


def _simple(points: list[Point]) -> list[Point]:
    """Without points that are said twice or lie on a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and any(kept[-2][axis] == kept[-1][axis] == point[axis] for axis in (0, 1)):
            kept[-1] = point
        else:
            kept.append(point)
    return kept
