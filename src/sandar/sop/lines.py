"""Where in a TOML text a value stands. The standard reader gives values without lines; this gives lines.

A path is the way to a value in the read tables: ("step", 2, "stage", 0, "actions", "confirm").
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]')


class Lines:
    """The line numbers (1-based) of the tables and keys of one TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if not depth and not quote:
                if header := _HEADER.match(line):
                    table = self._table(header, number)
                    continue
                if key := _KEY.match(line):
                    self._lines.setdefault((*table, *_names(key[1])), number)
                    line = line[key.end() :]
            depth, quote = _nesting(line, depth, quote)

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


def _nesting(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How deep the brackets are, and which long string is open, after `line`."""
    for mark in _TOKEN.findall(line):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in ('"""', "'''"):
            quote = mark
        elif mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
    return max(depth, 0), quote
