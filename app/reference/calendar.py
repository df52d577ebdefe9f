"""The office's working calendar, read from the tables of weeks and holidays."""

import json
from datetime import date
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.clock import office_zone
from app.core.extensions import db
from app.models import Holiday, SopVersion, WorkingWeek
from app.models.reference import WEEKDAYS
from app.reference.sop import sop_with_text, steps_of_sop
from workflow_rules.process.sop import Sop
from workflow_rules.time.working_calendar import WorkingCalendar

WARNED_FROM_MONTH = 10


def active_sop_and_calendar(version: SopVersion, steps: str, calendar: str) -> tuple[SopVersion, Sop, WorkingCalendar]:
    """Return (SopVersion row, its `Sop`, WorkingCalendar) from the three columns of one row that `ACTIVE` selects.

    Raises ValueError when they form no valid SOP or calendar.
    """
    return version, sop_with_text(version, steps), calendar_with(calendar)


def parse_hours(text: str) -> list[list[str]]:
    """Return a list of [open, close] pairs of text, such as ["07:30", "12:00"], from office hours such as `07:30-12:00
    13:00-16:00`.

    Raises ValueError when a part is not two times joined by a hyphen; the times themselves are not checked.
    """
    periods = [part.split("-") for part in text.replace(",", " ").split()]
    if any(len(pair) != 2 for pair in periods):
        raise ValueError("a period is <open>-<close>")
    return periods


def calendar_as_dict() -> dict[str, object]:
    """Return the present working calendar as the dict that `WorkingCalendar.from_dict` takes."""
    return calendar_data(_calendar_rows())


def load_working_calendar() -> WorkingCalendar:
    """Return the office's present WorkingCalendar, read from the tables of weeks and holidays. Raises ValueError when
    they form no valid calendar.
    """
    return calendar_with(_calendar_rows())


def _calendar_rows() -> str:
    return db.session.scalars(select(calendar_rows())).one()


@cache
def calendar_rows() -> ColumnElement[str]:
    """Return a SQL expression for all weeks and holidays as one JSON text, to embed in other statements."""
    hours = [part for day in WEEKDAYS for part in (literal(day), getattr(WorkingWeek, day))]
    week = func.json_build_array(WorkingWeek.starts_on, WorkingWeek.ends_on, func.json_build_object(*hours))
    weeks = select(func.json_agg(aggregate_order_by(week, WorkingWeek.id))).scalar_subquery()
    day = func.json_build_array(Holiday.day, Holiday.name)
    days = select(func.json_agg(aggregate_order_by(day, Holiday.day, Holiday.id))).scalar_subquery()
    return cast(func.json_build_array(weeks, days), Text)


@lru_cache(maxsize=4)
def calendar_with(rows: str) -> WorkingCalendar:
    """Return the WorkingCalendar of the JSON text that `calendar_rows` selects. Raises ValueError when it is no valid
    calendar.

    Cached: equal text gives the same object, which caches its sums.
    """
    return WorkingCalendar.from_dict(calendar_data(rows))


def calendar_data(rows: str) -> dict[str, object]:
    """Return the JSON text that `calendar_rows` selects as the dict for `WorkingCalendar.from_dict`.

    Names of several holidays on one day are joined by "; ".
    """
    weeks, days = json.loads(rows)
    closed: dict[str, str] = {}
    for day, name in days or ():
        closed[day] = f"{closed[day]}; {name}" if day in closed else name
    opened = [
        {"from": starts_on, "to": ends_on, "hours": {day: parse_hours(text) for day, text in hours.items() if text}}
        for starts_on, ends_on, hours in weeks or ()
    ]
    return {"zone": office_zone().key, "weeks": opened, "closed_days": closed}


ACTIVE = select(SopVersion, cast(steps_of_sop(SopVersion.id), Text), calendar_rows()).where(
    SopVersion.status == "active"
)
"""Selects the active SOP version, its steps and the calendar; `active_sop_and_calendar` converts the row."""


def missing_holiday_year(today: date) -> int | None:
    """Return the next year when it has no national holidays yet and `today` is in October or later; otherwise None."""
    if today.month < WARNED_FROM_MONTH:
        return None
    year = today.year + 1
    known = select(Holiday.id).where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31)), Holiday.kind != "local")
    return None if db.session.execute(known.limit(1)).first() else year


Texts = tuple[str | None, str | None, str | None]
"""Category, district and village of a complaint, each as code or name; None when not given."""
