"""Contents of a database at one moment: table digests, heads of the event chains, files and identity keys in use."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from app.backup.postgres_tools import plain_url
from app.core.encrypted_columns import SealedBytes, SealedText
from app.models import Model

Connection = psycopg.Connection[tuple[Any, ...]]
FILE_COLUMNS = (("attachment", "path", "sha256"), ("paper", "path", "file_hash"), ("report_job", "path", "file_hash"))
"""Table, path column and hash column of every reference to a stored file."""

PASSING = frozenset({"report_job"})
"""Tables whose files expire and can be produced again; a missing one is no fault."""

NOT_COMPARED = frozenset({"alembic_version", "sending_hold", "backup_run"})
"""Tables that a restore itself changes."""

SETTINGS = ("TimeZone", "UTC"), ("DateStyle", "ISO"), ("bytea_output", "hex"), ("extra_float_digits", "1")


@dataclass(frozen=True)
class StoredFile:
    """A value object: a stored file that a row of `table` refers to, with its path in the file store and the SHA-256
    (hex) it must have.
    """

    path: str
    sha256: str
    table: str


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """Context manager: yield a psycopg connection in one read-only snapshot of the database, which is rolled back at
    the end; writers are not blocked. Raises psycopg.OperationalError if the server cannot be reached.
    """
    with psycopg.connect(plain_url(url), connect_timeout=10, application_name="lapor-backup") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(SQL("SET LOCAL {} = 0").format(Identifier(name)))
        for name, value in SETTINGS:
            connection.execute(SQL("SET LOCAL {} = {}").format(Identifier(name), value))
        yield connection
        connection.rollback()


def one(connection: Connection, statement: Any) -> Any:
    """Execute a query that returns one row and return the value in the first column of that row."""
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def describe(connection: Connection) -> dict[str, Any]:
    """Return a dict, the part of a backup's manifest that describes the database: head (migration), server_version,
    tables ([row count, digest] by name), heads (of the event chains), key_ids, last_event_at and taken_at (ISO 8601),
    database.
    """
    return {
        "head": str(one(connection, "SELECT version_num FROM alembic_version")),
        "server_version": server_version(connection),
        "tables": {name: digest_of(connection, name) for name in tables_of(connection)},
        "heads": chain_heads(connection),
        "key_ids": keys_in_use(connection),
        "last_event_at": _iso(one(connection, "SELECT max(at) FROM complaint_event")),
        "taken_at": _iso(one(connection, "SELECT transaction_timestamp()")),
        "database": one(connection, "SELECT current_database()::text"),
    }


def server_version(connection: Connection) -> int:
    return int(one(connection, "SELECT current_setting('server_version_num')"))


def tables_of(connection: Connection) -> list[str]:
    statement = (
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    return sorted(name for (name,) in connection.execute(statement))


def digest_of(connection: Connection, table: str) -> list[Any]:
    """Return the list [row count, digest as text] of a table; the digest does not depend on row order and takes
    constant memory.
    """
    # Two sums over 64-bit halves of each row's hash; an accidental change does not leave both equal.
    half = "sum(('x' || substr(md5(t::text), {}, 16))::bit(64)::bigint::numeric)"
    columns = SQL("count(*), " + half.format(1) + "::text, " + half.format(17) + "::text")
    row = connection.execute(SQL("SELECT {} FROM {} AS t").format(columns, Identifier("public", table))).fetchone()
    assert row is not None
    return [row[0], f"{row[1]}:{row[2]}"]


def chain_heads(connection: Connection) -> dict[str, Any]:
    """Return a dict with `chains` (number of event chains), `events` (number of events) and `sha256`, one hash over the
    last event's hash of every chain.
    """
    statement = (
        "SELECT DISTINCT ON (e.complaint_id) c.number, e.seq, e.hash FROM complaint_event e"
        " JOIN complaint c ON c.id = e.complaint_id ORDER BY e.complaint_id, e.seq DESC"
    )
    digest, chains, events = hashlib.sha256(), 0, 0
    with connection.cursor("heads") as cursor:
        for number, seq, head in cursor.execute(statement):
            digest.update(f"{number} {seq} {head}\n".encode())
            chains, events = chains + 1, events + seq
    return {"chains": chains, "events": events, "sha256": digest.hexdigest()}


def files_of(connection: Connection) -> list[StoredFile]:
    """Return a list with a StoredFile for every stored file that a row refers to, each path once."""
    found: dict[str, StoredFile] = {}
    there = set(tables_of(connection))
    for table, path, digest in FILE_COLUMNS:
        if table in there:
            names = SQL("SELECT {0}, {1} FROM {2} WHERE {0} IS NOT NULL AND {1} IS NOT NULL ORDER BY 1")
            statement = names.format(Identifier(path), Identifier(digest), Identifier("public", table))
            found |= {name: StoredFile(name, sha256, table) for name, sha256 in connection.execute(statement)}
    return list(found.values())


def keys_in_use(connection: Connection) -> list[str]:
    """Return a sorted list of the ids of the identity keys with which stored values are encrypted."""
    there = set(connection.execute("SELECT table_name, column_name FROM information_schema.columns").fetchall())
    found: set[str] = set()
    for column in (column for table in Model.metadata.sorted_tables for column in table.columns):
        if isinstance(column.type, SealedText | SealedBytes) and (column.table.name, column.name) in there:
            ids = SQL("SELECT DISTINCT split_part({0}, ':', 1) FROM {1} WHERE {0} IS NOT NULL")
            statement = ids.format(Identifier(column.name), Identifier("public", column.table.name))
            found |= {name for (name,) in connection.execute(statement)}
    return sorted(found)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
