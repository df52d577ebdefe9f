"""Building blocks of resources: columns and filters, with schemas derived from the tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, inspect

from app.core.identifiers import LARGEST_ID
from views.api.cases.representation import instant
from views.api.http.contract import Query, Schema
from views.api.http.query_values import read_value, short_text

_TYPES: dict[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class Column:
    """A value object: a member of a resource's JSON objects.

    It has a name, a JSON Schema, a function that reads its value from a row, and the names of the table columns it
    publishes.
    """

    name: str
    schema: Schema
    read: Callable[[Any], Any]
    publishes: tuple[str, ...]


def plain(model: Any, name: str, words: Iterable[str] = ()) -> Column:
    """Return a Column that publishes a table column unchanged; `words` are its allowed values (empty: any),
    or the name of a vocabulary that the office maintains.
    """
    column = inspect(model).column_attrs[name].columns[0]
    schema = _schema(column, words)

    def read(row: Any) -> Any:
        value = getattr(row, name)
        if isinstance(value, datetime):
            return instant(value)
        return value.isoformat() if isinstance(value, date) else value

    return Column(name, nullable(schema) if column.nullable else schema, read, (name,))


def _schema(column: Any, words: Iterable[str]) -> Schema:
    if isinstance(words, str):
        return {"type": "string", "x-list": words}
    allowed = list(words)
    return {"type": "string", "enum": allowed} if allowed else dict(_TYPES[column.type.python_type])


def nullable(schema: Schema) -> Schema:
    """Return a JSON Schema that allows null besides the values of `schema`, also in its `enum`."""
    with_null = {**schema, "type": [schema["type"], "null"]}
    return {**with_null, "enum": [*schema["enum"], None]} if "enum" in schema else with_null


def link(name: str, path: str, publishes: str, needed: bool = False) -> Column:
    """Return a Column with the code of a related row, never null with `needed`.

    `path` is the attribute path from the row to that code, `publishes` the foreign key column.
    """
    schema: Schema = {"type": "string"}
    steps = path.split(".")

    def read(row: Any) -> Any:
        for step in steps:
            row = getattr(row, step) if row is not None else None
        return row

    return Column(name, schema if needed else nullable(schema), read, (publishes,))


def renamed(model: Any, name: str, column: str, words: Iterable[str] = ()) -> Column:
    """Return a Column that publishes a table column under another name; `words` are its allowed values (empty: any)."""
    found = plain(model, column, words)
    return Column(name, found.schema, found.read, (column,))


def words_of(name: str, path: str = "") -> Column:
    """Return a Column with a list of texts: a JSON column, or with `path` the sorted names of related rows.

    With `path` it publishes no table column.
    """
    schema: Schema = {"type": "array", "items": {"type": "string"}}
    read = attrgetter(name) if not path else lambda row: sorted(str(item.name) for item in attrgetter(path)(row))
    return Column(name, schema, read, () if path else (name,))


@dataclass(frozen=True)
class Filter:
    """A value object: a query parameter that narrows a list; `narrow` is a function that returns the SQL criterion for
    a value.
    """

    query: Query
    narrow: Callable[[Any], ColumnElement[bool]]


def equal(column: Any, name: str = "", words: Iterable[str] = ()) -> Filter:
    """Return a Filter for rows whose column equals the value; `words` are the allowed values (empty: any),
    or the name of a vocabulary that the office maintains.
    """
    schema = _schema(column, words)
    if schema == {"type": "string"}:
        schema = short_text(_LONGEST_TEXT)
    if schema == {"type": "integer"}:
        schema |= {"minimum": 0, "maximum": LARGEST_ID}
    return Filter(Query(name or column.key, schema), lambda value: column == value)


def since(column: Any) -> Filter:
    """Return a Filter `<column>_from` for rows from this day or instant on (inclusive)."""
    return Filter(Query(f"{column.key}_from", dict(_TYPES[column.type.python_type])), lambda value: column >= value)


def until(column: Any) -> Filter:
    """Return a Filter `<column>_to` for rows up to this day or instant (inclusive)."""
    return Filter(Query(f"{column.key}_to", dict(_TYPES[column.type.python_type])), lambda value: column <= value)


def period(column: Any) -> tuple[Filter, Filter]:
    """Return the two Filters for rows from one day or instant up to another (both inclusive)."""
    return since(column), until(column)


def by_code(name: str, column: Any, key: Any, code: Any) -> Filter:
    """Return a Filter for rows whose foreign key `column` refers to the row with this code."""
    query = Query(name, short_text(_LONGEST_TEXT))
    return Filter(query, lambda value: column.in_(Select(key).where(code == value)))


def narrowed(statement: Select[Any], filters: Sequence[Filter]) -> Select[Any]:
    """Return the SELECT statement with the criterion of every filter that the request's query names.

    The values were validated before the view.
    """
    asked = [found for found in filters if found.query.name in request.args]
    return statement.where(
        *(found.narrow(read_value(found.query.schema, request.args[found.query.name])) for found in asked)
    )
