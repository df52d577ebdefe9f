"""What a database holds at one moment: rows and digests of every table, heads of the chains, files, keys in use."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from flask_appbuilder import Model
from psycopg.sql import SQL, Identifier

from app.backup.postgres_tools import plain_url
from app.core.encrypted_columns import SealedBytes, SealedText

Connection = psycopg.Connection[tuple[Any, ...]]
FILE_COLUMNS = (("attachment", "path", "sha256"), ("paper", "path", "file_hash"), ("report_job", "path", "file_hash"))
"""Every table that names a stored file, with the column of its hash."""

PASSING = frozenset({"report_job"})
"""Files that go by themselves after some days and can be made again: one that is gone is no loss."""

NOT_COMPARED = frozenset({"alembic_version", "sending_hold", "backup_run"})
"""What a restore itself changes: where the copy stands, and that it is one."""

SETTINGS = ("TimeZone", "UTC"), ("DateStyle", "ISO"), ("bytea_output", "hex"), ("extra_float_digits", "1")


@dataclass(frozen=True)
class StoredFile:
    """A file that a row names, with the hash it must have."""

    path: str
    sha256: str
    table: str


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """One moment of the database, kept as long as the block lasts; officers go on writing meanwhile."""
    with psycopg.connect(plain_url(url), connect_timeout=10, application_name="lapor-backup") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(SQL("SET LOCAL {} = 0").format(Identifier(name)))
        for name, value in SETTINGS:
            connection.execute(SQL("SET LOCAL {} = {}").format(Identifier(name), value))
        yield connection
        connection.rollback()


def one(connection: Connection, statement: Any) -> Any:
    """The only value of the only row."""
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def describe(connection: Connection) -> dict[str, Any]:
    """Everything a restored copy is compared with."""
    return {
        "head": head_of(connection),
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


def head_of(connection: Connection) -> str:
    """The migration the tables are at."""
    return str(one(connection, "SELECT version_num FROM alembic_version"))


def tables_of(connection: Connection) -> list[str]:
    statement = (
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    return sorted(name for (name,) in connection.execute(statement))


def digest_of(connection: Connection, table: str) -> list[Any]:
    """Rows of a table and a digest of what is in them, in whatever order they lie and within constant memory."""
    # Two sums of 64 bits of each row's hash: an accident does not keep both.
    half = "sum(('x' || substr(md5(t::text), {}, 16))::bit(64)::bigint::numeric)"
    columns = SQL("count(*), " + half.format(1) + "::text, " + half.format(17) + "::text")
    row = connection.execute(SQL("SELECT {} FROM {} AS t").format(columns, Identifier("public", table))).fetchone()
    assert row is not None
    return [row[0], f"{row[1]}:{row[2]}"]


def chain_heads(connection: Connection) -> dict[str, Any]:
    """How many chains of events there are, and one hash over the last link of each."""
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
    """Every stored file that a row names at this moment, each once."""
    found: dict[str, StoredFile] = {}
    there = set(tables_of(connection))
    for table, path, digest in FILE_COLUMNS:
        if table in there:
            names = SQL("SELECT {0}, {1} FROM {2} WHERE {0} IS NOT NULL AND {1} IS NOT NULL ORDER BY 1")
            statement = names.format(Identifier(path), Identifier(digest), Identifier("public", table))
            found |= {name: StoredFile(name, kept, table) for name, kept in connection.execute(statement)}
    return list(found.values())


def keys_in_use(connection: Connection) -> list[str]:
    """The ids of the identity keys without which something in the tables cannot be read."""
    found: set[str] = set()
    for table, column in _sealed_columns(connection):
        ids = SQL("SELECT DISTINCT split_part({0}, ':', 1) FROM {1} WHERE {0} IS NOT NULL")
        statement = ids.format(Identifier(column), Identifier("public", table))
        found |= {name for (name,) in connection.execute(statement)}
    return sorted(found)


def _sealed_columns(connection: Connection) -> list[tuple[str, str]]:
    listed = connection.execute("SELECT table_name, column_name FROM information_schema.columns")
    there = set(listed.fetchall())
    sealed = [
        (table.name, column.name)
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedText | SealedBytes)
    ]
    return [place for place in sealed if place in there]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
