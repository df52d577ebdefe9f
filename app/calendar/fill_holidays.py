"""Bulk changes of the holidays, from an iCalendar file or from the list of national holidays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import holidays
import structlog
from redis.exceptions import RedisError
from sqlalchemy import func, select

from app.calendar.change import CalendarChange, RowChange, Values, row_data
from app.calendar.icalendar_files import FileDay
from app.core.clock import office_today
from app.core.extensions import db, redis_client
from app.models import Holiday
from app.reference.calendar import missing_holiday_year

LOCAL = "local"


@dataclass(frozen=True)
class NationalDay:
    """A value object: a date on which all offices are closed; `kind` is `public` or `collective_leave` (cuti
    bersama).
    """

    date: date
    name: str
    kind: str


def national_days(years: Iterable[int]) -> list[NationalDay]:
    """Return the national holidays and cuti bersama of the years, one for each date, in order of date.

    Names are in Indonesian whatever the locale of the process. A future year has no cuti bersama until it is decreed;
    estimated Islamic dates are marked "(perkiraan)".
    """
    wanted = tuple(years)
    found: dict[date, NationalDay] = {}
    for category, kind in (("government", "collective_leave"), ("public", "public")):
        days = holidays.country_holidays("ID", years=wanted, categories=(category,), language="id")
        found |= {day: NationalDay(day, name, kind) for day, name in days.items()}
    return [found[day] for day in sorted(found)]


def fill_empty_years(year: int) -> None:
    """Add the national holidays of the year before, `year` and the next to the session, but for years that have any; no
    commit.
    """
    for wanted in (year - 1, year, year + 1):
        there = select(func.count()).where(func.extract("year", Holiday.day) == wanted, Holiday.kind != LOCAL)
        if db.session.execute(there).scalar_one() == 0:
            days = national_days([wanted])
            db.session.add_all(Holiday(day=day.date, name=day.name, kind=day.kind) for day in days)


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
    wanted = [h for h in national_days((year, year + 1)) if h.date not in there and (h.date, h.name) not in named]
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
