"""The open figures, kept for an hour in Redis: they change once a week, and anybody may ask for them."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from app.core.extensions import redis_client
from app.public.open_figures import AgencyLine, OpenFigures, figures_end, open_figures

log = structlog.get_logger()
KEPT_SECONDS = 3600


def kept_open_figures(now: datetime) -> OpenFigures:
    """The same as `open_figures`, at most an hour old; worked out each time while Redis is away."""
    key = f"lapor:open-figures:{figures_end(now)}"
    kept = _read(key)
    if kept is not None:
        return kept
    found = open_figures(now)
    try:
        redis_client().set(key, json.dumps(asdict(found), default=str), ex=KEPT_SECONDS)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
    return found


def _read(key: str) -> OpenFigures | None:
    try:
        text = redis_client().get(key)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
        return None
    return _figures(json.loads(text)) if text else None


def _figures(given: dict[str, Any]) -> OpenFigures:
    months = tuple((date.fromisoformat(month), received, answered) for month, received, answered in given["months"])
    return OpenFigures(
        **given
        | {"since": date.fromisoformat(given["since"]), "until": date.fromisoformat(given["until"])}
        | {"months": months, "categories": tuple(map(tuple, given["categories"]))}
        | {"agencies": tuple(AgencyLine(**line) for line in given["agencies"])}
    )
