"""Lists of complaints filtered and sorted by the office's fields; a personal field is never among them."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, cast, func

from app.core.extensions import db
from app.fields.definitions import DefinedField, known_fields
from app.models import Complaint

UNFILTERED = frozenset({"file", "long_text"})
UNSORTED = frozenset({"choices", "boolean"})
_NUMBERS = frozenset({"integer", "decimal"})
_LONGEST = 300


def filterable_fields() -> list[DefinedField]:
    """Return the fields, ended ones included, by whose values lists may be filtered, whatever the audience."""
    return [one for one in known_fields().values() if not one.personal and one.type not in UNFILTERED]


def filter_schema(one: DefinedField) -> dict[str, Any]:
    """Return the JSON Schema of the value by which a list is filtered; of a field with many options one of them."""
    if one.type == "boolean":
        return {"type": "boolean"}
    if one.type == "integer":
        return {"type": "integer"}
    if one.type in ("choice", "choices"):
        return {"type": "string", "enum": list(one.options)}
    if one.type == "date":
        return {"type": "string", "format": "date"}
    return {"type": "string", "minLength": 1, "maxLength": _LONGEST}


def has_value(one: DefinedField, value: Any) -> ColumnElement[bool]:
    """Return the condition that a complaint has this value of a field; the index of values serves it."""
    if one.type == "decimal":
        number = cast(Complaint.field_values[one.code].astext, Numeric)
        return number == cast(str(value), Numeric) if _is_number(value) else Complaint.id.is_(None)
    if one.type == "date":
        value = value.isoformat()
    return Complaint.field_values.contains({one.code: [value] if one.type == "choices" else value})


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def ordered_page(whole: Select[Any], one: DefinedField, down: bool, size: int, page: int) -> list[Complaint]:
    """Return a page of the complaints of a select in the order of a field, without a value last."""
    text = Complaint.field_values[one.code].astext
    value: ColumnElement[Any] = cast(text, Numeric) if one.type in _NUMBERS else func.lower(text)
    order = value.desc() if down else value.asc()
    return list(db.session.scalars(whole.order_by(order.nulls_last(), Complaint.id).limit(size).offset(page * size)))
