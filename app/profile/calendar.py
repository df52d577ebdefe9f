"""Sections of time: weekly office hours, holidays, and the limits of the national system."""

from collections.abc import Iterator
from typing import Annotated, Any

from sqlalchemy import select

from app.calendar.change import FURTHEST_LIMIT
from app.core.clock import OFFICE_ZONE, utc_now
from app.core.extensions import db
from app.models import Holiday, NationalLimitRow, WorkingWeek
from app.models.reference import HOLIDAY_KINDS, WEEKDAYS
from app.profile.row_types import Day, Line, NeededLine, Strict, one_of, row_of, typed, within
from app.profile.section import Profile, Row, Section, as_stored, identity, in_order_of_identity, rows_of
from app.profile.yaml_text import Fault
from app.reference.calendar import parse_hours
from workflow_rules.time.national_clock import NationalClass, NationalStage
from workflow_rules.time.working_calendar import WorkingCalendar


class WeekRow(Strict):
    """The office hours of each weekday over a span of dates; of two weeks on a date, the later in the file applies."""

    name: NeededLine
    starts_on: Day | None = None
    ends_on: Day | None = None
    mon: Line = ""
    tue: Line = ""
    wed: Line = ""
    thu: Line = ""
    fri: Line = ""
    sat: Line = ""
    sun: Line = ""


class HolidayRow(Strict):
    """A date on which the office is closed."""

    day: Day
    name: NeededLine
    kind: Annotated[str, one_of(HOLIDAY_KINDS)] = "local"


class LimitRow(Strict):
    """A limit of the national system in working days."""

    stage: Annotated[str, one_of(NationalStage)]
    of_class: Annotated[str, one_of(NationalClass)] | None = None
    valid_from: Day
    days: Annotated[int, within(1, 365)]
    source: NeededLine


def _weeks() -> list[Row]:
    """Return the weeks in the order in which the later applies, without those that a later one hides entirely."""
    rows = [row_of(WeekRow, row) for row in db.session.scalars(select(WorkingWeek).order_by(WorkingWeek.id.desc()))]
    newest = dict[Any, Row]()
    for row in rows:
        newest.setdefault(identity(row, "working_weeks"), row)
    return [*reversed(newest.values())]


def _faults_of_weeks(profile: Profile) -> Iterator[Fault]:
    wrong = False
    for place, row in enumerate(profile["working_weeks"]):
        if row["starts_on"] and row["ends_on"] and row["ends_on"] < row["starts_on"]:
            yield Fault((place, "ends_on"), "is before the start")
            wrong = True
        for weekday in WEEKDAYS:
            try:
                _calendar([{**dict.fromkeys(WEEKDAYS, ""), weekday: row[weekday], "starts_on": None, "ends_on": None}])
            except ValueError:
                yield Fault((place, weekday), "must be hours such as 07:30-12:00 13:00-16:00, in order")
                wrong = True
    if not wrong:
        try:
            _calendar(profile["working_weeks"], profile["holidays"]).add_days(utc_now(), FURTHEST_LIMIT)
        except ValueError:
            yield Fault((), "leave the office closed, so that no deadline can be computed")


def _calendar(weeks: list[Row], holidays: list[Row] | None = None) -> WorkingCalendar:
    """Return the calendar of these rows. Raises ValueError for hours or weeks that form none."""
    opened: list[dict[str, Any]] = [
        {
            "from": week["starts_on"],
            "to": week["ends_on"],
            "hours": {day: parse_hours(week[day]) for day in WEEKDAYS if week[day]},
        }
        for week in weeks
    ]
    closed = {row["day"]: row["name"] for row in holidays or ()}
    return WorkingCalendar.from_dict({"zone": OFFICE_ZONE.key, "weeks": opened, "closed_days": closed})


def _holidays() -> list[Row]:
    return [row_of(HolidayRow, row) for row in db.session.scalars(select(Holiday))]


def _limits() -> list[Row]:
    return [row_of(LimitRow, row) for row in db.session.scalars(select(NationalLimitRow))]


WORKING_WEEKS = Section(
    name="working_weeks",
    tables=("working_week",),
    of_office=_weeks,
    read=rows_of(typed(WeekRow)),
    check=_faults_of_weeks,
    arranged=as_stored,
)
HOLIDAYS = Section(
    name="holidays",
    tables=("holiday",),
    of_office=_holidays,
    read=rows_of(typed(HolidayRow)),
    arranged=in_order_of_identity("holidays"),
)
NATIONAL_LIMITS = Section(
    name="national_limits",
    tables=("national_limit",),
    of_office=_limits,
    read=rows_of(typed(LimitRow)),
    arranged=in_order_of_identity("national_limits"),
)
