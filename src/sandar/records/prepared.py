"""Statements that every act asks, built once in a process and run many times.

Building a statement through the ORM takes five to ten times as long as both databases take to run it, and an act
runs about twenty. Here the ORM writes the text once, with slots where the values will stand; running it fills the
slots and makes the same objects. Records use it for what every act does and the ORM for everything else.

    _task = Question(lambda: Task.objects.filter(pk=Slot("task_id")))
    task = _task.first(task_id=7)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators

Found = TypeVar("Found")


class Slot(Expression):
    """Where a value will stand in a Question. In a filter it is an expression like F()."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Built:
    """A statement with its slots, and how its rows become objects."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Any, Sequence[Callable[..., Any]]], ...]
    make: Callable[[Sequence[Any]], Any]


class Question(Generic[Found]):
    """A queryset of models (select_related, defer, select_for_update) or of values_list, without prefetch or
    annotations; `build` may use Slots as values."""

    def __init__(self, build: Callable[[], QuerySet[Any, Found]]) -> None:
        self._build = build

    @cached_property
    def _built(self) -> _Built:
        rows = self._build()
        compiler = rows.query.get_compiler(using=connection.alias)
        sql, params = compiler.as_sql()
        expressions = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(expressions)
        made = tuple((place, expression, found) for place, (found, expression) in converters.items())
        return _Built(sql, tuple(params), made, _maker(rows, compiler))

    def all(self, **values: Any) -> list[Found]:
        """Every row, with the values in their slots."""
        built = self._built
        with connection.cursor() as cursor:
            cursor.execute(built.sql, _filled(built.params, values))
            rows = cursor.fetchall()
        if not built.converters:
            return [built.make(row) for row in rows]
        return [built.make(_converted(row, built)) for row in rows]

    def first(self, **values: Any) -> Found | None:
        """The first row; the queryset says in which order, and [:1] where there may be many."""
        return next(iter(self.all(**values)), None)


def _filled(params: tuple[Any, ...], values: Mapping[str, Any]) -> list[Any]:
    return [_adapted(values[value.name]) if isinstance(value, Slot) else value for value in params]


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _converted(row: Sequence[Any], built: _Built) -> list[Any]:
    found = list(row)
    for place, expression, converters in built.converters:
        for converter in converters:
            found[place] = converter(found[place], expression, connection)
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
    related = populators(compiler.klass_info, compiler.select, connection.alias)

    def made(row: Sequence[Any]) -> Any:
        found = kind.from_db(connection.alias, names, row[first:last])
        for populator in related:
            populator.populate(row, found)
        return found

    return made


def _one(row: Sequence[Any]) -> Any:
    return row[0]


def insert(row: Model) -> None:
    """Insert a new row as `save(force_insert=True)` does, but without signals; it gets its id."""
    sql, mark, fields = _insertion(type(row))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql}{mark} RETURNING id", _values(row, fields))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def insert_all(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Insert new rows of one table in one statement; they do not learn their ids.

    ignore_conflicts: what is there already stays.
    """
    if not rows:
        return
    sql, mark, fields = _insertion(type(rows[0]))
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        cursor.execute(
            sql + ", ".join([mark] * len(rows)) + ending,
            [value for row in rows for value in _values(row, fields)],
        )


def _values(row: Model, fields: tuple[Field[Any, Any], ...]) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]


@cache
def _insertion(kind: type[Model]) -> tuple[str, str, tuple[Field[Any, Any], ...]]:
    fields = tuple(field for field in kind._meta.concrete_fields if not field.primary_key)
    quoted = connection.ops.quote_name
    names, mark = ", ".join(quoted(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quoted(kind._meta.db_table)} ({names}) VALUES ", f"({mark})", fields  # noqa: S608 - names of our own models


def update(kind: type[Model], where: Mapping[str, Any], **columns: Any) -> int:
    """Set columns of the rows where every column of `where` has this value (None: is null). The rows changed.

    Names are field names, of relations with `_id`.
    """
    change = _change(kind, tuple(columns), tuple((name, value is None) for name, value in where.items()))
    values = [field.get_db_prep_save(columns[name], connection) for name, field in change.columns]
    values += [field.get_db_prep_save(where[name], connection) for name, field in change.where]
    with connection.cursor() as cursor:
        cursor.execute(change.sql, values)
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class _Change:
    """An UPDATE, and the fields whose values it takes in their order."""

    sql: str
    columns: tuple[tuple[str, Field[Any, Any]], ...]
    where: tuple[tuple[str, Field[Any, Any]], ...]


@cache
def _change(kind: type[Model], columns: tuple[str, ...], where: tuple[tuple[str, bool], ...]) -> _Change:
    quoted, fields = connection.ops.quote_name, {field.attname: field for field in kind._meta.concrete_fields}
    names = {name: quoted(str(field.column)) for name, field in fields.items()}
    sets = ", ".join(f"{names[name]} = %s" for name in columns)
    tests = " AND ".join(f"{names[name]} IS NULL" if none else f"{names[name]} = %s" for name, none in where)
    return _Change(
        f"UPDATE {quoted(kind._meta.db_table)} SET {sets} WHERE {tests}",  # noqa: S608 - names of our own models
        tuple((name, fields[name]) for name in columns),
        tuple((name, fields[name]) for name, none in where if not none),
    )
