"""The rows that requests left behind, put once more into tables of the same shape by bare psycopg with its commits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

TABLES = (
    *("complaint", "reporter", "complaint_event", "ledger_entry", "step_task", "notice", "delivery", "delivery_item"),
    *("sync_change", "inbound_hold"),
)
JSONB = 3802
Rows = dict[str, list[tuple[Any, ...]]]
_OF_A_CASE = {
    "complaint": "id = ANY(%(ids)s)",
    "delivery": "id IN (SELECT i.delivery_id FROM delivery_item i JOIN notice n ON n.id = i.notice_id"
    " WHERE n.complaint_id = ANY(%(ids)s))",
    "delivery_item": "notice_id IN (SELECT id FROM notice WHERE complaint_id = ANY(%(ids)s))",
}
_CASE_MOVES = (
    "UPDATE bare_complaint SET version = version + 1, status = 'checking', next_due_at = now() WHERE id = ANY(%s)"
)
_STEP_CLOSES = """
    UPDATE bare_step_task SET closed_at = now(), next_alarm_at = NULL WHERE complaint_id = ANY(%s) AND closed_at IS NULL
"""
CHANGED = (_CASE_MOVES, _STEP_CLOSES)
"""What a state change does beside adding rows."""


class BareRows:
    """Tables with the same columns and indexes, empty at first, so that each row costs the database as much."""

    def __init__(self, address: str) -> None:
        self.address = address.replace("+psycopg", "")
        with self._connect() as connection:
            for table in TABLES:
                statement = SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
                connection.execute(statement.format(Identifier(f"bare_{table}"), Identifier(table)))

    def newest(self) -> dict[str, int]:
        """The last key of each table that has one."""
        with self._connect() as connection:
            return {
                table: _last_key(connection, table) for table in TABLES if table not in ("reporter", "delivery_item")
            }

    def since(self, cases: Sequence[Sequence[int]], before: dict[str, int]) -> list[Rows]:
        """Every row that came to these cases after those keys, part by part."""
        with self._connect() as connection:
            return [{table: _of(connection, table, ids, before) for table in TABLES} for ids in cases]

    def one_by_one(self, parts: Sequence[Rows], changed: Sequence[Sequence[int]] = ()) -> float:
        """Seconds a part, each with its commit; `changed` are the cases of each part whose own rows change too."""
        began = time.perf_counter()
        self._put(parts, changed)
        return (time.perf_counter() - began) / len(parts)

    def together(self, parts: Sequence[Rows], changed: Sequence[Sequence[int]] = (), clients: int = 8) -> float:
        """Parts a second with several connections."""
        shares = [(parts[n::clients], changed[n::clients]) for n in range(clients)]
        threads = [threading.Thread(target=self._put, args=share) for share in shares]
        return len(parts) / _timed(lambda: _run(threads))

    def _put(self, parts: Sequence[Rows], changed: Sequence[Sequence[int]]) -> None:
        with self._connect() as connection:
            statements = {table: _insert(connection, table) for table in TABLES}
            for n, part in enumerate(parts):
                with connection.cursor() as cursor:
                    for statement in CHANGED if changed else ():
                        cursor.execute(statement, (list(changed[n]),))
                    for table, rows in part.items():
                        if rows:
                            cursor.executemany(statements[table], rows)
                connection.commit()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.address)


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _last_key(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(SQL("SELECT coalesce(max(id), 0) FROM {}").format(Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _of(connection: psycopg.Connection[Any], table: str, ids: Sequence[int], before: dict[str, int]) -> list[Any]:
    where = SQL(_OF_A_CASE.get(table, "complaint_id = ANY(%(ids)s)"))  # type: ignore[arg-type]
    newer = SQL("AND id > %(last)s" if table in before else "")
    columns = SQL(", ").join(map(Identifier, _columns(connection, table)))
    statement = SQL("SELECT {} FROM {} WHERE {} {}").format(columns, Identifier(table), where, newer)
    cursor = connection.execute(statement, {"ids": list(ids), "last": before.get(table, 0)})
    kinds = [column.type_code for column in cursor.description or ()]
    return [
        tuple(Jsonb(value) if kind == JSONB else value for kind, value in zip(kinds, row, strict=True))
        for row in cursor
    ]


def _columns(connection: psycopg.Connection[Any], table: str) -> list[str]:
    wanted = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    return [row[0] for row in connection.execute(f"{wanted} ORDER BY ordinal_position", (table,))]


def _insert(connection: psycopg.Connection[Any], table: str) -> Composed:
    columns = _columns(connection, table)
    values = SQL(", ").join([SQL("%s")] * len(columns))
    names = SQL(", ").join(map(Identifier, columns))
    # One message goes out with the news of several cases: its row is there already when the next case names it.
    return SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        Identifier(f"bare_{table}"), names, values
    )
