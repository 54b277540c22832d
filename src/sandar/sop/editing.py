"""What the page of a draft does to the values of a procedure: texts and times, order, own activities.

Values are what a TOML reader gives. Nothing here judges: a draft may be wrong while it is worked on, and the check
says what and where. An own activity is one that no code of Sandar knows by name; it is inserted with its routes,
so that every way that led to the activity behind it leads through it.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandar.sop import boxes, ladders
from sandar.sop.procedure import RETURN
from sandar.sop.reading import BUDGET
from sandar.sop.writing import Values

OWN = "own_"
"""How the key of an activity begins that an office put in by page."""

KEY_LENGTH = 24
FINISH, SEND_BACK, REFUSE = "finish", "send_back", "refuse"
"""What an own activity can come to."""

_TOP = ("title", "number")
_IDENTITY = ("name", "made", "revised", "effective", "approved_name", "approved_id")
_STEP = ("name", "short", "required_input", "output", "remark")
COLUMNS = {
    "office_head": "Kepala Dinas",
    "division_head": "Kepala Bidang",
    "supervisor": "Pengawas TIK",
    "administrator": "Administrator TIK",
    "dc_operator": "Personil DC",
    "inspector": "Pemeriksa TIK",
}
"""What the column of a role is called that had none on the sheet, in the order of rank."""
_UNITS = {"min": "Menit", "day": "Hari"}


@dataclass(frozen=True, slots=True)
class Activity:
    """An own activity as it is put in. before: the key of the activity behind it. back, refuse: targets or "".

    paper: the kind of paper that it issues when it is done, or "".
    """

    before: str
    name: str
    short: str
    role: str
    budget: str
    back: str = ""
    refuse: str = ""
    required_input: str = ""
    output: str = ""
    paper: str = ""


def edited(values: Mapping[str, Any], fields: Mapping[str, str]) -> Values:
    """`values` with the fields of the page written in. A name the procedure does not have is passed over."""
    found = copy.deepcopy(dict(values))
    for key in _TOP:
        if key in fields:
            found[key] = fields[key]
    _into(found.setdefault("identity", {}), fields, "identity", _IDENTITY)
    for actor in found.get("actor", []):
        _column(actor, fields, f"actor.{actor.get('key')}")
    for end in found.get("end", []):
        _into(end, fields, f"end.{end.get('state')}", ("label",))
    for step in found.get("step", []):
        prefix = f"step.{step.get('key')}"
        _into(step, fields, prefix, _STEP)
        if (kind := fields.get(f"{prefix}.paper")) is not None:
            step["gives"] = [kind] if kind else []
        _time(step, fields, prefix)
        for stage in step.get("stage", []):
            _stage(found, step, stage, fields)
    boxes.into(found, fields)
    ladders.into(found, fields)
    return found


def _column(actor: Values, fields: Mapping[str, str], prefix: str) -> None:
    """The title of a column and what its holder is called in short, which follows it unless somebody wrote another."""
    name, short = actor.get("name", ""), actor.get("short", "")
    _into(actor, fields, prefix, ("name", "short"))
    if actor.get("name", "") != name and actor.get("short", "") == short:
        actor["short"] = actor["name"].partition("(")[0].strip()[:40] or short


def _into(table: Values, fields: Mapping[str, str], prefix: str, names: tuple[str, ...]) -> None:
    for name in names:
        if (value := fields.get(f"{prefix}.{name}")) is not None:
            table[name] = value.strip()


def _time(step: Values, fields: Mapping[str, str], prefix: str) -> None:
    """The standard time and its words on the sheet; the words follow the time unless somebody wrote others."""
    if f"{prefix}.amount" not in fields:
        return
    before, words = step.get("budget", ""), fields.get(f"{prefix}.time_text", "").strip()
    amount, unit = fields[f"{prefix}.amount"].strip(), fields.get(f"{prefix}.unit", "min")
    step["budget"] = f"{amount} {unit}" if amount else ""
    if not amount:
        del step["budget"]
    if step.get("budget", "") != before and words == step.get("time_text", ""):
        words = f"{amount} {_UNITS.get(unit, unit)}" if amount else ""
    step["time_text"] = words


def _stage(values: Values, step: Values, stage: Values, fields: Mapping[str, str]) -> None:
    prefix = f"stage.{stage.get('state')}"
    _into(stage, fields, prefix, ("label",))
    role = fields.get(f"{prefix}.by", stage.get("by"))
    if role != stage.get("by"):
        stage["by"] = role
        _columns(values, step)
    for name, action in stage.get("actions", {}).items():
        where = f"act.{stage.get('state')}.{name}"
        if f"{where}.label" in fields:
            _into(action, fields, where, ("label", "to"))
            if f"{where}.reason" in fields:
                action["reason"] = True
            else:
                action.pop("reason", None)


def _columns(values: Values, step: Values) -> None:
    """The columns of an activity after somebody else does a part of it: in the order in which they act."""
    column = {role: actor["key"] for actor in values.get("actor", []) for role in actor.get("roles", [])}
    acting = [column.get(stage.get("by", "")) for stage in step.get("stage", []) if not stage.get("addition")]
    step["actors"] = list(dict.fromkeys(key for key in acting if key)) or step.get("actors", [])


def moved(values: Mapping[str, Any], key: str, *, by: int) -> Values:
    """The activity `key` one place up (-1) or down (1) on the sheet.

    The flow follows an own activity: it is taken out of the way and put in where it stands now. The routes of
    Sandar's own activities stay, they name states; the check says where the flow then runs up the sheet.
    """
    found = copy.deepcopy(dict(values))
    steps: list[Values] = found.get("step", [])
    at = next((place for place, step in enumerate(steps) if step.get("key") == key), None)
    if at is None or not 0 <= at + by < len(steps):
        return _numbered(found)
    step = steps.pop(at)
    done = next((stage["actions"][FINISH] for stage in step.get("stage", []) if _finishes(stage)), None)
    if key.startswith(OWN) and done is not None:
        if at + by == len(steps):  # behind the last activity there is nothing to lead to
            steps.insert(at, step)
            return _numbered(found)
        state = step["stage"][0].get("state")
        for action in _above(steps, at):
            action["to"] = done["to"] if action.get("to") == state else action.get("to")
        done["to"] = _led_through(steps, at + by, state)
    steps.insert(at + by, step)
    return _numbered(found)


def _finishes(stage: Values) -> bool:
    return FINISH in stage.get("actions", {})


def _above(steps: list[Values], place: int) -> list[Values]:
    return [action for step in steps[:place] for action in _actions(step)]


def _led_through(steps: list[Values], place: int, state: str) -> str:
    """Lead whatever came from above to the activity at `place` to `state`; gives where it led."""
    inside = [stage.get("state", "") for stage in steps[place].get("stage", [])]
    above = [action for action in _above(steps, place) if action.get("to") in inside]
    target: str = above[0]["to"] if above else next(iter(inside), "")
    for action in above:
        if action["to"] == target:
            action["to"] = state
    return target


def _numbered(values: Values) -> Values:
    for no, step in enumerate(values.get("step", []), 1):
        step["no"] = no
    return values


def with_activity(values: Mapping[str, Any], new: Activity) -> Values:
    """`values` with an own activity before another: whatever led from above to that one leads through it.

    Raises KeyError when there is no activity `before`.
    """
    found = copy.deepcopy(dict(values))
    steps: list[Values] = found.get("step", [])
    places = {step.get("key"): place for place, step in enumerate(steps)}
    place = places[new.before]
    state = _free_key(new.short or new.name, found)
    _with_column(found, new.role)
    steps.insert(place, _activity(found, new, state, _led_through(steps, place, state)))
    return _numbered(found)


def _with_column(values: Values, role: str) -> None:
    """A column for a role that has none yet, where its rank has its place."""
    actors: list[Values] = values.setdefault("actor", [])
    if role not in COLUMNS or any(role in actor.get("roles", []) for actor in actors):
        return
    order = list(COLUMNS)
    later = set(order[order.index(role) :])
    place = next((n for n, actor in enumerate(actors) if later & set(actor.get("roles", []))), len(actors))
    name = COLUMNS[role]
    actors.insert(place, {"key": role, "name": name, "short": name, "roles": [role]})


def _without_idle(values: Values, columns: list[str]) -> None:
    """Take these columns away where nobody acts or is told any more."""
    steps: list[Values] = values.get("step", [])
    acting = {stage.get("by") for step in steps for stage in step.get("stage", [])}
    used = {key for step in steps for key in (*step.get("actors", []), *step.get("informed", []))}
    values["actor"] = [
        actor
        for actor in values.get("actor", [])
        if actor.get("key") not in columns or actor.get("key") in used or acting & set(actor.get("roles", []))
    ]


def _activity(values: Values, new: Activity, key: str, target: str) -> Values:
    column = {role: actor["key"] for actor in values.get("actor", []) for role in actor.get("roles", [])}
    actions: Values = {FINISH: {"to": target, "label": "Selesai, lanjutkan"}}
    if new.back:
        actions[SEND_BACK] = {"to": new.back, "label": "Kembalikan", "reason": True}
    if new.refuse:
        actions[REFUSE] = {"to": new.refuse, "label": "Tolak permohonan", "reason": True}
    amount, _, unit = new.budget.partition(" ")
    step: Values = {
        "no": 0,
        "key": key,
        "name": new.name,
        "short": new.short or new.name[:40],
        "actors": [column[new.role]] if new.role in column else [],
        "required_input": new.required_input,
        "time_text": f"{amount} {_UNITS.get(unit, unit)}" if new.budget else "",
        "output": new.output,
        "remark": "",
        "gives": [new.paper] if new.paper else [],
    }
    if new.budget:
        step["budget"] = new.budget
    step["stage"] = [
        {
            "state": key,
            "by": new.role,
            "label": new.short or new.name[:80],
            "waits_for": "agency" if new.role == "applicant" else "office",
            "actions": actions,
        }
    ]
    return step


def _free_key(words: str, values: Values) -> str:
    """A key for this name that no activity and no state has yet."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = OWN + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "kegiatan")[: KEY_LENGTH - len(OWN) - 3]
    taken = {step.get("key") for step in values.get("step", [])} | set(_states(values))
    number, key = 1, stem.rstrip("_")
    while key in taken:
        number += 1
        key = f"{stem.rstrip('_')}_{number}"
    return key


