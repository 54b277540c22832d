"""Small helpers of the case pages: options of select controls, places in racks."""

from __future__ import annotations

from typing import Any

from django import template

from sandar.core import rack
from sandar.core.words import number_id
from sandar.doors.web import labels, summary
from sandar.doors.web.pieces import field_id
from sandar.steps import reasons as coded

register = template.Library()


@register.simple_tag
def choices(field: str) -> list[tuple[str, str]]:
    """The options of a select control by the name of its list in `labels.CHOICES`."""
    return [(code, str(word)) for code, word in labels.CHOICES[field].items()]


@register.simple_tag
def reasons(service: str = "") -> list[tuple[str, str]]:
    """The coded reasons as options for a request of this service, nothing chosen."""
    return coded.choices(service)


@register.simple_tag
def scoped_id(name: str, own: str = "") -> str:
    """The id of a control: with several forms on a page each action's own, so that labels find theirs."""
    return field_id(f"{own}.{name}" if own else name)


register.filter("reason_name", coded.sentence)
register.filter("breakable", summary.breakable)


@register.filter
def event_name(kind: str) -> str:
    """What happened, as it reads after a person's name."""
    return labels.label(labels.EVENTS, kind)


@register.filter
def position(start: int | None) -> str:
    """Lowest unit, counted from the bottom, of a start in half-units: "20" or "20,5"."""
    if start is None:
        return "—"
    unit = rack.position_of(start)
    return number_id(unit, 0 if float(unit).is_integer() else 1)


@register.filter
def at_key(table: dict[Any, Any] | None, key: Any) -> Any:
    """The value of a key that is itself a variable."""
    return (table or {}).get(key)
