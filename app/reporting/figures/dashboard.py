"""Counts of the dashboard for the cases that a person may see: all but punctuality, and those by a field of the office,
in one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from app.access.visibility import visible_ids, visible_to
from app.core.clock import midnight, office_zone
from app.core.extensions import db
from app.core.periods import Period
from app.fields.definitions import DefinedField
from app.models import Agency, Complaint, ProcessStep, SopStepRow, SopVersion, StepTask
from app.reporting.figures.definitions import is_open, received_here, was_answer, was_open
from workflow_rules.process.actors import Person

WEEKS = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SopLine:
    """A value object: a step of an SOP version, with its code, number and allowance.

    `value` is in `unit` (`working_minutes` or `working_days`); both are None for a step without an allowance.
    """

    step: str
    number: int
    value: int | None
    unit: str | None


@dataclass(frozen=True)
class Counts:
    """A value object: counts of cases for the dashboard.

    `open` and `late` are now, `open_before` and `late_before` a week ago; `ages` are (total, late) by age class,
    `queue` is by open step, `received` and `answered` by Monday of the week (office date). Medians are seconds from
    receipt to answer in the period and in the one before (None: no answers), `median_of` is the number of answers in
    the period. `steps` are those of the active SOP version, and those of earlier ones at which cases wait; `names` are
    the short names of agencies by code.
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
    """Return the Counts of the dashboard as of `now` (aware UTC) for the cases that the person may see.

    `period` and `before` are the periods of the medians; `ages` holds the first and last office date of receipt of each
    age class, None for no bound.
    """
    first_week = weeks_until(now)[0]
    statement = select(
        *_of_cases(person, now, period, before, ages),
        *_of_steps(person, now, first_week),
        _by_week(Complaint.received_at, first_week, visible_to(person), received_here()).label("received"),
        _sop().label("steps"),
        select(func.json_object_agg(Agency.code, Agency.short_name)).scalar_subquery().label("names"),
    )
    row = db.session.execute(statement).one()._mapping
    queue = dict(row["queue"] or ())
    plain = ("open", "open_before", "late", "late_before", "median", "median_before", "median_of")
    return Counts(
        **{name: row[name] for name in plain},
        ages=tuple((row[f"age_{place}"], row[f"age_late_{place}"]) for place in range(len(ages))),
        queue=queue,
        received=_weeks(row["received"]),
        answered=_weeks(row["answered"]),
        steps=tuple(
            SopLine(*line) for *line, active in row["steps"] or () if active or line[0] in (row["queue"] or ())
        ),
        names=row["names"] or {},
    )


def count_by_field(person: Person, one: DefinedField, period: Period) -> dict[str | None, tuple[int, int]]:
    """Return {value of a field as text: (cases received in the period, those of them that are open)} of the cases that
    the person may see; the key None is for cases without a value. The caller has checked that they may see the field.
    """
    value = Complaint.field_values[one.code].astext.label("value")
    received = (Complaint.received_at >= period.begins) & (Complaint.received_at < period.ends) & received_here()
    counted = select(value, func.count().label("cases"), func.count().filter(is_open()).label("open"))
    found = db.session.execute(counted.where(visible_to(person), received).group_by(value))
    return {row.value: (row.cases, row.open) for row in found}


def _weeks(pairs: Any) -> dict[date, int]:
    return {date.fromisoformat(day): count for day, count in pairs or ()}


def weeks_until(now: datetime) -> list[date]:
    """Return a list of the Mondays (office dates) of the twelve weeks up to the week of `now`, oldest first."""
    today = now.astimezone(office_zone()).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(days=7 * back) for back in range(WEEKS - 1, -1, -1)]


