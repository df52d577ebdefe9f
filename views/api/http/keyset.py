"""Keyset pagination of the API: signed cursors of the last row, and `Link` headers."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import Select

from app.core.problem import Problem
from app.core.rows import Keyset
from views.api.http.http_rules import parameter_fault
from views.api.http.paging import page_size_of_request

PLACES = ("after", "page_size")
_PARSED: dict[type, Any] = {date: date.fromisoformat, datetime: datetime.fromisoformat}


def requested_page(order: Keyset, statement: Select[Any]) -> tuple[list[Any], str | None]:
    """Return (rows of the requested page of a select, cursor of the next page or None on the last page).

    Raises Problem(400) for an invalid cursor or page size.
    """
    place = _read_cursor(order) if "after" in request.args else None
    size = page_size_of_request()
    rows = order.read(statement, size + 1, after=place)
    if len(rows) <= size:
        return rows, None
    last = [getattr(rows[size - 1], column.key) for column in order.columns]
    place = [value.isoformat() if isinstance(value, date) else value for value in last]
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


def _read_cursor(order: Keyset) -> list[Any]:
    """Return the values of the order's columns in the cursor `after` of the query.

    Raises Problem(400) if the cursor was not signed by this program or belongs to another list.
    """
    try:
        asked, place = _serializer().loads(request.args["after"].encode("utf-8", "replace"))
    except (BadData, ValueError, TypeError):
        asked, place = "", ()
    if asked != _asked() or len(place) != len(order.columns):
        raise Problem(400, errors=[parameter_fault("after", "bad_cursor")])
    parsers = [_PARSED.get(column.type.python_type) for column in order.columns]
    return [parse(value) if parse else value for parse, value in zip(parsers, place, strict=True)]
