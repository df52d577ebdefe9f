"""Rows for one table sent as one JSON text: the statement keeps its shape whatever their number, and is built once."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Table, TableValuedAlias, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.types import TypeEngine

from app.extensions import db

Row = Mapping[str, Any]
ROWS = "rows"
"""The name under which statements that read `rows_given` take the text of their rows."""


def write_rows(table: Table, rows: Iterable[Row]) -> None:
    """Add rows which all name the same columns, those with a default of ours too."""
    given = tuple(rows)
    if given:
        db.session.execute(insertion(table, tuple(given[0])), {ROWS: as_text(given)})


@lru_cache(maxsize=64)
def insertion(table: Table, names: tuple[str, ...]) -> Insert:
    """The statement of `write_rows`, for whoever wants to say more in it."""
    given = rows_given(table)
    return insert(table).from_select(names, select(*(given.c[name] for name in names)), include_defaults=False)


def rows_given(table: Table, **more: TypeEngine[Any]) -> TableValuedAlias:
    """The rows of the text, in their order, as part of a statement; each value is read as its column takes it. `more`
    are the kinds of what they hold beside the columns of the table.
    """
    kinds = {c.name: c.type for c in table.columns if c.computed is None} | more
    sent = func.json_to_recordset(cast(bindparam(ROWS, type_=Text), JSON))
    return sent.table_valued(*(column(name, kind) for name, kind in kinds.items())).render_derived(with_types=True)


def as_text(rows: Iterable[Row]) -> str:
    return json.dumps(tuple(rows), default=_plain)


def _plain(value: Any) -> str:
    """Moments and days as RFC 3339, numbers with all their places."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no value of a row: {type(value).__name__}")
