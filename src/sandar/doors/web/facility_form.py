"""The form of a kind, made from its shape: controls, choices, names to pick from, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext as _

from sandar.steps.facility import tables, words
from sandar.steps.facility.kinds import KINDS, Kind
from sandar.steps.facility.stock import Fields

_WIDE = frozenset({"address", "source", "reason", "parents", "battery", "outlets"})
_ORDER = {
    "power": ("site", "name", "kind", "side", "parents"),
    "strip": ("rack", "side", "parents", "outlets"),
}


def order(kind: Kind) -> list[str]:
    """The fields in the order of the page: what something is before its figures, the source last."""
    first = _ORDER.get(kind.code, ())
    return [*first, *(name for name in kind.shape.model_fields if name not in first)]


def controls(kind: Kind, *, editing: bool, site: str = "") -> list[dict[str, Any]]:
    """Arguments of the `control` tag, field by field. fixed: shown, not asked. site: whose nodes are offered."""
    found = [_control(kind, name, fixed=editing and name in kind.fixed) for name in order(kind)]
    for one in found:
        if site and "names" in one:
            nodes = KINDS["power"].stock()
            one["names"] = [name for name in one["names"] if nodes[name]["site"] == site]
    return found


def _control(kind: Kind, name: str, *, fixed: bool) -> dict[str, Any]:
    field, extra = kind.shape.model_fields[name], kind.about(name)
    base = tables.base_of(field.annotation)
    found: dict[str, Any] = {
        "name": name,
        "label": _label(kind, name),
        "help": _(field.description) if field.description else "",
        "unit": extra.get("x-unit", ""),
        "required": field.is_required() or (base is int and not _may_be_empty(field.annotation)),
        "fixed": fixed,
        "wide": name in _WIDE,
        "type": "text",
        "options": [],
        **_limits(field, base),
    }
    of = str(extra.get("x-of", ""))
    if base is list:
        found["type"] = "textarea"
        found["names"] = list(KINDS[of].stock()) if of else []
    elif of:
        found |= {"type": "select", "options": _names(of, required=field.is_required())}
    elif get_origin(base) is Literal:
        shown = words.choices(kind.code, name)
        found |= {
            "type": "select",
            "options": [(code, str(shown.get(code, code))) for code in get_args(base)],
        }
    elif base is bool:
        found["type"] = "checkbox"
    elif base in (int, float):
        found["type"] = "number"
        found["step"] = "0.5" if base is float else "1"
    return found


def _label(kind: Kind, name: str) -> str:
    """The title without the unit that stands behind the control."""
    title = _(kind.shape.model_fields[name].title or name)
    unit = kind.about(name).get("x-unit")
    return title.removesuffix(f" ({unit})") if unit else title


def _may_be_empty(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _limits(field: Any, base: Any) -> dict[str, Any]:
    """min, max and maxlength as the shape says them."""
    found: dict[str, Any] = {}
    for part in (*field.metadata, *_inner(field.annotation)):
        for said, attribute in (("ge", "min"), ("le", "max"), ("max_length", "maxlength")):
            if (limit := getattr(part, said, None)) is not None:
                found.setdefault(attribute, limit)
    if base in (int, float):
        found.pop("maxlength", None)
        if found.get("max", 0) > 1_000_000:
            found.pop("max", None)
    return found if base is not list else {}


def _inner(annotation: Any) -> tuple[Any, ...]:
    """Metadata inside `X | None`."""
    return tuple(part for one in get_args(annotation) for part in getattr(one, "__metadata__", ()))


def _names(of: str, *, required: bool) -> list[tuple[str, str]]:
    chosen = [(key, key) for key in KINDS[of].stock()]
    return chosen if required and chosen else [("", "—"), *chosen]


def values(kind: Kind, fields: Mapping[str, Any]) -> Fields:
    """Fields as typed values of controls."""
    found: Fields = {}
    for name, value in fields.items():
        if isinstance(value, list):
            found[name] = "\n".join(tables.text_of([one]) for one in value)
        else:
            found[name] = tables.text_of(value)
    return found


def defaults(kind: Kind, given: QueryDict) -> Fields:
    """A new form: the shape's own defaults, and what the address names (`?room=Ruang 1`)."""
    found = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.shape.model_fields.items()
        if not field.is_required()
    }
    asked = {name: given[name][:200] for name in kind.shape.model_fields if name in given}
    return values(kind, found) | asked


def posted(kind: Kind, data: QueryDict, *, editing: bool) -> Fields:
    """What the form says, for the act: an empty control is the default, an unticked box is no."""
    found: Fields = {}
    for name, field in kind.shape.model_fields.items():
        if editing and name in kind.fixed:
            continue
        base, text = tables.base_of(field.annotation), data.get(name, "").strip()
        if base is bool:
            found[name] = text == "true"
        elif text:
            found[name] = tables.value(kind, name, text)
        elif not field.is_required():
            found[name] = field.get_default(call_default_factory=True)
        else:
            found[name] = "" if base is str else None
    return {name: value for name, value in found.items() if value is not None}


def labels(kind: Kind) -> dict[str, str]:
    return {name: _label(kind, name) for name in kind.shape.model_fields}
