"""Figures of punctuality kept for a minute: reading a month's book of time takes seconds when it is a thick one.
Those of a month that is over are kept for a day, since nothing is closed in the past.

They are kept in Redis, so that every web process shows the same; while it is away they are worked out each time.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from app.core.extensions import redis_client
from app.core.periods import Period
from app.reporting.figures.measures import Grouping, Measure
from app.reporting.figures.punctuality import Scope, punctualities
from workflow_rules.process.steps import Step
from workflow_rules.time.allowance import Allowance, Unit
from workflow_rules.time.working_calendar import WorkingCalendar

log = structlog.get_logger()
KEPT_SECONDS = 60
OVER_SECONDS = 24 * 60 * 60


def kept_punctualities(
    period: Period,
    *groupings: Grouping,
    agencies: Collection[str] | None,
    among: Scope | None,
    calendar: WorkingCalendar,
    now: datetime,
) -> list[list[Measure]]:
    """The same as `punctualities`, at most a minute old while the days run.

    What is kept is named by all that decides it: the days, the groups, whose time, and the calendar.
    """
    seconds = OVER_SECONDS if period.over(now) else KEPT_SECONDS
    asked = (period.begins, period.ends, groupings, sorted(agencies) if agencies is not None else None)
    named = json.dumps([*asked, calendar.to_dict(), int(now.timestamp()) // seconds], default=str, sort_keys=True)
    key = f"lapor:measures:{hashlib.sha256(named.encode()).hexdigest()}"
    kept = _read(key)
    if kept is not None:
        return kept
    found = punctualities(period, *groupings, agencies=agencies, among=among, calendar=calendar)
    _write(key, found, seconds)
    return found


def _read(key: str) -> list[list[Measure]] | None:
    try:
        text = redis_client().get(key)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
        return None
    return [[_measure(one) for one in group] for group in json.loads(text)] if text else None


def _write(key: str, found: list[list[Measure]], seconds: int) -> None:
    try:
        redis_client().set(key, json.dumps([[asdict(one) for one in group] for group in found]), ex=seconds)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)


def _measure(given: dict[str, Any]) -> Measure:
    allowances = tuple(Allowance(one["value"], Unit(one["unit"])) for one in given["allowances"])
    step = Step(given["step"]) if given["step"] is not None else None
    return Measure(**{**given, "allowances": allowances, "step": step})
