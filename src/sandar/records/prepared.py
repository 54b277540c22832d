"""Statements that every act asks, built once in a process and run many times.

Building a statement through the ORM takes five to ten times as long as both databases take to run it, and an act
runs about twenty. Here the ORM writes the text once, with slots where the values will stand; running it fills the
slots and makes the same objects. Records use it for what every act does and the ORM for everything else.

    _task = Question(lambda: Task.objects.filter(pk=Slot("task_id")))
    task = _task.first(task_id=7)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, JSONField, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators
from django.db.models.signals import post_init, pre_init  # noqa: TID251 - to see that nobody listens

from sandar.statements import Cursor

Found = TypeVar("Found")


class Slot(Expression):
    """Where a value will stand in a Question. In a filter it is an expression like F()."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


# place in the row, expression, what Django calls one after the other
_Converters = tuple[tuple[int, Any, Sequence[Callable[..., Any]]], ...]


@dataclass(frozen=True, slots=True)
class _Built:
    """A statement with its slots, and how its rows become objects."""

    sql: str
    params: tuple[Any, ...]
    converters: _Converters
    make: Callable[[Sequence[Any]], Any]


class Question(Generic[Found]):
    """A queryset of models (select_related, defer, select_for_update) or of values_list, without prefetch or
    annotations; `build` may use Slots as values. also: asked of the database in the same statement, for its effect."""

    def __init__(self, build: Callable[[], QuerySet[Any, Found]], *, also: str = "") -> None:
        self._build, self._also = build, also

    @cached_property
    def _built(self) -> _Built:
        rows = self._build()
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        expressions = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(expressions)
        made = tuple((place, expression, found) for place, (found, expression) in converters.items())
        if self._also:
            sql = sql.replace(" FROM ", f", {self._also} FROM ", 1)
        return _Built(*_with_constants(sql, params), made, _maker(rows, compiler))

    def all(self, **values: Any) -> list[Found]:
        """Every row, with the values in their slots."""
        built, db = self._built, _db()
        with _cursor(db) as cursor:
            cursor.execute(built.sql, _filled(built.params, values, db))
            rows = cursor.fetchall()
        if not built.converters:
            return [built.make(row) for row in rows]
        return [built.make(_converted(row, built.converters, db)) for row in rows]

    def first(self, **values: Any) -> Found | None:
        """The first row; the queryset says in which order, and [:1] where there may be many."""
        return next(iter(self.all(**values)), None)


def _db() -> BaseDatabaseWrapper:
    """This thread's connection itself: asking the usual stand-in for every attribute is a cost of its own.

    Asked anew each time: whoever runs an event loop in the thread (a browser test) has another one in it.
    """
    return connections[DEFAULT_DB_ALIAS]


def cursor(size: int = 1) -> Cursor:
    """A cursor for a plain statement that is asked in the same words again and again.

    size: how many values stand in a list of it; each length is a statement of its own.
    """
    return _cursor(_db()) if size <= _FEW else _db().cursor()


def _cursor(db: Any) -> Cursor:
    """One by the short way of our engines (`sandar/statements.py`): prepared on the server, where there is one."""
    found: Cursor = db.prepared()
    return found


_FEW = 8  # a longer list seldom comes again in the same length


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """Write the texts and whole numbers that stand in the source into the statement itself.

    SQLite uses an index with a condition (state IN ('held', 'reserved')) only for a statement that says the same
    in so many words; with bound values it read every claim there ever was.
    """
    left = iter(params)
    bound: list[Any] = []

    def written(_mark: re.Match[str]) -> str:
        value = next(left)
        if type(value) is str:
            return "'" + value.replace("'", "''").replace("%", "%%") + "'"
        if type(value) is int:
            return str(value)
        bound.append(value)
        return "%s"

    return re.sub("%s", written, sql), tuple(bound)


def _filled(params: tuple[Any, ...], values: Mapping[str, Any], db: BaseDatabaseWrapper) -> list[Any]:
    return [_adapted(values[value.name], db) if isinstance(value, Slot) else value for value in params]


def _adapted(value: Any, db: BaseDatabaseWrapper) -> Any:
    if isinstance(value, datetime):
        return db.ops.adapt_datetimefield_value(value)
    return db.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _converted(row: Sequence[Any], converters: _Converters, db: BaseDatabaseWrapper) -> list[Any]:
    found = list(row)
    for place, expression, steps in converters:
        for converter in steps:
            found[place] = converter(found[place], expression, db)
    return found


