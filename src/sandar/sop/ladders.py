"""Escalation ladders as the page of a draft shows and changes them (ADR 0015).

A ladder belongs to the whole procedure or to one activity; its scope is "" or the activity's key. Rungs are known by
their place: the page's version keeps two people from changing one text.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, cast

from sandar.sop.reading import RECIPIENTS
from sandar.sop.writing import Values

UNITS = ("min", "day", "%")
BEFORE, AT, AFTER = "before", "at", "after"
MOMENTS = (BEFORE, AT, AFTER)
MOST = 12  # rungs of one ladder
_AT = re.compile(r"([+-]?)\s*(.*?)\s*(min|day|%)?")


def of(values: Mapping[str, Any], scope: str) -> list[Values]:
    """The rungs of a ladder, as they stand in the file; [] for an activity that follows the common one."""
    home = _home(values, scope)
    return home.get("escalation", []) if home is not None else []


def _home(values: Mapping[str, Any], scope: str) -> Values | None:
    if not scope:
        return cast("Values", values)
    return next((step for step in values.get("step", []) if step.get("key") == scope), None)


def moment(at: str) -> tuple[str, str, str]:
    """A rung's moment as (when, amount, unit), readable also while it is wrong.

    >>> moment("-25%"), moment("0"), moment("+1 day")
    (('before', '25', '%'), ('at', '', 'min'), ('after', '1', 'day'))
    """
    found = _AT.fullmatch(at.strip())
    sign, amount, unit = found.groups() if found else ("+", at, "min")
    if amount == "0" and not unit:
        return AT, "", UNITS[0]
    return BEFORE if sign == "-" else AFTER, amount, unit or UNITS[0]


def prefix(scope: str, place: int) -> str:
    """How the page's fields of a rung begin."""
    return f"rung.{scope}.{place}"


def into(values: Values, fields: Mapping[str, str]) -> None:
    """Write the page's fields of every rung into `values`."""
    for scope in ("", *(str(step.get("key")) for step in values.get("step", []))):
        for place, rung in enumerate(of(values, scope)):
            _rung(rung, fields, prefix(scope, place))


def _rung(rung: Values, fields: Mapping[str, str], name: str) -> None:
    if f"{name}.label" not in fields:
        return
    rung["label"] = fields[f"{name}.label"].strip()
    rung["at"] = _moment(*(fields.get(f"{name}.{part}", "").strip() for part in ("when", "amount", "unit")))
    rung["to"] = [one for one in RECIPIENTS if f"{name}.to.{one}" in fields]
    if f"{name}.any_time" in fields:
        rung["any_time"] = True
    else:
        rung.pop("any_time", None)


def _moment(when: str, amount: str, unit: str) -> str:
    if when == AT or amount == "0":
        return "0"
    return f"{'-' if when == BEFORE else '+'}{amount}{'' if unit == '%' else ' '}{unit or UNITS[0]}"


def with_rung(values: Mapping[str, Any], scope: str) -> Values:
    """One rung more, at the due time to whoever holds the task; for an activity, of a ladder of its own."""
    found = copy.deepcopy(dict(values))
    home = _home(found, scope)
    if home is not None and len(home.setdefault("escalation", [])) < MOST:
        taken = {rung.get("name") for rung in home["escalation"]}
        name = next(f"rung_{n}" for n in range(1, MOST + 2) if f"rung_{n}" not in taken)
        home["escalation"].append({"name": name, "label": "Waktu baku habis", "at": "0", "to": ["holder"]})
    return found


def without_rung(values: Mapping[str, Any], scope: str, place: int) -> Values:
    """A rung less. An activity without any follows the common ladder again; a procedure without any tells nobody."""
    found = copy.deepcopy(dict(values))
    home, rungs = _home(found, scope), of(found, scope)
    if home is not None and 0 <= place < len(rungs):
        del rungs[place]
        if not rungs:
            del home["escalation"]
    return found


def with_own(values: Mapping[str, Any], scope: str) -> Values:
    """An activity gets a ladder of its own, to begin with the same as the common one."""
    found = copy.deepcopy(dict(values))
    home = _home(found, scope)
    if scope and home is not None and not home.get("escalation") and found.get("escalation"):
        home["escalation"] = copy.deepcopy(found["escalation"])
        return found
    return found if home is None or home.get("escalation") else with_rung(found, scope)


def without_own(values: Mapping[str, Any], scope: str) -> Values:
    """An activity follows the common ladder again."""
    found = copy.deepcopy(dict(values))
    home = _home(found, scope)
    if scope and home is not None:
        home.pop("escalation", None)
    return found
