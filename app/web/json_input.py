"""Strict parser of JSON request bodies: ambiguous input is an error."""

import json
from typing import Any, NoReturn

from flask import request

from app.core.problem import Problem

DEEPEST = 20


def json_object() -> dict[str, Any]:
    """Return the JSON object of the request body as dict; the body must be UTF-8 (RFC 8259, 8.1). Raises Problem 415
    for another type or charset, Problem 400 for a body that is invalid, ambiguous, deeper than 20 levels or no object,
    and RequestEntityTooLarge (413) for one that is too large.
    """
    if not request.is_json or request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(415)
    try:
        body = json.loads(request.get_data().decode(), object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Problem(400) from error
    if not isinstance(body, dict) or _is_too_deep(body):
        raise Problem(400)
    return body


def _is_too_deep(body: Any) -> bool:
    """Return whether the parsed JSON is nested deeper than 20 levels; iterative, so that no depth exhausts the
    stack.
    """
    level = [body]
    for _ in range(DEEPEST):
        inside = (part for item in level for part in (item.values() if isinstance(item, dict) else item))
        level = [part for part in inside if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object as dict; raises ValueError for a duplicate name, which parsers resolve
    differently.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
