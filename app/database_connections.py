"""The program's connections to the database: no statement holds one for ever, and prepared statements outlive a
rollback, with which every reading request ends.

psycopg forgets them then, for the transaction may have made a table that is no more; this program makes none while it
serves. PostgreSQL itself keeps them, and to plan a page's statements anew costs more than to run them. Behind a pooler
this asks for prepared statements that outlive transactions: PgBouncer's `max_prepared_statements`.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event

# Said once a connection, and not in its address, which a pooler would refuse. Compiling a statement (JIT) takes longer
# than any of ours; a statement whose asker is gone is given up.
_MANNERS = "SET jit = off; SET statement_timeout = '{}s'; SET client_connection_check_interval = '10s'"
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


def install_connections(engine: Engine, statement_seconds: int) -> None:
    """Let an engine connect this way; a statement may take so many seconds, 0 is any number."""

    def connect(_dialect: Any, _record: Any, places: Any, names: dict[str, Any]) -> KeepingConnection:
        connection = KeepingConnection.connect(*places, **names)
        connection.pgconn.exec_(_MANNERS.format(statement_seconds).encode())
        return connection

    event.listen(engine, "do_connect", connect)
