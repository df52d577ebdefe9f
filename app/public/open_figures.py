"""Public statistics: counts and shares with small numbers hidden, without cases, texts or persons.

All figures are as of the end of the last Sunday, so that the difference between two days does not reveal one complaint.
Cases of every confidentiality are counted, but none that was imported from older records.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.core.clock import midnight, office_time, office_today
from app.core.extensions import db, redis_client
from app.core.periods import Period, month_before
from app.models import Agency, AgencyTrackRow, Category, Complaint, ComplaintEvent
from app.public.small_cells import LEAST, shown_total, without_small
from app.reference.calendar import load_working_calendar
from app.reporting.figures.definitions import count_open_cases, overdue_steps, received_here, timeliness_by
from app.reporting.figures.punctuality import cached_punctualities
from workflow_rules.process.actions import Action
from workflow_rules.time.deadlines import span
from workflow_rules.time.working_calendar import WorkingCalendar

MONTHS = 12


@dataclass(frozen=True)
class AgencyLine:
    """A value object: the public figures of one agency, with the number of cases sent to it and the percentage of its
    steps done in time (one decimal). None: hidden as too small.
    """

    code: str
    name: str
    cases: int | None
    in_time: float | None


@dataclass(frozen=True)
class OpenFigures:
    """A value object: the public statistics from `since` to before `until` (office dates). `open` counts the cases open
    at the end, `median_days` is the time to the first answer in working days.

    An item of `months` is (first day, received, answered), of `categories` (code, name, received). None: hidden as too
    small.
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
    """Return the Monday of the office's current week as a date; the public statistics count everything before it."""
    today = office_today(now)
    return today - timedelta(days=today.weekday())


def open_figures(now: datetime) -> OpenFigures:
    """Compute and return the public statistics of the twelve months up to last Sunday as OpenFigures; the caller must
    be able to see every case.
    """
    until = figures_end(now)
    months = [(until - timedelta(days=1)).replace(day=1)]
    while len(months) < MONTHS:
        months.insert(0, month_before(months[0]))
    period = Period(midnight(months[0]), midnight(until))
    calendar = load_working_calendar()
    answers = _answers(period)
    within = (Complaint.received_at >= period.begins, Complaint.received_at < period.ends, received_here())
    received = _by_month(months, db.session.scalars(select(Complaint.received_at).where(*within)))
    answered = _by_month(months, [at for _, at in answers])
    lengths = [span(calendar, at, answered_at) for at, answered_at in answers]
    days = [length.days + (1 if length.rest else 0) for length in lengths]  # a started day counts whole
    shown = without_small(received), without_small(answered)
    return OpenFigures(
        since=months[0],
        until=until,
        received=shown_total(received),
        answered=shown_total(answered),
        open=shown_total({"open": count_open_cases(period.ends)}),
        median_days=round(median(days)) if len(days) >= LEAST else None,
        months=tuple((month, shown[0][month], shown[1][month]) for month in months),
        categories=_categories(period),
        agencies=_agencies(period, calendar, now),
    )


def _answers(period: Period) -> list[tuple[datetime, datetime]]:
    """Return a list of (time of reception, time of first answer), aware, of every case first answered in the period."""
    replies = select(ComplaintEvent.complaint_id, func.min(ComplaintEvent.at).label("at"))
    replies = replies.where(ComplaintEvent.kind == Action.REPLY.value)
    first = replies.group_by(ComplaintEvent.complaint_id).subquery()
    statement = select(Complaint.received_at, first.c.at).join(first, first.c.complaint_id == Complaint.id)
    within = (first.c.at >= period.begins, first.c.at < period.ends, received_here())
    rows = db.session.execute(statement.where(*within))
    return [(row[0], row[1]) for row in rows]


def _by_month(months: list[date], instants: Iterable[datetime]) -> dict[date, int]:
    counted = Counter(office_time(at).date().replace(day=1) for at in instants)
    return {month: counted[month] for month in months}


