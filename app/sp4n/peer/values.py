"""Mapping between our values and a peer's JSON, by paths and templates from the settings. Nothing is validated here."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from app.sp4n.inbound.csv_reports import put_field

_PLACE = re.compile(r"\{([a-z_.]+)\}")
DEEPEST = 12


def value_at(document: Any, path: str) -> Any:
    """Return the value at a dotted path (`data.items`) or JSON pointer (`/data/items`) of a parsed JSON document; None
    if there is no value there.
    """
    found = document
    if path.startswith("/"):
        parts = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    else:
        parts = path.split(".") if path else []
    for part in parts:
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part[:6]) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def mapped(item: Any, fields: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return a dict of our field names with the values at their paths in `item`, without empty ones; `location.text`
    becomes a nested object.

    `values` translates the peer's words to ours; a word it lacks is passed on unchanged.
    """
    found: dict[str, Any] = {}
    for name, path in fields.items():
        value = value_at(item, path)
        if isinstance(value, str):
            value = values.get(name, {}).get(value, value)
        if value is not None and value != "":
            put_field(found, name, value)
    return found


def filled(template: Any, values: Mapping[str, Any], depth: int = 0) -> Any:
    """Return a copy of the template with its placeholders replaced by the values. Raises ValueError if it is nested too
    deeply.

    A text that is one `{name}` becomes the value itself; in other texts values are inserted as text.
    """
    if depth > DEEPEST:
        raise ValueError("the template is too deep")
    if isinstance(template, Mapping):
        return {name: filled(part, values, depth + 1) for name, part in template.items()}
    if isinstance(template, list):
        return [filled(part, values, depth + 1) for part in template]
    if not isinstance(template, str):
        return template
    whole = _PLACE.fullmatch(template)
    if whole:
        return value_at(values, whole[1])
    return _PLACE.sub(lambda place: _text(value_at(values, place[1])), template)


def filled_path(template: str, values: Mapping[str, Any]) -> str:
    """Return the template as a URL path, its placeholders replaced by percent-encoded values, so that a value cannot
    change the path.
    """
    return _PLACE.sub(lambda place: quote(_text(value_at(values, place[1])), safe=""), template)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
