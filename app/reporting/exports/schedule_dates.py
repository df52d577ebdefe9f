"""Due dates of scheduled reports and the past span of days that each covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.models.report import Rhythm

NOT_LATER_THAN = timedelta(days=2)
"""A report that could not be made within this time is skipped, since the next one is near."""


@dataclass(frozen=True)
class Span:
    """A span of office dates, both inclusive; `first` identifies it."""

    first: date
    last: date


def span_due(rhythm: Rhythm, hour: int, since: datetime, now: datetime) -> Span | None:
    """Return the span of the report that is due at `now`, or None.

    `now` and `since` are aware datetimes in office time. None: the hour is before `since` (the schedule did not exist
    yet), still ahead, or more than two days past.
    """
    day = _turn(rhythm, now)
    at = now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0, microsecond=0)
    if not at <= now <= at + NOT_LATER_THAN or at < since:
        return None
    return _before(rhythm, day)


def _turn(rhythm: Rhythm, now: datetime) -> date:
    """Return the latest day, up to today, on which a report of this rhythm is due."""
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
