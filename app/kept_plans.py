"""Connections that keep their prepared statements over a rollback, with which every reading request ends.

psycopg forgets them then, for the transaction may have made a table that is no more; this program makes none while it
serves. PostgreSQL itself keeps them, and to plan a page's statements anew costs more than to run them. Behind a pooler
this asks for prepared statements that outlive transactions: PgBouncer's `max_prepared_statements`.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event

_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class KeepingConnection(psycopg.Connection[Any]):
    """A connection whose rollback is PostgreSQL's alone."""

    def rollback(self) -> None:
        """End the transaction; what goes wrong is told by psycopg's own rollback, which has nothing else left to do."""
        with self.lock:
            if self.pgconn.transaction_status in _OPEN:
                ended = self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
            else:
                ended = False
        if not ended:
            super().rollback()


def install_kept_plans(engine: Engine) -> None:
    """Let an engine connect this way; harmless when done again."""
    if not event.contains(engine, "do_connect", _connect):
        event.listen(engine, "do_connect", _connect)


def _connect(_dialect: Any, _record: Any, places: Any, names: dict[str, Any]) -> KeepingConnection:
    return KeepingConnection.connect(*places, **names)
