"""Public statistics: counts and shares with small numbers hidden, without cases, texts or persons.

All figures are as of the end of the last Sunday, so that the difference between two days does not reveal one complaint.
Cases of every confidentiality are counted.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import aliased

from app.core.clock import midnight, office_time, office_today
from app.core.extensions import db, redis_client
from app.core.periods import Period, month_before
from app.models import Agency, AgencyTrackRow, Category, Complaint, ComplaintEvent
from app.public.small_cells import LEAST, shown_total, without_small
from app.reference.calendar import load_working_calendar
from app.reporting.figures.definitions import count_open_cases, overdue_steps, timeliness_by
from app.reporting.figures.punctuality import kept_punctualities
from workflow_rules.process.actions import Action
from workflow_rules.time.deadlines import span
from workflow_rules.time.working_calendar import WorkingCalendar

MONTHS = 12


@dataclass(frozen=True)
class AgencyLine:
    """Figures of one agency: cases sent to it, and steps in time in percent (one decimal); None: hidden as too
    small.
    """

    code: str
    name: str
    cases: int | None
    in_time: float | None


@dataclass(frozen=True)
class OpenFigures:
    """The statistics from `since` to before `until` (office dates). `open` counts the cases open at the end,
    `median_days` is in working days; a month is (first day, received, answered), a category (code, name, received).
    None: hidden as too small.
    """

    since: date
    until: date
    received: int | None
    answered: int | None
    open: int | None
    median_days: int | None
    months: tuple[tuple[date, int | None, int | None], ...]
    categories: tuple[tuple[str, str, int | None], ...]
    agencies: tuple[AgencyLine, ...]


def figures_end(now: datetime) -> date:
    """Return the Monday (office date) before which everything is counted."""
    today = office_today(now)
    return today - timedelta(days=today.weekday())


def open_figures(now: datetime) -> OpenFigures:
    """Compute the statistics of twelve months; the caller must be able to see every case."""
    until = figures_end(now)
    months = _months(until - timedelta(days=1))
    period = Period(midnight(months[0]), midnight(until))
    calendar = load_working_calendar()
    answers = _answers(period)
    received, answered = _by_month(months, _receptions(period)), _by_month(months, [at for _, at in answers])
    shown = without_small(received), without_small(answered)
    return OpenFigures(
        since=months[0],
        until=until,
        received=shown_total(received),
        answered=shown_total(answered),
        open=shown_total({"open": count_open_cases(period.ends)}),
        median_days=_median_days(answers, calendar),
        months=tuple((month, shown[0][month], shown[1][month]) for month in months),
        categories=_categories(period),
        agencies=_agencies(period, calendar, now),
    )


def _months(last: date) -> list[date]:
    """Return the first days of the twelve months, oldest first."""
    found = [last.replace(day=1)]
    while len(found) < MONTHS:
        found.insert(0, month_before(found[0]))
    return found


def _receptions(period: Period) -> list[datetime]:
    within = (Complaint.received_at >= period.begins, Complaint.received_at < period.ends)
    return list(db.session.scalars(select(Complaint.received_at).where(*within)))


def _first_answers() -> Subquery:
    """Return a subquery of the time of each case's first answer."""
    replies = ComplaintEvent.kind == Action.REPLY.value
    statement = select(ComplaintEvent.complaint_id, func.min(ComplaintEvent.at).label("at")).where(replies)
    return statement.group_by(ComplaintEvent.complaint_id).subquery()


def _answers(period: Period) -> list[tuple[datetime, datetime]]:
    """Return the times of reception and first answer of every case answered in the period."""
    first = _first_answers()
    statement = select(Complaint.received_at, first.c.at).join(first, first.c.complaint_id == Complaint.id)
    rows = db.session.execute(statement.where(first.c.at >= period.begins, first.c.at < period.ends))
    return [(row[0], row[1]) for row in rows]


def _by_month(months: list[date], instants: list[datetime]) -> dict[date, int]:
    counted = Counter(office_time(at).date().replace(day=1) for at in instants)
    return {month: counted[month] for month in months}


