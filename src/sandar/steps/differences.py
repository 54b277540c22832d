"""What changed between two versions of what an agency asks for, field by field in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from sandar.steps.inputs import ColocationItem, HostingItem, Official
from sandar.steps.words import shown

_SKIPPED = ("kind", "items", "agreed")


def of_items(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Every field of every item that is not what it was: item, label, before, after."""
    found = []
    for old, new in zip(before, after, strict=False):
        titles = _titles(HostingItem if new.get("kind") == "hosting" else ColocationItem)
        found += [{"item": str(new.get("name", "")), **line} for line in _lines(old, new, titles)]
    return found


def of_forms(
    before: Mapping[str, Any], after: Mapping[str, Any], titles: Mapping[str, str]
) -> list[dict[str, str]]:
    """Every field of a form that is not what it was, its items included."""
    found = of_items(before.get("items", []), after.get("items", []))
    return found + [{"item": "", **line} for line in _lines(before, after, titles)]


def _lines(
    old: Mapping[str, Any], new: Mapping[str, Any], titles: Mapping[str, str]
) -> Iterable[dict[str, str]]:
    for name, value in new.items():
        was = old.get(name)
        if name in _SKIPPED or _same(was, value):
            continue
        words = {"cords": _cords, "ports": numbers}.get(name, in_words)
        yield {"label": titles.get(name, name), "before": words(was), "after": words(value)}


def _same(one: Any, other: Any) -> bool:
    """Nothing, an empty text and an empty list say the same."""
    return one == other or (not one and not other)


def _cords(value: Any) -> str:
    """Which feeds the power cords are plugged into."""
    return _("A dan B") if value == "AB" else value or ""


def numbers(value: Any) -> str:
    """Ports, which are names and no amounts."""
    return ", ".join(str(one) for one in value or ())


def in_words(value: Any) -> str:
    """A value of a form: an official by name and title, a list by its parts."""
    if isinstance(value, Mapping) and "name" in value and set(value) <= set(Official.model_fields):
        return " · ".join(str(value[key]) for key in ("name", "title", "phone") if value.get(key))
    if isinstance(value, list | tuple) and any(
        isinstance(part, Mapping) and "name" in part for part in value
    ):
        return "; ".join(in_words(part) for part in value)
    return shown(value)


def _titles(model: Any) -> dict[str, str]:
    return {name: _(str(field.title or name)) for name, field in model.model_fields.items()}
