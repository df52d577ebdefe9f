"""The program's connections to the database: no statement holds one for ever, and prepared statements outlive a
rollback, with which every reading request ends.

psycopg forgets them then, for the transaction may have made a table that is no more; this program makes none while it
serves. PostgreSQL itself keeps them, and to plan a page's statements anew costs more than to run them. Behind a pooler
this asks for prepared statements that outlive transactions: PgBouncer's `max_prepared_statements`.

A pooled connection is looked at before it is used again: what the server says to one that nobody uses is that it is
gone. To send it a question each time would be one more way to the database and back for every request.
"""

import time
from select import POLLERR, POLLHUP, POLLIN, poll
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

# Said once a connection, and not in its address, which a pooler would refuse. Compiling a statement (JIT) takes longer
# than any of ours; a statement whose asker is gone is given up.
_MANNERS = (
    "SET jit = off; SET statement_timeout = '{statement}s'; SET lock_timeout = '{lock}s';"
    " SET client_connection_check_interval = '10s'"
)
ASKED_AFTER = 5.0
"""Seconds unused after which a connection is asked all the same: a network may lose one without a word."""

_LEFT_AT = "left_at"
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class KeepingConnection(psycopg.Connection[Any]):
    """A connection whose rollback is PostgreSQL's alone."""

    def rollback(self) -> None:
        """End the transaction; psycopg's own rollback raises what goes wrong, and has nothing else left to do.

        A connection that is lost has nothing to undo: the server did that when it lost us. An error here would come
        after the answer was made, where nobody can tell the client of it. The pool finds the loss at the next checkout.
        """
        with self.lock:
            if self.pgconn.transaction_status in _OPEN:
                ended = self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
            else:
                ended = False
        if not ended and not self.closed:
            super().rollback()

    def is_alive(self, unused: float) -> bool:
        """Whether the server still listens, after so many seconds in which nobody used the connection."""
        try:
            if unused <= ASKED_AFTER and not _has_news(self.fileno()):
                return True
            return self.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY
        except psycopg.Error:
            return False


def _has_news(socket: int) -> bool:
    """Whether something is there to be read, if only the end."""
    look = poll()
    look.register(socket, POLLIN | POLLHUP | POLLERR)
    return bool(look.poll(0))


def _leave(_connection: Any, record: Any) -> None:
    record.info[_LEFT_AT] = time.monotonic()


def _look_at(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that has ended means that the server was away: then none of the others is any good."""
    left_at = record.info.get(_LEFT_AT)
    if left_at is not None and not connection.is_alive(time.monotonic() - left_at):
        raise InvalidatePoolError


def install_connections(engine: Engine, statement_seconds: int, lock_seconds: int) -> None:
    """Let an engine connect this way; a statement takes and waits for a lock so many seconds at most, 0 is any."""
    manners = _MANNERS.format(statement=statement_seconds, lock=lock_seconds).encode()

    def connect(_dialect: Any, _record: Any, places: Any, names: dict[str, Any]) -> KeepingConnection:
        connection = KeepingConnection.connect(*places, **names)
        connection.pgconn.exec_(manners)
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkin", _leave)
    event.listen(engine, "checkout", _look_at)


class HeldUp(Exception):
    """Somebody else holds a row, and too many requests of this server wait already. Nothing was done."""


def is_held_up(error: BaseException) -> bool:
    """Whether somebody else held a row for too long, or both waited for each other: the same may succeed again."""
    if isinstance(error, OperationalError):
        return isinstance(error.orig, (LockNotAvailable, DeadlockDetected))
    return isinstance(error, HeldUp)
