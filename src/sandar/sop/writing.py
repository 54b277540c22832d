"""From the values of a procedure back to a TOML text, in the shape and order of the file that ships with Sandar.

The standard library only reads TOML. What is written here reads back to the same values, so the content hash of
a procedure does not depend on who wrote the file: an editor, this module, or the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandar.sop.comments import END, Comments, named
from sandar.sop.lines import Path

Values = dict[str, Any]

_TOP = ("service", "title", "number", "revision", "start")
_TABLES = ("identity", "sheet")
_BEFORE, _AFTER = ("legal_basis", "actor", "escalation"), ("end", "anytime")
_INSIDE: Mapping[str, tuple[str, ...]] = {"step": ("escalation", "stage")}
_NOBODY = Comments()


def write(values: Mapping[str, Any], comments: Comments = _NOBODY) -> str:
    """The TOML text of these values, with the comments of the text they come from.

    Keys that no procedure knows are written too: the check names them. The comments of a row that is gone go with it.
    """
    bare = _Writer(_NOBODY)
    bare.whole(values)
    if comments == _NOBODY:
        return "\n".join(bare.lines) + "\n"
    written = _Writer(comments.gathered(bare.places))
    written.whole(values)
    return "\n".join(written.lines) + "\n"


class _Writer:
    """One text in the making. places: what was written so far, by names."""

    def __init__(self, comments: Comments) -> None:
        self.comments = comments
        self.lines: list[str] = []
        self.places: list[Path] = []

    def whole(self, values: Mapping[str, Any]) -> None:
        known = (*_TOP, *_TABLES, *_BEFORE, "step", *_AFTER)
        for key in (*_TOP, *(key for key in values if key not in known)):
            if key in values:
                self.value((key,), values[key])
        for key in _TABLES:
            if key in values:
                self.table((key,), values[key])
        for key in (*_BEFORE, "step", *_AFTER):
            if key in values:
                self.rows((key,), values[key])
        if above := self.comments.above.get(END):
            self.lines += ["", *above]

    def rows(self, path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
        """A list of tables. Raises nothing: a list that is none is written as a value."""
        self.places.append(path)
        kind, header = str(path[-1]), ".".join(str(part) for part in path[::2])
        if not rows:
            self.value(path, rows)
        for name, row in zip(named(kind, rows), rows, strict=True):
            here = (*path, name)
            self.places.append(here)
            if kind == "step":
                self.lines += ["", f"# {'-' * 64} {row.get('no', '')}"]
            above = (*(self.comments.above.get(path, ()) if row is rows[0] else ()),
                     *self.comments.above.get(here, ()))  # fmt: skip
            self.lines += ["", *above, f"[[{header}]]{self._beside(here)}"]
            inside = _INSIDE.get(kind, ())
            for key, value in row.items():
                if key not in inside and not (kind == "stage" and key == "actions"):
                    self.value((*here, key), value)
            for key in inside:
                if key in row:
                    self.rows((*here, key), row[key])
            if kind == "stage" and "actions" in row:
                self.actions((*here, "actions"), row["actions"])

    def table(self, path: Path, table: Mapping[str, Any]) -> None:
        self.places.append(path)
        self.lines += ["", *self.comments.above.get(path, ()), f"[{path[0]}]{self._beside(path)}"]
        for name, value in table.items():
            self.value((*path, name), value)

    def actions(self, path: Path, table: Mapping[str, Any]) -> None:
        self.places.append(path)
        self.lines += [*self.comments.above.get(path, ()), f"[step.stage.actions]{self._beside(path)}"]
        for name, value in table.items():
            self.value((*path, name), value)

    def value(self, path: Path, value: Any) -> None:
        self.places.append(path)
        self.lines += self.comments.above.get(path, ())
        self.lines.append(_line(str(path[-1]), value) + self._beside(path))

    def _beside(self, path: Path) -> str:
        comment = self.comments.beside.get(path, "")
        return f"  {comment}" if comment else ""


def _line(key: str, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    bare = key and key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(_line(name, part) for name, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        parts = [_value(part) for part in value]
        if sum(map(len, parts)) < 80:
            return f"[{', '.join(parts)}]"
        return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
