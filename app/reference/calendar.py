"""Reference rows as the values the rules take: the SOP of a version, the working calendar."""

import json
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.extensions import db
from app.models import Holiday, SopVersion, WorkingWeek
from app.models.reference import WEEKDAYS
from app.reference.sop import sop_with_text, steps_of_sop
from workflow_rules.process.sop import Sop
from workflow_rules.time.working_calendar import WorkingCalendar

ZONE = "Asia/Makassar"
WARNED_FROM_MONTH = 10


def active_sop_and_calendar(version: SopVersion, steps: str, calendar: str) -> tuple[SopVersion, Sop, WorkingCalendar]:
    """Of the row of `ACTIVE`: the version, as row and as value, and the office's working time."""
    return version, sop_with_text(version, steps), calendar_with(calendar)


def parse_hours(text: str) -> list[list[str]]:
    """`07:30-12:00 13:00-16:00` as pairs; ValueError for anything else."""
    periods = [part.split("-") for part in text.replace(",", " ").split()]
    if any(len(pair) != 2 for pair in periods):
        raise ValueError("a period is <open>-<close>")
    return periods


def calendar_as_dict() -> dict[str, object]:
    """The calendar tables in the form `WorkingCalendar.from_dict` takes."""
    return calendar_data(_calendar_rows())


def load_working_calendar() -> WorkingCalendar:
    """The office's working time as it stands now."""
    return calendar_with(_calendar_rows())


def _calendar_rows() -> str:
    return db.session.scalars(_calendar_asked()).one()


@cache
def _calendar_asked() -> Select[Any]:
    return select(calendar_rows())


@cache
def calendar_rows() -> ColumnElement[str]:
    """Weeks and closed days as one JSON text, as part of a query: every act and most pages need it."""
    hours = [part for day in WEEKDAYS for part in (literal(day), getattr(WorkingWeek, day))]
    week = func.json_build_array(WorkingWeek.starts_on, WorkingWeek.ends_on, func.json_build_object(*hours))
    weeks = select(func.json_agg(aggregate_order_by(week, WorkingWeek.id))).scalar_subquery()
    day = func.json_build_array(Holiday.day, Holiday.name)
    days = select(func.json_agg(aggregate_order_by(day, Holiday.day, Holiday.id))).scalar_subquery()
    return cast(func.json_build_array(weeks, days), Text)


@lru_cache(maxsize=4)
def calendar_with(rows: str) -> WorkingCalendar:
    """The calendar of these rows; the same rows give the same object, which keeps its sums."""
    return WorkingCalendar.from_dict(calendar_data(rows))


def calendar_data(rows: str) -> dict[str, object]:
    """Weeks and closed days, as `calendar_rows` gives them, in the form `WorkingCalendar.from_dict` takes."""
    weeks, days = json.loads(rows)
    closed: dict[str, str] = {}
    for day, name in days or ():
        closed[day] = f"{closed[day]}; {name}" if day in closed else name
    return {"zone": ZONE, "weeks": [_week(*week) for week in weeks or ()], "closed_days": closed}


def _week(starts_on: str | None, ends_on: str | None, hours: dict[str, str | None]) -> dict[str, object]:
    open_on = {day: parse_hours(text) for day, text in hours.items() if text}
    return {"from": starts_on, "to": ends_on, "hours": open_on}


ACTIVE = select(SopVersion, cast(steps_of_sop(SopVersion.id), Text), calendar_rows()).where(
    SopVersion.status == "active"
)
"""The version under which complaints are registered today; `active_sop_and_calendar` takes its row."""


def missing_holiday_year(today: date) -> int | None:
    """The next year while no national holiday of it is known, from October of this year on."""
    if today.month < WARNED_FROM_MONTH:
        return None
    year = today.year + 1
    known = select(Holiday.id).where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31)), Holiday.kind != "local")
    return None if db.session.execute(known.limit(1)).first() else year


Texts = tuple[str | None, str | None, str | None]
"""What a report says of its category, district and village."""
