"""The chart of the BPMN export can be read: no name lies on a shape, line or name; every line is right-angled."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from lxml import etree

from sandar.sop import definition
from sandar.sop.bpmn import bpmn
from sandar.sop.bpmn_layout import Box, overlap, text_size
from tests.sop.test_bpmn_runs import TEXTS

SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
FRAMES = ("pool", "lane_")
LONG = "Dikembalikan kepada pemohon karena lampirannya belum ditandatangani kepala perangkat daerah yang berwenang"


class Chart:
    """What the file says of where things stand, read from it as any other program would."""

    def __init__(self, xml: str) -> None:
        root = etree.fromstring(xml.encode())
        self.shapes, self.frames, self.names = {}, {}, {}
        self.lines: dict[str, list[tuple[int, int]]] = {}
        for drawn in root.iterfind(".//bpmndi:BPMNPlane/*", SPACES):
            ident = drawn.get("bpmnElement")
            for bounds in drawn.iterfind("dc:Bounds", SPACES):
                (self.frames if ident.startswith(FRAMES) else self.shapes)[ident] = box(bounds)
            for bounds in drawn.iterfind("bpmndi:BPMNLabel/dc:Bounds", SPACES):
                self.names[ident] = box(bounds)
            points = [(int(p.get("x")), int(p.get("y"))) for p in drawn.iterfind("di:waypoint", SPACES)]
            if points:
                self.lines[ident] = points
        written = root.xpath("//bpmn:startEvent|//bpmn:endEvent|//bpmn:exclusiveGateway|//bpmn:sequenceFlow",
                             namespaces=SPACES)  # fmt: skip
        self.named = {one.get("id"): one.get("name") for one in written if one.get("name")}
        self.flows = {one.get("id"): (one.get("sourceRef"), one.get("targetRef"))
                      for one in root.iterfind(".//bpmn:sequenceFlow", SPACES)}  # fmt: skip

    def faults(self) -> list[str]:
        """Every name on a name, a shape or a line; every shape on a shape; every line through a shape."""
        found = [
            f"{a} on {b}" for (a, one), (b, two) in combinations(self.names.items(), 2) if overlap(one, two)
        ]
        found += [f"name {a} on {b}" for a, one in self.names.items() for b, two in self.shapes.items()
                  if overlap(one, two)]  # fmt: skip
        found += [
            f"{a} on {b}" for (a, one), (b, two) in combinations(self.shapes.items(), 2) if overlap(one, two)
        ]
        for line, points in self.lines.items():
            for stretch in map(thin, pairwise(points)):
                found += [
                    f"name {a} on line {line}" for a, one in self.names.items() if overlap(one, stretch)
                ]
                found += [
                    f"line {line} through {a}" for a, one in self.shapes.items() if overlap(one, stretch)
                ]
        return found


def box(bounds: etree._Element) -> Box:
    x, y, width, height = (int(bounds.get(key, "")) for key in ("x", "y", "width", "height"))
    return x, y, width, height


def thin(stretch: tuple[tuple[int, int], tuple[int, int]]) -> Box:
    """One stretch of a line, without its ends: there it touches its shapes."""
    (x1, y1), (x2, y2) = stretch
    if x1 == x2:
        return x1, min(y1, y2) + 1, 1, abs(y2 - y1) - 2
    return min(x1, x2) + 1, y1, abs(x2 - x1) - 2, 1


@pytest.fixture(params=TEXTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    return Chart(bpmn(definition.loads(TEXTS[request.param])))


def test_no_name_lies_on_a_name_a_shape_or_a_line(chart: Chart) -> None:
    assert set(chart.names) == set(chart.named), (
        "each named event, gateway and flow says where its name stands"
    )
    assert len(chart.names) > 15
    assert chart.faults() == []


def test_every_name_has_the_room_it_needs_and_stands_in_the_chart(chart: Chart) -> None:
    pool = chart.frames["pool"]
    for ident, (x, y, width, height) in chart.names.items():
        assert text_size(chart.named[ident], width)[1] <= height
        assert 60 < x < x + width < pool[2], ident
        assert 0 < y < y + height < pool[3], ident


def test_every_line_is_right_angled_and_joins_its_shapes(chart: Chart) -> None:
    assert set(chart.lines) == set(chart.flows)
    for ident, points in chart.lines.items():
        assert all((x1 == x2) != (y1 == y2) for (x1, y1), (x2, y2) in pairwise(points)), ident
        for point, end in zip((points[0], points[-1]), chart.flows[ident], strict=True):
            x, y, width, height = chart.shapes[end]
            assert x <= point[0] <= x + width, (ident, end)
            assert y <= point[1] <= y + height, (ident, end)
            assert point[0] in (x, x + width) or point[1] in (y, y + height), (ident, end)


def test_horizontal_lines_of_different_flows_never_share_a_height_where_they_meet(chart: Chart) -> None:
    flat = [
        (ident, thin(stretch))
        for ident, points in chart.lines.items()
        for stretch in pairwise(points)
        if stretch[0][1] == stretch[1][1]
    ]
    for (one, here), (other, there) in combinations(flat, 2):
        if one != other and chart.flows[one][1] != chart.flows[other][1]:
            assert not overlap(here, there), (one, other)


def test_long_names_and_a_word_without_a_space_are_given_room() -> None:
    text = definition.bundled_text()
    for old, new in (
        ("Tolak usulan", LONG),
        ("Kembalikan untuk dilengkapi", "X" * 90),
        ("Kedaluwarsa", LONG),
    ):
        assert old in text
        text = text.replace(old, new)
    assert Chart(bpmn(definition.loads(text))).faults() == []


def test_two_ways_of_one_task_to_one_end_are_two_ends() -> None:
    text = definition.bundled_text()
    old = 'decline = { to = "refused_capacity", label = "Tolak usulan"'
    again = 'later = { to = "refused_capacity", label = "Batalkan saja", addition = true, note = "Uji." }'
    assert old in text
    chart = Chart(bpmn(definition.loads(text.replace(old, f"{again}\n{old}", 1))))
    assert chart.faults() == []
    assert len(set(chart.lines)) == len(chart.lines) == len(chart.flows)


def test_a_name_moved_onto_another_or_onto_a_shape_is_noticed() -> None:
    """The twin: the check finds what it is there to find."""
    chart = Chart(bpmn(definition.bundled()))
    one, other, *_ = chart.names
    was = chart.names[one]
    for onto in (chart.names[other], chart.shapes["task_inspection"]):
        chart.names[one] = onto
        assert chart.faults()
        chart.names[one] = was
    (x1, y1), _ = chart.lines["flow_0"][:2]
    chart.names[one] = (x1, y1 - 5, 60, 10)
    assert any("on line" in fault for fault in chart.faults())
