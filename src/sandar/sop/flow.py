"""The flowchart of the sheet as cells: which symbol stands in which column, which lines cross it.

Both renderers (`sheet.css` and `sheet.typ`) only draw what a cell says, so they cannot disagree.
The lines of a cell, all through its middle column or its middle height:

- `top`: from the upper edge down to the band (a level just below the upper edge)
- `band_left`, `band_right`: along the band, from the middle to that side
- `drop`: from the band down into the symbol, with an arrow head
- `foot`: from the symbol down to the lower edge
- `out_left`, `out_right`: from the symbol to that side; `in_left`, `in_right`: the same into it, with a head
- `cross`: from side to side at middle height, where no symbol stands
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from sandar.sop.procedure import RETURN, Procedure, Step

MarkKind = Literal["terminator", "process", "decision", "report", "jump"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One actor column of one activity. `band_label`/`cross_label`/`foot_label` stand beside their line."""

    mark: MarkKind | None
    text: str
    says: str
    lines: frozenset[str]
    band_label: str = ""
    cross_label: str = ""
    foot_label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One activity. `leaves`: the column by which the flow goes on to the next row, if it does."""

    step: Step
    cells: tuple[Cell, ...]
    leaves: int | None


@dataclass(slots=True)
class _Draft:
    mark: MarkKind | None = None
    text: str = ""
    says: str = ""
    lines: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Exit:
    """How an activity goes on: to which step (None: to an end), under which answer of a decision."""

    to: Step | None
    branch: str


def rows(procedure: Procedure) -> tuple[Row, ...]:
    """The flowchart, one row per activity, one cell per actor column."""
    columns = [actor.key for actor in procedure.actors]
    grid = [[_Draft() for _ in columns] for _ in procedure.steps]
    leaves: list[int | None] = []
    for step, drafts in zip(procedure.steps, grid, strict=True):
        exits = _exits(procedure, step)
        _marks(procedure, step, drafts, decision=bool(exits and exits[0].branch))
        _chain(step, drafts, columns)
        leaves.append(_leave(procedure, step, exits, grid))
    return tuple(
        Row(step, tuple(_frozen(draft) for draft in drafts), leave)
        for step, drafts, leave in zip(procedure.steps, grid, leaves, strict=True)
    )


def _frozen(draft: _Draft) -> Cell:
    return Cell(
        draft.mark,
        draft.text,
        draft.says,
        frozenset(draft.lines),
        band_label=draft.labels.get("band", ""),
        cross_label=draft.labels.get("cross", ""),
        foot_label=draft.labels.get("foot", ""),
    )


def onwards(procedure: Procedure, step: Step) -> list[Step | None]:
    """The activities to which the chart draws a way out of this one; None for an end."""
    return [way.to for way in _exits(procedure, step)]


def _exits(procedure: Procedure, step: Step) -> list[_Exit]:
    """The ways out that the chart draws; a decision's answer that goes on comes first.

    A step whose last stage is an addition to the sheet is left by that addition, if it goes forward; of several by
    the one that goes least far.
    """
    homes = {stage.state: found for found, stage in procedure.stages}
    out = [way for stage in step.stages for way in stage.actions if way.to != RETURN]
    out = [way for way in out if homes.get(way.to) is not step]
    if answers := [_Exit(homes.get(way.to), way.branch) for way in out if way.branch]:
        return sorted(answers, key=lambda way: way.to is None)
    official = [_Exit(homes.get(way.to), "") for way in out if not way.addition]
    added = [_Exit(homes.get(way.to), "") for way in out if way.addition]
    onwards = [way for way in added if way.to is not None and way.to.no > step.no]
    return (official or sorted(onwards, key=lambda way: way.to.no if way.to else 0))[:1]


def _marks(procedure: Procedure, step: Step, drafts: list[_Draft], *, decision: bool) -> None:
    """Put the numbers of the sheet in the symbols of the official chart."""
    columns = [actor.key for actor in procedure.actors]
    for name in step.actors:
        draft = drafts[columns.index(name)]
        draft.mark, draft.text = "process", str(step.no)
        draft.says = f"Kegiatan {step.no}"
    last = drafts[columns.index(step.actors[-1])]
    if decision:
        last.mark, last.says = "decision", f"Keputusan kegiatan {step.no}"
    if step is procedure.steps[0]:
        first = drafts[columns.index(step.actors[0])]
        first.mark, first.says = "terminator", f"Mulai, kegiatan {step.no}"
    for name in step.informed:
        draft = drafts[columns.index(name)]
        draft.mark, draft.text = "report", step.informed_text
        draft.says = step.informed_text


def _chain(step: Step, drafts: list[_Draft], columns: list[str]) -> None:
    """Join the symbols of one row: the actors in their order, then the informed, nearest first."""
    order = [columns.index(name) for name in step.actors]
    for source, target in pairwise(order):
        _across(drafts, source, target)
    here = order[-1]
    told = {columns.index(name) for name in step.informed}
    for side in (sorted((c for c in told if c < here), reverse=True), sorted(c for c in told if c > here)):
        for source, target in pairwise([here, *side]):
            _across(drafts, source, target)


def _across(drafts: list[_Draft], source: int, target: int, *, label: str = "") -> None:
    """A line at middle height; it runs behind the symbols in between."""
    way, back = ("right", "left") if target > source else ("left", "right")
    between = range(min(source, target) + 1, max(source, target))
    drafts[source].lines.add(f"out_{way}")
    drafts[target].lines.add(f"in_{back}")
    for column in between:
        drafts[column].lines.add("cross")
    if label:
        near = source + (1 if target > source else -1)
        drafts[near].labels["cross"] = label


def _leave(procedure: Procedure, step: Step, exits: list[_Exit], grid: list[list[_Draft]]) -> int | None:
    """Draw how the flow leaves a row. Returns the column by which it goes into the next row."""
    columns = [actor.key for actor in procedure.actors]
    here = columns.index(step.actors[-1])
    drafts = grid[step.no - 1]
    for way in exits[1:]:
        _branch(drafts, here, way)
    onwards = exits[0] if exits else _Exit(None, "")
    if onwards.to is None:
        _finish(drafts, here)
        return None
    if onwards.to.no != step.no + 1:
        drafts[here].lines.add("foot")
        drafts[here].labels["foot"] = f"{onwards.branch} → {onwards.to.no}".strip()
        return None
    _down(drafts, grid[step.no], (here, columns.index(onwards.to.actors[0])), label=onwards.branch)
    return here


def _finish(drafts: list[_Draft], here: int) -> None:
    """Close the flow: in the farthest column that is told, else in the last symbol itself."""
    told = [column for column, draft in enumerate(drafts) if draft.mark == "report"]
    last = max(told, key=lambda column: abs(column - here)) if told else here
    drafts[last].mark = "terminator"
    drafts[last].says = f"{drafts[last].text}, selesai"


def _branch(drafts: list[_Draft], here: int, way: _Exit) -> None:
    """The other answer of a decision: to a terminator, or to a jump that names the activity."""
    free = _free_column(drafts, here)
    text = "Selesai" if way.to is None else str(way.to.no)
    if free is None:
        drafts[here].labels["foot"] = f"{way.branch} → {text}"
        return
    drafts[free].mark = "terminator" if way.to is None else "jump"
    drafts[free].text = text
    drafts[free].says = "Proses selesai" if way.to is None else f"Lanjut ke kegiatan {text}"
    _across(drafts, here, free, label=way.branch)


def _free_column(drafts: list[_Draft], here: int) -> int | None:
    """The farthest empty column to the left that a line can reach, else to the right."""
    for side in (range(here - 1, -1, -1), range(here + 1, len(drafts))):
        reach: int | None = None
        for column in side:
            if drafts[column].mark is not None or drafts[column].lines:
                break
            reach = column
        if reach is not None:
            return reach
    return None


def _down(above: list[_Draft], below: list[_Draft], ends: tuple[int, int], *, label: str) -> None:
    """From the foot of one row along the band of the next into its first symbol."""
    source, target = ends
    above[source].lines.add("foot")
    below[source].lines.add("top")
    below[target].lines.add("drop")
    if source == target:
        above[source].labels["foot"] = label
        return
    way, back = ("right", "left") if target > source else ("left", "right")
    below[source].lines.add(f"band_{way}")
    below[target].lines.add(f"band_{back}")
    for column in range(min(source, target) + 1, max(source, target)):
        below[column].lines |= {"band_left", "band_right"}
    near = source + (1 if target > source else -1)
    below[near].labels["band"] = label
