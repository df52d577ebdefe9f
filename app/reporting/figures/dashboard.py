"""Counts of the dashboard for the cases a person may see, all but punctuality in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, case, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.access.visibility import visible_ids, visible_to
from app.core.clock import OFFICE_ZONE, midnight
from app.core.extensions import db
from app.core.periods import Period
from app.models import Agency, Complaint, SopStepRow, SopVersion, StepTask
from app.reporting.figures.definitions import is_open, was_answer, was_open
from workflow_rules.process.actors import Person

WEEKS = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SopLine:
    """A step of the active SOP version: its number, and its allowance (None: none)."""

    step: str
    number: int
    value: int | None
    unit: str | None


@dataclass(frozen=True)
class Counts:
    """Counts of cases, now and a week ago, by age class (total, late), by open step, and by week.

    Medians are seconds from receipt to answer in the period and in the one before (None: no answers); `median_of` is
    the number of answers in the period. Weeks are keyed by their Monday (office date).
    """

    open: int
    open_before: int
    late: int
    late_before: int
    median: float | None
    median_before: float | None
    median_of: int
    ages: tuple[tuple[int, int], ...]
    queue: Mapping[str, int]
    received: Mapping[date, int]
    answered: Mapping[date, int]
    steps: tuple[SopLine, ...]
    names: Mapping[str, str]


def count_everything(
    person: Person, now: datetime, period: Period, before: Period, ages: Sequence[tuple[date | None, date | None]]
) -> Counts:
    """Return the counts as of `now` (aware UTC) for the cases that the person may see.

    `ages` holds the first and last office date of receipt of each age class, None for no bound.
    """
    first_week = weeks_until(now)[0]
    statement = select(
        *_of_cases(person, now, period, before, ages),
        _queue(person).label("queue"),
        _received_by_week(person, first_week).label("received"),
        _answered_by_week(person, first_week).label("answered"),
        _open_at(person, now - WEEK).label("open_before"),
        _late_at(person, now - WEEK).label("late_before"),
        _sop().label("steps"),
        select(func.json_object_agg(Agency.code, Agency.short_name)).scalar_subquery().label("names"),
    )
    return _counts(db.session.execute(statement).one()._mapping, len(ages))


def _counts(row: Any, classes: int) -> Counts:
    return Counts(
        **{
            name: row[name]
            for name in ("open", "open_before", "late", "late_before", "median", "median_before", "median_of")
        },
        ages=tuple((row[f"age_{place}"], row[f"age_late_{place}"]) for place in range(classes)),
        queue=dict(row["queue"] or ()),
        received=_weeks(row["received"]),
        answered=_weeks(row["answered"]),
        steps=tuple(SopLine(*line) for line in row["steps"] or ()),
        names=row["names"] or {},
    )


def _weeks(pairs: Any) -> dict[date, int]:
    return {date.fromisoformat(day): count for day, count in pairs or ()}


def weeks_until(now: datetime) -> list[date]:
    """Return the Mondays (office dates) of the twelve weeks up to the week of `now`, oldest first."""
    today = now.astimezone(OFFICE_ZONE).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(days=7 * back) for back in range(WEEKS - 1, -1, -1)]


def _of_cases(
    person: Person, now: datetime, period: Period, before: Period, ages: Sequence[tuple[date | None, date | None]]
) -> list[Any]:
    """Return the columns that are counted in one pass over the visible cases."""
    running = is_open()
    late = Complaint.next_due_at < now
    columns = [
        func.count().filter(running).label("open"),
        func.count().filter(late).label("late"),
        _median(period).label("median"),
        _median(before).label("median_before"),
        func.count().filter(_answered_in(period)).label("median_of"),
    ]
    for place, (first, last) in enumerate(ages):
        inside = running & _received(first, last)
        columns += [func.count().filter(inside).label(f"age_{place}")]
        columns += [func.count().filter(inside & late).label(f"age_late_{place}")]
    found = select(*columns).select_from(Complaint).where(visible_to(person)).subquery("of_cases")
    return [*found.c]


def _received(first: date | None, last: date | None) -> ColumnElement[bool]:
    since = Complaint.received_at >= midnight(first) if first is not None else true()
    until = Complaint.received_at < midnight(last + timedelta(days=1)) if last is not None else true()
    return since & until


def _median(period: Period) -> ColumnElement[Any]:
    """Return the median of seconds from receipt to answer, for cases answered in the period."""
    seconds = func.extract("epoch", Complaint.answered_at - Complaint.received_at)
    return func.percentile_cont(0.5).within_group(case((_answered_in(period), seconds)))


def _answered_in(period: Period) -> ColumnElement[bool]:
    return (Complaint.answered_at >= period.begins) & (Complaint.answered_at < period.ends)


def _open_at(person: Person, then: datetime) -> ScalarSelect[int]:
    """Return a subquery for the number of visible cases with an open step at an instant."""
    return (
        select(func.count(StepTask.complaint_id.distinct())).where(was_open(then), *_of_seen(person)).scalar_subquery()
    )


def _late_at(person: Person, then: datetime) -> ScalarSelect[int]:
    """Return a subquery for the number of visible cases with an overdue, not paused step at an instant.

    A step that is still open is judged by its present deadline.
    """
    waits = StepTask.paused_at.is_not(None) & StepTask.closed_at.is_(None)
    statement = select(func.count(StepTask.complaint_id.distinct()))
    return statement.where(was_open(then), StepTask.due_at < then, ~waits, *_of_seen(person)).scalar_subquery()


def _of_seen(person: Person) -> list[ColumnElement[bool]]:
    ids = visible_ids(person)
    return [] if ids is None else [StepTask.complaint_id.in_(ids)]


def _queue(person: Person) -> ScalarSelect[Any]:
    """Return a subquery for {step: number of visible cases in which that step is open}."""
    cases = func.count(StepTask.complaint_id.distinct()).label("cases")
    counted = select(StepTask.step, cases).where(StepTask.closed_at.is_(None), *_of_seen(person))
    found = counted.group_by(StepTask.step).subquery("counted")
    return select(func.json_object_agg(found.c.step, found.c.cases)).scalar_subquery()


def _received_by_week(person: Person, first: date) -> ScalarSelect[Any]:
    return _by_week(Complaint.received_at, first, visible_to(person))


def _answered_by_week(person: Person, first: date) -> ScalarSelect[Any]:
    """Return a subquery for the replies by week.

    A case answered again after reopening counts twice, as in the registers.
    """
    return _by_week(StepTask.closed_at, first, was_answer(), *_of_seen(person))


def _by_week(at: SQLColumnExpression[Any], first: date, *criteria: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return a subquery for [Monday, count] pairs of the rows matching the criteria, by week in office time."""
    monday = func.date_trunc("week", func.timezone(str(OFFICE_ZONE), at)).label("monday")
    counted = select(monday, func.count().label("cases")).where(at >= midnight(first), *criteria)
    found = counted.group_by(monday).subquery("by_week")
    pair = func.json_build_array(func.to_char(found.c.monday, "YYYY-MM-DD"), found.c.cases)
    return select(func.json_agg(pair)).scalar_subquery()


def _sop() -> ScalarSelect[Any]:
    line = func.json_build_array(
        SopStepRow.step, SopStepRow.number, SopStepRow.allowance_value, SopStepRow.allowance_unit
    )
    statement = select(func.json_agg(aggregate_order_by(line, SopStepRow.position))).join(SopStepRow.sop_version)
    return statement.where(SopVersion.status == "active").scalar_subquery()
