"""JSON Schemas of texts, of codes in lists and of the office's fields, and the parsing of query parameters by them."""

import re
from datetime import date, datetime
from typing import Any

from app.access.process_rows import known_steps, process_actors
from app.choices.lists import ListLabels
from app.core.identifiers import LARGEST_ID
from app.fields.definitions import active_fields, known_fields
from app.fields.types import parameter_of
from app.web.fab_repairs import is_readable
from workflow_rules.process.choices import ChoiceList

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+ -]\d\d:\d\d)")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")
LONGEST_TEXT = 4000
# The texts that `is_readable` accepts, as a pattern for JSON Schema.
READABLE = (
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
    r"\u200b-\u200d\u202a-\u202e\u2060\u2066-\u2069\ufeff]*$"
)


def short_text(most: int, least: int = 1) -> dict[str, Any]:
    """Return the JSON Schema of a readable text of `least` to `most` characters."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": READABLE}


def listed(of: ChoiceList, active: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a code of a list that the office maintains; with `active`, of one that may be chosen.
    `with_lists` fills in the codes, which may change while the program runs.
    """
    return {"type": "string", "x-list": of.value, **({"x-active": True} if active else {})}


STEP = {"type": "string", "x-list": "step"}
"""The JSON Schema of the id of a step; `with_lists` fills in those that there are."""


def with_lists(schema: Any) -> Any:
    """Return a copy of a JSON Schema, or of a document with schemas, in which each part with `x-list` has its codes as
    they are now as `enum`.
    """
    if isinstance(schema, list):
        return [with_lists(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-fields" in schema:
        return _fields_schema(schema["x-fields"])
    if "x-list" not in schema:
        return {name: with_lists(part) for name, part in schema.items()}
    return {"type": schema["type"], "enum": _codes(schema["x-list"], "x-active" in schema)}


def _codes(of: str, active: bool) -> list[str]:
    if of == "step":
        return list(known_steps())
    if of == "actor":
        return [actor.code for actor in process_actors()]
    codes = ListLabels(ChoiceList(of))
    return list(codes.active() if active else codes)


def _fields_schema(use: str) -> dict[str, Any]:
    """Return the JSON Schema of the member `fields` as it is now: of values that a body gives, or that are shown."""
    own = active_fields() if use == "given" else [one for one in known_fields().values() if not one.personal]
    parts = {one.code: {**parameter_of(one).schema(), "title": one.label} for one in own}
    if use == "shown":
        parts = {one.code: {"title": one.label} for one in own}
    return {"type": "object", "properties": parts, "additionalProperties": False}


def read_value(schema: dict[str, Any], text: str) -> Any:
    """Return the text of a query parameter converted to the type of its schema; None if it is no valid value."""
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(text)
    if schema["type"] == "integer":
        number = int(text) if _WHOLE.fullmatch(text) else None
        within = number is not None and schema.get("minimum", 0) <= number <= schema.get("maximum", LARGEST_ID)
        return number if within else None
    schema = with_lists(schema) if "x-list" in schema else schema
    if "enum" in schema:
        return text if text in schema["enum"] else None
    if "format" in schema:
        return _read_day(text) if schema["format"] == "date" else _read_moment(text)
    within = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", LONGEST_TEXT)
    return text if within and is_readable(text) else None


def _read_day(text: str) -> date | None:
    """Return the date of a text as RFC 3339 writes it; None for other forms, even those that Python accepts."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _read_moment(text: str) -> datetime | None:
    """Return the aware datetime of an RFC 3339 text, with the offset given there; None if invalid.

    An unquoted plus arrives as a space and is read as a plus.
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper().replace(" ", "+"))
    except ValueError:
        return None
