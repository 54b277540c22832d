"""From a TOML text to a `Procedure`, collecting everything that is misshapen on the way.

Reading never stops at the first fault: a wrong value becomes a blank one, so that places keep their
numbers and the graph rules of `check` can still look at the rest.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from sandar.sop.lines import Lines, Path
from sandar.sop.procedure import (
    Action,
    Actor,
    Anytime,
    Budget,
    End,
    Identity,
    LegalBasis,
    Problem,
    Procedure,
    Rung,
    Stage,
    Step,
)

Table = dict[str, Any]

BUDGET = re.compile(r"([1-9][0-9]{0,4}) (min|day)")
_MOMENT = re.compile(r"(0|[+-][1-9][0-9]{0,3} ?(?:min|day|%))")
RECIPIENTS = ("holder", "superior", "head")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SYNTAX_LINE = re.compile(r"\(at line (\d+)")


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


WAITS = ("office", "agency", "capacity")
_LISTS = ("qualifications", "relations", "equipment", "recording")
_KEYS: dict[str, frozenset[str]] = {
    "": _keys(
        "service title number revision start identity legal_basis sheet actor step end anytime escalation"
    ),
    "identity": _keys(
        "name office address made revised effective approved_by approved_name approved_id notes"
    ),
    "legal_basis": _keys("text status cite note"),
    "sheet": frozenset((*_LISTS, "warning")),
    "actor": _keys("key name short roles note"),
    "step": _keys(
        "no key name short actors informed informed_text required_input budget time_text output remark gives"
        " notes stage escalation"
    ),
    "escalation": _keys("name label at to any_time"),
    "stage": _keys("state by label waits_for addition note actions"),
    "action": _keys("to label by reason addition branch note"),
    "end": _keys("state label finished gives addition note"),
    "anytime": _keys("name to label by reason addition branch note before"),
}


class Reader:
    """Reads one text; afterwards `problems` holds what was wrong with its shape."""

    def __init__(self, text: str) -> None:
        self.lines = Lines(text)
        self.problems: list[Problem] = []

    def blame(self, path: Path, code: str, **facts: Any) -> None:
        self.problems.append(Problem(self.lines.of(path), code, facts))

    # values -----------------------------------------------------------------

    def text(self, table: Table, path: Path, key: str, *, needed: bool = False) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="text")
            return ""
        if needed and not value.strip():
            self.blame((*path, key), "MISSING", key=key)
        return value

    def word(self, table: Table, path: Path, key: str) -> str:
        """A key that code binds to: lower-case letters, digits, underscores."""
        value = self.text(table, path, key, needed=True)
        if value and not _WORD.fullmatch(value):
            self.blame((*path, key), "NOT_A_KEY", key=key, value=value)
        return value

    def choice(self, table: Table, path: Path, key: str, *, among: tuple[str, ...]) -> str:
        value = self.text(table, path, key, needed=True)
        if value and value not in among:
            self.blame((*path, key), "NOT_A_CHOICE", key=key, value=value, among=list(among))
        return value if value in among else among[0]

    def texts(self, table: Table, path: Path, key: str, *, needed: bool = False) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="texts")
            return ()
        if needed and not value:
            self.blame((*path, key), "MISSING", key=key)
        return tuple(value)

    def flag(self, table: Table, path: Path, key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="flag")
            return False
        return value

    def count(self, table: Table, path: Path, key: str) -> int:
        value = table.get(key)
        if value is None:
            self.blame(path, "MISSING", key=key)
        elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="number")
        else:
            return value
        return 0

    def budget(self, table: Table, path: Path) -> Budget | None:
        value = self.text(table, path, "budget")
        if not value:
            return None
        match = BUDGET.fullmatch(value)
        if match is None:
            self.blame((*path, "budget"), "BUDGET_UNREADABLE", value=value)
            return None
        return Budget(int(match[1]), "day" if match[2] == "day" else "min")

    # tables -----------------------------------------------------------------

    def table(self, table: Table, path: Path, key: str, *, kind: str) -> Table:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="table")
            return {}
        self.known(value, (*path, key), kind=kind)
        return value

    def tables(self, table: Table, path: Path, key: str) -> list[tuple[Table, Path]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.blame((*path, key), "WRONG_TYPE", key=key, wanted="tables")
            return []
        found: list[tuple[Table, Path]] = [(item, (*path, key, place)) for place, item in enumerate(value)]
        for item, where in found:
            self.known(item, where, kind=key)
        return found

    def known(self, table: Table, path: Path, *, kind: str) -> None:
        for key in table:
            if key not in _KEYS[kind]:
                self.blame((*path, key), "UNKNOWN_KEY", key=key)


def read(text: str, *, content_hash: str) -> tuple[Procedure | None, Reader]:
    """Build the procedure of `text`. None only when the text is not TOML at all."""
    reader = Reader(text)
    try:
        top: Table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _SYNTAX_LINE.search(str(fault))
        line = int(found[1]) if found else max(len(text.splitlines()), 1)
        reader.problems.append(Problem(line, "NOT_TOML", {"message": str(fault)}))
        return None, reader
    reader.known(top, (), kind="")
    sheet = reader.table(top, (), "sheet", kind="sheet")
    lists = {key: reader.texts(sheet, ("sheet",), key) for key in _LISTS}
    procedure = Procedure(
        service=reader.word(top, (), "service"),
        title=reader.text(top, (), "title", needed=True),
        number=reader.text(top, (), "number"),
        revision=reader.count(top, (), "revision"),
        start=reader.word(top, (), "start"),
        identity=_identity(reader, reader.table(top, (), "identity", kind="identity")),
        legal_basis=tuple(_basis(reader, *found) for found in reader.tables(top, (), "legal_basis")),
        warning=reader.text(sheet, ("sheet",), "warning"),
        actors=tuple(_actor(reader, *found) for found in reader.tables(top, (), "actor")),
        steps=tuple(_step(reader, *found) for found in reader.tables(top, (), "step")),
        ends=tuple(_end(reader, *found) for found in reader.tables(top, (), "end")),
        anytime=tuple(_anytime(reader, *found) for found in reader.tables(top, (), "anytime")),
        hash=content_hash,
        escalation=_ladder(reader, top, ()),
        **lists,
    )
    return procedure, reader


def _identity(reader: Reader, table: Table) -> Identity:
    path: Path = ("identity",)
    return Identity(
        name=reader.text(table, path, "name", needed=True),
        office=reader.texts(table, path, "office", needed=True),
        address=reader.texts(table, path, "address"),
        made=reader.text(table, path, "made"),
        revised=reader.text(table, path, "revised"),
        effective=reader.text(table, path, "effective"),
        approved_by=reader.texts(table, path, "approved_by", needed=True),
        approved_name=reader.text(table, path, "approved_name"),
        approved_id=reader.text(table, path, "approved_id"),
        notes=reader.texts(table, path, "notes"),
    )


def _basis(reader: Reader, table: Table, path: Path) -> LegalBasis:
    return LegalBasis(
        text=reader.text(table, path, "text", needed=True),
        status=reader.choice(table, path, "status", among=("unverified", "in_force", "amended", "revoked")),  # type: ignore[arg-type]
        cite=reader.text(table, path, "cite"),
        note=reader.text(table, path, "note"),
    )


def _actor(reader: Reader, table: Table, path: Path) -> Actor:
    name = reader.text(table, path, "name", needed=True)
    return Actor(
        key=reader.word(table, path, "key"),
        name=name,
        short=reader.text(table, path, "short") or name,
        roles=reader.texts(table, path, "roles", needed=True),
        note=reader.text(table, path, "note"),
    )


def _step(reader: Reader, table: Table, path: Path) -> Step:
    name = reader.text(table, path, "name", needed=True)
    return Step(
        no=reader.count(table, path, "no"),
        key=reader.word(table, path, "key"),
        name=name,
        short=reader.text(table, path, "short") or name,
        actors=reader.texts(table, path, "actors", needed=True),
        informed=reader.texts(table, path, "informed"),
        informed_text=reader.text(table, path, "informed_text"),
        required_input=reader.text(table, path, "required_input"),
        budget=reader.budget(table, path),
        time_text=reader.text(table, path, "time_text"),
        output=reader.text(table, path, "output"),
        remark=reader.text(table, path, "remark"),
        gives=reader.texts(table, path, "gives"),
        notes=reader.texts(table, path, "notes"),
        stages=tuple(_stage(reader, *found) for found in reader.tables(table, path, "stage")),
        escalation=_ladder(reader, table, path),
    )


def _ladder(reader: Reader, table: Table, path: Path) -> tuple[Rung, ...]:
    rungs = tuple(_rung(reader, *found) for found in reader.tables(table, path, "escalation"))
    names = [rung.name for rung in rungs]
    for place, name in enumerate(names):
        if name and name in names[:place]:
            reader.blame((*path, "escalation", place, "name"), "RUNG_TWICE", name=name)
    return rungs


def _rung(reader: Reader, table: Table, path: Path) -> Rung:
    name, at = reader.word(table, path, "name"), reader.text(table, path, "at", needed=True)
    amount, unit = 0, "min"
    if at and not _MOMENT.fullmatch(at):
        reader.blame((*path, "at"), "MOMENT_UNREADABLE", value=at)
    elif at not in ("", "0"):
        unit = next(unit for unit in ("min", "day", "%") if at.endswith(unit))
        amount = int(at.removesuffix(unit))
        if unit == "%" and amount <= -100:
            reader.blame((*path, "at"), "RUNG_BEFORE_START", value=at)
    to = reader.texts(table, path, "to", needed=True)
    for one in to:
        if one not in RECIPIENTS:
            reader.blame((*path, "to"), "NOT_A_CHOICE", key="to", value=one, among=list(RECIPIENTS))
    return Rung(
        name=name,
        label=reader.text(table, path, "label", needed=True),
        amount=amount,
        unit=unit,  # type: ignore[arg-type]
        to=to,  # type: ignore[arg-type]
        any_time=reader.flag(table, path, "any_time"),
    )


def _stage(reader: Reader, table: Table, path: Path) -> Stage:
    by = reader.text(table, path, "by", needed=True)
    actions = table.get("actions", {})
    if not isinstance(actions, dict):
        reader.blame((*path, "actions"), "WRONG_TYPE", key="actions", wanted="table")
        actions = {}
    return Stage(
        state=reader.word(table, path, "state"),
        by=by,
        label=reader.text(table, path, "label", needed=True),
        waits_for=reader.choice(table, path, "waits_for", among=WAITS),  # type: ignore[arg-type]
        actions=tuple(_action(reader, actions, path, name=name, by=by) for name in actions),
        addition=reader.flag(table, path, "addition"),
        note=reader.text(table, path, "note"),
    )


def _action(reader: Reader, actions: Table, path: Path, *, name: str, by: str) -> Action:
    where: Path = (*path, "actions", name)
    table = reader.table(actions, (*path, "actions"), name, kind="action")
    if not _WORD.fullmatch(name):
        reader.blame(where, "NOT_A_KEY", key="actions", value=name)
    return _way_out(reader, table, where, name=name, by=by)


def _way_out(reader: Reader, table: Table, path: Path, *, name: str, by: str) -> Action:
    return Action(
        name=name,
        label=reader.text(table, path, "label", needed=True),
        to=reader.text(table, path, "to"),
        by=reader.text(table, path, "by") or by,
        reason=reader.flag(table, path, "reason"),
        addition=reader.flag(table, path, "addition"),
        branch=reader.text(table, path, "branch"),
        note=reader.text(table, path, "note"),
    )


def _end(reader: Reader, table: Table, path: Path) -> End:
    return End(
        state=reader.word(table, path, "state"),
        label=reader.text(table, path, "label", needed=True),
        finished=reader.flag(table, path, "finished"),
        gives=reader.texts(table, path, "gives"),
        addition=reader.flag(table, path, "addition"),
        note=reader.text(table, path, "note"),
    )


def _anytime(reader: Reader, table: Table, path: Path) -> Anytime:
    name = reader.word(table, path, "name")
    by = reader.text(table, path, "by", needed=True)
    return Anytime(
        action=_way_out(reader, table, path, name=name, by=by),
        before=reader.word(table, path, "before"),
    )
