"""A request's JSON, read strictly: what two readers could understand in two ways is refused, never guessed."""

import json
from typing import Any, NoReturn

from flask import request

from app.errors import Problem


def json_object() -> dict[str, Any]:
    """The JSON object of the request; 415 for another type, 400 for what cannot be read, 413 for too much of it."""
    if not request.is_json:
        raise Problem(415)
    try:
        body = json.loads(request.get_data(), object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Problem(400) from error
    if not isinstance(body, dict):
        raise Problem(400)
    return body


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are different: of two equal ones, another program may take the one that we do not."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
