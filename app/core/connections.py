"""Database connections with timeouts, and with prepared statements that survive a rollback.

psycopg discards prepared statements on rollback because the transaction may have created a table; this program creates
none while it serves. Every read-only request ends with a rollback, and planning its statements again costs more than
running them. Behind a pooler this needs prepared statements that outlive transactions: PgBouncer's
`max_prepared_statements`.

A pooled connection is polled before reuse: data on an idle connection means that the server closed it. A query such as
SELECT 1 would cost one more round trip for every request.
"""

import re
import socket
import time
from select import POLLERR, POLLHUP, POLLIN, poll
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

from app.core.schema import newest_revision

# Sent once per connection, not in the connection string, where a pooler would reject it. JIT compilation takes longer
# than any statement of ours; a statement is cancelled once its client is gone.
_SESSION_SETTINGS = (
    "SET jit = off; SET statement_timeout = '{statement}s'; SET lock_timeout = '{lock}s';"
    " SET client_connection_check_interval = '10s'; SET application_name = '{name}'"
)
SESSION_NAME = "lapor-balangan"
TESTED_AFTER = 5.0
"""Idle seconds after which a connection is tested by a query, since a network may drop one silently."""

_LEFT_AT = "left_at"
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class PreparedConnection(psycopg.Connection[Any]):
    """A psycopg connection that keeps its prepared statements after a rollback."""

    def rollback(self) -> None:
        """Roll back an open transaction by a plain ROLLBACK, which keeps the prepared statements; if that fails,
        psycopg's rollback runs, which raises psycopg.Error on failure.

        On a lost connection nothing is raised: the server has already rolled back, and the response may have been
        built. The pool finds the loss at the next checkout.
        """
        with self.lock:
            if self.pgconn.transaction_status in _OPEN:
                ended = self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
            else:
                ended = False
        if not ended and not self.closed:
            super().rollback()

    def is_alive(self, unused: float) -> bool:
        """Return whether the database server still answers on this connection; `unused` is the number of seconds that
        it was idle.
        """
        try:
            if unused <= TESTED_AFTER and not _has_news(self.fileno()):
                return True
            return self.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY
        except psycopg.Error:
            return False


def _has_news(descriptor: int) -> bool:
    """Return whether a socket has data to read, which is also so when the server has closed the
    connection.
    """
    look = poll()
    look.register(descriptor, POLLIN | POLLHUP | POLLERR)
    return bool(look.poll(0))


def _check_in(_connection: Any, record: Any) -> None:
    record.info[_LEFT_AT] = time.monotonic()


def _check_out(connection: Any, record: Any, _proxy: Any) -> None:
    """Called when the pool lends a connection. Raises InvalidatePoolError for a dead connection: the server was down,
    so all pooled connections are invalid.
    """
    left_at = record.info.get(_LEFT_AT)
    if left_at is not None and not connection.is_alive(time.monotonic() - left_at):
        raise InvalidatePoolError


def install_connections(engine: Engine, statement_seconds: int, lock_seconds: int) -> None:
    """Make an SQLAlchemy engine connect with `PreparedConnection` and test pooled connections before reuse. The
    timeouts of a statement and of waiting for a lock are in seconds; 0 is none. Each session is named after the
    program's newest migration and this machine, so that an upgrade sees who is still of the release before.
    """
    # Until 0048 every program named itself by the first word alone (config.py).
    name = f"{SESSION_NAME} {newest_revision()} {re.sub(r'[^A-Za-z0-9.-]', '-', socket.gethostname())}"
    settings = _SESSION_SETTINGS.format(statement=statement_seconds, lock=lock_seconds, name=name[:63]).encode()

    def connect(_dialect: Any, _record: Any, places: Any, names: dict[str, Any]) -> PreparedConnection:
        connection = PreparedConnection.connect(*places, **names)
        connection.pgconn.exec_(settings)
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkin", _check_in)
    event.listen(engine, "checkout", _check_out)


class LockBusy(Exception):
    """Raised when another transaction holds a row's lock and too many requests of this server wait already. Nothing was
    changed.
    """


def is_lock_busy(error: BaseException) -> bool:
    """Return whether the error is a lock timeout, a deadlock or LockBusy, after which the same request may succeed."""
    if isinstance(error, OperationalError):
        return isinstance(error.orig, (LockNotAvailable, DeadlockDetected))
    return isinstance(error, LockBusy)
