"""Where in a TOML text a value stands. The standard reader gives values without lines; this gives lines.

A path is the way to a value in the read tables: ("step", 2, "stage", 0, "actions", "confirm").
"""

from __future__ import annotations

import re
from typing import NamedTuple

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]')


class Remark(NamedTuple):
    """One line's comment with its sign ("" without one). path: the thing of that line, None for a line of its own.

    is_within: the line goes on with a value that began above.
    """

    path: Path | None
    comment: str
    is_within: bool = False


class Lines:
    """The line numbers (1-based) of the tables and keys of one TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self.remarks: list[Remark] = []
        """The comments in their order, and the empty lines between them."""
        table: Path = ()
        path: Path | None = None
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            within = bool(depth or quote)
            if not within:
                path = None
                if header := _HEADER.match(line):
                    path = table = self._table(header, number)
                    line = line[header.end(2) :].lstrip("]")
                elif key := _KEY.match(line):
                    path = (*table, *_names(key[1]))
                    self._lines.setdefault(path, number)
                    line = line[key.end() :]
            is_empty = not line.strip() and path is None
            depth, quote, comment = _nesting(line, depth, quote)
            if path is not None and not within:
                self.remarks.append(Remark(path, comment))
            elif comment or is_empty:
                self.remarks.append(Remark(path, comment, is_within=path is not None))

    def of(self, path: Path) -> int:
        """The line of `path`, or of the nearest table around it when it is written inline."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _table(self, header: re.Match[str], number: int) -> Path:
        path: Path = ()
        names = _names(header[2])
        for place, name in enumerate(names):
            path = (*path, name)
            last = place == len(names) - 1
            if last and header[1] == "[[":
                self._counts[path] = self._counts.get(path, -1) + 1
                self._lines.setdefault(path, number)
                path = (*path, self._counts[path])
            elif path in self._counts:
                path = (*path, self._counts[path])
        self._lines.setdefault(path, number)
        return path


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _nesting(line: str, depth: int, quote: str) -> tuple[int, str, str]:
    """How deep the brackets are, which long string is open, after `line`; and the comment at its end."""
    comment = ""
    for mark in _TOKEN.findall(line):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in ('"""', "'''"):
            quote = mark
        elif mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif mark.startswith("#"):
            comment = mark.rstrip()
    return max(depth, 0), quote, comment
