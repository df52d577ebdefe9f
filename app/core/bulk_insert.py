"""Bulk insert of rows sent as one JSON parameter, so that the SQL is built once whatever the number of rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Result,
    Select,
    Table,
    TableValuedAlias,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import TypeEngine

from app.core.extensions import db

Row = Mapping[str, Any]
Part = tuple[Table, Sequence[Row]]
"""A table and the rows to insert into it."""

ROWS = "rows"
"""Default name of the parameter that holds the JSON text of the rows."""


def insert_rows(table: Table, rows: Iterable[Row]) -> None:
    """Insert rows into a table in the current transaction; does nothing without rows. All rows must name the same
    columns, including those with a Python default, which is not applied here.
    """
    given = tuple(rows)
    if given:
        db.session.execute(insertion(table, tuple(given[0])), {ROWS: as_text(given)})


def insert_together(
    *parts: Part, query: Select[Any] | None = None, values: Mapping[str, Any] | None = None
) -> Result[*tuple[Any, ...]]:
    """Insert rows into several tables in one statement, and return the result of `query`, a SELECT run in the same
    statement with the parameters `values` (without a query, one row with 1). Foreign keys are checked at the end of the
    statement, so the order of the tables does not matter.
    """
    given = [(table, rows) for table, rows in parts if rows]
    shapes = tuple((table, tuple(rows[0])) for table, rows in given)
    texts = {table.name: as_text(rows) for table, rows in given}
    return db.session.execute(_insertions(shapes, query), {**texts, **(values or {})})


@lru_cache(maxsize=64)
def insertion(table: Table, names: tuple[str, ...], parameter: str = ROWS) -> Insert:
    """Return the cached INSERT statement for these columns of a table, not executed; `parameter` names its bind
    parameter, the JSON text of the rows (made by `as_text`).
    """
    given = parameter_rows(table, parameter)
    return insert(table).from_select(names, select(*(given.c[name] for name in names)), include_defaults=False)


@lru_cache(maxsize=64)
def _insertions(shapes: tuple[tuple[Table, tuple[str, ...]], ...], query: Select[Any] | None) -> Select[Any]:
    parts = (insertion(table, names, table.name).cte(f"new_{table.name}") for table, names in shapes)
    return (select(literal(1)) if query is None else query).add_cte(*parts)


def parameter_rows(table: Table, parameter: str = ROWS, **more: TypeEngine[Any]) -> TableValuedAlias:
    """Return a table expression (FROM clause) with the rows of the JSON text in the bind parameter `parameter`, in
    order, each value typed as its column of `table`.

    `more` names further fields and their types.
    """
    kinds = {c.name: c.type for c in _filled_here(table.columns)} | more
    rows = func.json_to_recordset(cast(bindparam(parameter, type_=Text), JSON))
    return rows.table_valued(*(column(name, kind) for name, kind in kinds.items())).render_derived(with_types=True)


def as_row(item: DeclarativeBase) -> dict[str, Any]:
    """Return a dict of column name to value of a new ORM object for `insert_rows`, with column defaults applied (also
    to the object) and values encrypted.
    """
    held, dialect = item.__dict__, db.engine.dialect
    row = {}
    for name, default, sealed in _columns(type(item)):
        value = held.setdefault(name, default)
        row[name] = sealed.process_bind_param(value, dialect) if sealed is not None else value
    return row


@lru_cache(maxsize=16)
def _columns(kind: type[DeclarativeBase]) -> list[tuple[str, Any, TypeDecorator[Any] | None]]:
    """Return a list of (name, scalar default or None, decorated type or None) of each column of the ORM class that the
    program writes.
    """
    columns = _filled_here(kind.__table__.columns)
    defaults = [c.default.arg if c.default is not None and c.default.is_scalar else None for c in columns]
    kinds = [c.type if isinstance(c.type, TypeDecorator) else None for c in columns]
    return [(c.name, *more) for c, *more in zip(columns, defaults, kinds, strict=True)]


def _filled_here(columns: Iterable[KeyedColumnElement[Any]]) -> list[KeyedColumnElement[Any]]:
    """Return a list of those of the columns that the program fills, without those that only the database fills."""
    return [c for c in columns if c.server_default is None or c.default is not None]


def attach_inserted(items: Iterable[DeclarativeBase]) -> None:
    """Add ORM objects to the session, after their rows were inserted by `insert_rows`, as persistent ones; nothing is
    written.
    """
    for item in items:
        make_transient_to_detached(item)
        db.session.add(item)


def as_text(rows: Iterable[Row]) -> str:
    """Return rows as JSON text for the bind parameter of a bulk insert. Raises TypeError for a value that has no JSON
    form here (allowed beside JSON types: date, datetime, Decimal).
    """
    return json.dumps(tuple(rows), default=_plain)


def _plain(value: Any) -> str:
    """Return a date or datetime as text in ISO 8601, a Decimal as text. Raises TypeError for other types."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no value of a row: {type(value).__name__}")