def _median_days(answers: list[tuple[datetime, datetime]], calendar: WorkingCalendar) -> int | None:
    """Return the median of working days to the first answer, started days counted whole; None if too few answers."""
    if len(answers) < LEAST:
        return None
    return round(median(_days(calendar, received, answered) for received, answered in answers))


def _days(calendar: WorkingCalendar, received: datetime, answered: datetime) -> int:
    length = span(calendar, received, answered)
    return length.days + (1 if length.rest else 0)


def _categories(period: Period) -> tuple[tuple[str, str, int | None], ...]:
    """Return received cases by top-level category, most frequent first; cases without one have an empty code."""
    above = aliased(Category)
    code = func.coalesce(above.code, Category.code, "")
    name = func.coalesce(above.name, Category.name, "")
    statement = select(code, name, func.count()).select_from(Complaint)
    statement = statement.outerjoin(Complaint.category).outerjoin(above, above.id == Category.parent_id)
    within = (Complaint.received_at >= period.begins, Complaint.received_at < period.ends)
    rows = db.session.execute(statement.where(*within).group_by(code, name)).all()
    names = {row[0]: row[1] for row in rows}
    shown = without_small({row[0]: row[2] for row in rows})
    order = sorted(shown.items(), key=lambda item: (-(item[1] or 0), names[item[0]]))
    return tuple((key, names[key], count) for key, count in order)


def _agencies(period: Period, calendar: WorkingCalendar, now: datetime) -> tuple[AgencyLine, ...]:
    """Return the agencies that were sent cases, by name; there is no total, since a case may go to several."""
    cases = _cases_of_agencies(period)
    shown = without_small({code: count for code, (_, count) in cases.items()}, total_shown=False)
    (measures,) = kept_punctualities(period, ("agency",), agencies=None, among=None, calendar=calendar, now=now)
    timely = timeliness_by(("agency",), measures, overdue_steps(period.ends))
    shares = {key[0]: one.percent for key, one in timely.items() if one.counted >= LEAST}
    lines = (AgencyLine(code, cases[code][0], n, shares.get(code) if n else None) for code, n in shown.items())
    return tuple(sorted(lines, key=lambda line: line.name))


def _cases_of_agencies(period: Period) -> Mapping[str, tuple[str, int]]:
    statement = select(Agency.code, Agency.name, func.count(AgencyTrackRow.complaint_id.distinct()))
    statement = statement.join(Agency, Agency.code == AgencyTrackRow.agency_code).group_by(Agency.code, Agency.name)
    within = (AgencyTrackRow.sent_at >= period.begins, AgencyTrackRow.sent_at < period.ends)
    return {code: (name, count) for code, name, count in db.session.execute(statement.where(*within))}


def whole_days(figures: OpenFigures) -> tuple[date, date]:
    """Return the first and the last office date that is counted."""
    return figures.since, figures.until - timedelta(days=1)


log = structlog.get_logger()


KEPT_SECONDS = 3600


def kept_open_figures(now: datetime) -> OpenFigures:
    """Return the statistics, cached in Redis for at most an hour; computed at each call while Redis is away."""
    key = f"lapor:open-figures:{figures_end(now)}"
    kept = _read(key)
    if kept is not None:
        return kept
    found = open_figures(now)
    try:
        redis_client().set(key, json.dumps(asdict(found), default=str), ex=KEPT_SECONDS)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
    return found


def _read(key: str) -> OpenFigures | None:
    try:
        text = redis_client().get(key)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
        return None
    return _figures(json.loads(text)) if text else None


def _figures(given: dict[str, Any]) -> OpenFigures:
    months = tuple((date.fromisoformat(month), received, answered) for month, received, answered in given["months"])
    return OpenFigures(
        **given
        | {"since": date.fromisoformat(given["since"]), "until": date.fromisoformat(given["until"])}
        | {"months": months, "categories": tuple(map(tuple, given["categories"]))}
        | {"agencies": tuple(AgencyLine(**line) for line in given["agencies"])}
    )
