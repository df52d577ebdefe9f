"""A request's JSON, read strictly: what two readers could understand in two ways is refused, never guessed."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import request

from app.core.problem import Problem

DEEPEST = 20


def json_object() -> dict[str, Any]:
    """The JSON object of the request; 415 for another type or charset, 400 for what cannot be read, 413 for too much of
    it. JSON that is exchanged is UTF-8 without a byte order mark (RFC 8259, section 8.1).
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
    """Whether it goes deeper than anything of ours; level by level, so that no depth costs a stack."""
    level = [body]
    for _ in range(DEEPEST):
        level = [part for item in level for part in _parts_of(item)]
        if not level:
            return False
    return True


def _parts_of(item: Any) -> Iterable[Any]:
    """What lies inside, as far as it holds something itself."""
    inside = item.values() if isinstance(item, dict) else item
    return (part for part in inside if isinstance(part, dict | list))


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are different: of two equal ones, another program may take the one that we do not."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
