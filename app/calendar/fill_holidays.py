"""Bulk changes of the holidays, from an iCalendar file or from the list of national holidays."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from redis.exceptions import RedisError
from sqlalchemy import select

from app.calendar.change import CalendarChange, RowChange, Values, row_data
from app.calendar.icalendar_files import FileDay
from app.core.clock import office_today
from app.core.extensions import db, redis_client
from app.models import Holiday
from app.reference.calendar import missing_holiday_year
from app.reference.seed_files import holidays_of

LOCAL = "local"


def all_holidays() -> Sequence[Holiday]:
    """Return a sequence of all Holiday rows, ordered by date."""
    return db.session.scalars(select(Holiday).order_by(Holiday.day, Holiday.id)).all()


def change_of_file(days: Iterable[FileDay], kind: str) -> CalendarChange:
    """Return the calendar change (a tuple of RowChange, perhaps empty) that adds and updates the holidays of a file;
    nothing is written or deleted.

    Holidays are matched by date and name, then by the id of the exported row. A new one without a kind gets `kind`.
    """
    rows = list(db.session.scalars(select(Holiday).order_by(Holiday.id)))
    by_key, by_name = {row.id: row for row in rows}, {(row.day, row.name): row for row in rows}
    found: dict[object, RowChange] = {}
    for wanted in days:
        row = by_name.get((wanted.day, wanted.name)) or by_key.get(wanted.key or 0)
        after = {"day": wanted.day.isoformat(), "name": wanted.name, "kind": wanted.kind or (row.kind if row else kind)}
        if row is None:
            found[wanted.day, wanted.name] = RowChange("holiday", None, None, after)
        elif row_data(row) != after:
            found[row.id] = RowChange("holiday", row.id, row_data(row), after)
    return tuple(found.values())


def missing_holidays(year: int) -> CalendarChange:
    """Return the calendar change (a tuple of RowChange, perhaps empty) that adds the missing national holidays and
    collective leave of `year` and the next.

    A date with any national row counts as present, whatever its name. Nothing is written.
    """
    rows = list(db.session.scalars(select(Holiday)))
    there = {row.day for row in rows if row.kind != LOCAL}
    named = {(row.day, row.name) for row in rows}
    wanted = [h for h in holidays_of((year, year + 1)) if h.date not in there and (h.date, h.name) not in named]
    added: list[Values] = [{"day": h.date.isoformat(), "name": h.name, "kind": h.kind} for h in wanted]
    return tuple(RowChange("holiday", None, None, after) for after in added)


log = structlog.get_logger()


TWO_DAYS = 2 * 24 * 3600


def warn_of_missing_year(now: datetime) -> None:
    """Log a warning, once a day over all workers, when next year's national holidays are still missing.

    A Redis key of the day records that it was logged, since each job runs in its own process. While Redis is
    unavailable, every call logs. `now` is an aware UTC datetime.
    """
    today = office_today(now)
    year = missing_holiday_year(today)
    if year is None:
        return
    try:
        first = redis_client().set(f"lapor:holidays_missing:{today}", "1", nx=True, ex=TWO_DAYS)
    except RedisError:
        first = True
    if first:
        log.warning("holidays_missing", year=year)