def _of_cases(
    person: Person, now: datetime, period: Period, before: Period, ages: Sequence[tuple[date | None, date | None]]
) -> list[Any]:
    """Return a list of the columns of a one-row subquery that counts the visible cases: now, by age class, and the
    medians.
    """
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
        inside = running
        if first is not None:
            inside &= Complaint.received_at >= midnight(first)
        if last is not None:
            inside &= Complaint.received_at < midnight(last + timedelta(days=1))
        columns += [func.count().filter(inside).label(f"age_{place}")]
        columns += [func.count().filter(inside & late).label(f"age_late_{place}")]
    found = select(*columns).select_from(Complaint).where(visible_to(person)).subquery("of_cases")
    return [*found.c]


def _median(period: Period) -> ColumnElement[Any]:
    """Return a SQL expression for the median number of seconds from receipt to answer, for cases answered in the
    period; NULL without answers.
    """
    seconds = func.extract("epoch", Complaint.answered_at - Complaint.received_at)
    return func.percentile_cont(0.5).within_group(case((_answered_in(period), seconds)))


def _answered_in(period: Period) -> ColumnElement[bool]:
    return (Complaint.answered_at >= period.begins) & (Complaint.answered_at < period.ends) & received_here()


def _of_steps(person: Person, now: datetime, first_week: date) -> list[Any]:
    """Return a list of scalar subqueries for what is counted from the steps of the visible cases.

    `open_before` and `late_before` are cases with an open, or overdue and not paused, step a week ago; a step that is
    still open is judged by its present deadline. `queue` is {step: number of cases in which it is open}. `answered` are
    the replies by week; a case answered again after reopening counts twice, as in the registers.
    """
    ids, week_ago = visible_ids(person), now - WEEK
    seen = [] if ids is None else [StepTask.complaint_id.in_(ids)]
    cases = func.count(StepTask.complaint_id.distinct())
    waits = StepTask.paused_at.is_not(None) & StepTask.closed_at.is_(None)
    open_before = select(cases).where(was_open(week_ago), *seen)
    late_before = select(cases).where(was_open(week_ago), StepTask.due_at < week_ago, ~waits, *seen)
    queue = select(StepTask.step, cases.label("cases")).where(StepTask.closed_at.is_(None), *seen)
    by_step = queue.group_by(StepTask.step).subquery("counted")
    return [
        open_before.scalar_subquery().label("open_before"),
        late_before.scalar_subquery().label("late_before"),
        select(func.json_object_agg(by_step.c.step, by_step.c.cases)).scalar_subquery().label("queue"),
        _by_week(StepTask.closed_at, first_week, was_answer(), *seen).label("answered"),
    ]


def _by_week(at: SQLColumnExpression[Any], first: date, *criteria: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return a scalar subquery for a JSON array of [Monday, count] pairs of the matching rows, by week in office time;
    NULL without rows.
    """
    monday = func.date_trunc("week", func.timezone(str(office_zone()), at)).label("monday")
    counted = select(monday, func.count().label("cases")).where(at >= midnight(first), *criteria)
    found = counted.group_by(monday).subquery("by_week")
    pair = func.json_build_array(func.to_char(found.c.monday, "YYYY-MM-DD"), found.c.cases)
    return select(func.json_agg(pair)).scalar_subquery()


def _sop() -> ScalarSelect[Any]:
    """Return a scalar subquery for a JSON array of [step, number, amount, unit, whether it is of the active version]
    for every step of a version that is or was active, in their order; each as in the newest version that has it.
    """
    active = SopVersion.status == "active"
    own = (SopStepRow.step, SopStepRow.number, SopStepRow.allowance_value, SopStepRow.allowance_unit)
    newest = (
        select(*own, active.label("active"), ProcessStep.order)
        .join(SopStepRow.sop_version)
        .join(SopStepRow.named)
        .where(SopVersion.status != "draft")
        .ext(distinct_on(SopStepRow.step))
        .order_by(SopStepRow.step, active.desc(), SopVersion.id.desc())
        .subquery("newest")
    )
    line = func.json_build_array(
        *(newest.c[name] for name in ("step", "number", "allowance_value", "allowance_unit", "active"))
    )
    return select(func.json_agg(aggregate_order_by(line, newest.c.order))).scalar_subquery()
