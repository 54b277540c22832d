"""Reading a body: JSON only, storable only, types as they are written, every wrong field named."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel

from sandar.errors import Malformed, NotFound, NotStorable, WrongType
from sandar.steps.inputs import parsed

T = TypeVar("T", bound=BaseModel)
DEEPEST = 64  # levels of nesting; an lshw inventory of a large machine has about fifteen
LARGEST = 2**63 - 1  # what both databases can count to


def json_of(request: HttpRequest) -> Any:
    """The body as JSON. Raises WrongType (415), Malformed and NotStorable (400), TooLarge (413)."""
    kind = (request.content_type or "").lower()
    if not kind and not request.body:
        raise Malformed(reason="json")
    if kind != "application/json":
        raise WrongType(name=kind, detected=kind, allowed=["application/json"])
    try:
        value = json.loads(request.body.decode("utf-8-sig"), parse_float=_number, parse_constant=_no_number)
    except RecursionError as fault:
        raise NotStorable(why="depth", limit=DEEPEST) from fault
    except ValueError as fault:
        line = getattr(fault, "lineno", None)
        raise Malformed(reason="json", **({"line": line} if line else {})) from fault
    storable(value)
    return value


def body_of(request: HttpRequest, shape: type[T]) -> T:
    """The body as `shape`; unknown fields and wrong types are named. Raises InvalidInput and as `json_of`."""
    return parsed(shape, json_of(request), strict=True)


def object_of(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object whose fields the act itself will judge."""
    value = json_of(request)
    if not isinstance(value, dict):
        raise Malformed(reason="object")
    return value


def storable(value: Any) -> None:
    """Refuse what no record can keep: NUL, lone surrogates, numbers beyond 64 bit, absurd depth."""
    todo: list[tuple[Any, int]] = [(value, 1)]
    while todo:
        part, depth = todo.pop()
        if isinstance(part, str):
            _text(part)
        elif isinstance(part, dict):
            for name in part:
                _text(name)
            todo.extend((inner, depth + 1) for inner in part.values())
        elif isinstance(part, list):
            todo.extend((inner, depth + 1) for inner in part)
        elif isinstance(part, int) and not -LARGEST <= part <= LARGEST:
            raise NotStorable(why="number")
        if depth > DEEPEST:
            raise NotStorable(why="depth", limit=DEEPEST)


def _text(text: str) -> None:
    if "\x00" in text:
        raise NotStorable(why="nul")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as fault:
            raise NotStorable(why="surrogate") from fault


def _number(text: str) -> int | float:
    """A JSON number with a point or exponent. 2.0 is the integer 2, as JSON Schema has it."""
    value = float(text)
    if not math.isfinite(value):
        raise NotStorable(why="number")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _no_number(name: str) -> Any:
    raise NotStorable(why="number", value=name)


def name_in_path(text: str, what: str) -> str:
    """A name or number from the address; one that no record can have does not exist."""
    if len(text) > 120 or "\x00" in text or not text.isprintable():
        raise NotFound(what=what)
    return text


def id_in_path(number: int, what: str) -> int:
    """An id from the address; one beyond what a database counts to does not exist."""
    if not 0 < number <= LARGEST:
        raise NotFound(what=what)
    return number
