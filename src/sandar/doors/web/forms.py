"""Between an HTML form and a step's input: dotted names to nested data, data to typed values, fields to controls.

A page sends `items.0.watts=575`; the input model wants {"items": [{"watts": "575"}]}. Empty controls count as not
given, rows that are wholly empty are dropped, a row with `count` stands for so many equal ones, and a text control
for a list is split at commas and lines. Everything else is the model's business, so page and API judge alike.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sandar.doors.web.labels import sop_word

Nested = dict[str, Any]
OWN = frozenset({"csrfmiddlewaretoken", "submission", "version", "kept", "confirm_password"})
MOST_ROWS = 200


def decode(post: QueryDict) -> Nested:
    """The posted fields as nested data; lists from numeric parts, in the order of their numbers."""
    tree: Nested = {}
    for name in post:
        if name in OWN:
            continue
        values = [value for value in post.getlist(name) if value != ""]
        parts = name.split(".")
        if not values or len(parts) > 6:
            continue
        _put(tree, parts, values[0] if len(values) == 1 else values)
    found = _listed(tree)
    return found if isinstance(found, dict) else {}


def _put(tree: Nested, parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree[parts[-1]] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(part) for key, part in value.items()}
    if inner and all(key.isascii() and key.isdigit() and len(key) < 4 for key in inner):
        return [inner[key] for key in sorted(inner, key=int)][:MOST_ROWS]
    return inner


def shaped(model: type[BaseModel], data: Nested) -> Nested:
    """`data` in the shape the model reads: lists split, rows counted out, unticked boxes false."""
    found = dict(data)
    for name, field in model.model_fields.items():
        kind = _kind(field)
        if kind is bool and name not in found:
            found[name] = False
        elif name in found:
            found[name] = _shaped(kind, found[name])
        elif field.is_required() and _model(kind, {}) is kind:
            found[name] = {}  # so that the complaint names the control inside, not the group
    return found


def _shaped(kind: Any, value: Any) -> Any:
    if get_origin(kind) is list:
        return _rows(_bare(get_args(kind)[0]), value)
    model = _model(kind, value)
    return shaped(model, value) if model and isinstance(value, dict) else value


def _rows(kind: Any, value: Any) -> Any:
    if isinstance(
        value, str
    ):  # figures also apart by commas; a sentence may hold one, so texts only by lines
        apart = r"\n+" if kind is str else r"[\s,;]+"
        return [part.strip() for part in re.split(apart, value) if part.strip()]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return value
    rows: list[Any] = []
    for row in value:
        if not isinstance(row, dict):
            rows.append(row)
            continue
        row = dict(row)
        copies = 1 if "count" in _names(kind) else _copies(row)
        if set(row) <= {"kind", "type", "item_no", "face", "condition"} and not row.get("item_no"):
            continue
        rows += [_shaped(kind, row)] * copies
    return rows[:MOST_ROWS]


def _copies(row: Nested) -> int:
    """Takes the count out of a row; one that is no number stays in it, and the model refuses the row for it."""
    text = row.get("count", "1")
    if not (
        isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 100
    ):
        return 1
    row.pop("count", None)
    return int(text)


def _names(kind: Any) -> frozenset[str]:
    model = _model(kind, {})
    return frozenset(model.model_fields) if model else frozenset()


def _bare(kind: Any) -> Any:
    """An annotation without Annotated and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        left = [part for part in get_args(kind) if part is not type(None)]
        return _bare(left[0]) if len(left) == 1 else kind
    return kind


def _kind(field: FieldInfo) -> Any:
    return _bare(field.annotation)


def _model(kind: Any, value: Any) -> type[BaseModel] | None:
    """The model a value is for; of a union the one whose `kind` the value names."""
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) in (Union, types.UnionType):
        options = [
            part
            for part in map(_bare, get_args(kind))
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]
        named = value.get("kind") if isinstance(value, dict) else None
        for option in options:
            field = option.model_fields.get("kind")
            if field is not None and field.default == named:
                return option
        return options[0] if options and not named else None
    return None


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested data as typed values by dotted name, to fill a form; a list of texts becomes one text."""
    if isinstance(value, Mapping):
        parts = [flat(part, f"{prefix}.{key}" if prefix else str(key)) for key, part in value.items()]
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        parts = [flat(part, f"{prefix}.{index}") for index, part in enumerate(_counted(value))]
    elif isinstance(value, list | tuple):
        apart = "\n" if all(isinstance(part, str) for part in value) else ", "
        return {prefix: apart.join(str(part) for part in value)}
    else:
        whole = isinstance(value, float) and value.is_integer()
        return {prefix: "" if value is None else int(value) if whole else value}
    return {name: part for group in parts for name, part in group.items()}


def _counted(rows: Any) -> list[dict[str, Any]]:
    """Equal rows of disks and ports of the network once, with their count."""
    plain: list[dict[str, Any]] = [dict(row) for row in rows]
    if not all(set(row) <= {"gb", "type", "gbps"} for row in plain):
        return plain
    found: list[dict[str, Any]] = []
    for row in plain:
        same = next(
            (known for known in found if {k: v for k, v in known.items() if k != "count"} == row), None
        )
        if same:
            same["count"] += 1
        else:
            found.append({**row, "count": 1})
    return found


def controls(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """The simple fields of a model as arguments of the `control` tag, in their order."""
    for name, field in model.model_fields.items():
        kind = _kind(field)
        control = _control(name, kind, field)
        if control is not None:
            yield {
                "name": name,
                "label": sop_word(field.title or name),
                "required": field.is_required(),
                **control,
            }


def _control(name: str, kind: Any, field: FieldInfo) -> dict[str, Any] | None:
    origin = get_origin(kind)
    if origin is Literal:
        return {"type": "select", "options": list(get_args(kind))}
    if origin is list:
        inner = _bare(get_args(kind)[0])
        return {"type": "textarea"} if inner in (str, int) else None
    plain = {bool: "checkbox", int: "number", float: "number"}.get(kind)
    if plain:
        return {"type": plain}
    if getattr(kind, "__name__", "") == "datetime":
        return {"type": "datetime-local"}
    if getattr(kind, "__name__", "") == "date":
        return {"type": "date"}
    if kind is str:
        longest = max((getattr(part, "max_length", None) or 0 for part in field.metadata), default=0)
        return {"type": "textarea" if longest > 1000 else "text"}
    return None


def titles(model: type[BaseModel], names: Iterable[str]) -> dict[str, str]:
    """Dotted names of controls -> what they are called: "items.1.watts" -> "2. Daya nyata (W)"."""
    return {name: found for name in names if (found := _title(model, name.split("."), ""))}


def _title(model: type[BaseModel], parts: list[str], before: str) -> str:
    name, rest = parts[0], parts[1:]
    if name.isascii() and name.isdigit() and len(name) < 4:
        return _title(model, rest, f"{int(name) + 1}. ") if rest else before
    field = model.model_fields.get(name)
    if field is None:
        return ""
    kind = _kind(field)
    inner = _bare(get_args(kind)[0]) if get_origin(kind) is list else kind
    if not rest or (len(rest) == 1 and rest[0].isdigit()):
        return f"{before}{sop_word(field.title or name)}"
    group = "" if rest[0].isdigit() else f"{sop_word(field.title)}: "
    options = (_model(inner, {}), *map(_bare, get_args(inner)))
    models = [one for one in options if isinstance(one, type) and issubclass(one, BaseModel)]
    return next((found for one in models if (found := _title(one, rest, before + group))), "")
