"""From the values of a procedure back to a TOML text, in the shape and order of the file that ships with Sandar.

The standard library only reads TOML. What is written here reads back to the same values, so the content hash of
a procedure does not depend on who wrote the file: an editor, this module, or the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Values = dict[str, Any]

_TOP = ("service", "title", "number", "revision", "start")
_TABLES = ("identity", "sheet")
_LISTS = ("legal_basis", "actor", "step", "end", "anytime")


def write(values: Mapping[str, Any]) -> str:
    """The TOML text of these values. Keys that no procedure knows are written too: the check names them."""
    lines: list[str] = []
    rest = [key for key in values if key not in (*_TOP, *_TABLES, *_LISTS)]
    for key in (*(key for key in _TOP if key in values), *rest):
        lines.append(_line(key, values[key]))
    for key in _TABLES:
        if key in values:
            lines += ["", f"[{key}]", *(_line(name, value) for name, value in values[key].items())]
    for key in ("legal_basis", "actor"):
        for row in values.get(key, ()):
            lines += ["", f"[[{key}]]", *(_line(name, value) for name, value in row.items())]
    for step in values.get("step", ()):
        lines += _step(step)
    for key in ("end", "anytime"):
        for row in values.get(key, ()):
            lines += ["", f"[[{key}]]", *(_line(name, value) for name, value in row.items())]
    return "\n".join(lines) + "\n"


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"# {'-' * 64} {step.get('no', '')}", "", "[[step]]")
    for name, value in step.items():
        if name != "stage":
            yield _line(name, value)
    for stage in step.get("stage", ()):
        yield from ("", "[[step.stage]]")
        for name, value in stage.items():
            if name != "actions":
                yield _line(name, value)
        if "actions" in stage:
            yield "[step.stage.actions]"
            for name, value in stage["actions"].items():
                yield _line(name, value)


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
