"""Reads rows of any table: one by its key, the codes in use, or a page in the order of a column and the key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, UnaryExpression, literal, select, tuple_

from app.core.extensions import db
from app.core.identifiers import LARGEST_ID, LARGEST_INTEGER


def find_row(statement: Select[Any], key: Any, number: int) -> Any | None:
    """Return the row of a select whose `key` column is `number`; None if there is none, also where the number is larger
    than the column can hold.
    """
    if number > (LARGEST_ID if isinstance(key.type, BigInteger) else LARGEST_INTEGER):
        return None
    return db.session.scalars(statement.where(key == number)).first()


def taken_codes(column: Any, *where: ColumnElement[bool]) -> frozenset[str]:
    """Return the codes in a column of a table, of the rows that meet the conditions."""
    return frozenset(db.session.scalars(select(column).where(*where)))


class Keyset:
    """An order of rows for keyset pagination: by a column (never null), then by key; with `down` descending.

    A page that starts after a row costs the same at any depth, and rows inserted or deleted meanwhile shift nothing.
    """

    def __init__(self, column: Any, key: Any, down: bool = False) -> None:
        self.columns = (column, key) if column is not key else (key,)
        self.down = down

    def read(
        self, statement: Select[Any], limit: int, offset: int = 0, after: Sequence[Any] | None = None
    ) -> list[Any]:
        """Return at most `limit` rows of a select in this order: those after the place `after` (the values of the
        order's columns in one row), or from the number `offset` on.
        """
        if after is not None:
            statement = statement.where(self._follows(after))
        order: list[UnaryExpression[Any]] = [column.desc() if self.down else column.asc() for column in self.columns]
        page = statement.order_by(*order).limit(limit)
        return list(db.session.scalars(page.offset(offset) if offset else page))

    def _follows(self, place: Sequence[Any]) -> ColumnElement[bool]:
        row = tuple_(*self.columns)
        there = tuple_(*(literal(v, c.type) for v, c in zip(place, self.columns, strict=True)))
        return row < there if self.down else row > there