def without_activity(values: Mapping[str, Any], key: str) -> Values:
    """`values` without an activity: what led to it leads where its way forward went."""
    found = copy.deepcopy(dict(values))
    steps: list[Values] = found.get("step", [])
    gone = next((step for step in steps if step.get("key") == key), None)
    if gone is None:
        return found
    inside = {stage.get("state") for stage in gone.get("stage", [])}
    onwards = [
        a["to"] for a in _actions(gone) if a.get("to") not in (*inside, RETURN) and not a.get("reason")
    ]
    steps.remove(gone)
    for step in steps:
        for action in _actions(step):
            if action.get("to") in inside and onwards:
                action["to"] = onwards[0]
    _without_idle(found, gone.get("actors", []))
    return _numbered(found)


def _actions(step: Mapping[str, Any]) -> Iterator[Values]:
    for stage in step.get("stage", []):
        yield from stage.get("actions", {}).values()


def _states(values: Mapping[str, Any]) -> Iterator[str]:
    for step in values.get("step", []):
        yield from (stage.get("state", "") for stage in step.get("stage", []))
    yield from (end.get("state", "") for end in values.get("end", []))


def is_budget(text: str) -> bool:
    """Can a standard time be read from this text?"""
    return BUDGET.fullmatch(text) is not None


def stamped(
    values: Mapping[str, Any], *, revision: int, revised: str, effective: str, approved: tuple[str, str]
) -> Values:
    """`values` as they are published: number of the revision, its dates, who approved it (name, NIP)."""
    found = copy.deepcopy(dict(values))
    found["revision"] = revision
    identity = found.setdefault("identity", {})
    identity["made"] = identity.get("made") or revised
    identity |= {"revised": revised, "effective": effective}
    identity |= {"approved_name": approved[0], "approved_id": approved[1]}
    return found
