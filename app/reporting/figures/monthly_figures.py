"""Figures of the monthly register (Laporan Identifikasi Permasalahan Bulanan), from the event log and the time ledger.

Figures are as of the end of the month, compared with the month before. Rows carry codes and working minutes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select, union_all

from app.access.process_rows import known_steps
from app.casefile.event_history import CASE_COLUMNS, READ_AT_ONCE, with_case
from app.core.clock import office_time, office_zone
from app.core.extensions import db
from app.core.periods import Period, month_before, month_of
from app.models import ComplaintEvent
from app.reference.calendar import load_working_calendar
from app.reporting.figures.daily_figures import Figures, Row, Tables
from app.reporting.figures.definitions import OverdueStep, Timeliness, timeliness_by
from app.reporting.figures.delays import Delays, LateSteps, cause_rows, delays_in, waiting_rows
from app.reporting.figures.imported_cases import HAPPENED, imported_happenings, rows_by_category
from app.reporting.figures.measures import ClosedStep, Measure, tally
from app.reporting.figures.punctuality import closed_steps
from app.reporting.figures.recurring import Reception, recurring_rows
from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.steps import StepKind

MONTHS_OF_RECURRING = 3
MONTHS_SHOWN = 6
_ENDS = {
    Action.CLOSE.value: "closed",
    Action.ARCHIVE.value: "archived",
    Action.EXPIRE_QUESTION.value: "archived",
    Action.MERGE.value: "merged",
    Action.WITHDRAW.value: "withdrawn",
}
_HAPPENED = {
    SystemEvent.RECEIVED.value: "received",
    Action.REPLY.value: "answered",
    Action.REOPEN.value: "reopened",
    **_ENDS,
}
_COUNTED = (*_HAPPENED, Action.DIRECT.value, Action.RATE.value)
HAPPENINGS = ("received", "answered", "closed", "archived", "merged", "withdrawn", "reopened")


@dataclass
class _Month:
    """An object that counts the events and closed steps of one month."""

    period: Period
    happened: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)
    sent: set[tuple[int, str]] = field(default_factory=set)
    ratings: Counter[int] = field(default_factory=Counter)
    imported: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: int = 0
    in_time: int = 0

    def count(self, row: Any) -> None:
        """Count one row of the event log; rows outside the month are ignored."""
        if not self.period.holds(row.at):
            return
        if row.kind in _HAPPENED and not (row.kind == Action.EXPIRE_QUESTION and row.step != StepKind.REGISTER):
            self.happened[_HAPPENED[row.kind]] += 1
        if row.kind == SystemEvent.RECEIVED:
            self.categories[row.category] += 1
            self.districts[row.district] += 1
        if row.kind == Action.DIRECT:
            self.sent |= {(row.complaint_id, agency) for agency in row.agencies or ()}
        if row.kind == Action.RATE:
            self.ratings[int(row.score)] += 1
        if row.kind in HAPPENED:
            self.imported[row.category, HAPPENED[row.kind]] += 1

    @property
    def agencies(self) -> Counter[str]:
        """The number of cases directed to each agency, by agency code."""
        return Counter(agency for _, agency in self.sent)

    @property
    def mean_rating(self) -> float | None:
        count = self.ratings.total()
        return round(sum(score * n for score, n in self.ratings.items()) / count, 2) if count else None


def monthly_figures(period: Period) -> Figures:
    """Compute and return the Figures of a monthly register: problems, punctuality, causes of delay, and ratings.
    Nothing is stored.

    `period` must be a whole month. Cases imported from older records are in a table of their own, left out without any.
    """
    first_days = [office_time(period.begins).date()]
    while len(first_days) < MONTHS_SHOWN:
        first_days.insert(0, month_before(first_days[0]))
    months = [_Month(month_of(day, office_zone())) for day in first_days]
    before, now = months[-2:]
    receptions = _read_events(months)
    calendar = load_working_calendar()
    late = LateSteps(calendar)
    closed = _count_closings(closed_steps(Period(before.period.begins, period.ends)), before, now)
    by_step, by_agency = tally(late.watch(closed), calendar, ("step",), ("agency",))
    delays = delays_in(period, late)
    tables: Tables = {
        "summary": _summary(now, before, delays),
        "trend": [
            {
                "key": office_time(month.period.begins).strftime("%Y-%m"),
                **{name: month.happened[name] for name in ("received", "answered", "closed")},
            }
            for month in months
        ],
        "category": _compared("category", now.categories, before.categories),
        "district": _compared("district", now.districts, before.districts),
        "agency": _compared("agency", now.agencies, before.agencies),
        "recurring": recurring_rows(receptions, period),
        "by_step": _measured("step", by_step, delays.overdue),
        "by_agency": _measured("agency", by_agency, delays.overdue),
        "causes": cause_rows(delays),
        "waiting": waiting_rows(late, delays),
        "ratings": [_pair(str(n), now.ratings[n], before.ratings[n]) | {"score": n} for n in range(5, 0, -1)],
    }
    if now.imported:
        tables["imported_month"] = rows_by_category(now.imported)
    return Figures({"late_cases": delays.late_cases}, tables, delays.cases)


def _read_events(months: list[_Month]) -> list[Reception]:
    """Count the events in each month, and what the older records tell of imported cases. Return a list of Reception,
    the complaints received in the last three months, in order of time.
    """
    since, receptions = months[-MONTHS_OF_RECURRING].period.begins, []
    columns = (
        ComplaintEvent.id,
        ComplaintEvent.complaint_id,
        ComplaintEvent.step,
        ComplaintEvent.data["agencies"].label("agencies"),
        ComplaintEvent.data["score"].label("score"),
    )
    shown = Period(months[0].period.begins, months[-1].period.ends)
    within = (ComplaintEvent.at >= shown.begins, ComplaintEvent.at < shown.ends, ComplaintEvent.kind.in_(_COUNTED))
    logged = with_case(select(ComplaintEvent.kind, ComplaintEvent.at, *columns, *CASE_COLUMNS)).where(*within)
    statement = union_all(logged, imported_happenings(shown, *columns)).order_by("at", "id")
    for row in db.session.execute(statement.execution_options(yield_per=READ_AT_ONCE)):
        for month in months:
            month.count(row)
        if row.kind == SystemEvent.RECEIVED and row.at >= since:
            receptions.append(Reception(row.number, row.at, row.category, row.district, row.village))
    return receptions


def _count_closings(closed: Iterable[ClosedStep], before: _Month, now: _Month) -> Iterator[ClosedStep]:
    """Count each closed step in its month, and yield the ClosedStep unchanged if it belongs to the month `now`."""
    for one in closed:
        this = now.period.holds(one.closed_at)
        month = now if this else before
        month.steps += 1
        month.in_time += not one.late
        if this:
            yield one


def _summary(now: _Month, before: _Month, delays: Delays) -> list[Row]:
    rows = [_pair(name, now.happened[name], before.happened[name]) for name in HAPPENINGS]
    rows.append(_pair("open", delays.open_now, delays.open_before))
    rows.append(_pair("steps", now.steps, before.steps))
    timely = Timeliness(now.in_time, now.steps, len(delays.overdue))
    timely_before = Timeliness(before.in_time, before.steps, delays.overdue_before)
    rows.append(_pair("overdue", timely.overdue, timely_before.overdue))
    rows.append(_pair("timely", timely.percent, timely_before.percent))
    rows.append(_pair("rated", now.ratings.total(), before.ratings.total()))
    return [*rows, _pair("mean_rating", now.mean_rating, before.mean_rating)]


def _pair(key: str, now: Any, before: Any) -> Row:
    """Return a row (dict) of `key`, `count` (the month's figure), `before` (of the month before) and `change`.

    The change is their difference, None when either is missing.
    """
    change = round(now - before, 2) if now is not None and before is not None else None
    return {"key": key, "count": now, "before": before, "change": change}


def _compared(column: str, now: Counter[str], before: Counter[str]) -> list[Row]:
    """Return a list of rows (dicts, see `_pair`), one for each code counted in either month, most frequent in the month
    `now` first.
    """
    rows = [_pair(code, now[code], before[code]) | {column: code} for code in now.keys() | before.keys()]
    return sorted(rows, key=lambda row: (-row["count"], -row["before"], row["key"]))


def _measured(column: Literal["step", "agency"], measures: list[Measure], overdue: list[OverdueStep]) -> list[Row]:
    """Return a list of rows (dicts), one for each step or agency with closed or overdue steps, ordered by step or
    agency code.
    """
    known = {getattr(measure, column): measure for measure in measures}
    timely = {key[0]: one for key, one in timeliness_by((column,), measures, overdue).items()}
    order = known_steps() if column == "step" else sorted(timely, key=lambda code: code or "")
    rows = []
    for code in (code for code in order if code in timely):
        one, measure = timely[code], known.get(code)
        row = {"key": str(code or ""), column: str(code or ""), "count": one.closed, "within": one.within}
        row |= {"overdue": one.overdue, "share": one.percent}
        row |= {
            "median": measure.median_minutes if measure is not None else None,
            "p90": measure.p90_minutes if measure is not None else None,
            "longest": measure.longest_minutes if measure is not None else None,
            "percent": measure.median_percent if measure is not None else None,
            "allowances": [[a.value, a.unit.value] for a in measure.allowances] if measure is not None else [],
        }
        rows.append(row)
    return rows
