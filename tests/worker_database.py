"""The database of one worker, restored between tests: only the tables that a test wrote to are written again.

Copying the template for each test took longer than most tests, and each copy began with empty caches and no prepared
statements.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.extensions import db
from app.servers.postgres import connect
from tests.servers import database_url_for, servers

MOST_ROWS = 3_000
"""After more changed rows a copy is made, which is faster and leaves no dead rows."""
MOST_TIMES = 100
"""After so many restores a copy is made, for the same reason."""
SCHEMA, STATISTICS = "the schema", "the planner's statistics"
# Rows inserted, updated and deleted since the database was made, including those rolled back. A setting of the database
# counts as schema.
COUNTS = """
SELECT CASE WHEN n.nspname = 'public' THEN quote_ident(c.relname)
    WHEN c.relname = 'pg_statistic' THEN %s ELSE %s END,
  sum(pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('public', 'pg_catalog')
  AND (NOT c.relisshared OR c.relname = 'pg_db_role_setting')
GROUP BY 1
"""
SEQUENCES = "SELECT quote_ident(sequencename), last_value, start_value FROM pg_sequences WHERE schemaname = 'public'"
# pg_terminate_backend's own timeout polls only ten times a second; pytest's time limit ends this loop.
END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL (%s::int[] || pg_backend_pid())
"""
FLUSH = text("SELECT pg_backend_pid(), pg_stat_force_next_flush()")
Sequences = dict[str, tuple[int | None, int]]
Counts = dict[str, int]


@dataclass(frozen=True)
class Contents:
    """The rows of every table in COPY format, and the last and start values of every sequence."""

    rows: dict[str, bytes]
    sequences: Sequences


class WorkerDatabase:
    """The database of one pytest worker. `put_back` restores the template, or what `contents` returned earlier."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._process, self._times = 0, 0
        self._counts: Counts = {}
        self._own: psycopg.Connection[Any] | None = None
        self._template = self._stands = Contents({}, {})

    def make_again(self, app: Flask) -> None:
        """Replace it by a new copy of the template, with new connections."""
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.close()
        database_url_for(self._worker)
        self._own = connect(servers().postgres.sockets, f"test_{self._worker}")
        self._process, self._times, self._counts = os.getpid(), 0, self._counted()
        if not self._template.rows:
            self._template = Contents(self._read(self._counts.keys() - {SCHEMA, STATISTICS}), self._sequences())
        self._stands = self._template

    def close(self) -> None:
        """Close the connection; one that a parent process opened is only dropped."""
        if self._own and self._process == os.getpid():
            self._own.close()
        self._own = None

    def put_back(self, app: Flask, contents: Contents | None = None) -> None:
        """Restore every row and sequence of the template, or of the given contents."""
        written = self._written(app) if self._times < MOST_TIMES else None
        if written is None or written.keys() & {SCHEMA, STATISTICS} or sum(written.values()) > MOST_ROWS:
            self.make_again(app)
            written = {}
        self._write(set(written), contents or self._template)

    def contents(self, app: Flask) -> Contents:
        """Return its present contents. Raises ValueError after a change of the schema."""
        written = self._written(app)
        if written is None or SCHEMA in written:
            raise ValueError("a scene changes rows, no tables")
        return Contents({**self._stands.rows, **self._read(written.keys() - {STATISTICS})}, self._sequences())

    def _written(self, app: Flask) -> dict[str, int] | None:
        """End all other sessions and return the number of rows written to each table since the last restore. None if
        this process has no connection to it.
        """
        if self._process != os.getpid():
            return None
        try:
            ours = _flushed_backends(app)
            while self._connection.execute(END_OTHERS, (ours,)).fetchall() != [(0,)]:
                time.sleep(0.002)
            counts = self._counted()
        except psycopg.OperationalError:
            return None
        written = {name: number - self._counts.get(name, 0) for name, number in counts.items()}
        return {name: number for name, number in written.items() if number}

    def _write(self, changed: set[str], contents: Contents) -> None:
        different = {name for name, rows in contents.rows.items() if rows != self._stands.rows[name]}
        with self._connection.transaction():
            # A replica runs no triggers and checks no foreign keys.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            if names := sorted(changed | different):
                self._connection.execute("; ".join(f"DELETE FROM {name}" for name in names))  # noqa: S608 (names of the catalogue)
            for name in names:
                if rows := contents.rows[name]:
                    with self._connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                        copy.write(rows)
        now = self._sequences()
        for name, (last, start) in contents.sequences.items():
            if now[name][0] != last:
                self._connection.execute("SELECT setval(%s, %s, %s)", (name, last or start, last is not None))
        self._connection.execute("SELECT pg_stat_force_next_flush()")
        self._times, self._stands, self._counts = self._times + 1, contents, self._counted()

    @property
    def _connection(self) -> psycopg.Connection[Any]:
        if self._own is None:
            raise ValueError("not made yet")
        return self._own

    def _read(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            with self._connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:
                found[name] = b"".join(copy)
        return found

    def _counted(self) -> Counts:
        return {name: int(number) for name, number in self._connection.execute(COUNTS, (STATISTICS, SCHEMA))}

    def _sequences(self) -> Sequences:
        return {name: (last, start) for name, last, start in self._connection.execute(SEQUENCES)}


def _flushed_backends(app: Flask) -> list[int]:
    """Return the backend pids of the app's idle connections, whose row counts are flushed. If one is in use or broken,
    close them all and return []: a session flushes its counts when it ends.
    """
    with app.app_context():
        db.session.remove()
        engine = db.engine
    with ExitStack() as stack:
        try:
            idle = [stack.enter_context(engine.connect()) for _ in range(engine.pool.checkedin())]
            if engine.pool.checkedout() == len(idle):
                return [one.execute(FLUSH).scalar() for one in idle]
        except DBAPIError:
            pass
    engine.dispose()
    return []
