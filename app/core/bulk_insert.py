"""Rows for one table sent as one JSON text: the statement keeps its shape whatever their number, and is built once."""

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
"""A table, and the rows for it."""

ROWS = "rows"
"""The name under which statements that read `rows_given` take the text of their rows."""


def write_rows(table: Table, rows: Iterable[Row]) -> None:
    """Add rows which all name the same columns, those with a default of ours too."""
    given = tuple(rows)
    if given:
        db.session.execute(insertion(table, tuple(given[0])), {ROWS: as_text(given)})


def write_together(
    *parts: Part, beside: Select[Any] | None = None, asked: Mapping[str, Any] | None = None
) -> Result[*tuple[Any, ...]]:
    """The same for several tables in one statement: the database asks only at its end whether what a row refers to is
    there. What stands `beside` them is carried out with them, as it is `asked`, and gives the result.
    """
    given = [(table, rows) for table, rows in parts if rows]
    shapes = tuple((table, tuple(rows[0])) for table, rows in given)
    sent = {table.name: as_text(rows) for table, rows in given}
    return db.session.execute(_insertions(shapes, beside), {**sent, **(asked or {})})


@lru_cache(maxsize=64)
def insertion(table: Table, names: tuple[str, ...], sent: str = ROWS) -> Insert:
    """The statement of `write_rows`, for whoever wants to say more in it."""
    given = rows_given(table, sent)
    return insert(table).from_select(names, select(*(given.c[name] for name in names)), include_defaults=False)


@lru_cache(maxsize=64)
def _insertions(shapes: tuple[tuple[Table, tuple[str, ...]], ...], beside: Select[Any] | None) -> Select[Any]:
    parts = (insertion(table, names, table.name).cte(f"new_{table.name}") for table, names in shapes)
    return (select(literal(1)) if beside is None else beside).add_cte(*parts)


def rows_given(table: Table, sent: str = ROWS, **more: TypeEngine[Any]) -> TableValuedAlias:
    """The rows of the text, in their order, as part of a statement; each value is read as its column takes it. `more`
    are the kinds of what they hold beside the columns of the table.
    """
    kinds = {c.name: c.type for c in _filled_here(table.columns)} | more
    rows = func.json_to_recordset(cast(bindparam(sent, type_=Text), JSON))
    return rows.table_valued(*(column(name, kind) for name, kind in kinds.items())).render_derived(with_types=True)


def as_row(item: DeclarativeBase) -> dict[str, Any]:
    """A new object as the row it stands for; from now on it holds the defaults of its columns itself."""
    held, dialect = item.__dict__, db.engine.dialect
    row = {}
    for name, default, sealed in _columns(type(item)):
        value = held.setdefault(name, default)
        row[name] = sealed.process_bind_param(value, dialect) if sealed is not None else value
    return row


@lru_cache(maxsize=16)
def _columns(kind: type[DeclarativeBase]) -> list[tuple[str, Any, TypeDecorator[Any] | None]]:
    """Each column that is written, with its default, and its kind where that makes something else of a value."""
    columns = _filled_here(kind.__table__.columns)
    defaults = [c.default.arg if c.default is not None and c.default.is_scalar else None for c in columns]
    kinds = [c.type if isinstance(c.type, TypeDecorator) else None for c in columns]
    return [(c.name, *more) for c, *more in zip(columns, defaults, kinds, strict=True)]


def _filled_here(columns: Iterable[KeyedColumnElement[Any]]) -> list[KeyedColumnElement[Any]]:
    """Without what the database alone gives a row."""
    return [c for c in columns if c.server_default is None or c.default is not None]


def take_over(items: Iterable[DeclarativeBase]) -> None:
    """Objects whose rows have just been written are from now on those that the session has read."""
    for item in items:
        make_transient_to_detached(item)
        db.session.add(item)


def as_text(rows: Iterable[Row]) -> str:
    return json.dumps(tuple(rows), default=_plain)


def _plain(value: Any) -> str:
    """Moments and days as RFC 3339, numbers with all their places."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no value of a row: {type(value).__name__}")
