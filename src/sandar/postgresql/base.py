"""The engine that settings name. Django proves a kept connection with `SELECT 1` before its first use in every
request: a way to the server and back that says what the socket knows already.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for `is_usable`."""

    def is_usable(self) -> bool:
        """False when the server closed the connection: a restart or a killed backend leaves its end in the socket.

        Whatever else waits there (a notice, a changed parameter) is left to Django's question.
        """
        if self.connection is None or self.connection.pgconn.status != ConnStatus.OK:
            return False
        waiting = select.poll()
        waiting.register(self.connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return super().is_usable() if waiting.poll(0) else True
