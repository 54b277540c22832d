"""What every figure of the facility must be before it is stored. Codes, not sentences, go into InvalidInput:

missing, too_long, too_large, negative, not_a_number, percent, unknown, taken, and the codes of the verbs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection, models

from sandar.core.electric import PHASES
from sandar.errors import InvalidInput

from .models import DOORS, MOUNTINGS, NUMBERINGS, POLICIES
from .power_models import POWER_KINDS, STATE_KINDS

Row = TypeVar("Row", bound=models.Model)

_CHOICES: Mapping[tuple[str, str], Iterable[Any]] = {
    ("rack", "numbering"): NUMBERINGS,
    ("rack", "door"): DOORS,
    ("rack", "mounting"): MOUNTINGS,
    ("rack", "height_u"): range(1, 101),
    ("room", "policy"): POLICIES,
    ("room", "keep_free"): range(91),
    ("powernode", "kind"): POWER_KINDS,
    ("powernode", "side"): ("", "A", "B"),
    ("powernode", "phases"): (1, 3),
    ("powernode", "phase"): ("", *PHASES),
    ("failurestate", "kind"): STATE_KINDS,
}
_PERCENT = {"derating", "power_factor"}
_AT_LEAST_ONE = {"overcommit", "usable", "gbps", "count"}
_LARGEST = 2_147_483_647
_QUEUE = 50_771_001  # any number nobody else locks


def inside() -> None:
    """Writes belong to a transaction, and whoever changes the facility waits for whoever did so before.

    Without the queue the ledger could be defined from a picture that is older than another's commit. SQLite has
    one writer anyway.
    """
    assert connection.in_atomic_block, "the facility is changed only inside a transaction"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_QUEUE])


def save(row: Row) -> Row:
    """Store the row. Raises InvalidInput with every field that is wrong."""
    inside()
    wrong = problems(row)
    if wrong:
        raise InvalidInput(fields=wrong)
    row.save()
    return row


def problems(row: models.Model) -> dict[str, list[str]]:
    """field -> codes of what is wrong with it."""
    found: dict[str, list[str]] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.is_relation:
            continue
        value = getattr(row, field.attname)
        if isinstance(field, models.CharField):
            value = value.strip() if isinstance(value, str) else value
            setattr(row, field.attname, value)
        code = _text(field, value) if isinstance(field, models.CharField) else _number(field, value)
        allowed = _CHOICES.get((row._meta.model_name or "", field.name))
        if not code and allowed is not None and value not in allowed:
            code = "unknown"
        if not code and field.unique and _taken(row, field.name, value):
            code = "taken"
        if code:
            found[field.name] = [code]
    return found


def _text(field: models.CharField[Any, Any], value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        return "unknown"
    if not value and not field.blank:
        return "missing"
    return "too_long" if len(value) > (field.max_length or 0) else ""


def _number(field: models.Field[Any, Any], value: object) -> str:
    if not isinstance(field, models.IntegerField):
        return ""
    if not isinstance(value, int) or isinstance(value, bool):
        return "not_a_number"
    if value < 0:
        return "negative"
    if field.name in _PERCENT and not 1 <= value <= 100:
        return "percent"
    if field.name in _AT_LEAST_ONE and value < 1:
        return "missing"
    small = isinstance(field, models.PositiveSmallIntegerField)
    return "too_large" if value > (32_767 if small else _LARGEST) else ""


def _taken(row: models.Model, name: str, value: object) -> bool:
    others = type(row)._default_manager.filter(**{name: value})
    return others.exclude(pk=row.pk).exists()
