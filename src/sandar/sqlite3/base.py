"""The engine that settings name for SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

from sandar.statements import Direct, Row, ready


class _Direct(Direct):
    def run(self, sql: str, params: Sequence[Any]) -> tuple[list[Row], int]:
        cursor = self.db.connection.execute(_with_question_marks(sql), params)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount


@lru_cache(maxsize=1024)
def _with_question_marks(sql: str) -> str:
    """As Django does it anew for every statement."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", sql)).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for `prepared`."""

    def prepared(self) -> Any:
        """A cursor for a statement that comes again and again in the same words; SQLite keeps it compiled."""
        return ready(self, _Direct(self))
