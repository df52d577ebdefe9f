"""When a report by plan is due, and which days it tells of: always a span that is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.models.report import Rhythm

NOT_LATER_THAN = timedelta(days=2)
"""A report that could not be made within this time is not made up for: the next one is nearer."""


@dataclass(frozen=True)
class Span:
    """Days, both ends inside; the first one names it."""

    first: date
    last: date


def span_due(rhythm: Rhythm, hour: int, since: datetime, now: datetime) -> Span | None:
    """The span whose report should have been sent by `now` (an aware instant on the office's clock), None where its
    hour lies before `since` (the plan was not there yet), is to come, or has passed too long ago.
    """
    day = _turn(rhythm, now)
    at = now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0, microsecond=0)
    if not at <= now <= at + NOT_LATER_THAN or at < since:
        return None
    return _before(rhythm, day)


def _turn(rhythm: Rhythm, now: datetime) -> date:
    """The newest day on which such a report begins its turn."""
    if rhythm is Rhythm.DAILY:
        return now.date()
    if rhythm is Rhythm.WEEKLY:
        return now.date() - timedelta(days=now.weekday())
    return now.date().replace(day=1)


def _before(rhythm: Rhythm, day: date) -> Span:
    last = day - timedelta(days=1)
    if rhythm is Rhythm.MONTHLY:
        return Span(last.replace(day=1), last)
    return Span(last if rhythm is Rhythm.DAILY else day - timedelta(days=7), last)
