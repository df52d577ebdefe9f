"""Keyset pagination: the next page starts after the last row.

A page costs the same at any depth, and rows inserted or deleted meanwhile shift nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, Select, UnaryExpression, literal, tuple_

from app.core.problem import Problem
from views.api.http.http_rules import parameter_fault
from views.api.http.paging import page_size_of_request

PLACES = ("after", "page_size")
_PARSED: dict[type, Any] = {date: date.fromisoformat, datetime: datetime.fromisoformat}


class Keyset:
    """An order of a list for keyset pagination: by a column (never null), then by key; with `down` descending."""

    def __init__(self, column: Any, key: Any, down: bool = False) -> None:
        self.columns = (column, key) if column is not key else (key,)
        self.down = down

    def order(self) -> list[UnaryExpression[Any]]:
        """Return a list of the ORDER BY expressions of this order: of the column, then of the key if it is another
        column.
        """
        return [column.desc() if self.down else column.asc() for column in self.columns]

    def after(self, place: Sequence[Any]) -> ColumnElement[bool]:
        """Return the SQL criterion for rows after `place`, which holds one row's values of the order's columns."""
        values = []
        for column, value in zip(self.columns, place, strict=True):
            parse = _PARSED.get(column.type.python_type)
            values.append(parse(value) if parse else value)
        row = tuple_(*self.columns)
        there = tuple_(*(literal(v, c.type) for v, c in zip(values, self.columns, strict=True)))
        return row < there if self.down else row > there

    def page(self, statement: Select[Any]) -> Select[Any]:
        """Return the SELECT statement in this order, limited to the requested page plus one row.

        That row shows whether another page follows. Raises Problem(400) for an invalid cursor or page size.
        """
        if "after" in request.args:
            statement = statement.where(self.after(_read_cursor(len(self.columns))))
        return statement.order_by(*self.order()).limit(page_size_of_request() + 1)

    def cut(self, rows: list[Any], places: Sequence[Sequence[Any]]) -> tuple[list[Any], str | None]:
        """Return (rows of the page, cursor of the next page); the cursor is text, None on the last page.

        `rows` has up to one row more than the page, `places` holds the order values of each row.
        """
        size = page_size_of_request()
        if len(rows) <= size:
            return rows, None
        place = [value.isoformat() if isinstance(value, date) else value for value in places[size - 1]]
        return rows[:size], str(_serializer().dumps([_asked(), place]))


def link_next(response: Response, after: str | None) -> None:
    """Set the response's `Link` header to the next page (RFC 8288), whose cursor is `after`; None sets no header."""
    if after is not None:
        own = {name: text for name, text in request.args.items() if name not in ("after", "page")}
        address = url_for(request.endpoint or "", **own, after=after, _external=True)
        response.headers["Link"] = f'<{address}>; rel="next"'


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="api-cursor")


def _asked() -> str:
    """Return a digest of the list that a cursor belongs to: endpoint, filters and order, but not the page size."""
    own = sorted((name, text) for name, text in request.args.items() if name not in (*PLACES, "page"))
    asked = json.dumps([request.endpoint, own])
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _read_cursor(length: int) -> Sequence[Any]:
    """Return the order values in the cursor `after` of the query.

    Raises Problem(400) if the cursor was not signed by this program or belongs to another list.
    """
    try:
        asked, place = _serializer().loads(request.args["after"].encode("utf-8", "replace"))
    except (BadData, ValueError, TypeError):
        asked, place = "", ()
    if asked != _asked() or len(place) != length:
        raise Problem(400, errors=[parameter_fault("after", "bad_cursor")])
    found: Sequence[Any] = place
    return found
