"""What both database engines do with a statement that comes again and again: no layers between it and the driver.

Django wraps every cursor three times and psycopg runs a statement through a machine made for pipelines: for a short
statement that is more work than the database has with it. Here it goes to the driver at once; errors become Django's
all the same, and whoever counts or logs statements (tests, DEBUG) gets Django's wrapper around this.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import get_ident
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]


class Direct:
    """As much of a cursor as `records/prepared.py` needs: `execute`, then `fetchall`, `fetchone` or `rowcount`."""

    def __init__(self, db: BaseDatabaseWrapper) -> None:
        self.db, self.rowcount = db, -1
        self.rows: list[Row] = []

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        if self.db.needs_rollback:
            self.db.validate_no_broken_transaction()
        with self.db.wrap_database_errors:
            self.rows, self.rowcount = self.run(sql, params)

    def run(self, sql: str, params: Sequence[Any]) -> tuple[list[Row], int]:
        """The rows and how many there were, or were changed. Raises the driver's errors."""
        raise NotImplementedError

    def fetchall(self) -> list[Row]:
        found, self.rows = self.rows, []
        return found

    def fetchone(self) -> Row | None:
        return self.rows.pop(0) if self.rows else None

    def close(self) -> None:
        self.rows = []

    def __enter__(self) -> Direct:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Cursor(Protocol):
    """What `prepared` of an engine returns: Direct, or Django's wrapper around it."""

    rowcount: int

    def execute(self, sql: str, params: Sequence[Any] = ()) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def fetchone(self) -> Any: ...
    def __enter__(self) -> Any: ...
    def __exit__(self, *_: Any) -> Any: ...


def ready(db: Any, cursor: Direct) -> Any:
    """The cursor itself, or in Django's wrapper when somebody wants to see what is asked.

    Django's own questions before a statement are only asked where their answer is not plain: each goes through two or
    three layers, and an act asks thirty times.
    """
    if db.connection is None or (db.health_check_enabled and not db.health_check_done):
        db.close_if_health_check_failed()
        db.ensure_connection()
    if db.execute_wrappers or db.queries_logged:
        return db._prepare_cursor(cursor)
    if db._thread_ident != get_ident():
        db.validate_thread_sharing()
    return cursor
