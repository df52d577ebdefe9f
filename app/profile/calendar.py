"""Sections of time: weekly office hours, holidays, and the limits of the national system."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from sqlalchemy import select

from app.calendar.change import FURTHEST_LIMIT, NeverOpens, RowChange, apply_change, row_data, write_rows
from app.core.clock import office_today, office_zone, utc_now
from app.core.extensions import db
from app.models import Holiday, NationalLimitRow, WorkingWeek
from app.models.reference import HOLIDAY_KINDS, WEEKDAYS
from app.profile.row_types import Day, Line, NeededLine, Strict, one_of, row_of, typed, within
from app.profile.section import (
    Applying,
    Profile,
    Row,
    Section,
    as_stored,
    changed_rows,
    identity,
    in_order_of_identity,
    rows_of,
)
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
    return WorkingCalendar.from_dict({"zone": office_zone().key, "weeks": opened, "closed_days": closed})


def _holidays() -> list[Row]:
    return [row_of(HolidayRow, row) for row in db.session.scalars(select(Holiday))]


def _write_weeks(there: list[Row], _here: list[Row], applying: Applying) -> None:
    """Replace the weeks from the first one on that differs, so that their order is that of the file."""
    stored = list(db.session.scalars(select(WorkingWeek).order_by(WorkingWeek.id)))
    same = 0
    while same < min(len(stored), len(there)) and row_of(WeekRow, stored[same]) == there[same]:
        same += 1
    gone = [RowChange("working_week", row.id, row_data(row), None) for row in stored[same:]]
    _change([*gone, *(RowChange("working_week", None, None, row) for row in there[same:])], applying)


def _write_holidays(there: list[Row], here: list[Row], applying: Applying) -> None:
    stored = {(row.day.isoformat(), row.name): row for row in db.session.scalars(select(Holiday))}
    changes = list[RowChange]()
    for row in changed_rows("holidays", there, here):
        known = stored.get((row["day"], row["name"]))
        changes.append(RowChange("holiday", known and known.id, row_data(known) if known else None, row))
    _change(changes, applying)


def _drop_holidays(gone: list[Row], applying: Applying) -> None:
    """Delete the holidays that are still to come; past ones stay, since deadlines were computed with them."""
    today = office_today(applying.now).isoformat()
    stored = {(row.day.isoformat(), row.name): row for row in db.session.scalars(select(Holiday))}
    ended = [stored[row["day"], row["name"]] for row in gone if applying.fresh or row["day"] >= today]
    _change([RowChange("holiday", row.id, row_data(row), None) for row in ended], applying)


def _change(changes: list[RowChange], applying: Applying) -> None:
    """Write a change of the calendar with the deadlines that it moves; while the office is new there are none."""
    if not changes:
        return
    if applying.fresh:
        write_rows(tuple(changes))
        return
    try:
        apply_change(tuple(changes), applying.reason, applying.by, applying.now)
    except NeverOpens:
        applying.refuse((), "leave the office closed, so that no deadline can be computed")


def _limits() -> list[Row]:
    return [row_of(LimitRow, row) for row in db.session.scalars(select(NationalLimitRow))]


def _write_limits(there: list[Row], here: list[Row], _applying: Applying) -> None:
    stored = {_limit(row): row for row in db.session.scalars(select(NationalLimitRow))}
    for row in changed_rows("national_limits", there, here):
        limit = stored.get(identity(row, "national_limits"))
        if limit is None:
            limit = NationalLimitRow(stage=row["stage"], of_class=row["of_class"])
            limit.valid_from = date.fromisoformat(row["valid_from"])
        limit.days, limit.source = row["days"], row["source"]
        db.session.add(limit)
    db.session.flush()


def _drop_limits(gone: list[Row], applying: Applying) -> None:
    """Delete limits while the office is new; later they stay, since figures were computed with them."""
    if applying.fresh:
        names = {identity(row, "national_limits") for row in gone}
        for limit in db.session.scalars(select(NationalLimitRow)):
            if _limit(limit) in names:
                db.session.delete(limit)


def _limit(row: NationalLimitRow) -> Any:
    return identity(row_of(LimitRow, row), "national_limits")


WORKING_WEEKS = Section(
    name="working_weeks",
    tables=("working_week",),
    of_office=_weeks,
    read=rows_of(typed(WeekRow)),
    check=_faults_of_weeks,
    write=_write_weeks,
    arranged=as_stored,
)
HOLIDAYS = Section(
    name="holidays",
    tables=("holiday",),
    of_office=_holidays,
    read=rows_of(typed(HolidayRow)),
    write=_write_holidays,
    drop=_drop_holidays,
    absent="would be deleted unless it is past",
    arranged=in_order_of_identity("holidays"),
)
NATIONAL_LIMITS = Section(
    name="national_limits",
    tables=("national_limit",),
    of_office=_limits,
    read=rows_of(typed(LimitRow)),
    write=_write_limits,
    drop=_drop_limits,
    absent="would stay",
    arranged=in_order_of_identity("national_limits"),
)
