"""The power chain as SVG: sources at the left, distribution at the right, one box a node with its load in a state.

Strips of racks are not drawn one by one: each node at the end says how many racks hang on it; the table below the
drawing has them all. Every look is a class of static/sandar/plans.css.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from sandar.core.electric import battery_minutes
from sandar.core.outage import NodeLoad, OnBattery
from sandar.core.power import STRIPS, Topology
from sandar.doors.web import chain, figures

WIDE, TALL, GAP_Y = 188, 74, 16
PAGE, NEAR, FAR = 1080, 44, 150  # the width columns are spread over, and the least and most between two
_BAR = WIDE - 24


@dataclass(frozen=True, slots=True)
class _Place:
    x: int
    y: float


def drawing(
    topology: Topology, loads: Mapping[str, NodeLoad], batteries: Mapping[str, OnBattery], *, name: str
) -> str:
    """The whole chain in one state. name: read aloud before it."""
    places = _laid_out(topology)
    if not places:
        return ""
    width = max(place.x for place in places.values()) + WIDE + 4
    shown = round(width * 1.05)
    height = max(place.y for place in places.values()) + TALL + 4
    racks = _racks(topology)
    said_first = escape(name)
    head = (
        f'<svg class="tree" width="{shown}" viewBox="-2 -2 {width} {height:.0f}" role="img"'
        f' aria-label="{said_first}" focusable="false"><title>{said_first}</title>'
    )
    parts = [
        _edge(places[parent], places[ref], loads[ref], parent)
        for ref in places
        for parent in topology.nodes[ref].parents
        if parent in places
    ]
    parts += [
        _box(places[ref], loads[ref], _corner(topology, loads[ref], racks.get(ref, 0)), batteries.get(ref))
        for ref in places
    ]
    return "".join([head, *parts, "</svg>"])


def _corner(topology: Topology, load: NodeLoad, racks: int) -> str:
    """What stands in the corner: how many racks hang on it, how long its batteries last, else what it is."""
    if racks:
        return _("%(n)s rak") % {"n": racks}
    minutes = battery_minutes(topology.nodes[load.ref].battery, load.watts)
    if load.kind == "ups" and load.watts and minutes is not None:
        return _("baterai %(minutes)s mnt") % {"minutes": figures.number(minutes)}
    return _cut(chain.kind_word(load.kind), max(26 - len(load.ref), 8))


def _racks(topology: Topology) -> dict[str, int]:
    """How many racks hang directly on a node."""
    found: dict[str, set[str]] = {}
    for rack, feeds in topology.feeds.items():
        for strip in feeds.values():
            for parent in topology.nodes[strip].parents:
                found.setdefault(parent, set()).add(rack)
    return {ref: len(names) for ref, names in found.items()}


# --- where the boxes go


def _laid_out(topology: Topology) -> dict[str, _Place]:
    """A column for each step away from the sources; a node stands level with the middle of what it feeds."""
    inner = [ref for ref, node in topology.nodes.items() if node.kind not in STRIPS]
    column = _columns(topology, inner)
    children: dict[str, list[str]] = {ref: [] for ref in inner}
    for ref in inner:
        for parent in topology.nodes[ref].parents:
            if parent in children:
                children[parent].append(ref)
    wanted: dict[str, float] = {}
    leaves = 0

    def settle(ref: str) -> float:
        nonlocal leaves
        if ref not in wanted:
            below = [
                settle(child) for child in sorted(children[ref], key=lambda name: _order(topology, name))
            ]
            if below:
                wanted[ref] = sum(below) / len(below)
            else:
                wanted[ref] = leaves * (TALL + GAP_Y)
                leaves += 1
        return wanted[ref]

    for ref in sorted(inner, key=lambda name: (column[name], *_order(topology, name))):
        settle(ref)
    return _spread(topology, column, wanted)


def _spread(topology: Topology, column: Mapping[str, int], wanted: Mapping[str, float]) -> dict[str, _Place]:
    """Boxes that want the same height are moved apart, around the middle of where they want to be."""
    found: dict[str, _Place] = {}
    count = max(column.values(), default=0) + 1
    gap = min(max((PAGE - count * WIDE) // max(count - 1, 1), NEAR), FAR)
    for number in range(count):
        here = sorted(
            (ref for ref in column if column[ref] == number),
            key=lambda name: (wanted[name], *_order(topology, name)),
        )
        tops: list[float] = []
        for ref in here:
            tops.append(max(wanted[ref], tops[-1] + TALL + GAP_Y) if tops else wanted[ref])
        drift = sum(top - wanted[ref] for top, ref in zip(tops, here, strict=True)) / max(len(here), 1)
        shift = min(drift, tops[0]) if tops else 0.0
        for top, ref in zip(tops, here, strict=True):
            found[ref] = _Place(number * (WIDE + gap), top - shift)
    return found


def _columns(topology: Topology, inner: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}

    def depth(ref: str) -> int:
        if ref not in found:
            found[ref] = 0  # a loop cannot be entered, but a drawing must end in any case
            found[ref] = 1 + max(
                (depth(p) for p in topology.nodes[ref].parents if p in topology.nodes), default=-1
            )
        return found[ref]

    for ref in inner:
        depth(ref)
    used = sorted({found[ref] for ref in inner})
    return {ref: used.index(found[ref]) for ref in inner}


def _order(topology: Topology, ref: str) -> tuple[str, bool, str]:
    node = topology.nodes[ref]
    return node.side, node.kind == "genset", ref


# --- what is drawn


def _edge(start: _Place, end: _Place, load: NodeLoad, parent: str) -> str:
    look = "tree-live" if load.carried_by == parent else "tree-idle"
    x1, y1, x2, y2 = start.x + WIDE, start.y + TALL / 2, end.x, end.y + TALL / 2
    middle = (x1 + x2) / 2
    return f'<path class="tree-edge {look}" d="M{x1} {y1:.1f}C{middle} {y1:.1f} {middle} {y2:.1f} {x2} {y2:.1f}"/>'


def _box(place: _Place, load: NodeLoad, corner: str, battery: OnBattery | None) -> str:
    look = "is-dead" if not load.living and battery is None else "is-over" if load.over else ""
    share = min(load.watts / load.limit, 1.0) if load.limit else 0.0
    x, y = place.x, place.y
    return (
        f'<g class="tree-node {look}">'
        f'<rect class="tree-box" x="{x}" y="{y:.1f}" width="{WIDE}" height="{TALL}" rx="8"/>'
        f'<text class="tree-name" x="{x + 12}" y="{y + 21:.1f}">{escape(_cut(load.ref, 17))}</text>'
        f'<text class="tree-kind" x="{x + WIDE - 12}" y="{y + 21:.1f}">{escape(corner)}</text>'
        f'<rect class="tree-track" x="{x + 12}" y="{y + 31:.1f}" width="{_BAR}" height="9" rx="2"/>'
        f'<rect class="tree-load" x="{x + 12}" y="{y + 31:.1f}" width="{_BAR * share:.1f}" height="9" rx="2"/>'
        f'<text class="tree-figure" x="{x + 12}" y="{y + 59:.1f}">{escape(said(load, battery))}</text></g>'
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def said(load: NodeLoad, battery: OnBattery | None = None) -> str:
    """The node's load in words: 12,3 dari 28,8 kW · 43 %; padam; lebih 1,2 kW; baterai 14 menit."""
    if battery is not None:
        if battery.minutes is None:
            return _("baterai, lamanya belum diisi")
        return _("baterai ± %(minutes)s menit, lalu padam") % {"minutes": figures.number(battery.minutes)}
    if not load.living:
        return _("padam")
    if load.over:
        return _("beban lebih %(watts)s") % {"watts": figures.watts(chain.over_by(load))}
    if not load.watts:
        return _("siaga, tanpa beban") if load.kind == "genset" else _("tanpa beban")
    share = figures.percent(load.watts / load.limit * 100 if load.limit else 100)
    return f"{_kilo(load.watts)} / {_kilo(load.limit)}{figures.THIN}kW · {share}"


def _kilo(watts: int) -> str:
    """Kilowatts with one decimal, a half rounded up."""
    return figures.number((watts + 50) // 100 / 10)
