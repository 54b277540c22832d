"""The engine that settings name for PostgreSQL: Django's own, with fewer ways to the server and less to do there.

Django proves a kept connection with `SELECT 1` before its first use in every request: the socket knows that already.
And it sends every statement as a new text, which the server parses and plans anew; what every act asks
(`records/prepared.py`) is prepared on the server when it comes to a connection for the second time, and planned once; a
transaction begins in one message with the first of them.
`SANDAR_PREPARED_STATEMENTS=0` switches that off, for a pooler that does not carry prepared statements from one
connection to another.
"""

from __future__ import annotations

import re
import select
from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from sandar.statements import Direct, Row, ready

MOST_PREPARED = 1_000  # in one connection; then all are given up and prepared anew
_MARK = re.compile("%[%s]")
_BIGINT = 20  # the server's number for it
# The server says so when it does not know the statement any more, or a table behind it was changed.
_OUTDATED = {"26000", "0A000"}


class Statements:
    """What is prepared in one connection. PostgreSQL keeps it over commits and rollbacks."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._pg = connection.pgconn
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._once: set[tuple[str, tuple[int, ...]]] = set()  # what came once
        self._made = 0
        self._transformer = Transformer(connection)

    def run(self, sql: str, params: Sequence[Any], *, begins: bool) -> tuple[list[Row], int]:
        """begins: the statement is to stand in a transaction, which it begins if it is the first."""
        opens = begins and self._pg.transaction_status == TransactionStatus.IDLE
        # Whole numbers are bigint, whatever their size; all else is text of the type that the statement gives it.
        types = tuple([_BIGINT if type(value) is int else 0 for value in params])
        # As text, and of the type that the statement gives them.
        values: Any = (
            self._transformer.dump_sequence(params, [PyFormat.TEXT] * len(params)) if params else None
        )
        if name := self._names.get((sql, types)) or self._prepared(sql, types):
            result = self._checked(
                self._begun(name, values) if opens else self._pg.exec_prepared(name, values)
            )
        else:
            if opens:
                self._checked(self._pg.exec_(b"BEGIN"))
            result = self._checked(self._pg.exec_params(_numbered(sql).encode(), values, types))
        if result.status != ExecStatus.TUPLES_OK:
            return [], result.command_tuples or 0
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples

    def commit(self) -> None:
        """Raises what a deferred constraint has to say; nothing is left open then."""
        if self._pg.transaction_status != TransactionStatus.IDLE:
            self._checked(self._pg.exec_(b"COMMIT"))

    def _begun(self, name: bytes, values: Any) -> PGresult:
        """Begin a transaction and run a prepared statement in it, in one message. The result, or the fault."""
        pg = self._pg
        pg.enter_pipeline_mode()
        try:
            pg.send_query_params(b"BEGIN", None)
            pg.send_query_prepared(name, values)
            pg.pipeline_sync()
            begun, told = self._answer(), self._answer()
            self._answer()  # the end of the message
        finally:
            if pg.status == ConnStatus.OK:
                pg.exit_pipeline_mode()
        self._checked(begun)
        return told

    def _answer(self) -> PGresult:
        """The next result of a message; each but the last is followed by a mark. Raises OperationalError."""
        result = self._pg.get_result()
        if result is None:
            raise OperationalError(self._pg.get_error_message())
        if result.status != ExecStatus.PIPELINE_SYNC:
            self._pg.get_result()
        return result

    def _prepared(self, sql: str, types: tuple[int, ...]) -> bytes:
        """The name it has from now on; empty when it comes for the first time, and may be the last."""
        if (sql, types) not in self._once:
            if len(self._once) >= 5 * MOST_PREPARED:
                self._once.clear()
            self._once.add((sql, types))
            return b""
        if len(self._names) >= MOST_PREPARED:
            self._checked(self._pg.exec_(b"DEALLOCATE ALL"))
            self._names.clear()
            self._once.clear()
        self._made += 1
        name = f"sandar_{self._made}".encode()
        self._checked(self._pg.prepare(name, _numbered(sql).encode(), types))
        self._names[sql, types] = name
        return name

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._pg.status != ConnStatus.OK:
            raise OperationalError(self._pg.get_error_message())
        fault = error_from_result(result)
        if fault.sqlstate in _OUTDATED:
            self._names.clear()
        raise fault


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> str:
    """With $1, $2 ... for each %s, as the server wants it."""
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        count += 1
        return f"${count}"

    return _MARK.sub(mark, sql)


class _Direct(Direct):
    _query: SimpleNamespace | None = None

    def run(self, sql: str, params: Sequence[Any]) -> tuple[list[Row], int]:
        statements: Statements = self.db.statements  # type: ignore[attr-defined]
        if self.db.queries_logged:
            self._query = SimpleNamespace(query=sql.encode())  # where Django looks for what was asked
        return statements.run(sql, params, begins=not self.db.connection.autocommit)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for `is_usable`, `prepared` and the way to a commit."""

    statements: Statements

    def is_usable(self) -> bool:
        """False when the server closed the connection: a restart or a killed backend leaves its end in the socket.

        Whatever else waits there (a notice, a changed parameter) is left to Django's question.
        """
        if self.connection is None or self.connection.pgconn.status != ConnStatus.OK:
            return False
        waiting = select.poll()
        waiting.register(self.connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return super().is_usable() if waiting.poll(0) else True

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        found: Connection[Any] = super().get_new_connection(conn_params)
        self.statements = Statements(found)
        if (
            settings.PREPARED_STATEMENTS
        ):  # planned once, not anew each time a plan for just these values looks cheaper
            found.pgconn.exec_(b"SET plan_cache_mode = force_generic_plan")
        return found

    def _commit(self) -> None:
        """At once, without the machine for waiting that psycopg starts for it, unless somebody wants to see it."""
        if self.connection is None or self.queries_logged or not settings.PREPARED_STATEMENTS:
            super()._commit()  # type: ignore[misc]
            return
        with self.wrap_database_errors:
            self.statements.commit()

    def prepared(self) -> Any:
        """A cursor for a statement that comes again and again in the same words, prepared on the server."""
        return ready(self, _Direct(self)) if settings.PREPARED_STATEMENTS else self.cursor()
