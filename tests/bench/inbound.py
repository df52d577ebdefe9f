"""Reports from SP4N by PUT and by batch, beside their very rows put into tables of the same shape by bare psycopg."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from flask import Flask
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from app.demo.accounts import make_key
from tests.sync.reports import a_revision

TABLES = (
    *("complaint", "reporter", "complaint_event", "ledger_entry", "step_task", "notice", "sync_change"),
    "inbound_hold",
)
JSONB = 3802
Rows = dict[str, list[tuple[Any, ...]]]


def measure_inbound(app: Flask, singles: int = 100, many: int = 1000) -> Iterator[tuple[str, float, float]]:
    """What is measured, seconds a report, and seconds of the bare rows with as many commits."""
    headers = {"Authorization": f"Bearer {make_key()}"}
    client = app.test_client()
    reports = [{"tracking_id": str(7_000_000 + n), **_report(n)} for n in range(many)]
    single = _timed(lambda: [_put(client, headers, n) for n in range(singles)]) / singles
    batch = _timed(lambda: _post(client, headers, reports)) / many
    with psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")) as connection:
        _make_tables(connection)
        bare_single = _bare(connection, _rows(connection, "6%", 1)) / singles
        bare_batch = _bare(connection, _rows(connection, "7%", 100)) / many
    yield f"a report by PUT, {1 / single:.0f} a second (its rows, COMMIT)", single, bare_single
    yield f"a report of {many:,} in a batch, {1 / batch:.0f} a second (rows)", batch, bare_batch


def _report(number: int) -> dict[str, Any]:
    return a_revision(1, title=f"Jalan berlubang di RT {number}", category="jalan_berlubang")


def _put(client: Any, headers: dict[str, str], number: int) -> None:
    answer = client.put(f"/api/v1/sp4n/reports/{6_000_000 + number}", json=_report(number), headers=headers)
    assert answer.status_code == 201, answer.text


def _post(client: Any, headers: dict[str, str], reports: list[dict[str, Any]]) -> None:
    answer = client.post("/api/v1/sp4n/reports/batch", json={"reports": reports}, headers=headers)
    assert {line["status"] for line in answer.get_json()["result"]} == {201}


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _make_tables(connection: psycopg.Connection[Any]) -> None:
    """Empty tables with the same columns and indexes, so that each row costs the database as much."""
    for table in TABLES:
        statement = SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
        connection.execute(statement.format(Identifier(f"bare_{table}"), Identifier(table)))
    connection.commit()


def _rows(connection: psycopg.Connection[Any], tracking_ids: str, at_once: int) -> list[Rows]:
    """Every row that those reports left, so many reports together."""
    ids = [row[0] for row in connection.execute(_IDS, (tracking_ids,))]
    parts = [ids[first : first + at_once] for first in range(0, len(ids), at_once)]
    return [{table: _of(connection, table, part) for table in TABLES} for part in parts]


_IDS = "SELECT id FROM complaint WHERE sp4n_tracking_id LIKE %s ORDER BY id"


def _of(connection: psycopg.Connection[Any], table: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    key = "id" if table == "complaint" else "complaint_id"
    columns = SQL(", ").join(map(Identifier, _columns(connection, table)))
    statement = SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(columns, Identifier(table), Identifier(key))
    cursor = connection.execute(statement, (list(ids),))
    kinds = [column.type_code for column in cursor.description or ()]
    return [
        tuple(Jsonb(value) if kind == JSONB else value for kind, value in zip(kinds, row, strict=True))
        for row in cursor
    ]


def _columns(connection: psycopg.Connection[Any], table: str) -> list[str]:
    wanted = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    return [row[0] for row in connection.execute(f"{wanted} ORDER BY ordinal_position", (table,))]


def _bare(connection: psycopg.Connection[Any], parts: list[Rows]) -> float:
    statements = {table: _insert(connection, table) for table in TABLES}

    def put_all() -> None:
        with connection.cursor() as cursor:
            for part in parts:
                for table, rows in part.items():
                    if rows:
                        cursor.executemany(statements[table], rows)
                connection.commit()

    return _timed(put_all)


def _insert(connection: psycopg.Connection[Any], table: str) -> Composed:
    columns = _columns(connection, table)
    values = SQL(", ").join([SQL("%s")] * len(columns))
    names = SQL(", ").join(map(Identifier, columns))
    return SQL("INSERT INTO {} ({}) VALUES ({})").format(Identifier(f"bare_{table}"), names, values)
