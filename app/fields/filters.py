"""Lists of complaints filtered, sorted, searched and grouped by the office's fields; never by a personal one."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, UnaryExpression, cast, func

from app.core.extensions import db
from app.fields.definitions import DefinedField, active_fields, known_fields
from app.fields.types import LARGEST, text_of
from app.models import Complaint
from app.web.fab_repairs import is_readable

OF_FIELD = "field."
"""Beginning of the names by which lists filter by, sort by and show one of the office's fields."""

UNFILTERED = frozenset({"file", "long_text"})
UNSORTED = frozenset({"choices", "boolean"})
SEARCHED = frozenset({"text", "long_text", "phone"})
GROUPED = frozenset({"choice", "boolean"})
BOOLEANS = {"true": True, "false": False}
LONGEST_VALUE = 300
_NUMBERS = frozenset({"integer", "decimal"})
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?")
_values = Complaint.__table__.c.field_values

Fields = Mapping[str, DefinedField]
"""Fields by the name that lists use: `field.` and the code."""


def filterable_fields() -> list[DefinedField]:
    """Return the fields, ended ones included, by whose values lists may be filtered, whatever the audience."""
    return [one for one in known_fields().values() if not one.personal and one.type not in UNFILTERED]


def fields_shown_to(audience: str) -> Fields:
    """Return the fields whose values an audience may see in lists, ended ones included; none is personal."""
    shown = (one for one in known_fields().values() if audience in one.visible_to and not one.personal)
    return {f"{OF_FIELD}{one.code}": one for one in shown}


def fields_offered_to(audience: str) -> Fields:
    """Return those of `fields_shown_to` that are active, in their order: a list offers them as columns and filters."""
    active = {one.id for one in active_fields()}
    return {name: one for name, one in fields_shown_to(audience).items() if one.id in active}


def searched_codes(audience: str) -> tuple[str, ...]:
    """Return the codes of the fields by the words of whose values an audience finds cases, ended ones included."""
    return tuple(one.code for one in fields_shown_to(audience).values() if one.type in SEARCHED)


def can_filter(one: DefinedField) -> bool:
    return one.type not in UNFILTERED


def can_still_filter(one: DefinedField | None, text: str) -> bool:
    """Return whether a filter that was saved earlier still means something: the field is there for its reader (None:
    it is not), and has such a value.
    """
    return one is not None and can_filter(one) and read_filter(one, text) is not None


def can_sort(one: DefinedField) -> bool:
    return one.type not in UNFILTERED | UNSORTED


def filter_schema(one: DefinedField) -> dict[str, Any]:
    """Return the JSON Schema of the value by which a list is filtered; of a field with many options one of them."""
    if one.type == "boolean":
        return {"type": "boolean"}
    if one.type == "integer":
        return {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}
    if one.type in ("choice", "choices"):
        return {"type": "string", "enum": list(one.options)}
    if one.type == "date":
        return {"type": "string", "format": "date"}
    return {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE}


def read_filter(one: DefinedField, text: str) -> Any:
    """Return what a text in a form or an address means as a value of a field, for `has_value`; None if it is none. A
    decimal may be written with a comma.
    """
    text = text.strip()
    if one.type == "boolean":
        return BOOLEANS.get(text)
    if one.type in ("choice", "choices"):
        return text if text in one.options else None
    if one.type == "integer":
        return int(text) if _WHOLE.fullmatch(text) else None
    if one.type == "decimal":
        text = text.replace(",", ".", 1)
        return text if _NUMBER.fullmatch(text) else None
    if one.type == "date":
        return _read_day(text)
    return text if 0 < len(text) <= LONGEST_VALUE and is_readable(text) else None


def filter_text(one: DefinedField, text: str) -> str:
    """Return the text of a filter that `read_filter` accepts as people read it, in the current locale."""
    if one.type == "choices":
        return one.option(text)
    return text_of(one, BOOLEANS[text] if one.type == "boolean" else text)


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def has_value(one: DefinedField, value: Any) -> ColumnElement[bool]:
    """Return the condition that a complaint has this value of a field; the index of values serves it."""
    if one.type == "decimal":
        text = str(value)
        if not _NUMBER.fullmatch(text):
            return Complaint.id.is_(None)
        return cast(_values[one.code].astext, Numeric) == Decimal(text)
    if one.type == "date":
        value = value.isoformat()
    return _values.contains({one.code: [value] if one.type == "choices" else value})


def order_by_field(one: DefinedField, down: bool) -> UnaryExpression[Any]:
    """Return the ORDER BY expression for the values of a field, without a value last."""
    text = _values[one.code].astext
    value: ColumnElement[Any] = cast(text, Numeric) if one.type in _NUMBERS else func.lower(text)
    return (value.desc() if down else value.asc()).nulls_last()


def ordered_page(whole: Select[Any], one: DefinedField, down: bool, size: int, page: int) -> list[Complaint]:
    """Return a page of the complaints of a select in the order of a field, without a value last."""
    ordered = whole.order_by(order_by_field(one, down), Complaint.id)
    return list(db.session.scalars(ordered.limit(size).offset(page * size)))
