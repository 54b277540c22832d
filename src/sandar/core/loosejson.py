"""JSON as lshw really prints it: missing or doubled commas, control bytes, several values in a row.

`json.loads` is no help here: a 200,000-deep file raises RecursionError, a million-digit number
ValueError, and NaN, duplicate keys, NUL and lone surrogates pass it and break the database later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from sandar.errors import InventoryUnreadable

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 64
MAX_NODES = 20_000  # objects and lists
MAX_TOKENS = 300_000  # 128 logical processors with all their flags are about 80,000
MAX_STRING = 4000  # no field is longer than a line
MAX_DIGITS = 25  # 2^64 has 20

# Possessive quantifiers: linear time on any bytes.
_TOKEN = re.compile(
    r'(?P<space>[\x00-\x20\x7f-\xa0\ufeff]++)|(?P<text>"(?:[^"\\]++|\\.)*+")|(?P<mark>[{}\[\]:,])'
    r"|(?P<number>-?+\d++(?:\.\d++)?+(?:[eE][+-]?+\d++)?+)|(?P<word>-?+[A-Za-z]++)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_UNKNOWN_NUMBERS = {"nan", "-nan", "infinity", "-infinity", "inf", "-inf"}


@dataclass
class _Open:
    """A container that is not closed yet, and the key that waits for its value."""

    value: list[Json] | dict[str, Json]
    key: str | None = None
    colon: bool = False
    separated: bool = True  # a comma, or the opening bracket, was the last thing seen


@dataclass
class Loose:
    """What was read. `values`: the values at the top, in order. Line numbers count from 1."""

    values: list[Json] = field(default_factory=list)
    repaired_commas: list[int] = field(default_factory=list)
    duplicate_keys: list[int] = field(default_factory=list)
    unknown_numbers: list[int] = field(default_factory=list)


def read(source: str) -> Loose:
    """Read every JSON value in `source`. First of two equal keys wins; NaN and huge numbers become None.

    Raises InventoryUnreadable: reason syntax or truncated with line; too_deep or too_many_nodes with limit.
    """
    reader = _Reader(source)
    reader.run()
    return reader.out


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.out = Loose()
        self.stack: list[_Open] = [_Open(self.out.values)]
        self.at = 0
        self.nodes = 0
        self.seen = 0
        self._counted_to = 0
        self._line = 1

    def run(self) -> None:
        end = len(self.source)
        while self.at < end:
            token = _TOKEN.match(self.source, self.at)
            if token is None:
                unclosed = self.source[self.at] == '"'
                raise self.wrong("truncated" if unclosed else "syntax")
            if token.lastgroup != "space":
                self.seen += 1
                if self.seen > MAX_TOKENS:
                    raise InventoryUnreadable(reason="too_many_nodes", limit=MAX_TOKENS)
                self.take(token.lastgroup or "", token.group())
            self.at = token.end()
        if len(self.stack) > 1:
            raise self.wrong("truncated")

    def take(self, kind: str, token: str) -> None:
        if kind == "mark":
            self.mark(token)
        elif kind == "text":
            self.text(_unescape(token[1:-1]))
        elif kind == "number":
            self.put(self.number(token))
        elif token in _WORDS:
            self.put(_WORDS[token])
        elif token.casefold() in _UNKNOWN_NUMBERS:
            self.out.unknown_numbers.append(self.line())
            self.put(None)
        else:
            raise self.wrong("syntax")

    def mark(self, sign: str) -> None:
        top = self.stack[-1]
        if sign == ",":
            if top.key is not None:
                raise self.wrong("syntax")
            if top.separated:
                self.out.repaired_commas.append(self.line())
            top.separated = True
        elif sign == ":":
            if top.key is None or top.colon:
                raise self.wrong("syntax")
            top.colon = True
        elif sign in "{[":
            self.open({} if sign == "{" else [])
        else:
            self.close(dict if sign == "}" else list)

    def open(self, value: list[Json] | dict[str, Json]) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise InventoryUnreadable(reason="too_many_nodes", limit=MAX_NODES)
        if len(self.stack) > MAX_DEPTH:
            raise InventoryUnreadable(reason="too_deep", limit=MAX_DEPTH, line=self.line())
        self.put(value)
        self.stack.append(_Open(value))

    def close(self, kind: type[list[Json]] | type[dict[str, Json]]) -> None:
        top = self.stack[-1]
        if len(self.stack) == 1 or not isinstance(top.value, kind) or top.key is not None:
            raise self.wrong("syntax")
        if top.separated and top.value:
            self.out.repaired_commas.append(self.line())
        self.stack.pop()

    def text(self, value: str) -> None:
        top = self.stack[-1]
        if isinstance(top.value, dict) and top.key is None:
            self.separate(top)
            top.key = value
        else:
            self.put(value)

    def put(self, value: Json) -> None:
        top = self.stack[-1]
        if isinstance(top.value, list):
            self.separate(top)
            top.value.append(value)
            return
        if top.key is None or not top.colon:
            raise self.wrong("syntax")
        if top.key in top.value:
            self.out.duplicate_keys.append(self.line())
        top.value.setdefault(top.key, value)
        top.key, top.colon = None, False

    def separate(self, top: _Open) -> None:
        if not top.separated:
            self.out.repaired_commas.append(self.line())
        top.separated = False

    def number(self, token: str) -> int | float | None:
        if len(token) <= MAX_DIGITS:
            try:
                return int(token)
            except ValueError:
                value = float(token)
                if abs(value) < float("inf"):
                    return value
        self.out.unknown_numbers.append(self.line())
        return None

    def line(self) -> int:
        self._line += self.source.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line

    def wrong(self, reason: str) -> InventoryUnreadable:
        return InventoryUnreadable(reason=reason, line=self.line())


def _unescape(raw: str) -> str:
    """Undo backslashes; an unknown escape keeps its letter, surrogate pairs join. Cut at MAX_STRING."""
    raw = raw[:MAX_STRING]
    if "\\" not in raw:
        return raw
    done = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPED.get(m[2], m[2]), raw)
    return _PAIR.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), done)