def _maker(rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """How Django's own iterables make an object of a row, for the two kinds of Question."""
    if not issubclass(rows._iterable_class, ModelIterable):
        return _one if issubclass(rows._iterable_class, FlatValuesListIterable) else tuple
    assert not compiler.annotation_col_map, "a Question has no annotations"
    kind, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    first, last = places[0], places[-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    populators: Any = get_related_populators  # typed for a later Django than ours
    related = [_related(one) for one in populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)]
    new = _instance_maker(kind, names)

    def made(row: Sequence[Any]) -> Any:
        found = new(row[first:last])
        for populate in related:
            populate(row, found)
        return found

    return made


def _related(populator: Any) -> Callable[[Sequence[Any], Any], None]:
    """What Django's RelatedPopulator does with a row: the object on the other side, and what hangs on that."""
    key, reorder = populator.pk_idx, populator.reorder_for_init
    first, last = (0, 0) if reorder else (populator.cols_start, populator.cols_end)
    new = _instance_maker(populator.model_cls, populator.init_list)
    deeper = [_related(one) for one in populator.related_populators]

    def populate(row: Sequence[Any], found: Any) -> None:
        values = reorder(row) if reorder else row[first:last]
        other = None if values[key] is None else new(values)
        for one in deeper if other is not None else ():
            one(row, other)
        populator.local_setter(found, other)
        if other is not None:
            populator.remote_setter(other, found)

    return populate


def _instance_maker(kind: type[Model], names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    """`kind.from_db` for columns in the order of `names`, without the signals and checks of `Model.__init__`.

    Our models listen to none of them; one with an `__init__` or `from_db` of its own is made by that.
    """
    plain = kind.__init__ is Model.__init__ and kind.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
    if not plain or pre_init.has_listeners(kind) or post_init.has_listeners(kind):
        return lambda values: kind.from_db(DEFAULT_DB_ALIAS, names, values)

    def new(values: Sequence[Any]) -> Any:
        found = kind.__new__(kind)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        found.__dict__["_state"] = state
        found.__dict__.update(zip(names, values, strict=True))
        return found

    return new


def _one(row: Sequence[Any]) -> Any:
    return row[0]


class _Column(NamedTuple):
    """A column as a statement takes its value."""

    name: str
    field: Field[Any, Any]
    plain: tuple[type, ...]  # values of these types go as they are
    moment: type | None  # a value of just this type is only put in the database's words

    def value(self, value: Any, db: BaseDatabaseWrapper) -> Any:
        """As the ORM hands it to the database."""
        kind = type(value)
        if kind in self.plain:
            return value
        return _adapted(value, db) if kind is self.moment else self.field.get_db_prep_save(value, db)


_PLAIN = (str, int, bool, type(None))


@cache
def _columns(kind: type[Model]) -> dict[str, _Column]:
    return {field.attname: _column(field) for field in kind._meta.concrete_fields}


def _column(field: Field[Any, Any]) -> _Column:
    moment = {"DateTimeField": datetime, "DateField": date}.get(field.get_internal_type())
    return _Column(field.attname, field, () if isinstance(field, JSONField) else _PLAIN, moment)


def _quoted(name: Any) -> str:
    return _db().ops.quote_name(str(name))


def insert(row: Model) -> None:
    """Insert a new row as `save(force_insert=True)` does, but without signals; it gets its id."""
    sql, mark, columns = _insertion(type(row))
    db = _db()
    with _cursor(db) as cursor:
        cursor.execute(f"{sql}{mark} RETURNING id", _values(row, columns, db))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_free(row: Model) -> bool:
    """Insert a new row unless a unique constraint forbids it; says whether it was. Waits for who came just before."""
    sql, mark, columns = _insertion(type(row))
    db = _db()
    with _cursor(db) as cursor:
        cursor.execute(f"{sql}{mark} ON CONFLICT DO NOTHING RETURNING id", _values(row, columns, db))
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk = found[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return True


def insert_all(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Insert new rows of one table in one statement; they do not learn their ids.

    ignore_conflicts: what is there already stays.
    """
    if not rows:
        return
    sql, mark, columns = _insertion(type(rows[0]))
    marks, ending = ", ".join([mark] * len(rows)), " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    db = _db()
    with cursor(len(rows)) as ready:
        ready.execute(sql + marks + ending, [value for row in rows for value in _values(row, columns, db)])


def _values(row: Model, columns: tuple[_Column, ...], db: BaseDatabaseWrapper) -> list[Any]:
    return [column.value(getattr(row, column.name), db) for column in columns]


@cache
def _insertion(kind: type[Model]) -> tuple[str, str, tuple[_Column, ...]]:
    """What stands before the values, the marks of one row, and its columns."""
    columns = tuple(column for column in _columns(kind).values() if not column.field.primary_key)
    names = ", ".join(_quoted(column.field.column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_quoted(kind._meta.db_table)} ({names}) VALUES ", f"({marks})", columns  # noqa: S608


def update(kind: type[Model], where: Mapping[str, Any], **columns: Any) -> int:
    """Set columns of the rows where every column of `where` has this value. The number of rows changed.

    None asks for null, a tuple for one of its values. Names are field names, of relations with `_id`.
    """
    asked = {name: value if isinstance(value, tuple) else (value,) for name, value in where.items()}
    tests = tuple((name, 0 if values == (None,) else len(values)) for name, values in asked.items())
    known, db = _columns(kind), _db()
    values = [known[name].value(value, db) for name, value in columns.items()]
    values += [known[name].value(one, db) for name, some in asked.items() for one in some if one is not None]
    sql = _change(kind, tuple(columns), tests)
    with _cursor(db) as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


@cache
def _change(kind: type[Model], columns: tuple[str, ...], where: tuple[tuple[str, int], ...]) -> str:
    """where: name and how many values; 0: null."""
    known = {name: _quoted(column.field.column) for name, column in _columns(kind).items()}
    sets = ", ".join(f"{known[name]} = %s" for name in columns)
    tests = " AND ".join(f"{known[name]} {_is(count)}" for name, count in where)
    return f"UPDATE {_quoted(kind._meta.db_table)} SET {sets} WHERE {tests}"  # noqa: S608 - our own names


def _is(count: int) -> str:
    if count < 2:
        return "= %s" if count else "IS NULL"
    return f"IN ({', '.join(['%s'] * count)})"
