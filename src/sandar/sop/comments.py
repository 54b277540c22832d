"""The comments of a procedure's text, kept through a change of its values.

The page changes values and `writing` writes the text anew; what officers noted beside them goes with the thing it
stands above or beside, by its name and not by its place, so a note moves with the activity it is about. (A library
that keeps the format, such as tomlkit, gives a comment to the table *before* it: moved activities would leave their
notes behind. ADR 0014.)
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandar.sop.lines import Lines, Path

NAMED = {
    "actor": "key",
    "step": "key",
    "stage": "state",
    "end": "state",
    "anytime": "name",
    "escalation": "name",
}
"""Lists of tables, and by which value each of their tables is known."""

RULE = re.compile(r"# -{10,} \d*")  # the line that `writing` draws above each activity by itself
END: Path = ("",)


@dataclass(frozen=True)
class Comments:
    """above: whole lines by the thing that follows them, "" for an empty line; beside: at the end of its line."""

    above: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[Path, str] = field(default_factory=dict)

    def words(self) -> Counter[str]:
        """Every comment, without its sign."""
        lines = [line for block in self.above.values() for line in block if line]
        return Counter(line.lstrip("# ").strip() for line in (*lines, *self.beside.values()))

    def gathered(self, known: Iterable[Path]) -> Comments:
        """The same comments on `known` things only: that of a value goes to what is around it, that of a row that
        is gone goes with it.
        """
        places = frozenset(known)
        above: dict[Path, tuple[str, ...]] = {}
        beside: dict[Path, str] = {}
        for path, lines in self.above.items():
            if (home := _home(path, places)) is not None:
                above[home] = (*above.get(home, ()), *lines)
        for path, line in self.beside.items():
            if path in places:
                beside[path] = line
            elif (home := _home(path, places)) is not None:
                above[home] = (*above.get(home, ()), line)
        return Comments(above, beside)


def _home(path: Path, known: frozenset[Path]) -> Path | None:
    """The nearest known thing around `path`; None when the row of a list that it stands in is gone."""
    while path and path not in known:
        if len(path) > 1 and path[-2] in NAMED:
            return None
        path = path[:-1]
    return path or END


def named(kind: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each table of a list is known by, in their order; twins are counted, so no two are known by one name."""
    found: list[str] = []
    for place, row in enumerate(rows):
        name = str(row.get(NAMED.get(kind, ""), "")) or f"#{place}"
        found.append(f"{name}#{place}" if name in found else name)
    return found


def read(text: str) -> Comments:
    """The comments of a text that is TOML."""
    values = tomllib.loads(text)
    above: dict[Path, tuple[str, ...]] = {}
    beside: dict[Path, str] = {}
    waiting: list[str] = []
    for path, comment, is_within in Lines(text).remarks:
        if path is None:
            waiting += _line(comment, waiting)
            continue
        place = _known(values, path)
        if is_within:
            waiting.append(comment)
        elif comment:
            beside[place] = comment
        if waiting:
            above[place] = (*above.get(place, ()), *waiting)
            waiting = []
    if waiting:
        above[END] = tuple(waiting)
    return Comments(above, beside)


def _line(comment: str, waiting: list[str]) -> list[str]:
    if RULE.fullmatch(comment):
        return []
    return [comment] if comment or (waiting and waiting[-1]) else []


def _known(values: Any, path: Path) -> Path:
    """A path by places as a path by names, as far as it can be followed."""
    found: Path = ()
    for part in path:
        if isinstance(part, int) and isinstance(values, list) and part < len(values):
            found = (*found, named(str(found[-1]), values)[part])
        elif isinstance(values, Mapping) and part in values:
            found = (*found, part)
        else:
            break
        values = values[part]
    return found