def _categories(period: Period) -> tuple[tuple[str, str, int | None], ...]:
    """Return a tuple of (code, name, received cases or None if hidden) for each top-level category, most frequent
    first; cases without a category have an empty code. A category without cases is listed only where zeros are hidden.
    """
    above = aliased(Category)
    code = func.coalesce(above.code, Category.code, "")
    name = func.coalesce(above.name, Category.name, "")
    statement = select(code, name, func.count()).select_from(Complaint)
    statement = statement.outerjoin(Complaint.category).outerjoin(above, above.id == Category.parent_id)
    within = (Complaint.received_at >= period.begins, Complaint.received_at < period.ends, received_here())
    rows = db.session.execute(statement.where(*within).group_by(code, name)).all()
    top = select(Category.code, Category.name).where(Category.parent_id.is_(None), Category.active)
    names = {row[0]: row[1] for row in (*db.session.execute(top), *rows)}
    shown = without_small(dict.fromkeys(names, 0) | {row[0]: row[2] for row in rows})
    listed = ((key, count) for key, count in shown.items() if count != 0)
    order = sorted(listed, key=lambda item: (-(item[1] or 0), names[item[0]]))
    return tuple((key, names[key], count) for key, count in order)


def _agencies(period: Period, calendar: WorkingCalendar, now: datetime) -> tuple[AgencyLine, ...]:
    """Return a tuple with an AgencyLine for each agency that was sent cases, sorted by name; there is no total, since a
    case may go to several.
    """
    sent = select(Agency.code, Agency.name, func.count(AgencyTrackRow.complaint_id.distinct()))
    sent = sent.join(Agency, Agency.code == AgencyTrackRow.agency_code).group_by(Agency.code, Agency.name)
    sent = sent.join(Complaint, Complaint.id == AgencyTrackRow.complaint_id)
    within = (AgencyTrackRow.sent_at >= period.begins, AgencyTrackRow.sent_at < period.ends, received_here())
    cases = {code: (name, count) for code, name, count in db.session.execute(sent.where(*within))}
    shown = without_small({code: count for code, (_, count) in cases.items()}, total_shown=False)
    (measures,) = cached_punctualities(period, ("agency",), agencies=None, among=None, calendar=calendar, now=now)
    timely = timeliness_by(("agency",), measures, overdue_steps(period.ends))
    shares = {key[0]: one.percent for key, one in timely.items() if one.counted >= LEAST}
    lines = (AgencyLine(code, cases[code][0], n, shares.get(code) if n else None) for code, n in shown.items())
    return tuple(sorted(lines, key=lambda line: line.name))


def counted_days(figures: OpenFigures) -> tuple[date, date]:
    """Return (first, last) office date that the public statistics count, both included."""
    return figures.since, figures.until - timedelta(days=1)


log = structlog.get_logger()


CACHE_SECONDS = 3600


def cached_open_figures(now: datetime) -> OpenFigures:
    """Return the OpenFigures of this week, cached in Redis for at most an hour; computed at each call while Redis is
    away.
    """
    key = f"lapor:open-figures:{figures_end(now)}"
    text = None
    try:
        text = redis_client().get(key)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
    if text:
        return _from_json(json.loads(text))
    found = open_figures(now)
    try:
        redis_client().set(key, json.dumps(asdict(found), default=str), ex=CACHE_SECONDS)
    except RedisError as away:
        log.warning("redis_away", error=type(away).__name__)
    return found


def _from_json(given: dict[str, Any]) -> OpenFigures:
    months = tuple((date.fromisoformat(month), received, answered) for month, received, answered in given["months"])
    return OpenFigures(
        **given
        | {"since": date.fromisoformat(given["since"]), "until": date.fromisoformat(given["until"])}
        | {"months": months, "categories": tuple(map(tuple, given["categories"]))}
        | {"agencies": tuple(AgencyLine(**line) for line in given["agencies"])}
    )
