"""Punctuality computed from the time ledger, the one source of such figures for dashboard, registers and exports.

The ledger is append-only, and a closed step keeps the deadline and allowance it had, so that a later calendar change
makes nothing late. Rows are read as a stream, with one calendar per run.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Select, and_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from app.core.extensions import db, redis_client
from app.core.periods import Period
from app.models import LedgerRow, StepTask
from app.reference.calendar import load_working_calendar
from app.reporting.figures.measures import Clock, ClosedStep, Grouping, Line, Measure, allowance_of, closings, tally
from workflow_rules.record.time_ledger import LedgerKind
from workflow_rules.time.working_calendar import WorkingCalendar

log = structlog.get_logger()

READ_AT_ONCE = 2000
CACHE_SECONDS = 60
OVER_SECONDS = 24 * 60 * 60
"""How long measures are cached while their period runs, and once it is over."""

TIMED = (LedgerKind.OPENED, LedgerKind.PAUSED, LedgerKind.RESUMED, LedgerKind.CLOSED)
Scope = Select[tuple[int]]

# Plain dicts, since they are used for each of possibly millions of rows.
_KINDS = {kind.value: kind for kind in LedgerKind}


def punctuality(
    period: Period,
    by: Grouping = ("step",),
    *,
    agencies: Collection[str] | None = None,
    among: Scope | None = None,
    calendar: WorkingCalendar | None = None,
) -> list[Measure]:
    """Return a list of Measure for the steps closed in the period, grouped by the dimensions in `by` (() is one group).

    `agencies` limits them to steps charged to these agencies, `among` (a select of complaint ids) to the steps of these
    cases. Groups without closed steps are left out, so the list may be empty. `calendar` None means the present one.
    """
    return punctualities(period, by, agencies=agencies, among=among, calendar=calendar)[0]


def punctualities(
    period: Period,
    *groupings: Grouping,
    agencies: Collection[str] | None = None,
    among: Scope | None = None,
    calendar: WorkingCalendar | None = None,
) -> list[list[Measure]]:
    """Return, for each grouping in order, a list of Measure for the steps closed in the period, read in one pass.

    `agencies` limits them to steps charged to these agencies, `among` (a select of complaint ids) to the steps of these
    cases. `calendar` None means the present one.
    """
    found = closed_steps(period, among)
    counted = found if agencies is None else (one for one in found if one.agency in agencies)
    return tally(counted, calendar or load_working_calendar(), *groupings)


def closed_steps(period: Period, among: Scope | None = None) -> Iterator[ClosedStep]:
    """Yield a ClosedStep for every step closed in the period, case by case, with its clock and allowance.

    `among` (a select of complaint ids) limits the result to the steps of these cases; None does not limit it.
    """
    rows = db.session.execute(_ledger_rows(period, among).execution_options(yield_per=READ_AT_ONCE))
    for closed in closings(map(_line, rows)):
        if period.holds(closed.closed_at):
            yield closed


def _ledger_rows(period: Period, among: Scope | None) -> Any:
    """Return a SELECT statement for the ledger rows before the end of the period, of each case in which a step closed
    in it.

    A closing row also has the clock of its step; `_line` converts a row.
    """
    touched = aliased(LedgerRow)
    cases = select(touched.complaint_id).where(
        touched.kind == LedgerKind.CLOSED.value, touched.at >= period.begins, touched.at < period.ends
    )
    ended = and_(
        LedgerRow.kind == LedgerKind.CLOSED.value,
        StepTask.complaint_id == LedgerRow.complaint_id,
        StepTask.step == LedgerRow.step,
        StepTask.agency_code.is_not_distinct_from(LedgerRow.track),
        StepTask.closed_at == LedgerRow.at,
    )
    ledger = (LedgerRow.complaint_id, LedgerRow.kind, LedgerRow.at, LedgerRow.step, LedgerRow.track, LedgerRow.house)
    clock = (StepTask.actor, StepTask.clock_from, StepTask.due_at, StepTask.allowance_value, StepTask.allowance_unit)
    statement = (
        select(*ledger, *clock)
        .outerjoin(StepTask, ended)
        .where(
            LedgerRow.complaint_id.in_(cases),
            LedgerRow.kind.in_([kind.value for kind in TIMED]),
            LedgerRow.at < period.ends,
        )
        # Ledger ids give the order. When a step closes twice at one instant the join yields duplicate rows; the second
        # closing finds no running step and is skipped by `closings`.
        .order_by(LedgerRow.complaint_id, LedgerRow.id, StepTask.id)
    )
    return statement if among is None else statement.where(LedgerRow.complaint_id.in_(among))


def _line(row: Sequence[Any]) -> Line:
    case, kind, at, step, track, agency, actor, clock_from, due_at, value, unit = row
    clock = Clock(actor, clock_from, due_at, allowance_of(value, unit)) if actor is not None else None
    return Line(case, _KINDS[kind], at, step, track, agency, clock)


def cached_punctualities(
    period: Period,
    *groupings: Grouping,
    agencies: Collection[str] | None,
    among: Scope | None,
    calendar: WorkingCalendar,
    now: datetime,
) -> list[list[Measure]]:
    """Return, for each grouping in order, a list of Measure, from Redis if they were computed lately.

    They are cached for a minute, or for a day once the period is over at `now`. The cache key covers everything the
    measures depend on: period, groupings, agencies, `among` as its SQL with parameters, and calendar. Without Redis the
    measures are computed.
    """
    seconds = OVER_SECONDS if period.over(now) else CACHE_SECONDS
    cases = among.compile(dialect=postgresql.dialect()) if among is not None else None
    asked = (
        *(period.begins, period.ends, groupings, sorted(agencies) if agencies is not None else None),
        [str(cases), cases.params] if cases is not None else None,
        *(calendar.to_dict(), int(now.timestamp()) // seconds),
    )
    named = json.dumps(asked, default=str, sort_keys=True)
    key = f"lapor:measures:{hashlib.sha256(named.encode()).hexdigest()}"
    try:
        cached = redis_client().get(key)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
        cached = None
    if cached:
        return [[_measure(one) for one in group] for group in json.loads(cached)]
    found = punctualities(period, *groupings, agencies=agencies, among=among, calendar=calendar)
    try:
        redis_client().set(key, json.dumps([[asdict(one) for one in group] for group in found]), ex=seconds)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
    return found


def _measure(given: dict[str, Any]) -> Measure:
    allowances = tuple(allowance_of(one["value"], one["unit"]) for one in given["allowances"])
    return Measure(**{**given, "allowances": allowances})
