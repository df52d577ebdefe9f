"""The calendar watched over: from October on the log says once a day that the next year has no holidays yet."""

from datetime import datetime

import structlog
from redis.exceptions import RedisError

from app.core.clock import office_today
from app.core.extensions import redis_client
from app.reference.calendar import missing_holiday_year

log = structlog.get_logger()

TWO_DAYS = 2 * 24 * 3600


def warn_of_missing_year(now: datetime) -> None:
    """One line a day however many workers ask; a worker's own memory would not do, since each job has a process."""
    today = office_today(now)
    year = missing_holiday_year(today)
    if year is not None and _first_today(f"lapor:holidays_missing:{today}"):
        log.warning("holidays_missing", year=year)


def _first_today(key: str) -> bool:
    """Whether nobody has said it today; without Redis it is rather said again."""
    try:
        return bool(redis_client().set(key, "1", nx=True, ex=TWO_DAYS))
    except RedisError:
        return True
